"""Pictures of one face, cut out and of one size, at an even rate."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from dubbing.media.frames import stream_frames
from dubbing.media.probe import probe
from dubbing.timeline import Span
from dubbing.vision.tracking import FaceTrack

SIDE = 224
FPS = 25
AIR = 1.35
"""Side of the cut over side of the face, as SyncNet's crops have it."""


def face_pictures(film: Path, track: FaceTrack, span: Span) -> npt.NDArray[np.uint8]:
    """The face of ``track`` during ``span``: uint8 ``[n, 224, 224, 3]``, RGB, 25 a second.

    A picture is shown until the next one comes, at any frame rate of the film.
    """
    import cv2

    info = probe(film)
    cut: list[npt.NDArray[np.uint8]] = []
    if info.video is None:
        return np.zeros((0, SIDE, SIDE, 3), np.uint8)
    frames = stream_frames(
        film,
        span,
        start_ms=info.start_ms,
        longest_side=1280,
        most_fps=60.0,
        turn_deg=info.video.rotation_deg,
    )
    times: list[float] = []
    for frame in frames:
        place = int(
            np.clip(np.searchsorted(track.times_ms, frame.time_ms), 0, len(track.boxes) - 1)
        )
        x, y, side = track.boxes[place] * frame.rgb.shape[1]
        scale = SIDE / (side * AIR)
        left, top = x - side * AIR / 2, y - side * AIR / 2
        matrix = np.array([[scale, 0, -scale * left], [0, scale, -scale * top]])
        cut.append(np.asarray(cv2.warpAffine(frame.rgb, matrix, (SIDE, SIDE)), dtype=np.uint8))
        times.append(frame.time_ms)
    if not cut:
        return np.zeros((0, SIDE, SIDE, 3), np.uint8)
    wanted = np.arange(span.start_ms, span.end_ms, 1000 / FPS)
    shown = np.clip(np.searchsorted(times, wanted, side="right") - 1, 0, len(cut) - 1)
    return np.stack([cut[i] for i in shown])
