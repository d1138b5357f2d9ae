"""Aligned pictures of a face, for networks that read who it is.

The alignment is dlib's (``get_face_chip_details`` for five landmarks): the corners of the eyes and the
base of the nose are laid upon those of a mean face by a similarity transform.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from dubbing.engines.faces import Picture

SIDE = 128
"""Twice what the larger network reads, so that its input is an average and not a sample."""
PADDING = 0.2
CORNERS = (263, 362, 33, 133, 2)
"""MediaPipe's numbers of the outer and inner corner of either eye and the base of the nose."""
MEAN_FACE = np.array(
    [
        [0.8595674595992, 0.2134981538014],
        [0.6460604764104, 0.2289674387677],
        [0.1205750620789, 0.2137274526848],
        [0.3340850613712, 0.2290642403242],
        [0.4901123135679, 0.6277975316475],
    ]
)
"""The same points in dlib's mean face, which is one wide."""
MIN_SIDE_PIXELS = 48
"""A smaller face shows too little."""
MAX_PORTRAITS = 12
FIRST_STEP_MS = 400.0


@dataclass(slots=True)
class Portraits:
    """Up to twelve portraits of one face, spread evenly over the time in which it is seen."""

    pictures: list[Picture] = field(default_factory=list)
    step_ms: float = FIRST_STEP_MS
    next_ms: float = float("-inf")

    def offer(self, picture: Picture, points: npt.NDArray[np.float32], time_ms: float) -> None:
        """Take a portrait from a picture if one is due and the face is large enough.

        Args:
            picture: uint8 ``[h, w, 3]``, RGB.
            points: float32 ``[478, 3]``, MediaPipe's landmarks in pixels of the picture.
            time_ms: when the picture is shown.
        """
        if time_ms < self.next_ms or np.ptp(points[:, :2], axis=0).max() < MIN_SIDE_PIXELS:
            return
        if len(self.pictures) == MAX_PORTRAITS:  # thin out, and go on at half the rate
            self.pictures = self.pictures[::2]
            self.step_ms *= 2
        self.pictures.append(portrait(picture, points))
        self.next_ms = time_ms + self.step_ms

    def stacked(self) -> npt.NDArray[np.uint8]:
        """All of them, uint8 ``[n, 128, 128, 3]``."""
        return np.stack(self.pictures) if self.pictures else no_portraits()


def no_portraits() -> npt.NDArray[np.uint8]:
    """Return an empty stack of portraits, uint8 ``[0, 128, 128, 3]``."""
    return np.zeros((0, SIDE, SIDE, 3), np.uint8)


def portrait(picture: Picture, points: npt.NDArray[np.float32]) -> Picture:
    """The aligned face, uint8 ``[128, 128, 3]``; black where it reaches beyond the edge."""
    import cv2

    wanted = (PADDING + MEAN_FACE) / (1 + 2 * PADDING) * SIDE
    matrix = similarity(points[list(CORNERS), :2].astype(np.float64), wanted)
    reduction = float(np.linalg.norm(matrix[:, 0]))
    if reduction < 1:  # a warp samples single pixels; average them first
        size = [max(1, round(side * reduction)) for side in picture.shape[1::-1]]
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
        matrix[:, :2] /= reduction
    warped = cv2.warpAffine(picture, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR)
    return np.asarray(warped, dtype=np.uint8)


def similarity(
    points: npt.NDArray[np.float64], wanted: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Rotation, scale and shift that lay ``points`` upon ``wanted``: float64 ``[2, 3]``.

    Least squares after Umeyama (1991); both are float64 ``[n, 2]``.
    """
    centre, aim = points.mean(axis=0), wanted.mean(axis=0)
    away, target = points - centre, wanted - aim
    left, spread, right = np.linalg.svd(target.T @ away)
    mirror = np.array([1.0, np.sign(np.linalg.det(left @ right))])
    scale = float(spread @ mirror) / float((away**2).sum())
    turn = scale * (left * mirror) @ right
    return np.column_stack([turn, aim - turn @ centre])
