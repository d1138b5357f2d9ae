"""Where the picture is cut.

A cut changes all of the picture at once: the mean change of hue, saturation and brightness from one
small picture to the next leaps beyond what is usual around it (the content and adaptive detectors of
PySceneDetect joined; written out here since that package brings another build of OpenCV than MediaPipe,
and the two cannot share an environment).
"""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

SMALL = (64, 36)
COARSE = (256, 144)
"""Pixels between are skipped before averaging: a cut is seen all the same, in a tenth of the time."""
LEAST_CHANGE = 18.0
"""Mean change of the three channels (0..255) that a cut must have …"""
TIMES_USUAL = 3.0
"""… and how many times the mean of the changes before it."""
REMEMBERED = 6
SHORTEST_FRAMES = 3


class ShotDetector:
    """Fed pictures one by one, tells which begin a new shot."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        self._last: npt.NDArray[np.float32] | None = None
        self._changes: deque[float] = deque(maxlen=REMEMBERED)
        self._since = 0

    def is_cut(self, rgb: npt.NDArray[np.uint8]) -> bool:
        """Whether ``rgb`` (uint8 ``[h, w, 3]``) begins another shot than the picture before."""
        small = _small(rgb)
        if self._last is None:
            self._last = small
            return True
        change = float(np.abs(small - self._last).mean())
        usual = float(np.mean(self._changes)) if self._changes else 0.0
        self._last = small
        self._since += 1
        cut = change > max(LEAST_CHANGE, TIMES_USUAL * usual) and self._since >= SHORTEST_FRAMES
        if cut:
            self._changes.clear()
            self._since = 0
        else:
            self._changes.append(change)
        return cut


def _small(rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    import cv2

    coarse = rgb[:: max(1, rgb.shape[0] // COARSE[1]), :: max(1, rgb.shape[1] // COARSE[0])]
    small = cv2.resize(np.ascontiguousarray(coarse), SMALL, interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(small, cv2.COLOR_RGB2HSV).astype(np.float32)
