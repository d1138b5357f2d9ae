"""Pictures of one face, cut out and of one size, at an even rate."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from dubbing.engines.faces import Box
from dubbing.media.frames import stream_frames
from dubbing.media.probe import probe
from dubbing.timeline import Span
from dubbing.vision.tracking import FaceTrack, cut_square

SIDE = 224
FPS = 25
AIR = 1.35
"""Side of the cut over side of the face, as SyncNet's crops have it."""


def face_pictures(
    film: Path, track: FaceTrack, span: Span, fps: float = FPS
) -> npt.NDArray[np.uint8]:
    """The face of ``track`` during ``span``: uint8 ``[n, 224, 224, 3]``, RGB, ``fps`` a second.

    A picture is shown until the next one comes, at any frame rate of the film.
    """
    info = probe(film)
    cut: list[npt.NDArray[np.uint8]] = []
    times: list[float] = []
    for frame in stream_frames(film, span, info, longest_side=1280, most_fps=max(2.4 * fps, 10.0)):
        place = np.searchsorted(track.times_ms, frame.time_ms)
        x, y, side = track.boxes[min(int(place), len(track.boxes) - 1)] * frame.rgb.shape[1]
        cut.append(cut_square(frame.rgb, Box(x, y, side * AIR, 1.0), SIDE))
        times.append(frame.time_ms)
    if not cut:
        return np.zeros((0, SIDE, SIDE, 3), np.uint8)
    wanted = np.arange(span.start_ms, span.end_ms, 1000 / fps)
    shown = np.clip(np.searchsorted(times, wanted, side="right") - 1, 0, len(cut) - 1)
    return np.stack([cut[i] for i in shown])
