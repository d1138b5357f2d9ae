"""Text to text in another language.

To add an engine: write a class with these members in a file of this folder, name it in
``pyproject.toml`` under ``dubbing.translation``, and add it to
``tests/contracts/test_translation.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One translation; ``score`` is the mean log-probability a token (0 is best)."""

    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Request:
    """From which language to which, and how hard to search.

    ``own_script`` asks that nothing be written in another script than the target's: for a second
    try, where the first copied the source.
    """

    source: str
    target: str
    beam_size: int = 4
    n_best: int = 4
    own_script: bool = False


class Translator(Protocol):
    """Translates sentences."""

    version: int
    weights: tuple[str, ...]

    def supports(self, source: str, target: str) -> bool:
        """Whether it knows this pair of languages."""

    def translate(
        self, sentences: Sequence[str], request: Request
    ) -> tuple[tuple[Hypothesis, ...], ...]:
        """For each sentence up to ``n_best`` hypotheses, best first, at least one."""
