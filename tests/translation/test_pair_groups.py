"""What is measured on is known to nobody: not to the tuning, not to the examples."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.translation import lines_of
from dubbing.translation.example_memory import shipped_memory
from dubbing.translation.pair_groups import (
    Pair,
    groups,
    held_out,
    is_drawn,
    normal_form,
    untouched,
)

HELD_OUT = Path(__file__).parents[2] / "benchmarks/translation/tatoeba.tsv"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("I have lost my pencil.", "I've lost my pencil!"),
        ("He can't come", "he cannot come."),
        ("It’s what I'd do; let's go.", "It is what I would do. Let us go!"),
        ("Won't you?", "will not you"),
        ("我丟了我的鉛筆。", "我丢了我的铅笔"),
        ("她认识您吗？", "他认识你吗"),
        ("１０点，出发！", "10点出发"),
    ],
)
def test_spellings_of_one_sentence_have_one_form(one: str, other: str) -> None:
    assert normal_form(one) == normal_form(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("I can.", "I can't."), ("Tom's dog", "Tom is dog"), ("我去。", "我不去。"), ("a b", "ab")],
)
def test_other_sentences_have_other_forms(one: str, other: str) -> None:
    assert normal_form(one) != normal_form(other)


def test_a_group_is_joined_by_either_side_and_through_others() -> None:
    pairs = [("a", "甲"), ("b", "乙"), ("A!", "丙"), ("c", "丙。"), ("d", "丁"), ("...", "。")]
    assert groups(pairs) == [0, 1, 0, 0, 4, 5]


def shared_sides(some: Sequence[Pair], others: Sequence[Pair]) -> list[Pair]:
    return [pair for pair in some if pair not in untouched(some, others)]


def test_no_group_is_split_between_training_and_measuring() -> None:
    pairs = [(f"Sentence {n // 2}.", f"第{n // 3}句") for n in range(3000)]
    pairs += [(f"Alone {n}", f"孤{n}") for n in range(3000)]
    kept = held_out(pairs)
    measured = [pair for pair, out in zip(pairs, kept, strict=True) if out]
    trained = [pair for pair, out in zip(pairs, kept, strict=True) if not out]
    assert len(measured) > 30
    assert all(is_drawn(source) for source, _ in measured)
    assert not shared_sides(measured, trained)


def test_the_shipped_memory_knows_neither_side_of_what_is_measured_on() -> None:
    memory = shipped_memory("en", "zh")
    assert memory is not None
    rows = [line.split("\t") for line in HELD_OUT.read_text(encoding="utf-8").splitlines()]
    measured = [(row[0], row[1]) for row in rows]
    assert len(measured) > 300
    assert all(len(row) == 3 and row[2] for row in rows), "who wrote it travels with each sentence"
    assert not shared_sides(measured, memory.pairs)
    assert all(memory.known(english) == () for english, _ in measured)


def test_the_benchmark_measures_only_on_unknown_sentences() -> None:
    memory = shipped_memory("en", "zh")
    assert memory is not None
    for name in ("own", "tatoeba"):
        pairs = lines_of(name)
        assert len(pairs) > 100
        assert not shared_sides(pairs, memory.pairs), name
