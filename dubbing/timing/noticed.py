"""What a listener notices of the timing of a line; every other concession only stands in its plan."""

from __future__ import annotations

from dubbing.timeline import DurationPlan, Span

LATE_MS = 250
EARLY_END_MS = 500
NOTICED_TEMPO = 1.2
"""Faster speech than this is noticed (Netflix and EBU practice)."""
PACE_FLAGS = {"squeeze": "far too fast", "rate": "very fast", "durations": "fast"}
"""By what had to be done; the strongest alone is shown."""
PLACE_FLAGS = {"spill": "runs over", "earlier": "begins early", "overlap": "talks over others"}


def noticed(plan: DurationPlan, slot: Span) -> tuple[str, ...]:
    """Return the flags of a plan for a line that should fill ``slot``."""
    flags = []
    if plan.span.start_ms > slot.start_ms + LATE_MS:
        flags.append("starts late")
    if plan.tempo >= NOTICED_TEMPO:
        flags += [flag for rung, flag in PACE_FLAGS.items() if rung in plan.rungs][:1]
    if "early end" in plan.rungs and plan.span.end_ms < slot.end_ms - EARLY_END_MS:
        flags.append("ends early")
    return (*flags, *(PLACE_FLAGS[rung] for rung in plan.rungs if rung in PLACE_FLAGS))
