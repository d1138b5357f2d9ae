"""Whether every line of a planned film can be heard: the invariant of the timing.

- every line that has words to say in the target language has a plan
- no plan begins before the film or ends after it
- no line begins later after its slot than lines may make each other wait
- no line is talked over from end to end by lines that sound outside their own slots

A line that breaks the first, second or last of these cannot be heard; that is a red flag.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from dubbing.timeline import FRAME_MS, DurationPlan, Line, Span
from dubbing.timing.lipsync import LATER_FRAMES
from dubbing.timing.slots import MOST_DELAY_MS, inside_film

NOT_IN_FILM = "not in the film"
CUT = "cut at the film's end"
DROWNED = "talked over"
UNHEARD = (NOT_IN_FILM, CUT, DROWNED)
"""Red flags: a line that has one is not heard, or not whole."""
NOTHING_TO_SAY = "nothing to say"
DROWNED_SHARE = 0.9
"""A line that others sound over for so much of its time is not understood."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What was found in the plans of a film, by the ids of lines."""

    missing: tuple[str, ...]
    """They have words and no plan."""
    outside: tuple[str, ...]
    """They begin or end outside the film."""
    cut: tuple[str, ...]
    drowned: tuple[str, ...]
    late: tuple[str, ...]
    """They begin later than they may."""
    overlaps: tuple[tuple[str, str, int], ...]
    """Pairs of lines that sound at once though they do not in the film, and for how many ms."""

    @property
    def flags(self) -> dict[str, tuple[str, ...]]:
        """The red flags of each line that has any."""
        flags: dict[str, tuple[str, ...]] = dict.fromkeys(self.drowned, (DROWNED,))
        flags.update(dict.fromkeys(self.cut, (CUT,)))
        flags.update(dict.fromkeys((*self.missing, *self.outside), (NOT_IN_FILM,)))
        return flags


def within(plan: DurationPlan, film_ms: int) -> DurationPlan:
    """The plan moved so that it ends with the film at the latest; what still does not fit is silent.

    The sounds of a line are found only after it was fitted, so that it may be some frames too long.
    """
    over_ms = plan.span.end_ms - film_ms
    if over_ms <= 0:
        return plan
    start_ms = max(0, plan.span.start_ms - over_ms)
    over = max(0, -(-(start_ms + plan.span.duration_ms - film_ms) // FRAME_MS))
    over = min(over, plan.spoken_frames - 1)
    length_ms = plan.span.duration_ms - over * FRAME_MS
    return replace(
        plan,
        fade_frames=plan.fade_frames + over,
        span=Span(start_ms, start_ms + length_ms),
    )


def audit(lines: Sequence[Line], film_ms: int) -> Audit:
    """Check the plans of a film of this length."""
    planned = [(line, line.plan) for line in lines if line.plan is not None]
    return Audit(
        missing=tuple(line.id for line in lines if _lacks_plan(line)),
        outside=tuple(line.id for line, plan in planned if not _is_inside(plan.span, film_ms)),
        cut=tuple(line.id for line, plan in planned if "cut" in plan.rungs),
        drowned=tuple(line.id for line, plan in planned if _is_drowned(line, plan.span, lines)),
        late=tuple(line.id for line, plan in planned if _is_late(line, plan, film_ms)),
        overlaps=tuple(_overlaps([line for line, _ in planned])),
    )


def flagged(lines: Sequence[Line], film_ms: int) -> list[Line]:
    """The lines with the red flags that their plans deserve, and no others of these."""
    found = audit(lines, film_ms).flags
    return [replace(line, flags=(*_other_flags(line), *found.get(line.id, ()))) for line in lines]


def unheard(lines: Iterable[Line]) -> dict[str, tuple[str, ...]]:
    """The red flags of each line that has any, by its id."""
    red = {line.id: tuple(flag for flag in line.flags if flag in UNHEARD) for line in lines}
    return {line: flags for line, flags in red.items() if flags}


def _other_flags(line: Line) -> tuple[str, ...]:
    return tuple(flag for flag in line.flags if flag not in UNHEARD)


def _lacks_plan(line: Line) -> bool:
    has_words = line.translation is not None and NOTHING_TO_SAY not in line.flags
    return has_words and line.plan is None


def _is_inside(span: Span, film_ms: int) -> bool:
    return span.start_ms >= 0 and span.end_ms <= film_ms


def _is_late(line: Line, plan: DurationPlan, film_ms: int) -> bool:
    """A mouth that is seen may place its own line some frames later still."""
    own_ms = LATER_FRAMES * FRAME_MS if plan.lip_strength else 0
    begins_ms = inside_film(line.slot, film_ms).start_ms
    return plan.span.start_ms - begins_ms > MOST_DELAY_MS + own_ms


def _is_drowned(line: Line, span: Span, lines: Sequence[Line]) -> bool:
    pieces = [
        (max(a, span.start_ms), min(b, span.end_ms))
        for other in lines
        if other.id != line.id and other.plan is not None
        for a, b in _outside_slot(other.plan.span, other.slot)
    ]
    return _covered_ms(pieces) >= DROWNED_SHARE * span.duration_ms


def _outside_slot(span: Span, slot: Span) -> tuple[tuple[int, int], tuple[int, int]]:
    """What of a plan sounds before and after its own slot; a piece may be empty."""
    return (
        (span.start_ms, min(span.end_ms, slot.start_ms)),
        (max(span.start_ms, slot.end_ms), span.end_ms),
    )


def _covered_ms(pieces: Sequence[tuple[int, int]]) -> int:
    """How long at least one of the pieces lasts; those that end before they begin do not count."""
    covered, until = 0, 0
    for start, end in sorted(piece for piece in pieces if piece[0] < piece[1]):
        covered += max(0, end - max(start, until))
        until = max(until, end)
    return covered


def _overlaps(lines: Sequence[Line]) -> Iterable[tuple[str, str, int]]:
    in_order = sorted(lines, key=lambda line: line.plan.span.start_ms if line.plan else 0)
    for number, line in enumerate(in_order):
        assert line.plan is not None
        for other in in_order[number + 1 :]:
            assert other.plan is not None
            if other.plan.span.start_ms >= line.plan.span.end_ms:
                break
            both_ms = line.plan.span.overlap_ms(other.plan.span)
            if both_ms > line.span.overlap_ms(other.span):
                yield line.id, other.id, both_ms
