"""Pictures of a stretch of film with their true times, one at a time."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dubbing.errors import UnreadableMedia
from dubbing.media.probe import MediaInfo, VideoTrack, open_media
from dubbing.timeline import Span

WAITING_FRAMES = 8
"""Decoded ahead while the one before is looked at."""
ROOM_MS = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture: ``rgb`` uint8 ``[h, w, 3]``, shown from ``time_ms`` on the film's clock."""

    time_ms: float
    rgb: npt.NDArray[np.uint8]


def stream_frames(
    path: Path, span: Span, info: MediaInfo, *, longest_side: int, most_fps: float
) -> Iterator[Frame]:
    """Pictures shown within ``span``, in order, upright, decoded on another thread.

    Args:
        path: the film.
        span: on the film's clock.
        info: what ``probe`` says of the film; without a picture there are none.
        longest_side: pictures are made no larger than this.
        most_fps: pictures that follow closer than this allows are left out.

    Raises:
        UnreadableMedia: if the picture cannot be decoded at all.
    """
    if info.video is not None:
        yield from _ahead(_decoded(path, span, info, info.video, longest_side, most_fps))


def _ahead(frames: Iterator[Frame]) -> Iterator[Frame]:
    """The same frames, some of them made on another thread before they are asked for."""
    waiting: queue.Queue[Frame | Exception | None] = queue.Queue(WAITING_FRAMES)
    stop = threading.Event()

    def put(item: Frame | Exception | None) -> bool:
        while not stop.is_set():
            try:
                waiting.put(item, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False

    def produce() -> None:
        try:
            for frame in frames:
                if not put(frame):
                    return
            put(None)
        except Exception as error:  # noqa: BLE001 - handed to the one who waits
            put(error)

    worker = threading.Thread(target=produce, name="frames", daemon=True)
    worker.start()
    try:
        while (item := waiting.get()) is not None:
            if isinstance(item, Exception):
                raise item
            yield item
    finally:
        stop.set()
        worker.join()


def _decoded(
    path: Path,
    span: Span,
    info: MediaInfo,
    video: VideoTrack,
    longest_side: int,
    most_fps: float,
) -> Iterator[Frame]:
    import av

    step_ms, last_ms = 1000 / most_fps, float("-inf")
    with open_media(path) as container:
        stream = next(s for s in container.streams.video if s.index == video.index)
        stream.thread_type = "AUTO"
        base_ms = float(stream.time_base or 0) * 1000
        if span.start_ms > 0 and base_ms:
            container.seek(int((span.start_ms + info.start_ms) / base_ms), stream=stream)
        try:
            for picture in container.decode(stream):
                if picture.pts is None:
                    continue
                time_ms = picture.pts * base_ms - info.start_ms
                if time_ms >= span.end_ms:
                    return
                if time_ms < span.start_ms or time_ms - last_ms < step_ms - ROOM_MS:
                    continue
                last_ms = time_ms
                yield Frame(time_ms, _upright(picture, longest_side, video.rotation_deg))
        except av.error.FFmpegError as error:
            if last_ms == float("-inf"):
                raise UnreadableMedia(
                    f"The picture of {path.name} cannot be decoded.", hint="Does it play?"
                ) from error


def _upright(picture: Any, longest_side: int, turn_deg: int) -> npt.NDArray[np.uint8]:
    scale = min(1.0, longest_side / max(picture.width, picture.height))
    width, height = (max(2, int(side * scale) // 2 * 2) for side in (picture.width, picture.height))
    rgb = picture.reformat(width, height, "rgb24", interpolation="BILINEAR").to_ndarray()
    turned = np.rot90(rgb, turn_deg // 90) if turn_deg % 360 else rgb
    return np.ascontiguousarray(turned)
