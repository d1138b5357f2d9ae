"""Voices to vectors: who sounds like whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

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
