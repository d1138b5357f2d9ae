"""A still portrait that speaks: mouth, jaw and eyelids moved by smooth warping.

The photograph is NASA's portrait of Eileen Collins (public domain), which scikit-image ships. MediaPipe
finds the landmarks once; three displacement fields (jaw down, mouth wide, eyelids down) are spread from
them over the picture, and each frame is the photograph warped by a sum of these fields. Inside the open
mouth the upper teeth of the photograph stay where they are, with darkness below.
"""

from __future__ import annotations

import contextlib
import math
import os
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
Field = npt.NDArray[np.float32]
Points = npt.NDArray[np.float64]

CROP = (130, 10, 190)
"""Left, top and side of the square around the face in the 512 x 512 photograph."""
LOWER_OUTER = (146, 91, 181, 84, 17, 314, 405, 321, 375)
LOWER_INNER = (95, 88, 178, 87, 14, 317, 402, 318, 324)
UPPER_OUTER = (185, 40, 39, 37, 0, 267, 269, 270, 409)
UPPER_INNER = (191, 80, 81, 82, 13, 312, 311, 310, 415)
CORNERS = (61, 78, 291, 308)
JAW = (172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 18, 200, 199, 175)
UPPER_LIDS = (159, 160, 158, 161, 157, 386, 385, 387, 384, 388)
LOWER_LIDS = (145, 144, 153, 163, 154, 374, 380, 373, 381, 390)
STILL = (1, 4, 5, 6, 168, 8, 10, 33, 133, 263, 362, 70, 300, 234, 454, 127, 356, 93, 323, 205, 425)
OPENING = 0.27
"""Jaw drop of the widest vowel, as a share of the distance between the eyes."""
CLOSING = 2.2
"""The smile shows teeth; to close it, the lower lip must rise by more than the gap, since the spread
of the displacement between the lips softens it."""
SPREAD = 0.16
"""How far a displacement reaches around its landmark, likewise."""


@dataclass(frozen=True, slots=True)
class Pose:
    """One frame: ``opening`` 0 (lips closed) to 1, ``width`` -1 (rounded) to 1, ``blink`` 0 to 1."""

    opening: float
    width: float
    blink: float
    tilt_deg: float
    shift_x: float
    shift_y: float


