"""Where a line may lie: as far as its neighbours and the film let it."""

from __future__ import annotations

from dubbing.errors import UsageError
from dubbing.review.decision import LineDecision
from dubbing.timeline import Line, Span, Timeline

ROOM_MS = 5_000
"""A slot may be moved by no more than this, even where silence lasts longer."""
SHORTEST_MS = 100


def room(timeline: Timeline, number: int) -> tuple[int, int]:
    """Return from when to when line ``number`` may lie.

    It is the time from the end of the line before to the beginning of the next, as they are spoken;
    the line's own time is always in it.
    """
    assert timeline.media is not None
    lines = timeline.lines
    line = lines[number - 1]
    before = max(
        (_spoken(other).end_ms for other in lines[max(0, number - 2) : number - 1]), default=0
    )
    after = min(
        (_spoken(other).start_ms for other in lines[number : number + 1]),
        default=timeline.media.duration_ms,
    )
    earliest_ms = max(before, line.span.start_ms - ROOM_MS)
    latest_ms = min(after, line.span.end_ms + ROOM_MS)
    return min(earliest_ms, line.span.start_ms), max(latest_ms, line.span.end_ms)


def _spoken(line: Line) -> Span:
    return line.span if line.take is None else line.take.speech


def with_possible_slot(timeline: Timeline, line: Line, decision: LineDecision) -> LineDecision:
    """Return the decision with its slot within the room of the line.

    Raises:
        UsageError: if the slot ends before it begins, or lies outside the film or the room.
    """
    if decision.start_ms is None and decision.end_ms is None:
        return decision
    number = timeline.number_of(line.id)
    start_ms = line.span.start_ms if decision.start_ms is None else decision.start_ms
    end_ms = line.span.end_ms if decision.end_ms is None else decision.end_ms
    _check(timeline, number, start_ms, end_ms)
    earliest_ms, latest_ms = room(timeline, number)
    inside = (max(start_ms, earliest_ms), min(end_ms, latest_ms))
    if inside[1] - inside[0] < min(SHORTEST_MS, end_ms - start_ms):
        raise UsageError(
            f"The slot of line {number} ({start_ms} to {end_ms} ms) lies in the time of another line.",
            hint=f"It can lie between {earliest_ms} and {latest_ms} ms.",
        )
    changes = {
        "start_ms": None if decision.start_ms is None else inside[0],
        "end_ms": None if decision.end_ms is None else inside[1],
    }
    return decision.model_copy(update=changes)


def _check(timeline: Timeline, number: int, start_ms: int, end_ms: int) -> None:
    assert timeline.media is not None
    if end_ms <= start_ms:
        raise UsageError(
            f"The slot of line {number} ends ({end_ms} ms) before it begins ({start_ms} ms)."
        )
    if end_ms > timeline.media.duration_ms:
        raise UsageError(
            f"The slot of line {number} ends ({end_ms} ms) after the end of the film "
            f"({timeline.media.duration_ms} ms)."
        )
