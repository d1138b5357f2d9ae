"""Pictures of a stretch of film with their true times, one at a time."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dubbing.media.opening import open_media
from dubbing.media.packet_times import Errors, every_packet
from dubbing.media.probe import MediaInfo, VideoTrack
from dubbing.timeline import Span

WAITING_FRAMES = 8
"""Decoded ahead while the one before is looked at."""
ROOM_MS = 1.0
SURELY_BEYOND = 3
"""Packets in a row; the time stamp of one may be wrong."""


@dataclass(slots=True)
class BrokenFrames:
    """Counts what cannot be decoded."""

    n_packets: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture: ``rgb`` uint8 ``[h, w, 3]``, shown from ``time_ms`` on the film's clock."""

    time_ms: float
    rgb: npt.NDArray[np.uint8]


def stream_frames(
    path: Path,
    span: Span,
    info: MediaInfo,
    *,
    longest_side: int,
    most_fps: float,
    broken: BrokenFrames | None = None,
) -> Iterator[Frame]:
    """Pictures shown within ``span``, in order, upright, decoded on another thread.

    Args:
        path: the film.
        span: on the film's clock.
        info: what ``probe`` says of the film; without a picture there are none.
        longest_side: pictures are made no larger than this.
        most_fps: pictures that follow closer than this allows are left out.
        broken: counts packets that cannot be decoded; they cost their own pictures only.

    Raises:
        UnreadableMedia: if the film cannot be opened.
    """
    if info.video is None:
        return
    pictures = _pictures(path, span, info, info.video, broken or BrokenFrames())
    step_ms, last_ms = 1000 / most_fps, float("-inf")

    def chosen() -> Iterator[Frame]:
        nonlocal last_ms
        assert info.video is not None
        for time_ms, picture in pictures:
            if time_ms - last_ms >= step_ms - ROOM_MS:
                last_ms = time_ms
                yield Frame(time_ms, _upright(picture, longest_side, info.video.rotation_deg))

    yield from _ahead(chosen())


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


def _pictures(
    path: Path, span: Span, info: MediaInfo, video: VideoTrack, broken: BrokenFrames
) -> Iterator[tuple[float, Any]]:
    """Decoded pictures within a span and when they are shown."""
    import av

    with open_media(path) as container:
        stream: Any = next(s for s in container.streams.video if s.index == video.index)
        stream.thread_type = "AUTO"
        base_ms = float(stream.time_base or 0) * 1000
        if span.start_ms > 0 and base_ms:
            with suppress(
                av.error.FFmpegError
            ):  # what cannot be searched is read from its beginning
                container.seek(int((span.start_ms + info.start_ms) / base_ms), stream=stream)
        last_tick = (span.end_ms + info.start_ms) / base_ms if base_ms else float("inf")
        time_ms: float | None = None
        for picture in _decoded(container, stream, last_tick, broken):
            if picture.pts is not None:
                time_ms = picture.pts * base_ms - info.start_ms
            elif time_ms is not None and video.fps > 0:  # MPEG-PS names the time of some only
                time_ms += 1000 / video.fps
            else:
                continue
            if span.start_ms <= time_ms < span.end_ms:
                yield time_ms, picture


def _decoded(container: Any, stream: Any, last_tick: float, broken: BrokenFrames) -> Iterator[Any]:
    """All pictures up to a time that can be decoded; a picture is never stored after it is shown."""
    import av

    errors, n_beyond = Errors(), 0
    for packet in every_packet(container, [stream], errors):
        tick = packet.dts if packet.dts is not None else packet.pts
        n_beyond = n_beyond + 1 if tick is not None and tick >= last_tick else 0
        try:
            yield from packet.decode()
            if n_beyond >= SURELY_BEYOND:
                yield from stream.decode(None)
        except (av.error.FFmpegError, ValueError):
            broken.n_packets += 1
        if n_beyond >= SURELY_BEYOND:
            break
    broken.n_packets += errors.count


def _upright(picture: Any, longest_side: int, turn_deg: int) -> npt.NDArray[np.uint8]:
    scale = min(1.0, longest_side / max(picture.width, picture.height))
    width, height = (max(2, int(side * scale) // 2 * 2) for side in (picture.width, picture.height))
    rgb = picture.reformat(width, height, "rgb24", interpolation="BILINEAR").to_ndarray()
    turned = np.rot90(rgb, turn_deg // 90) if turn_deg % 360 else rgb
    return np.ascontiguousarray(turned)
