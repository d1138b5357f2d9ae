"""Voices to vectors: who sounds like whom."""

from __future__ import annotations

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
