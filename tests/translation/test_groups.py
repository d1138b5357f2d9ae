"""Which prompts a language model reads together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from dubbing.engines.translation.gemma import _groups


def _prompts(lengths: list[int]) -> list[list[str]]:
    return [["token"] * length for length in lengths]


@given(
    lengths=st.lists(st.integers(1, 90), max_size=30),
    shown=st.integers(0, 160),
    at_once=st.integers(1, 1600),
    spread=st.none() | st.integers(0, 10),
)
def test_each_prompt_is_read_once_in_company_it_may_keep(
    lengths: list[int], shown: int, at_once: int, spread: int | None
) -> None:
    prompts = _prompts(lengths)
    groups = list(_groups(prompts, shown, at_once, spread))
    assert sorted(number for group in groups for number in group) == list(range(len(prompts)))
    for group in groups:
        told = [lengths[number] for number in group]
        assert len(group) == 1 or (shown + 2 * max(told)) * len(group) <= at_once
        assert spread is None or max(told) - min(told) <= spread


def test_a_long_prompt_does_not_wait_for_a_short_one() -> None:
    assert list(_groups(_prompts([91, 31, 33]), 0, 1600, 6)) == [[1, 2], [0]]
