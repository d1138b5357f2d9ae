"""The film behind a workspace: where it lies, and how its frames are counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor
from pathlib import Path
from typing import Any

from dubbing.errors import UsageError
from dubbing.exports.timecode import can_drop, exact_rate, frame_of, timecode
from dubbing.file_names import is_file
from dubbing.media.opening import open_media
from dubbing.media.probe import MediaInfo, VideoTrack
from dubbing.timeline import Media

SOUND_ONLY_FPS = Fraction(25)
"""What is counted where there is no picture."""


@dataclass(frozen=True, slots=True)
class FrameClock:
    """Between milliseconds of the film and its frames, counted from 0, and their names.

    ``picture_ms`` is when the first picture is shown, ``first`` the number of its name: a film may
    begin at 01:00:00:00.
    """

    rate: Fraction
    drop: bool = False
    first: int = 0
    picture_ms: Fraction = Fraction(0)
    n_frames: int = 0
    is_steady: bool = True
    """Whether all frames last equally long; if not, ``rate`` is their mean."""

    def exact(self, time_ms: float | Fraction) -> Fraction:
        """Frames since the first picture, not rounded."""
        return (Fraction(time_ms) - self.picture_ms) * self.rate / 1000

    def floor(self, time_ms: float | Fraction) -> int:
        """The frame that is shown at a time."""
        return floor(self.exact(time_ms))

    def ceil(self, time_ms: float | Fraction) -> int:
        """The first frame that begins at a time or later."""
        return ceil(self.exact(time_ms))

    def nearest(self, time_ms: float | Fraction) -> int:
        """The frame whose beginning is nearest; never before the first."""
        return max(0, round(self.exact(time_ms)))

    def ms(self, frame: int) -> Fraction:
        """When a frame begins."""
        return frame * 1000 / self.rate + self.picture_ms

    def name(self, frame: int) -> str:
        """Timecode of a frame."""
        return timecode(self.first + frame, self.rate, drop=self.drop)

    def name_at(self, time_ms: float) -> str:
        """Timecode of the frame whose beginning is nearest to a time."""
        return self.name(self.nearest(time_ms))


def frame_clock(info: MediaInfo, drop: bool | None = None) -> FrameClock:
    """How a film counts its frames.

    Args:
        info: what ``probe`` says of it.
        drop: whether drop-frame timecode is wanted; ``None``: as the film has it, and where it says
            nothing, at rates that have one (as OpenTimelineIO does).

    Raises:
        UsageError: if drop-frame timecode is wanted at a rate that has none.
        UnreadableMedia: if the film cannot be read.
    """
    if info.video is None or not info.video.fps > 0:
        return _with_drop(_counted(FrameClock(SOUND_ONLY_FPS), info), drop, None)
    clock = _counted(_of_picture(info.video), info)
    name = start_timecode(info.path)
    return _with_drop(clock, drop, name)


def _of_picture(video: VideoTrack) -> FrameClock:
    return FrameClock(
        rate=exact_rate(video.fps),
        picture_ms=Fraction(video.start_ms).limit_denominator(90_000),
        is_steady=not video.variable_frame_rate,
    )


def _counted(clock: FrameClock, info: MediaInfo) -> FrameClock:
    return replace(clock, n_frames=max(1, clock.nearest(info.duration_ms)))


def _with_drop(clock: FrameClock, drop: bool | None, name: str | None) -> FrameClock:
    """The clock as the film names its frames, or as a person wants them named."""
    if drop and not can_drop(clock.rate):
        raise UsageError(
            f"There is no drop-frame timecode at {float(clock.rate):.3f} frames a second.",
            hint="Only 29.97 and 59.94 have one.",
        )
    first, has_drop = _named(name, clock.rate)
    if drop is None:
        drop = has_drop if name is not None else can_drop(clock.rate)
    return replace(clock, first=first, drop=drop)


def _named(name: str | None, rate: Fraction) -> tuple[int, bool]:
    """The first frame's number, and whether names are dropped; 0 for a name that cannot be."""
    if name is None:
        return 0, False
    try:
        return frame_of(name, rate), name.strip()[8:9] != ":"
    except ValueError:
        return 0, can_drop(rate)


def start_timecode(path: Path) -> str | None:
    """The timecode of the first frame, where the file names one (MOV, MP4, MXF, Matroska).

    Raises:
        UnreadableMedia: if the file cannot be read.
    """
    with open_media(path) as container:
        tagged: list[Any] = [*container.streams, container]
        tags = [(key.lower(), value) for item in tagged for key, value in item.metadata.items()]
    return next((value for key, value in tags if key == "timecode"), None)


def find_film(media: Media, places: Iterable[Path], is_same: Callable[[Path], bool]) -> Path | None:
    """The film that was dubbed, in one of some folders; ``None`` if it is not there any more.

    Args:
        media: what the timeline says of it.
        places: folders to look in.
        is_same: whether a file of its name is that film.
    """
    for place in places:
        path = place / media.name
        if is_file(path) and is_same(path):
            return path
    return None
