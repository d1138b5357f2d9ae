"""A dub as an edit decision list in the CMX3600 format, which every editing system reads.

A list has one picture and, in CMX's time, four sound tracks and 999 events; for more, tracks are counted
on (``A5`` …) and events with four digits, as Avid and Resolve take them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dubbing.exports.clips import Clip, clips_by_speaker
from dubbing.exports.cues import dub_span
from dubbing.exports.film import FrameClock
from dubbing.exports.timecode import timecode
from dubbing.language.plain_text import plain_text
from dubbing.timeline import Line, Timeline
from dubbing.workspace import Workspace

REEL = "AX"
"""What is on no tape; its name follows as a comment."""
TITLE_CHARACTERS = 70
TRACKS, EVENTS = 4, 999


@dataclass(frozen=True, slots=True)
class _Event:
    """One line of the list; times in frames, of the film and of the file, and comments."""

    channel: str
    file: Path
    file_in: str
    file_out: str
    first_frame: int
    n_frames: int
    comments: tuple[str, ...]


def edl_document(timeline: Timeline, workspace: Workspace, film: Path, clock: FrameClock) -> str:
    """The text of an .edl file."""
    tracks = clips_by_speaker(timeline, clock)
    with_clip = {clip.line.id for clips in tracks.values() for clip in clips}
    others = [line for line in timeline.lines if line.id not in with_clip]
    has_picture = timeline.media is None or timeline.media.has_picture
    events = [_film(film, clock, others, "V" if has_picture else "A")]
    for number, clips in enumerate(tracks.values(), start=1 if has_picture else 2):
        channel = "A" if number == 1 else f"A{number}"
        events += [_sound(clip, channel, workspace, clock) for clip in clips]
    events.sort(key=lambda event: event.first_frame)
    rows = [
        f"TITLE: {plain_text(film.stem)[:TITLE_CHARACTERS]}",
        f"FCM: {'DROP FRAME' if clock.drop else 'NON-DROP FRAME'}",
        "",
    ]
    for number, event in enumerate(events, start=1):
        rows += _rows(number, event, clock)
    return "\n".join(rows) + "\n"


def beyond_cmx(timeline: Timeline, clock: FrameClock) -> bool:
    """Whether a list of this dub has more tracks or events than CMX3600 knew."""
    tracks = clips_by_speaker(timeline, clock)
    return len(tracks) > TRACKS or 1 + sum(map(len, tracks.values())) > EVENTS


def _film(film: Path, clock: FrameClock, lines: list[Line], channel: str) -> _Event:
    """The film from end to end; flags of lines that have no clip of their own stand here."""
    flags = [
        mark
        for line in lines
        for mark in _locators(line, clock.nearest(dub_span(line).start_ms), clock)
    ]
    return _Event(
        channel=channel,
        file=film,
        file_in=clock.name(0),
        file_out=clock.name(clock.n_frames),
        first_frame=0,
        n_frames=clock.n_frames,
        comments=tuple(flags),
    )


def _sound(clip: Clip, channel: str, workspace: Workspace, clock: FrameClock) -> _Event:
    """A take; its file begins at zero, and list and file are counted alike."""
    begin = round(clip.first_sample * clock.rate / clip.take.rate_hz)
    return _Event(
        channel=channel,
        file=workspace.path(clip.take.sound),
        file_in=timecode(begin, clock.rate, drop=clock.drop),
        file_out=timecode(begin + clip.n_frames, clock.rate, drop=clock.drop),
        first_frame=clip.first_frame,
        n_frames=clip.n_frames,
        comments=(
            f"COMMENT: {clip.name}: {plain_text(clip.line.spoken_text)}",
            *_locators(clip.line, clip.first_frame, clock),
        ),
    )


def _locators(line: Line, frame: int, clock: FrameClock) -> Iterator[str]:
    """A red marker for each flag."""
    for flag in line.flags:
        yield f"LOC: {clock.name(frame)} RED     {plain_text(flag)}"


def _rows(number: int, event: _Event, clock: FrameClock) -> Iterator[str]:
    record_in = clock.name(event.first_frame)
    record_out = clock.name(event.first_frame + event.n_frames)
    yield (
        f"{number:03d}  {REEL:<8} {event.channel:<5} C        "
        f"{event.file_in} {event.file_out} {record_in} {record_out}"
    )
    yield f"* FROM CLIP NAME: {plain_text(event.file.name)}"
    yield f"* SOURCE FILE: {plain_text(str(event.file.absolute()))}"
    for comment in event.comments:
        yield f"* {comment}"
