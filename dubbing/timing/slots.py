"""The time of every line between its neighbours, and how long lines may make each other wait.

A line that runs over delays the next one, so that both are understood. The delay is bounded, so that one
text that is far too long cannot silence the lines after it: a line begins at most `MOST_DELAY_MS` late,
before its own slot has ended, and early enough to be said before the film ends. Only the line just before
can delay a line; one that sounds on over others (rung ``overlap``) delays no other speaker at all, and
the same voice for as long as it may wait. Lines that have a plan already stay where they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dubbing.timeline import FRAME_MS, DurationPlan, Line, Span
from dubbing.timing.isochrony import Slot

MOST_DELAY_MS = 1_000
"""No line begins later than this after its slot because of the line before it."""
LEAST_SHARE_KEPT = 4
"""At the film's end a line may lose this part (one in ...) of its slot to the line before it."""
LEAST_AT_END_MS = 500
"""A slot that begins later than this before the film's end, or after it, is moved into the film."""
NEIGHBOURS = 20
"""So many lines back are looked at for what sounds before a line."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line may be said: its slot, which counts from its start, and since when nobody speaks."""

    slot: Slot
    start_ms: int
    earliest_ms: int


def place(lines: Sequence[Line], planned: Sequence[Line], film_ms: int, gap_ms: int) -> Place:
    """The place of the first line that is not ``planned`` yet.

    Args:
        lines: all lines of the film; one that has a plan keeps it.
        planned: the lines before it, planned.
        film_ms: length of the film.
        gap_ms: silence to keep before the next line.
    """
    number = len(planned)
    line, own = lines[number], inside_film(lines[number].slot, film_ms)
    previous = _previous(lines, planned, own)
    start_ms, free_from_ms = own.start_ms, 0
    if previous is not None and previous.plan is not None:
        free_from_ms = previous.plan.span.end_ms + gap_ms
        start_ms = _start_ms(line, own, previous, film_ms, free_from_ms)
    silent_from_ms = max(free_from_ms, _sounds_until_ms(planned, gap_ms))
    slot = _slot(lines, number, own, start_ms, film_ms, gap_ms)
    before = max(0, start_ms - silent_from_ms) // FRAME_MS
    slot = Slot(slot.wanted, slot.most, slot.limit, slot.film, before)
    return Place(slot, start_ms, min(start_ms, free_from_ms))


def inside_film(slot: Span, film_ms: int) -> Span:
    """A slot without what lies beyond the film."""
    if slot.end_ms <= film_ms:
        return slot
    start_ms = slot.start_ms
    if start_ms > film_ms - LEAST_AT_END_MS:
        start_ms = max(0, film_ms - slot.duration_ms)
    return Span(min(start_ms, film_ms - 1), film_ms)


def latest_start_ms(line: Line, film_ms: int) -> int:
    """The latest time at which a line may begin because the one before it runs over."""
    own = inside_film(line.slot, film_ms)
    spare_ms = max(film_ms - own.end_ms, own.duration_ms // LEAST_SHARE_KEPT)
    return own.start_ms + min(MOST_DELAY_MS, own.duration_ms, spare_ms)


def _start_ms(line: Line, own: Span, previous: Line, film_ms: int, free_from_ms: int) -> int:
    assert previous.plan is not None
    if "overlap" in previous.plan.rungs and previous.speaker != line.speaker:
        return own.start_ms
    return min(max(own.start_ms, free_from_ms), latest_start_ms(line, film_ms))


def _previous(lines: Sequence[Line], planned: Sequence[Line], own: Span) -> Line | None:
    """The line that must have ended before this one begins."""
    for number in range(len(planned) - 1, -1, -1):
        plan = planned[number].plan
        if plan is None or _talked_over(lines, number, plan):
            continue
        return planned[number] if plan.span.start_ms < own.end_ms else None
    return None


def _talked_over(lines: Sequence[Line], number: int, plan: DurationPlan) -> bool:
    """Whether the next line begins within this one in the film, and may do so in the dub."""
    return _is_within(lines, number + 1) and not {"spill", "squeeze"} & set(plan.rungs)


def _is_within(lines: Sequence[Line], number: int) -> bool:
    """Whether a line begins within the one before it, in the film."""
    return number < len(lines) and lines[number].span.start_ms < lines[number - 1].span.end_ms


def _sounds_until_ms(planned: Sequence[Line], gap_ms: int) -> int:
    """When the last of the lines before has ended, in the dub or, where it stays, in the original."""
    near = planned[-NEIGHBOURS:]
    ends = (line.span.end_ms if line.plan is None else line.plan.span.end_ms for line in near)
    return max(ends, default=-gap_ms) + gap_ms


def _slot(
    lines: Sequence[Line], number: int, own: Span, start_ms: int, film_ms: int, gap_ms: int
) -> Slot:
    def frames(until_ms: int) -> int:
        return (until_ms - start_ms) // FRAME_MS

    film = max(1, frames(film_ms))
    wanted = min(max(1, frames(own.end_ms)), film)
    if number + 1 == len(lines):
        return Slot(wanted, film, film, film)
    following = lines[number + 1]
    if following.plan is None:
        most = frames(following.slot.start_ms - gap_ms)
        limit = frames(latest_start_ms(following, film_ms) - gap_ms)
    else:
        most = limit = frames(following.plan.span.start_ms - gap_ms)
        if not _is_within(lines, number + 1):
            wanted = max(1, min(wanted, most))
    most = min(max(most, wanted), film)
    return Slot(wanted, most, min(max(limit, most), film), film)
