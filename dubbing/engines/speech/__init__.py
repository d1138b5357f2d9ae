"""Text to speech.

To add an engine: write a class with these members in a file of this folder, name it in
``pyproject.toml`` under ``dubbing.speech``, and add it to ``tests/contracts/test_speech.py``.
What an engine can do beyond :class:`Speech` is a further small protocol, asked by ``isinstance``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from dubbing.arrays import Audio

Frames = npt.NDArray[np.float32]


class StockVoice(Protocol):
    """A voice that an engine has."""

    @property
    def name(self) -> str:
        """What the engine calls it."""

    @property
    def embedding(self) -> npt.NDArray[np.float32]:
        """GE2E vector, float32 ``[256]``, unit norm."""

    @property
    def f0_hz(self) -> float:
        """Median pitch."""

    @property
    def is_female(self) -> bool:
        """Whether it is a woman's voice."""


class Speech(Protocol):
    """Speaks."""

    version: int
    weights: tuple[str, ...]
    rate_hz: int

    def phonemes(self, text: str, language: str) -> str:
        """The symbols, one character each, that are spoken for ``text``."""

    def voices(self, language: str) -> Sequence[StockVoice]:
        """Its stock voices for a language, the most intelligible first."""


@runtime_checkable
class TakesDurations(Protocol):
    """An engine whose phonemes can be told how long to last."""

    def durations(self, phonemes: str, voice: str) -> Frames:
        """Natural lengths, float32 ``[n + 2]``, in units of 25 ms.

        Element 0 is the silence before the first symbol, the last element that after the last.
        """

    def heard(self, phonemes: str, voice: str, frames: Sequence[int]) -> tuple[float, float]:
        """Where sound begins and ends, in frames from the start, without synthesising it.

        The first and last symbols are not heard for all of their length: the last one before a full
        stop is mostly silence.
        """

    def speak(self, phonemes: str, voice: str, frames: Sequence[int]) -> Audio:
        """Mono sound in which element i of ``frames`` (``n + 2`` integers ≥ 1) lasts as told."""
