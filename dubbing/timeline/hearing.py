"""What the analysis found of a line: words, language, mouth, mood."""

from __future__ import annotations

from dataclasses import dataclass

from dubbing.delivery import Delivery


@dataclass(frozen=True, slots=True)
class Word:
    """A recognised word; ``probability`` in 0..1 as the recogniser believes."""

    text: str
    start_ms: int
    end_ms: int
    probability: float


@dataclass(frozen=True, slots=True)
class Hearing:
    """In which language a line was heard, and what the recogniser says of its own doubts.

    ``language_probability`` is 1 for a language that the user named. The others are those of the
    recogniser's segment (:class:`dubbing.engines.asr.HeardSegment`), which may hold several lines.
    """

    language: str
    language_probability: float = 1.0
    mean_log_probability: float = 0.0
    no_speech_probability: float = 0.0
    compression_ratio: float = 1.0


@dataclass(frozen=True, slots=True)
class Mouth:
    """The mouth that speaks a line, and why it is taken for it.

    ``score`` weighs ``correlation`` (of the voice with the voice that the lips would make) and
    ``movement`` (of the lips, eye distances a second); ``seen`` is the share of the line in which
    it can be seen. ``rivals`` are the scores of the other faces.
    """

    face: str
    score: float
    correlation: float
    movement: float
    seen: float
    rivals: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Sense:
    """What the voice, the face or the words (``name``) of a line say of its speaker's mood.

    ``probabilities`` by label, ``confidence`` 0 to 1; ``arousal`` 0 to 1 where the sense tells it.
    """

    name: str
    probabilities: tuple[tuple[str, float], ...]
    confidence: float
    arousal: float | None = None


@dataclass(frozen=True, slots=True)
class Emotion:
    """How a line is said: label, strength 0 to 1, valence -1 to 1, arousal 0 to 1, and the evidence."""

    label: str
    intensity: float
    valence: float
    arousal: float
    senses: tuple[Sense, ...] = ()
    measured: Delivery | None = None
    """How the line was said, against how its speaker usually talks; ``None`` if it has no pitch."""
