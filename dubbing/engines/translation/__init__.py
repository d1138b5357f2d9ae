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


class Translator(Protocol):
    """Translates sentences."""

    version: int
    weights: tuple[str, ...]

    def supports(self, source: str, target: str) -> bool:
        """Whether it knows this pair of languages."""

    def translate(
        self, sentences: Sequence[str], source: str, target: str, *, beam_size: int, n_best: int
    ) -> tuple[tuple[Hypothesis, ...], ...]:
        """For each sentence up to ``n_best`` hypotheses, best first, at least one."""
