"""Takes as clips on tracks: which part of which file is heard from which frame on.

A clip begins and ends with a frame of the picture, as edit lists want it, and its sound lies where it
lay in the mix to the sample: what a frame begins earlier or later is silence around the speech.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import zip_longest

from dubbing.exports.film import FrameClock
from dubbing.timeline import Line, Span, Take, Timeline

HANDLE_MS = 120
"""Silence that is kept before and after the speech, where the take has it and nobody else speaks."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A part of a take, from sample ``first_sample`` on, and the frames of the picture it lasts."""

    number: int
    """Of the line, as ``dub show`` has it."""
    line: Line
    take: Take
    first_frame: int
    n_frames: int
    first_sample: int

    @property
    def name(self) -> str:
        """``012 S1``."""
        return f"{self.number:03d} {self.line.speaker}".strip()


def clips_by_speaker(timeline: Timeline, clock: FrameClock) -> dict[str, tuple[Clip, ...]]:
    """The takes of each speaker as clips that follow each other without overlap."""
    taken: dict[str, list[tuple[int, Line, Take]]] = {s.id: [] for s in timeline.speakers}
    for number, line in enumerate(timeline.lines, start=1):
        if line.take is not None:
            taken.setdefault(line.speaker, []).append((number, line, line.take))
    return {speaker: _clips(takes, clock) for speaker, takes in taken.items() if takes}


def _clips(takes: list[tuple[int, Line, Take]], clock: FrameClock) -> tuple[Clip, ...]:
    ordered = sorted(takes, key=lambda item: item[2].speech.start_ms)
    clips: list[Clip] = []
    for (number, line, take), following in zip_longest(ordered, ordered[1:]):
        free_from = clips[-1].first_frame + clips[-1].n_frames if clips else 0
        free_to = _border(take, following[2], clock) if following else clock.n_frames
        clip = _clip(number, line, take, (free_from, free_to), clock)
        if clip is not None:
            clips.append(clip)
    return tuple(clips)


def _border(take: Take, after: Take, clock: FrameClock) -> int:
    """The frame in the middle of the silence between two takes, or where the second one begins."""
    silence = after.speech.start_ms - take.speech.end_ms
    if silence <= 0:
        return clock.floor(after.speech.start_ms)
    return clock.nearest(take.speech.end_ms + silence / 2)


def _clip(
    number: int, line: Line, take: Take, free: tuple[int, int], clock: FrameClock
) -> Clip | None:
    """The part of a take that lies in free frames; ``None`` if none does."""
    heard = _heard(take)
    first = max(free[0], clock.floor(heard.start_ms))
    if clock.ms(first) < take.start_ms:
        first += 1
        if clock.ms(first) > take.speech.start_ms:  # no silence to spare: up to half a frame off
            first = max(free[0], clock.nearest(take.start_ms))
    last = min(free[1], clock.ceil(heard.end_ms), clock.floor(_end_ms(take)))
    if last <= first:
        return None
    offset_ms = max(Fraction(0), clock.ms(first) - take.start_ms)
    return Clip(number, line, take, first, last - first, round(offset_ms * take.rate_hz / 1000))


def _heard(take: Take) -> Span:
    """The speech with a little silence around it, within the take and the film."""
    start = max(take.start_ms, take.speech.start_ms - HANDLE_MS, 0)
    end = min(int(_end_ms(take)), take.speech.end_ms + HANDLE_MS)
    return Span(start, max(end, start + 1))


def _end_ms(take: Take) -> Fraction:
    return take.start_ms + Fraction(take.n_samples * 1000, take.rate_hz)
