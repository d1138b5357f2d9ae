"""The clock of a sound that is decoded: what its packets claim wrongly is put right or left out.

One wrong time stamp would else become hours of silence, and what follows it would be lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dubbing.errors import UnreadableMedia
from dubbing.media.packet_runs import LONGEST_HOLE_MS
from dubbing.media.packet_times import (
    LONGEST_REPAIRED_MS,
    StreamTimes,
    Stretch,
    packet_times,
)

MOST_STRAYS = 100
"""More are not put right one by one; what lies beyond the end is left out in any case."""
JOINED_MS = 50.0
EDGE_MS = 1.0
UNEXPECTED_S = 0.2
"""A frame so far from where the one before ended has jumped."""


@dataclass(frozen=True, slots=True)
class SoundClock:
    """What is believed of a sound track; all times on the film's clock."""

    start_ms: float
    """The film's zero on the container's clock."""
    end_ms: float | None
    """Where the sound ends; ``None`` if its packets tell nothing."""
    holes: tuple[Stretch, ...] = ()
    repaired: tuple[Stretch, ...] = ()
    """What packets claim that belong where they are stored."""
    left_out: tuple[Stretch, ...] = ()
    first_ms: float = 0.0
    """Where a repaired first packet belongs."""

    def filters(self) -> tuple[str, ...]:
        """Audio filters that move a sound onto the film's clock."""
        shifted = f"PTS-({_seconds(self.start_ms)}/TB)"
        if self.repaired:
            jumped = "+".join(f"({_jumped_to(item, _LATER)})" for item in self.repaired)
            first = f"({_seconds(self.first_ms)})/TB"
            following = f"if(isnan(PREV_OUTPTS),{first},PREV_OUTPTS+NB_SAMPLES/(SR*TB))"
            shifted = f"st(0,T-({_seconds(self.start_ms)}));if({jumped},{following},{shifted})"
        filters = [f"asetpts='{shifted}'"]
        if self.end_ms is not None:
            wrong = [f"gt(t,{_seconds(self.end_ms + EDGE_MS)})"]
            wrong += (_jumped_to(item, _BEFORE) for item in self.left_out)
            filters.append(f"aselect='not({'+'.join(wrong)})'")
        return tuple(filters)


_LATER = ("ld(0)", "(PREV_OUTT+NB_SAMPLES/SR)")
_BEFORE = ("t", "prev_selected_t")


def _jumped_to(stretch: Stretch, names: tuple[str, str]) -> str:
    """Whether a frame has jumped into a stretch: those that belong there follow one another."""
    time, expected = names
    begin, end = _seconds(stretch.begin_ms - EDGE_MS), _seconds(stretch.end_ms)
    is_jump = f"(isnan({expected})+gt(abs({time}-{expected}),{UNEXPECTED_S}))"
    return f"between({time},{begin},{end})*{is_jump}"


def _seconds(time_ms: float) -> str:
    return f"{time_ms / 1000:.6f}"


def sound_clock(path: Path, audio_track: int, start_ms: float) -> SoundClock:
    """The clock of a sound track, counted from 0 among the film's sound tracks.

    Args:
        path: the film.
        audio_track: which of its sound tracks.
        start_ms: container time that is the film's zero.

    Raises:
        UnreadableMedia: if the file cannot be opened, or its times make no sense.
    """
    times = _of_track(path, audio_track)
    if times is None:
        return SoundClock(start_ms, None)
    if times.begin_ms - start_ms > LONGEST_HOLE_MS:
        raise UnreadableMedia(
            f"The sound of {path.name} begins {(times.begin_ms - start_ms) / 3.6e6:.1f} h after the "
            "film.",
            hint="Its time stamps are damaged; copy it into another container first.",
        )
    strays = _joined([_moved(stray, -start_ms) for stray in times.strays])[:MOST_STRAYS]
    repaired = tuple(stray for stray in strays if stray.length_ms <= LONGEST_REPAIRED_MS)
    return SoundClock(
        start_ms=start_ms,
        end_ms=times.end_ms - start_ms + times.trailing_ms,
        holes=tuple(_moved(hole, -start_ms) for hole in times.holes),
        repaired=repaired,
        left_out=tuple(stray for stray in strays if stray not in repaired),
        first_ms=times.first_ms - start_ms,
    )


def _of_track(path: Path, audio_track: int) -> StreamTimes | None:
    found = packet_times(path)
    if audio_track >= len(found.sounds):
        return None
    return found.streams.get(found.sounds[audio_track])


def _moved(stretch: Stretch, by_ms: float) -> Stretch:
    return Stretch(stretch.begin_ms + by_ms, stretch.end_ms + by_ms)


def _joined(stretches: Sequence[Stretch]) -> tuple[Stretch, ...]:
    joined: list[Stretch] = []
    for item in sorted(stretches, key=lambda item: item.begin_ms):
        if joined and item.begin_ms - joined[-1].end_ms <= JOINED_MS:
            joined[-1] = Stretch(joined[-1].begin_ms, max(joined[-1].end_ms, item.end_ms))
        else:
            joined.append(item)
    return tuple(joined)
