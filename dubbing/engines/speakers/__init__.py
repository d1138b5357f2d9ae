"""Voices to vectors: who sounds like whom; or, from engines that can, turns at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from dubbing.arrays import Audio


class SpeakerEmbedder(Protocol):
    """Turns speech into a point of voice space."""

    version: int
    weights: tuple[str, ...]

    def embed(self, audio: Audio) -> npt.NDArray[np.float32]:
        """Unit vector, float32 ``[256]``, of 16 kHz mono speech."""

    def embed_windows(
        self, audio: Audio, windows_ms: Sequence[tuple[int, int]]
    ) -> npt.NDArray[np.float32]:
        """Unit vectors, float32 ``[n, 256]``, of parts of 16 kHz mono speech, 1.6 s or shorter."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A stretch of one voice, by its number."""

    start_ms: int
    end_ms: int
    voice: int


@runtime_checkable
class FindsTurns(Protocol):
    """An engine that says who speaks when by itself."""

    def turns(self, sound: Path, count: int | None) -> Sequence[Turn]:
        """Turns of a 16 kHz mono WAV in order of time; ``count`` people, or as many as it finds."""
