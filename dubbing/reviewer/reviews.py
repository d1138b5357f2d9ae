"""Several reviews made one: what is applied, what is in the way, and what is not applied at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from dubbing.errors import UsageError
from dubbing.models.voices import voice_cards
from dubbing.review.decision import LineDecision
from dubbing.reviewer.line_state import line_hash
from dubbing.reviewer.review_file import Review
from dubbing.reviewer.slots import with_possible_slot
from dubbing.timeline import Line, Timeline


@dataclass(frozen=True, slots=True)
class Conflict:
    """A line on which reviewers do not agree."""

    line: str
    by: tuple[str, ...]


@dataclass(slots=True)
class Merged:
    """What reviews say together of a dub: lines by their ids."""

    decisions: dict[str, LineDecision] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    """Lines that are not as they were when they were decided on."""
    gone: list[str] = field(default_factory=list)
    """Lines that the dub does not have any more."""


def merge(
    timeline: Timeline, reviews: Sequence[Review], *, latest: bool = False, changed: bool = False
) -> Merged:
    """Put reviews together.

    Args:
        timeline: the dub that they are about.
        reviews: one or more.
        latest: where two do not agree, the later decision counts; otherwise neither does.
        changed: whether to take decisions on lines that changed since.

    Raises:
        UsageError: if a review is about another film or language, or decides what cannot be.
    """
    assert timeline.media is not None
    for review in reviews:
        _check_is_about(review, timeline)
    lines = {line.id: line for line in timeline.lines}
    merged = Merged()
    for line_id in dict.fromkeys(line for review in reviews for line in review.decisions):
        line = lines.get(line_id)
        if line is None:
            merged.gone.append(line_id)
            continue
        said = [
            (r, r.decisions[line_id])
            for r in reviews
            if line_id in r.decisions
            and (changed or r.decisions[line_id].base in ("", line_hash(timeline, line)))
        ]
        if not said:
            merged.changed.append(line_id)
            continue
        found = [item.decision(review.reviewer) for review, item in said]
        if _agree(found) or latest:
            latest_one = max(found, key=lambda d: d.at)
            merged.decisions[line_id] = checked(timeline, line, latest_one)
        else:
            merged.conflicts.append(Conflict(line_id, tuple(d.by or "?" for d in found)))
    return merged


def _check_is_about(review: Review, timeline: Timeline) -> None:
    assert timeline.media is not None
    if review.film.fingerprint != timeline.media.fingerprint:
        raise UsageError(
            f"The review is about {review.film.name}, which is not the film of this workspace.",
            hint="Name the workspace of that film.",
        )
    if review.target_language != timeline.target_language:
        raise UsageError(
            f"The review is about the dub in '{review.target_language}', not in "
            f"'{timeline.target_language}'.",
            hint=f"Use --to {review.target_language}.",
        )


def _agree(decisions: Sequence[LineDecision]) -> bool:
    first = decisions[0]
    return all(d.verdict == first.verdict and d.wishes == first.wishes for d in decisions)


def checked(
    timeline: Timeline, line: Line, decision: LineDecision, before: LineDecision | None = None
) -> LineDecision:
    """Return a decision that can be done; a slot that reaches into a neighbour ends where that begins.

    Args:
        timeline: the dub.
        line: the line that was decided on.
        decision: what was decided.
        before: what was decided before; a slot that stays as it is is not judged again.

    Raises:
        UsageError: if it gives a time that cannot be, or a voice that there is not.
    """
    if before is None or _slot(before) != _slot(decision):
        decision = with_possible_slot(timeline, line, decision)
    known = voices_to_choose(timeline)
    if decision.voice is not None and decision.voice not in known:
        raise UsageError(
            f"There is no voice {decision.voice}.",
            hint=f"Known: {', '.join(known) or 'none, with this speech engine'}.",
        )
    return decision


def _slot(decision: LineDecision) -> tuple[int | None, int | None]:
    return decision.start_ms, decision.end_ms


def voices_to_choose(timeline: Timeline) -> list[str]:
    """The voices that a line may be given: an engine that imitates has none to choose from."""
    cast = [s.voice for s in timeline.speakers if s.voice is not None]
    if any(voice.pacer or voice.sample is not None for voice in cast):
        return []
    return [card.name for card in voice_cards(timeline.target_language)]
