"""Text to speech.

To add an engine: write a class with these members in a file of this folder, name it in
``pyproject.toml`` under ``dubbing.speech``, and add it to ``tests/contracts/test_speech.py``.
What an engine can do beyond :class:`Speech` is a further small protocol, asked by ``isinstance``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from dubbing.arrays import Audio
from dubbing.delivery import NEUTRAL, Delivery

Frames = npt.NDArray[np.float32]


Tensors = dict[str, npt.NDArray[np.float32]]
Progress = Callable[[float], None]
"""Told the share that is done."""


@dataclass(frozen=True, slots=True)
class TunedVoice:
    """A stock voice made to sound like somebody: what :meth:`LearnsVoices.learn` found, in a file."""

    stock: str
    tensors: Path
    """A safetensors file, named by its content."""

    def __str__(self) -> str:
        """A name that tells it from all others, for cache keys."""
        return f"{self.stock}+{self.tensors.stem}"


@dataclass(frozen=True, slots=True)
class Sample:
    """Speech of somebody who is to be imitated: a mono WAV, the words in it, and their language."""

    sound: Path
    text: str
    language: str

    def __str__(self) -> str:
        """A name that tells it from all others: files of a workspace are named by their content."""
        return f"like {self.sound.stem}"


VoiceName = str | TunedVoice | Sample
"""A stock voice by its name, a tuned one, or somebody to imitate."""


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

    def durations(self, phonemes: str, voice: VoiceName) -> Frames:
        """Natural lengths, float32 ``[n + 2]``, in units of 25 ms.

        Element 0 is the silence before the first symbol, the last element that after the last.
        """

    def heard(self, phonemes: str, voice: VoiceName, frames: Sequence[int]) -> tuple[float, float]:
        """Where sound begins and ends, in frames from the start, without synthesising it.

        The first and last symbols are not heard for all of their length: the last one before a full
        stop is mostly silence.
        """

    def speak(
        self,
        phonemes: str,
        voice: VoiceName,
        frames: Sequence[int],
        delivery: Delivery = NEUTRAL,
    ) -> Audio:
        """Mono sound in which element i of ``frames`` (``n + 2`` integers ≥ 1) lasts as told.

        ``delivery`` bends pitch, loudness and colour; its rate is in ``frames`` already.
        """


@runtime_checkable
class SpeaksWhole(Speech, Protocol):
    """An engine that is handed a text, and cannot be told how long its phonemes last."""

    licence: str
    """Of its weights, in words: a user must know whether a film may be sold."""
    imitates: bool
    """It speaks like a :class:`Sample`; otherwise it has voices of its own."""
    takes_speed: bool

    def say(
        self, text: str, language: str, voice: VoiceName, delivery: Delivery, speed: float
    ) -> Audio:
        """Mono sound of a text; ``speed`` above 1 is faster than natural."""


@dataclass(frozen=True, slots=True, eq=False)
class Likeness:
    """Whom a voice shall sound like.

    GE2E vector float32 ``[256]``, pitch in Hz and its range in semitones (10th to 90th percentile),
    ``None`` where unknown.
    """

    embedding: npt.NDArray[np.float32]
    f0_hz: float | None = None
    f0_range_st: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Learnt:
    """What has to be known to speak like somebody, to be kept as safetensors, and how alike it is.

    ``cosine`` is measured on sentences that nothing was learnt from.
    """

    tensors: Tensors
    cosine: float


@runtime_checkable
class LearnsVoices(Protocol):
    """An engine that can make a stock voice of its own sound like somebody."""

    def learn(self, stock: str, language: str, like: Likeness, progress: Progress) -> Learnt:
        """Make ``stock`` sound like somebody when it speaks ``language``."""
