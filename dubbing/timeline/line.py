"""A line of the film, with all that the stages know and make of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from dubbing.delivery import Delivery
from dubbing.timeline.base import Span
from dubbing.timeline.hearing import Emotion, Hearing, Mouth, Word
from dubbing.timeline.people import Voice
from dubbing.timeline.speech import DurationPlan, Take
from dubbing.timeline.translation import Translation


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided of a line; ``slot`` is the time that it shall fill, if not its own."""

    verdict: str = ""
    """``accepted``, ``rejected``, or nothing."""
    slot: Span | None = None
    lip_strength: float | None = None
    note: str = ""
    by: str = ""
    at: str = ""
    asked: str = ""
    """Digest of what was asked for, which tells whether that was done."""
    is_kept: bool = False
    """Whether it stays as it was made, whatever else changes."""
    flags_accepted: tuple[str, ...] = ()
    """Faults that the checks find in the text and a person means; the text does not carry them."""


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence (or clause) of one speaker."""

    id: str
    span: Span
    text: str
    words: tuple[Word, ...]
    speaker: str = ""
    kept: str = ""
    """Why the original stays (``sung``, ``laughed``, ``wordless``, ``not understood``); empty for a line
    that is dubbed."""
    hearing: Hearing | None = None
    """``None``: nothing is known beyond the words."""
    mouth: Mouth | None = None
    """``None``: nobody is seen to speak it, so it is timed freely."""
    emotion: Emotion | None = None
    delivery: Delivery | None = None
    """How the dub shall say it."""
    translation: Translation | None = None
    voice: Voice | None = None
    """Chosen for this line alone; ``None``: its speaker's."""
    decision: Decision | None = None
    plan: DurationPlan | None = None
    take: Take | None = None
    flags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Words lie inside their line."""
        for word in self.words:
            if word.start_ms < self.span.start_ms or word.end_ms > self.span.end_ms:
                raise ValueError(f"word {word.text!r} lies outside line {self.id}")

    @property
    def slot(self) -> Span:
        """The time that the dub shall fill."""
        wished = None if self.decision is None else self.decision.slot
        return wished or self.span

    @property
    def is_kept(self) -> bool:
        """Whether it stays as it was made, whatever else changes."""
        return self.decision is not None and self.decision.is_kept

    @property
    def spoken_text(self) -> str:
        """What the dub says: the planned candidate, else the chosen translation, else nothing."""
        if self.plan is not None:
            return self.plan.text
        return self.translation.text if self.translation else ""


def line_id(span: Span, text: str) -> str:
    """A name that survives a re-run: the same words at the same time get the same id."""
    digest = hashlib.sha256(f"{span.start_ms}|{span.end_ms}|{text}".encode()).hexdigest()
    return f"L{digest[:10]}"
