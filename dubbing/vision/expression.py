"""What a face says: mini-Xception trained on FER2013 (Arriaga et al. 2017, weights of fer, MIT)."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from dubbing.models.onnx import onnx_session
from dubbing.vision.face_pictures import AIR

SIDE = 64
FACE_AIR = 1.1
"""The network learnt faces with so little air around them."""
LABELS = ("angry", "disgusted", "fearful", "happy", "sad", "surprised", "neutral")
"""In the order of the network."""


class Expression:
    """Pictures of a face to probabilities of seven expressions."""

    def __init__(self, threads: int = 1) -> None:
        """Load the graph (0.2 MB, shipped)."""
        from dubbing.models.resolver import resolve

        self._session: Any = onnx_session(resolve("expression") / "expression.onnx", threads)

    def read(self, pictures: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
        """Mean probabilities float64 ``[7]`` over pictures uint8 ``[n, side, side, 3]``, RGB, n ≥ 1.

        The mean is one of logarithms: a face that talks shows much for a picture at a time.
        """
        grey = np.stack([_prepared(picture) for picture in pictures])[:, None]
        name = self._session.get_inputs()[0].name
        shares = self._session.run(None, {name: grey})[0].astype(np.float64)
        mean = np.exp(np.log(shares + 1e-4).mean(axis=0))
        return np.asarray(mean / mean.sum())


def _prepared(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """The face with little air around it, grey, 64 x 64, from -1 to 1."""
    margin = round(picture.shape[0] * (1 - FACE_AIR / AIR) / 2)
    inner = picture[margin : picture.shape[0] - margin, margin : picture.shape[1] - margin]
    grey = cv2.resize(cv2.cvtColor(inner, cv2.COLOR_RGB2GRAY), (SIDE, SIDE))
    return (grey.astype(np.float32) / 127.5 - 1.0).astype(np.float32)
