"""How a line is said in the target language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to say a line, and all that speaks for it; ``None`` where it was not measured.

    ``score`` is the engine's mean log-probability a token (0 is best), ``reverse`` that of the source
    given this text, ``natural_ms`` how long the speaker's voice takes for it, ``fit`` what it costs
    to say it in the time of its line (0 is best), ``total`` what it is worth in the end.
    """

    text: str
    score: float
    flags: tuple[str, ...] = ()
    origin: str = "engine"
    reverse: float | None = None
    natural_ms: int | None = None
    fit: float | None = None
    total: float = 0.0
    whole: str = ""
    """Name of the passage over several lines that it is a part of."""


@dataclass(frozen=True, slots=True)
class Translation:
    """The chosen text, and all candidates: the chosen one first, then the others, best first."""

    text: str
    candidates: tuple[Candidate, ...]
    engine: str
    flags: tuple[str, ...] = ()
