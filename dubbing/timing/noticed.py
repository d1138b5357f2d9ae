"""What a listener notices of the timing of a line; every other concession only stands in its plan."""

from __future__ import annotations

from dubbing.language.syllables import USUAL_PER_S, syllables
from dubbing.timeline import FRAME_MS, DurationPlan, Span
from dubbing.timing.bounds import is_silent
from dubbing.timing.lipsync import LATER_FRAMES

LATE_MS = 250
"""A line that begins or ends so much after its time is noticed; a mouth may have set it later yet."""
EARLY_END_MS = 500
NOTICED_TEMPO = 1.2
"""A voice that speaks so much faster than it would may be noticed (Netflix and EBU practice) ..."""
NOTICED_PACE = 1.1
"""... and is if it says so many times the syllables that people usually say in a second."""
PACE_FLAGS = {"squeeze": "far too fast", "rate": "very fast", "durations": "fast"}
"""By what had to be done; the strongest alone is shown."""
OVER_FLAGS = {"spill": "runs over", "overlap": "talks over others"}


def noticed(plan: DurationPlan, slot: Span, language: str) -> tuple[str, ...]:
    """Return the flags of a plan for a line in ``language`` that should fill ``slot``."""
    mouth_ms = LATER_FRAMES * FRAME_MS if plan.lip_strength else 0
    flags = []
    if plan.span.start_ms > slot.start_ms + LATE_MS + mouth_ms:
        flags.append("starts late")
    if _is_fast(plan, language):
        flags += [flag for rung, flag in PACE_FLAGS.items() if rung in plan.rungs][:1]
    if "early end" in plan.rungs and plan.span.end_ms < slot.end_ms - EARLY_END_MS:
        flags.append("ends early")
    if "earlier" in plan.rungs and plan.span.start_ms < slot.start_ms - LATE_MS:
        flags.append("begins early")
    if plan.span.end_ms > slot.end_ms + LATE_MS:
        flags += [OVER_FLAGS[rung] for rung in plan.rungs if rung in OVER_FLAGS]
    return tuple(flags)


def _is_fast(plan: DurationPlan, language: str) -> bool:
    if plan.tempo < NOTICED_TEMPO:
        return False
    usual, pace = USUAL_PER_S.get(language), _syllables_per_s(plan, language)
    return usual is None or pace is None or pace >= NOTICED_PACE * usual


def _syllables_per_s(plan: DurationPlan, language: str) -> float | None:
    """As it is planned, without pauses; ``None`` if its symbols have no syllables."""
    pairs = zip(plan.symbols, plan.frames[1:-1], strict=True)
    sounding_ms = sum(frames for symbol, frames in pairs if not is_silent(symbol)) * FRAME_MS
    n = syllables(plan.symbols, language)
    return 1000 * n / sounding_ms if n and sounding_ms else None
