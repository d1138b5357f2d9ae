"""When a film and each of its streams start, also where the first packets claim what cannot be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

from dubbing.errors import UnreadableMedia
from dubbing.media.opening import open_media
from dubbing.media.packet_runs import JUMP_MS
from dubbing.media.packet_times import StreamTimes, every_packet, packet_times

FAR_MS = 1_000.0
"""Streams of a sound film start closer together than this; else all packets are asked."""
HALF_CLOCK_MS = 2**32 / 90
"""That of MPEG begins again after twice this time."""
LOOKED_AT_PACKETS = 256
"""Of a stream that is alone; an MPEG-TS writes one time stamp for a dozen packets."""


@dataclass(frozen=True, slots=True)
class Starts:
    """Times in milliseconds on the container's clock."""

    film_ms: float
    streams: dict[int, float]
    """By index; those that tell none are left out."""
    end_ms: float | None = None
    """Where the film ends, if some time stamps are damaged; else its length can be declared."""

    def of(self, stream: Any) -> float:
        """When a stream starts on the film's clock."""
        return self.streams.get(stream.index, 0.0) - self.film_ms


def find_starts(path: Path, container: Any, streams: Sequence[Any]) -> Starts:
    """Return the starts that a container declares, or those that its packets tell.

    Args:
        path: the film.
        container: the same, opened.
        streams: its picture and its sounds.

    Raises:
        UnreadableMedia: if the first of their time stamps spoil all others.
    """
    declared = _declared(container, streams)
    if not _is_doubtful(path, declared, streams):
        return declared
    times = packet_times(path)
    if times.start_ms is None or not any(stream.strays for stream in times.streams.values()):
        return declared
    is_right = abs(times.start_ms - declared.film_ms) <= FAR_MS
    film_ms = declared.film_ms if is_right else times.start_ms
    told = {index: stream.begin_ms for index, stream in times.streams.items()}
    _check_clock(path, [s for index, s in times.streams.items() if index in declared.streams])
    return Starts(film_ms, declared.streams | told, times.end_ms)


def _check_clock(path: Path, streams: Iterable[StreamTimes]) -> None:
    """Raise ``UnreadableMedia`` if versions of ffmpeg differ on when the clock began again."""
    for stream in streams:
        claims = [stray.begin_ms for stray in stream.strays] if stream.begins_stray else []
        off_ms = max((abs(claim - stream.begin_ms) for claim in claims), default=0.0)
        if off_ms > HALF_CLOCK_MS:
            raise UnreadableMedia(
                f"The first time stamps of {path.name} are damaged: they are "
                f"{off_ms / 3.6e6:.1f} h from all others.",
                hint="Copy it into another container first, without its first second.",
            )


def _declared(container: Any, streams: Sequence[Any]) -> Starts:
    import av

    starts = {
        stream.index: float(stream.start_time * stream.time_base * 1000)
        for stream in streams
        if stream.start_time is not None
    }
    film_ms = min(starts.values(), default=0.0)
    if container.start_time is not None:
        film_ms = container.start_time * 1000 / av.time_base
    return Starts(film_ms, starts)


def _is_doubtful(path: Path, declared: Starts, streams: Sequence[Any]) -> bool:
    times = (declared.film_ms, *declared.streams.values())
    if max(times) - min(times) > FAR_MS:
        return True
    return len(streams) == 1 and _jumps(path, streams[0].index)


def _jumps(path: Path, index: int) -> bool:
    """Whether the first packets of a stream do not follow each other."""
    with open_media(path) as container:
        packets = every_packet(container, [container.streams[index]])
        looked_at = [
            (packet.dts * float(packet.time_base) * 1000, packet.duration * float(packet.time_base))
            for packet in islice(packets, LOOKED_AT_PACKETS)
            if packet.dts is not None
        ]
    return any(
        abs(after - before - 1000 * (length_s or 0)) > JUMP_MS
        for (before, length_s), (after, _) in pairwise(looked_at)
    )
