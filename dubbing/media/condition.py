"""Whether a film is whole: what it declares of its length against what can be read."""

from __future__ import annotations

from dataclasses import dataclass

from dubbing.media.opening import open_media
from dubbing.media.packet_times import Stretch, packet_times
from dubbing.media.probe import MediaInfo, declared_ms
from dubbing.media.sound_clock import sound_clock

DECLARING = {
    "mov",
    "matroska",
    "webm",
    "avi",
    "flv",
    "asf",
    "wav",
    "w64",
    "aiff",
    "caf",
    "mxf",
    "gxf",
}
"""Formats that write down how long they are; of others, the length is a guess from what is there."""
LEAST_MISSING_MS = 500.0
LEAST_MISSING_SHARE = 0.02
LEAST_HOLE_MS = 500.0
MOST_HOLES = 3


@dataclass(frozen=True, slots=True)
class Condition:
    """What the packets of a film tell; times in milliseconds on its clock."""

    duration_ms: int
    """How long it really is."""
    declared_ms: int
    """How long it says that it is; the same where it declares nothing."""
    holes: tuple[Stretch, ...]
    """Pauses in the sound that is dubbed."""
    n_strays: int
    """Stretches whose time stamps cannot be true."""

    def notes(self) -> tuple[str, ...]:
        """What is damaged, in sentences."""
        found = []
        if _is_missing(self.declared_ms, self.duration_ms):
            found.append(
                f"The film ends early: {_clock(self.duration_ms)} of {_clock(self.declared_ms)} "
                "could be read."
            )
        if self.holes:
            named = ", ".join(_stretch(hole) for hole in self.holes[:MOST_HOLES])
            more = ", \u2026" if len(self.holes) > MOST_HOLES else ""
            found.append(f"The sound has holes ({named}{more}); it is silent there.")
        if self.n_strays:
            found.append(
                "Some time stamps are damaged: they claim times at which the film cannot be. What "
                "they belong to stays where it is stored."
            )
        return tuple(found)


def condition_of(info: MediaInfo, audio_track: int) -> Condition:
    """Read all packets of a film, without decoding any.

    Raises:
        UnreadableMedia: if the film cannot be opened, or its times make no sense.
    """
    times = packet_times(info.path)
    sound = sound_clock(info.path, audio_track, info.start_ms)
    ends = [] if times.end_ms is None else [times.end_ms - info.start_ms]
    ends += [] if sound.end_ms is None else [sound.end_ms]
    read_ms = max(1, round(max(ends, default=info.duration_ms)))
    told_ms = _declared_ms(info) or read_ms
    is_right = not _is_missing(told_ms, read_ms) and read_ms <= told_ms + LEAST_MISSING_MS
    return Condition(
        duration_ms=round(told_ms) if is_right else read_ms,
        declared_ms=round(told_ms),
        holes=tuple(hole for hole in sound.holes if hole.length_ms >= LEAST_HOLE_MS),
        n_strays=sum(len(stream.strays) for stream in times.streams.values()),
    )


def _declared_ms(info: MediaInfo) -> float | None:
    """Length of picture and sound as declared; ``None`` for formats that declare nothing."""
    if not DECLARING & set(info.container.split(",")):
        return None
    with open_media(info.path) as container:
        of_tracks = declared_ms(container, info.start_ms)
    return info.duration_ms if of_tracks is None else of_tracks


def _is_missing(declared: float, read: float) -> bool:
    missing_ms = declared - read
    return missing_ms > max(LEAST_MISSING_MS, LEAST_MISSING_SHARE * declared)


def _clock(time_ms: float) -> str:
    """``4.8 s``; from ten minutes on ``1:02:03``."""
    seconds = time_ms / 1000
    if seconds < 600:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"


def _stretch(hole: Stretch) -> str:
    return f"{_clock(hole.length_ms)} from {_clock(max(0.0, hole.begin_ms))}"
