"""Flags of a plan are what a listener notices."""

import pytest

from dubbing.timeline import DurationPlan, Span
from dubbing.timing.noticed import noticed

SLOT = Span(1000, 3000)


def plan(span: Span, *rungs: str, tempo: float = 1.0) -> DurationPlan:
    frames = span.duration_ms // 25
    natural = (0.0, frames * tempo, 0.0)
    return DurationPlan("a", "a", (0, frames, 0), natural, 1, 2, 0, span, rungs)


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
    ],
)
def test_a_plan_has_the_flags_that_a_listener_notices(
    made: DurationPlan, flags: tuple[str, ...]
) -> None:
    assert noticed(made, SLOT) == flags