class AnimatedFace:
    """The portrait at ``side`` x ``side`` pixels; ``twin`` makes another person of it."""

    def __init__(self, side: int, *, twin: bool = False) -> None:
        self.side = side
        self.photo = _photograph(side, twin)
        self.points = _landmarks(self.photo)
        self.scale = float(np.linalg.norm(self.points[33] - self.points[263]))
        self._gap = max(0.0, float((self.points[14] - self.points[13])[1]))
        self._fields = self._make_fields()
        self._grid = np.stack(
            np.meshgrid(np.arange(side, dtype=np.float32), np.arange(side, dtype=np.float32))
        )

    def frame(self, pose: Pose) -> Image:
        """The picture in a pose, RGB uint8 ``[side, side, 3]``."""
        closing = CLOSING * self._gap * (1 - pose.opening) ** 2
        drop = pose.opening * OPENING * self.scale - closing
        amounts = {"jaw": drop, "wide": pose.width * 0.07 * self.scale, "lids": pose.blink}
        shift = sum(amounts[name] * field for name, field in self._fields.items())
        source = self._grid - shift
        warped = cv2.remap(
            self.photo, source[0], source[1], cv2.INTER_CUBIC, None, cv2.BORDER_REFLECT
        )
        if drop > 0:
            warped = self._with_mouth(warped, drop, pose)
        return self._turned(warped, pose)

    def _with_mouth(self, warped: Image, drop: float, pose: Pose) -> Image:
        """Darkness between the lips, and the photograph's upper teeth in it."""
        upper = self.points[[78, *UPPER_INNER, 308]]
        lower = self.points[[78, *LOWER_INNER, 308]].copy()
        arch = np.array([0, *np.sin(np.linspace(0.25, math.pi - 0.25, len(LOWER_INNER))), 0])
        lower[:, 1] += drop * arch
        middle = (upper[0, 0] + upper[-1, 0]) / 2
        for edge in (upper, lower):
            edge[:, 0] = middle + (edge[:, 0] - middle) * (1 + 0.12 * pose.width)
        outline = np.concatenate([upper, lower[::-1]])
        mask = np.zeros((self.side, self.side), np.float32)
        cv2.fillPoly(mask, [np.round(outline * 8).astype(np.int32)], 1.0, cv2.LINE_AA, 3)
        mask = cv2.GaussianBlur(mask, (0, 0), self.side / 256)[..., None]
        return (warped * (1 - mask) + self._inside(upper, drop) * mask).astype(np.uint8)

    def _inside(self, upper: Points, drop: float) -> npt.NDArray[np.float32]:
        """Teeth above, fading into a dark throat."""
        teeth_end = float(np.mean(upper[3:-3, 1])) + max(self._gap, 0.05 * self.scale)
        depth = (self._grid[1] - teeth_end) / max(0.25 * self._gap + 1.5, 1.0)
        throat = np.array([58, 22, 22], np.float32) * (1 - 0.25 * min(1.0, drop / self.scale))
        share = np.clip(depth, 0, 1)[..., None]
        return self.photo * (1 - share) + throat * share

    def _turned(self, picture: Image, pose: Pose) -> Image:
        """The head sways a little."""
        centre = (self.side / 2, self.side * 0.7)
        matrix = cv2.getRotationMatrix2D(centre, pose.tilt_deg, 1.03)
        matrix[:, 2] += (pose.shift_x * self.scale, pose.shift_y * self.scale)
        return cv2.warpAffine(
            picture, matrix, (self.side, self.side), None, cv2.INTER_LINEAR, cv2.BORDER_REFLECT
        )

    def _make_fields(self) -> dict[str, Field]:
        """Displacements [2, side, side] in pixels for one unit of each movement."""
        jaw = dict.fromkeys((*LOWER_INNER[1:-1], *LOWER_OUTER[1:-1]), (0.0, 1.0))
        jaw |= dict.fromkeys(JAW, (0.0, 0.85))
        jaw |= dict.fromkeys((95, 324, 146, 375), (0.0, 0.45))
        jaw |= dict.fromkeys((*UPPER_INNER, *UPPER_OUTER, *STILL), (0.0, 0.0))
        jaw |= dict.fromkeys(CORNERS, (0.0, 0.2))
        wide = dict.fromkeys((*STILL, *JAW), (0.0, 0.0))
        centre = self.points[[13, 14]].mean(axis=0)
        for i in (*UPPER_INNER, *UPPER_OUTER, *LOWER_INNER, *LOWER_OUTER, *CORNERS):
            wide[i] = (float((self.points[i] - centre)[0] / (0.35 * self.scale)), 0.0)
        lids = dict.fromkeys((*STILL, *LOWER_LIDS, 105, 334), (0.0, 0.0))
        for upper, lower in zip(UPPER_LIDS, LOWER_LIDS, strict=True):
            lids[upper] = (0.0, 0.9 * float((self.points[lower] - self.points[upper])[1]))
        return {name: self._spread(moves) for name, moves in
                (("jaw", jaw), ("wide", wide), ("lids", lids))}  # fmt: skip

    def _spread(self, moves: dict[int, tuple[float, float]]) -> Field:
        """Landmark displacements over the whole picture: Gaussian-weighted mean, zero far off."""
        small = self.side // 4
        axis = (np.arange(small) + 0.5) * 4
        x, y = np.meshgrid(axis, axis)
        total = np.full((small, small), 1e-3)
        field = np.zeros((2, small, small))
        for index, (dx, dy) in moves.items():
            px, py = self.points[index]
            near = np.exp(-((x - px) ** 2 + (y - py) ** 2) / (2 * (SPREAD * self.scale / 2) ** 2))
            total += near
            field += near * np.array([dx, dy])[:, None, None]
        return np.stack(
            [cv2.resize(part / total, (self.side, self.side), None, 0, 0, cv2.INTER_CUBIC)
             for part in field]
        ).astype(np.float32)  # fmt: skip


def _photograph(side: int, twin: bool) -> Image:
    from skimage import data

    left, top, size = CROP
    crop = data.astronaut()[top : top + size, left : left + size]
    photo = cv2.resize(crop, (side, side), None, 0, 0, cv2.INTER_LANCZOS4)
    if twin:  # mirrored, a longer face, another light: enough to be told apart
        photo = cv2.resize(photo[:, ::-1], (int(side * 0.9), side), None, 0, 0, cv2.INTER_AREA)
        pad = side - photo.shape[1]
        photo = cv2.copyMakeBorder(photo, 0, 0, pad // 2, pad - pad // 2, cv2.BORDER_REFLECT)
        photo = np.clip(photo * np.array([0.82, 0.9, 1.05]) - 6, 0, 255)
    return np.ascontiguousarray(photo, dtype=np.uint8)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """MediaPipe's native code writes warnings for its own developers to standard error."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _landmarks(photo: Image) -> Points:
    """MediaPipe's 478 points in pixels, float64 [478, 2]."""
    from mediapipe import solutions

    with (
        _quiet(),
        solutions.face_mesh.FaceMesh(static_image_mode=True, refine_landmarks=True) as mesh,
    ):
        found = mesh.process(photo).multi_face_landmarks
    if not found:
        raise SystemExit("MediaPipe finds no face in the photograph.")
    size = np.array(photo.shape[1::-1])
    return np.array([(p.x, p.y) for p in found[0].landmark]) * size
