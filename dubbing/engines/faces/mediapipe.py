"""MediaPipe's full-range face detector and 478-point mesh (Kartynnik et al. 2019).

MediaPipe's C++ side writes warnings to the standard error stream when a network is first used; they
are kept from the user's screen.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from dubbing.engines.faces import Box, Picture

FULL_RANGE = 1
LEAST_SCORE = 0.4
_stderr_lock = threading.RLock()
FIRST_CALLS = 3
"""Calls of a fresh network that may still chatter."""


class MediaPipe:
    """Weights ship in the package."""

    version = 1
    weights: tuple[str, ...] = ()
    takes_options: tuple[str, ...] = ()
    package = "mediapipe"
    """It ships its weights."""

    def __init__(self, threads: int = 1) -> None:
        """Nothing is loaded until a picture comes; MediaPipe uses one thread a network."""
        del threads

    @cached_property
    def _detector(self) -> Any:
        with _quiet():
            from mediapipe.python.solutions.face_detection import FaceDetection

            detector = FaceDetection(
                model_selection=FULL_RANGE, min_detection_confidence=LEAST_SCORE
            )
            detector.process(np.zeros((64, 64, 3), np.uint8))
        return detector

    def detect(self, picture: Picture) -> tuple[Box, ...]:
        """All faces in a picture, the surest first."""
        height, width = picture.shape[:2]
        found = self._detector.process(picture).detections or []
        boxes = [_box(detection, width, height) for detection in found]
        return tuple(sorted(boxes, key=lambda box: -box.score))

    def mesh(self) -> MediaPipeMesh:
        """A new mesh."""
        return MediaPipeMesh()


class MediaPipeMesh:
    """The face mesh in tracking mode."""

    def __init__(self) -> None:
        """Load the networks."""
        self._calls = 0
        with _quiet():
            from mediapipe.python.solutions.face_mesh import FaceMesh

            self._mesh = FaceMesh(max_num_faces=1, refine_landmarks=True)
            self._mesh.process(np.zeros((64, 64, 3), np.uint8))  # its threads have started now

    def landmarks(self, picture: Picture) -> npt.NDArray[np.float32] | None:
        """Points float32 ``[478, 3]`` in pixels, or ``None``."""
        self._calls += 1
        if self._calls <= FIRST_CALLS:
            with _quiet():
                found = self._mesh.process(picture).multi_face_landmarks
        else:
            found = self._mesh.process(picture).multi_face_landmarks
        if not found:
            return None
        height, width = picture.shape[:2]
        points = np.array([(p.x, p.y, p.z) for p in found[0].landmark], dtype=np.float32)
        return points * np.array([width, height, width], dtype=np.float32)

    def close(self) -> None:
        """Free the graph."""
        self._mesh.close()


def _box(detection: Any, width: int, height: int) -> Box:
    box = detection.location_data.relative_bounding_box
    return Box(
        x=(box.xmin + box.width / 2) * width,
        y=(box.ymin + box.height / 2) * height,
        side=max(box.width * width, box.height * height),
        score=float(detection.score[0]),
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Send what C++ code writes to the standard error stream nowhere."""
    with _stderr_lock:
        kept = os.dup(2)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            os.close(nowhere)
