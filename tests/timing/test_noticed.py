"""Flags of a plan are what a listener notices."""

import pytest

from dubbing.timeline import DurationPlan, Span
from dubbing.timing.noticed import noticed

SLOT = Span(1000, 3000)


FAST_PACE, USUAL_PACE = 9, 7
"""Syllables a second; people read Spanish aloud with 7.8, English with 6.2."""


def plan(
    span: Span, *rungs: str, tempo: float = 1.0, pace: int = FAST_PACE, lip_strength: float = 0.0
) -> DurationPlan:
    frames = span.duration_ms // 25
    n = pace * span.duration_ms // 1000
    each = [frames // n + (number < frames % n) for number in range(n)]
    natural = (0.0, *(length * tempo for length in each), 0.0)
    return DurationPlan(
        "a" * n,
        "a" * n,
        (0, *each, 0),
        natural,
        1,
        n + 1,
        0,
        span,
        rungs,
        lip_strength=lip_strength,
    )


@pytest.mark.parametrize(
    ("made", "flags"),
    [
        (plan(SLOT), ()),
        (plan(Span(1100, 3000)), ()),
        (plan(Span(1300, 3000)), ("starts late",)),
        (plan(SLOT, "durations", tempo=1.15), ()),
        (plan(SLOT, "durations", tempo=1.25), ("fast",)),
        (plan(SLOT, "durations", "rate", tempo=1.5), ("very fast",)),
        (plan(SLOT, "durations", "rate", "squeeze", tempo=2.0), ("far too fast",)),
        (plan(Span(1000, 2800), "early end"), ()),
        (plan(Span(1000, 2300), "early end"), ("ends early",)),
        (plan(SLOT, "borrow", "candidate", "speed"), ()),
        (plan(Span(1000, 4000), "spill"), ("runs over",)),
        (plan(Span(1000, 3200), "spill"), ()),
        (plan(Span(1000, 3500), "overlap"), ("talks over others",)),
        (plan(Span(1000, 3100), "overlap"), ()),
        (plan(Span(600, 3000), "earlier"), ("begins early",)),
        (plan(Span(800, 3000), "earlier"), ()),
    ],
)
def test_a_plan_has_the_flags_that_a_listener_notices(
    made: DurationPlan, flags: tuple[str, ...]
) -> None:
    assert noticed(made, SLOT, "es") == flags


def test_a_slow_voice_that_hurries_is_not_fast_before_people_would_call_it_so() -> None:
    hurried = plan(SLOT, "durations", "rate", tempo=1.4, pace=USUAL_PACE)
    assert noticed(hurried, SLOT, "es") == ()
    assert noticed(hurried, SLOT, "en") == ("very fast",)


def test_where_the_usual_pace_is_unknown_the_voices_own_counts() -> None:
    hurried = plan(SLOT, "durations", tempo=1.25, pace=USUAL_PACE)
    assert noticed(hurried, SLOT, "hi") == ("fast",)


def test_a_line_that_waits_for_its_mouth_is_not_late() -> None:
    waits = plan(Span(1400, 3000), lip_strength=0.5)
    assert noticed(waits, SLOT, "es") == ()
    assert noticed(plan(Span(1475, 3000), lip_strength=0.5), SLOT, "es") == ("starts late",)
    assert noticed(plan(Span(1400, 3000)), SLOT, "es") == ("starts late",)
