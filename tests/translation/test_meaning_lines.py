"""The lines with points of meaning: whole, kept by their references, not among what is tuned on."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import cache

import pytest

from benchmarks.meaning_lines import (
    KINDS,
    PARTS,
    directions,
    lost_points,
    plain,
    plain_point,
    written_lines,
)
from dubbing.engines.translation.fixed_examples import example_sentences
from dubbing.translation.example_memory import shipped_memory

LANGUAGES = ("zh", "es", "fr", "de", "ja", "it", "hi", "pt-br")
DIRECTIONS = directions()
SIZES = {"from English": 120, "into English": 60}
MOST_KEPT, MOST_FORBIDDEN = 4, 2


def letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text).casefold()


@cache
def examples_of(codes: frozenset[str]) -> frozenset[str]:
    """What the product shows or remembers as translations between two languages."""
    shown = [text for code in codes for text in example_sentences(code)]
    one, other = codes
    memory = shipped_memory(one, other) or shipped_memory(other, one)
    known = [text for pair in memory.pairs for text in pair] if memory is not None else []
    return frozenset(map(letters, (*shown, *known)))


def test_every_language_has_lines() -> None:
    assert {("en", code) for code in LANGUAGES} <= set(DIRECTIONS)
    assert {(code, "en") for code in ("zh", "es", "fr")} <= set(DIRECTIONS)


@pytest.mark.parametrize(("source", "target"), DIRECTIONS)
class TestLines:
    def test_there_are_enough_in_both_parts_and_of_all_kinds(
        self, source: str, target: str
    ) -> None:
        lines = written_lines(source, target)
        wanted = SIZES["from English" if source == "en" else "into English"]
        assert len(lines) == wanted
        assert Counter(line.part for line in lines) == dict.fromkeys(PARTS, wanted // 2)
        assert Counter(line.kind for line in lines) == dict.fromkeys(KINDS, wanted // 4)
        assert sum(line.is_scene for line in lines) >= wanted // 3

    def test_a_group_is_in_one_part_and_a_scene_has_at_least_four_lines(
        self, source: str, target: str
    ) -> None:
        groups = defaultdict(list)
        for line in written_lines(source, target):
            groups[line.group].append(line)
        for lines in groups.values():
            assert len({(line.part, line.kind, line.is_scene) for line in lines}) == 1
            assert not lines[0].is_scene or 4 <= len(lines) <= 6
            assert not lines[0].is_scene or all(line.by for line in lines)

    def test_no_line_is_there_twice(self, source: str, target: str) -> None:
        lines = written_lines(source, target)
        assert len({letters(line.text) for line in lines}) == len(lines)
        assert len({letters(line.reference) for line in lines}) == len(lines)

    def test_references_keep_all_points(self, source: str, target: str) -> None:
        for line in written_lines(source, target):
            assert lost_points(line, line.reference, target) == (), line.reference

    def test_points_are_few_and_tell_lines_apart(self, source: str, target: str) -> None:
        lines = written_lines(source, target)
        for line in lines:
            assert 1 <= len(line.keep) <= MOST_KEPT, line.text
            assert len(line.never) <= MOST_FORBIDDEN, line.text
            others = [other for other in lines if other is not line]
            assert all(lost_points(line, other.reference, target) for other in others), line.text

    def test_untranslated_text_keeps_the_points_of_no_line(self, source: str, target: str) -> None:
        for line in written_lines(source, target):
            assert lost_points(line, line.text, target), line.text
            assert lost_points(line, "", target), line.text

    def test_no_line_is_an_example_of_the_product(self, source: str, target: str) -> None:
        examples = examples_of(frozenset((source, target)))
        for line in written_lines(source, target):
            assert examples.isdisjoint({letters(line.text), letters(line.reference)}), line.text


def test_lines_from_english_are_the_same_for_every_language() -> None:
    told = {
        tuple((line.group, line.part, line.text) for line in written_lines("en", code))
        for code in LANGUAGES
    }
    assert len(told) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("C’est là", "c'est la\u0300"),
        ("１２", "12"),
        ("can’t", "can not"),
        ("ज़रूर", "जरूर"),
        ("हाँ", "हां"),
    ],
)
def test_spellings_that_do_not_count(one: str, other: str) -> None:
    assert plain(one) == plain(other)


def test_a_sign_of_a_pattern_stays_itself() -> None:
    assert re.search(plain_point("(…|？)$"), plain("and then…"))
    assert not re.search(plain_point("(…|？)$"), plain("and then."))
