"""Which of a file's pictures is the film, and which are cover art."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dubbing.media.opening import open_media
from dubbing.media.packet_times import every_packet

LOOKED_AT_S = 10.0
STILL_CODECS = frozenset({"mjpeg", "png", "bmp", "gif", "webp", "tiff", "jpegls", "jpeg2000"})
"""In which cover art is stored; films may be, too."""
MOST_PACKETS = 20_000
"""Looked at: ten seconds of any film have fewer."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """Streams of PyAV: the film's picture, other moving ones (angles), and cover art."""

    film: Any | None
    others: tuple[Any, ...]
    covers: tuple[Any, ...]
    times_s: tuple[float, ...]
    """When the first seconds of the film's pictures are shown, in the order of the file."""


def sort_pictures(path: Path, streams: Sequence[Any]) -> Pictures:
    """Tell the film's picture from other ones.

    A still in a codec of photographs is a cover, wherever it stands and whatever its flags say. Of
    those that are left, one that moves outweighs one that does not; then the default, the longest and
    the one of most frames is taken.
    """
    known = [s for s in streams if s.codec_context is not None and s.codec_context.name]
    flagged = [s for s in known if is_cover(s)]
    times = _first_times(path, [s.index for s in known if s not in flagged])
    covers = flagged + [
        s for s in known
        if s not in flagged and s.codec_context.name in STILL_CODECS and len(times[s.index]) <= 1
    ]  # fmt: skip
    films = sorted((s for s in known if s not in covers), key=lambda s: _rank(s, times[s.index]))
    if not films:
        return Pictures(None, (), tuple(covers), ())
    *others, film = films
    others.sort(key=lambda stream: stream.index)
    return Pictures(film, tuple(others), tuple(covers), tuple(times[film.index]))


def is_cover(stream: Any) -> bool:
    """Whether the container says that a stream is cover art."""
    import av

    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _rank(stream: Any, times_s: Sequence[float]) -> tuple[bool, bool, float, int, int]:
    """The film's picture has the highest."""
    import av

    is_default = bool(stream.disposition & av.stream.Disposition.default)
    length_s = float((stream.duration or 0) * (stream.time_base or 0))
    return len(times_s) > 1, is_default, length_s, max(stream.frames, len(times_s)), -stream.index


def _first_times(path: Path, indices: Sequence[int]) -> dict[int, list[float]]:
    """Times of the first seconds of packets of some streams, across damaged places."""
    times: dict[int, list[float]] = {index: [] for index in indices}
    if not indices:
        return times
    with open_media(path) as container:
        wanted = [stream for stream in container.streams if stream.index in times]
        for number, packet in enumerate(every_packet(container, wanted)):
            if packet.pts is None or not packet.size:
                continue
            found = times[packet.stream.index]
            found.append(float(packet.pts * packet.time_base))
            if found[-1] - found[0] > LOOKED_AT_S or number > MOST_PACKETS:
                break
    return times
