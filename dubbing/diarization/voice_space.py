"""Where voices lie so that one person's moods are near each other: GE2E vectors, turned and weighed.

Linear discriminant analysis: directions in which one person's windows spread (moods, noise, what is said)
count little, those in which people differ count much. Learnt by ``dub train voice-space``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dubbing.models.catalogue import DATA

Vectors = npt.NDArray[np.float32]
FILE = "voice_space.safetensors"


@dataclass(frozen=True, slots=True, eq=False)
class VoiceSpace:
    """The middle ``[256]`` of all voices, and the axes ``[256, n]``."""

    middle: Vectors
    axes: Vectors

    def place(self, vectors: Vectors) -> Vectors:
        """Unit vectors ``[k, n]`` of GE2E vectors ``[k, 256]``."""
        placed = (vectors - self.middle) @ self.axes
        unit: Vectors = placed / (np.linalg.norm(placed, axis=1, keepdims=True) + 1e-9)
        return unit.astype(np.float32)


@cache
def load_voice_space(path: Path | None = None) -> VoiceSpace:
    """The shipped space, or one's own."""
    from safetensors.numpy import load_file

    tensors = load_file(path or DATA / FILE)
    return VoiceSpace(tensors["middle"], tensors["axes"])
