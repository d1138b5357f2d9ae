"""Whatever is to be said in whatever time: every line is heard, or says in red that it is not."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings

from dubbing.timeline import Line, Span, Timeline
from dubbing.timing.audible import CUT, DROWNED, NOT_IN_FILM, audit, unheard
from dubbing.timing.slots import MOST_DELAY_MS, inside_film
from tests.timing.films import LONG, SHORT, film, films, letters_are_sounds, line, planned

__all__ = ["letters_are_sounds"]
pytestmark = pytest.mark.usefixtures("letters_are_sounds")


def starts(lines: Sequence[Line]) -> list[int]:
    return [item.plan.span.start_ms for item in lines if item.plan is not None]


@given(films())
@settings(deadline=None, max_examples=500, suppress_health_check=list(HealthCheck))
def test_every_line_is_planned_inside_the_film_and_waits_only_so_long(timeline: Timeline) -> None:
    assert timeline.media is not None
    duration_ms = timeline.media.duration_ms
    lines = planned(timeline)
    found = audit(lines, duration_ms)
    assert (found.missing, found.outside, found.late) == ((), (), ())
    red = unheard(lines)
    for item in lines:
        assert item.plan is not None
        assert 0 <= item.plan.span.start_ms < item.plan.span.end_ms <= duration_ms
        own = inside_film(item.slot, duration_ms)
        assert item.plan.span.start_ms <= own.start_ms + min(MOST_DELAY_MS, own.duration_ms)
        is_cut = "cut" in item.plan.rungs
        assert is_cut or item.plan.symbols == item.plan.text
        assert is_cut == (CUT in red.get(item.id, ()))
    assert set(red) >= {*found.cut, *found.drowned}


@given(films())
@settings(deadline=None, max_examples=100, suppress_health_check=list(HealthCheck))
def test_a_line_far_too_long_does_not_move_other_speakers(timeline: Timeline) -> None:
    assert timeline.media is not None
    first, *others = (replace(item, decision=None) for item in timeline.lines)
    typed = replace(_saying(first, LONG), speaker="typist")
    quiet = replace(typed, translation=None)
    with_long, without = (
        planned(film([one, *others], timeline.media.duration_ms)) for one in (typed, quiet)
    )
    assert with_long[0].plan is not None
    assume("overlap" in with_long[0].plan.rungs)
    borrowed = {"earlier"}  # from silence that is none with the long line
    assume(not any(borrowed & set(item.plan.rungs) for item in without if item.plan))
    assert [item.plan for item in with_long[1:]] == [item.plan for item in without[1:]]


def _saying(item: Line, text: str) -> Line:
    return line(0, item.span.start_ms, item.span.end_ms, text, item.speaker)


def dense(n: int, length_ms: int = 1_100, gap_ms: int = 150) -> list[Line]:
    each = length_ms + gap_ms
    return [line(i, i * each, i * each + length_ms, SHORT, f"S{i % 2}") for i in range(n)]


def test_a_typo_eight_lines_before_the_end_leaves_all_others_in_the_film() -> None:
    lines = dense(10)
    duration_ms = lines[-1].span.end_ms + 100
    usual = planned(film(lines, duration_ms))
    typed = line(2, 2_500, 3_400, LONG[:44], "S0")
    after = planned(film([*lines[:2], typed, *lines[3:]], duration_ms))
    assert starts(after)[3:] == pytest.approx(starts(usual)[3:], abs=MOST_DELAY_MS)
    assert starts(after)[6:] == starts(usual)[6:]
    assert all(item.plan.span.end_ms <= duration_ms for item in after if item.plan)
    assert not unheard(after)


def test_ordinary_lines_are_planned_as_they_always_were() -> None:
    """What the ladder gave before it had its last rungs."""
    lines = [
        line(0, 300, 2_300, "mi kaʃa kima ʃaki mami kaʃi.", "A"),  # fits
        line(1, 2_320, 3_600, "kaʃa mi, ʃaki kima.", "B"),  # touches the one before
        line(2, 3_700, 4_600, "mi kaʃa kima ʃaki mami.", "A"),  # runs over
        line(3, 4_650, 6_500, "ʃaki mami kaʃi.", "B"),
        line(4, 5_900, 7_400, "kima ʃaki mi.", "A"),  # begins within the one before
        line(5, 9_000, 9_700, "mi kaʃa kima mi.", "A"),
    ]
    plans = [item.plan for item in planned(film(lines, 9_900)) if item.plan is not None]
    assert [(plan.span.start_ms, plan.span.end_ms, plan.rungs) for plan in plans] == BEFORE


BEFORE = [
    (300, 2_300, ()),
    (2_400, 3_600, ("pauses",)),
    (3_700, 4_900, ("borrow", "pauses", "durations", "rate", "spill")),
    (5_000, 6_500, ()),
    (5_900, 7_150, ("early end",)),
    (9_000, 9_900, ("borrow", "pauses", "durations", "rate")),
]


def test_three_hundred_characters_in_the_first_line_of_a_short_film() -> None:
    lines = [line(0, 200, 2_000, LONG, "S1"), line(1, 5_000, 7_000, SHORT, "S2"),
             line(2, 8_500, 11_000, SHORT, "S1")]  # fmt: skip
    first, second, third = planned(film(lines, 11_500))
    assert first.plan is not None
    assert first.plan.span.end_ms <= 11_500
    assert first.plan.rungs[-3:] == ("squeeze", "overlap", "cut")
    assert first.plan.symbols in LONG
    assert LONG[len(first.plan.symbols)] in " ,.", "whole words"
    assert CUT in first.flags
    assert starts([second])[0] == 5_000
    assert DROWNED in second.flags
    assert DROWNED in third.flags


def test_the_last_line_begins_in_the_silence_before_it_rather_than_after_the_film() -> None:
    lines = [line(0, 0, 1_000, SHORT), line(1, 6_000, 7_000, LONG[:60])]
    _, last = planned(film(lines, 7_200))
    assert last.plan is not None
    assert 1_000 < last.plan.span.start_ms < 6_000
    assert 7_100 < last.plan.span.end_ms <= 7_200
    assert "earlier" in last.plan.rungs
    assert "squeeze" not in last.plan.rungs
    assert not unheard([last])


def test_a_slot_beyond_the_film_is_moved_into_it() -> None:
    lines = [line(0, 0, 1_000, SHORT, slot=Span(60_000, 61_500))]
    (only,) = planned(film(lines, 9_000))
    assert only.plan is not None
    assert only.plan.span.start_ms == 7_500


def test_a_line_that_has_its_plan_stays_and_closes_the_room_before_it() -> None:
    lines = dense(3)
    locked = planned(film(lines, 5_000))[1]
    typed = line(0, 0, 1_100, LONG[:44], "S0")
    first, second, _ = planned(film([typed, locked, lines[2]], 5_000))
    assert second.plan == locked.plan
    assert first.plan is not None
    assert "spill" not in first.plan.rungs
    assert {"squeeze", "overlap"} & set(first.plan.rungs)


def test_a_line_without_a_plan_is_not_in_the_film() -> None:
    lines = [replace(line(0, 0, 900, SHORT), flags=()), *planned(film(dense(1), 2_000))]
    assert audit(lines, 2_000).flags == {"L0": (NOT_IN_FILM,)}
