"""What somebody's voice says of how they feel.

To add an engine: write a class with these members in a file of this folder, name it in
``pyproject.toml`` under ``dubbing.emotion``, and add it to ``tests/contracts/test_emotion.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from dubbing.arrays import Audio
from dubbing.delivery import MOODS

LABELS = MOODS


@dataclass(frozen=True, slots=True, eq=False)
class Utterance:
    """A line of speech: who says it, and how to get its sound (16 kHz mono)."""

    speaker: str
    load: Callable[[], Audio]


@dataclass(frozen=True, slots=True)
class Heard:
    """What the voice tells.

    ``probabilities`` by label (labels that an engine does not know are missing), ``arousal`` from 0
    (slack) to 1 (tense), ``confidence`` from 0 (no idea) to 1.
    """

    probabilities: tuple[tuple[str, float], ...]
    arousal: float
    confidence: float


class EmotionHearer(Protocol):
    """Hears emotions."""

    version: int
    weights: tuple[str, ...]

    def hear(self, utterances: Sequence[Utterance]) -> tuple[Heard, ...]:
        """One opinion an utterance; all of a film at once, since everybody has a calm of their own."""
