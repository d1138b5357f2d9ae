"""What a face says of its owner's sex and age: dlib's networks by Cydral (CC0).

Residual networks, trained by their authors on pictures of all ages. What they were trained to tell is how
people look, and they may be wrong about anybody: the voice and a person's own word count beside them.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from dubbing.models.onnx import onnx_session
from dubbing.timeline import FaceReading

SEX_SIDE, AGE_SIDE = 32, 64
CHANNEL_MEANS = np.array([122.781998, 117.000999, 104.297997], dtype=np.float32)
AGES_YEARS = np.array([0.25, *range(1, 81)])
SUREST = 1e-3
"""No single picture counts as surer than this."""


class AgeAndSex:
    """Reads portraits (:mod:`dubbing.vision.portraits`)."""

    def __init__(self, threads: int = 1) -> None:
        """Load both graphs (6 MB, shipped)."""
        from dubbing.models.resolver import resolve

        self._sex: Any = onnx_session(resolve("face-sex") / "face_sex.onnx", threads)
        self._age: Any = onnx_session(resolve("face-age") / "face_age.onnx", threads)

    def read(self, portraits: npt.NDArray[np.uint8]) -> FaceReading | None:
        """Read one face from its portraits, uint8 ``[n, 128, 128, 3]``; ``None`` if there are none.

        Probabilities are averaged as log-odds, ages by their median.
        """
        if not len(portraits):
            return None
        shares = self._sex.run(None, {"images": _prepared(portraits, SEX_SIDE)})[0]
        female = np.clip(shares[:, 0].astype(np.float64), SUREST, 1 - SUREST)
        log_odds = float(np.mean(np.log(female / (1 - female))))
        years = self._age.run(None, {"images": _prepared(portraits, AGE_SIDE)})[0] @ AGES_YEARS
        return FaceReading(
            round(1 / (1 + float(np.exp(-log_odds))), 4),
            round(float(np.median(years)), 1),
            len(portraits),
        )


@cache
def shipped_reader() -> AgeAndSex:
    """Load the reader once for all stretches of a film."""
    return AgeAndSex()


def _prepared(portraits: npt.NDArray[np.uint8], side: int) -> npt.NDArray[np.float32]:
    """Float32 ``[n, 3, side, side]`` as both networks were trained."""
    import cv2

    small = np.stack([cv2.resize(p, (side, side), interpolation=cv2.INTER_AREA) for p in portraits])
    scaled = (small.astype(np.float32) - CHANNEL_MEANS) / np.float32(256)
    return np.ascontiguousarray(scaled.transpose(0, 3, 1, 2))
