"""GE2E speaker vectors (Wan et al. 2018, "Generalized end-to-end loss for speaker verification")."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from dubbing.arrays import Audio


class GE2E:
    """Resemblyzer's weights, run without it."""

    version = 1
    weights = ("ge2e",)
    takes_options: tuple[str, ...] = ()

    def __init__(self, threads: int = 2) -> None:
        """Load the encoder (a few megabytes, shipped in the package)."""
        from dubbing.models.speaker_encoder import SpeakerEncoder

        self._encoder: Any = SpeakerEncoder(threads=threads)

    def embed(self, audio: Audio) -> npt.NDArray[np.float32]:
        """Unit vector, float32 ``[256]``, of 16 kHz mono speech."""
        embedding: npt.NDArray[np.float32] = self._encoder.embed(audio)
        return embedding

    def embed_windows(
        self, audio: Audio, windows_ms: Sequence[tuple[int, int]]
    ) -> npt.NDArray[np.float32]:
        """Unit vectors, float32 ``[n, 256]``, of parts of 16 kHz mono speech, 1.6 s or shorter."""
        found: npt.NDArray[np.float32] = self._encoder.embed_windows(audio, windows_ms)
        return found
