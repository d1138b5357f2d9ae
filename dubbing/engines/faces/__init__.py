"""Faces: where they are in a picture, and the mesh of one of them.

To add an engine: write a class with these members in a file of this folder and name it in
``pyproject.toml`` under ``dubbing.faces``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
"""uint8 ``[h, w, 3]``, RGB."""


@dataclass(frozen=True, slots=True)
class Box:
    """A face in pixels: its middle, its longer side, and how sure the detector is (0..1)."""

    x: float
    y: float
    side: float
    score: float

    def overlap(self, other: Box) -> float:
        """Area in common over area of both, 0..1."""
        reach = (self.side + other.side) / 2
        along = min(reach - abs(self.x - other.x), self.side, other.side)
        down = min(reach - abs(self.y - other.y), self.side, other.side)
        common = max(0.0, along) * max(0.0, down)
        return common / (self.side**2 + other.side**2 - common)


class Mesh(Protocol):
    """Follows one face from picture to picture."""

    def landmarks(self, picture: Picture) -> npt.NDArray[np.float32] | None:
        """Points float32 ``[478, 3]`` in pixels (MediaPipe's numbering), ``None`` if lost."""

    def close(self) -> None:
        """Free what it holds."""


class Faces(Protocol):
    """Finds faces and makes meshes."""

    version: int
    weights: tuple[str, ...]

    def detect(self, picture: Picture) -> Sequence[Box]:
        """All faces in a picture, the surest first."""

    def mesh(self) -> Mesh:
        """A new mesh, not yet following anybody."""
