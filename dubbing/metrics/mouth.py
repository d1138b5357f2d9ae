"""How well the sound of a line goes with the mouth that is seen to say it.

Where speech is heard comes from the samples of the take, where it begins from the place at which the take
was found in the finished file (or, in a report, from the plan), where its sounds are from their lengths,
and the mouth from its landmarks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
import numpy.typing as npt

from dubbing.arrays import Audio, levels_db
from dubbing.timeline import FRAME_MS, Span
from dubbing.timing.isochrony import Limits
from dubbing.timing.lips import OPENING, Lips, closures, moves, stretches
from dubbing.timing.visemes import Sound, sounds, viseme

Mask = npt.NDArray[np.bool_]
HIT_MS = 80
"""A sound that closes the lips meets a closure this near (EBU R 37's tolerance and a frame)."""
SILENT_BELOW_DB = 30.0
SHORTEST_SILENCE_FRAMES = 6
SHORTEST_REST_FRAMES = 8
BLUR_FRAMES = 3
LOUD_PERCENTILE = 90


@dataclass(frozen=True, slots=True)
class SpokenSound:
    """A sound of the dub, the symbols that spell it, and when it is made on the film's clock."""

    sound: Sound
    symbols: str
    start_ms: float
    end_ms: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """One line; ``None`` where there is nothing to measure.

    overlap: frames in which both speak over frames in which either does (Jaccard).
    onset_ms, offset_ms: speech against mouth, positive if speech is later.
    closing_sounds, closure_hits: m, b, p that sound, and how many of them meet closed lips.
    pause_agreement: frames of inner silence of both over those of either.
    opening_correlation: of the opening that the sounds ask for with the one that is seen.
    """

    overlap: float | None
    onset_ms: float | None
    offset_ms: float | None
    closing_sounds: int
    closure_hits: int
    pause_agreement: float | None
    opening_correlation: float | None


def agreement(
    lips: Lips, heard: Mask, spoken: Sequence[SpokenSound], own: tuple[int, int]
) -> Agreement:
    """Measure one line.

    Args:
        lips: the mouth, cut to the line with some margin.
        heard: bool ``[F]`` for the frames of ``lips``: where the dub speaks.
        spoken: its sounds.
        own: the time that belongs to the line, ms on the film's clock; what the mouth does beyond
            belongs to its neighbours.
    """
    seen = lips.seen
    times_ms = lips.start_ms + FRAME_MS * (np.arange(len(lips)) + 0.5)
    moving = moves(lips) & (times_ms >= own[0]) & (times_ms < own[1])
    if not moving.any() or not heard.any() or seen.mean() < 0.5:
        return Agreement(None, None, None, 0, 0, None, None)
    both, either = (moving & heard & seen).sum(), ((moving | heard) & seen).sum()
    begins, ends = _ends(moving)
    sounds_begin, sounds_end = _ends(heard)
    closing = [item for item in spoken if item.sound.closes and _is_seen(item, lips)]
    hits = sum(_meets(item, lips) for item in closing)
    return Agreement(
        overlap=round(float(both / max(1, either)), 3),
        onset_ms=float((sounds_begin - begins) * FRAME_MS),
        offset_ms=float((sounds_end - ends) * FRAME_MS),
        closing_sounds=len(closing),
        closure_hits=hits,
        pause_agreement=_pauses(moving, heard),
        opening_correlation=_opening(lips, spoken),
    )


def heard_frames(audio: Audio) -> Mask:
    """Frames of 25 ms in which a take speaks: louder than 30 dB below its loud parts."""
    levels = levels_db(audio, FRAME_MS)
    if not len(levels):
        return np.zeros(0, dtype=bool)
    return without_short_silences(levels > np.percentile(levels, LOUD_PERCENTILE) - SILENT_BELOW_DB)


def without_short_silences(heard: Mask) -> Mask:
    """Closures of stops are not pauses: silences under 150 ms inside speech are filled."""
    filled = heard.copy()
    for begin, end in stretches(~heard):
        if begin > 0 and end < len(heard) and end - begin < SHORTEST_SILENCE_FRAMES:
            filled[begin:end] = True
    return filled


def _ends(mask: Mask) -> tuple[int, int]:
    where = np.flatnonzero(mask)
    return int(where[0]), int(where[-1]) + 1


def _is_seen(item: SpokenSound, lips: Lips) -> bool:
    frame = int(((item.start_ms + item.end_ms) / 2 - lips.start_ms) / FRAME_MS)
    return 0 <= frame < len(lips) and bool(lips.seen[frame])


def _meets(item: SpokenSound, lips: Lips) -> bool:
    """Whether some closure of the lips lies within ``HIT_MS`` of the middle of the sound."""
    middle = (item.start_ms + item.end_ms) / 2 - lips.start_ms
    return any(
        begin * FRAME_MS - HIT_MS <= middle <= end * FRAME_MS + HIT_MS
        for begin, end in closures(lips)
    )


def _pauses(moving: Mask, heard: Mask) -> float | None:
    """Agreement on inner pauses; ``None`` if neither has any."""
    rest = _inner(moving, SHORTEST_REST_FRAMES)
    silence = _inner(heard, SHORTEST_SILENCE_FRAMES)
    either = int((rest | silence).sum())
    return round(float((rest & silence).sum() / either), 3) if either else None


def _inner(active: Mask, shortest: int) -> Mask:
    """Breaks within ``active`` that last at least ``shortest`` frames."""
    found = np.zeros(len(active), dtype=bool)
    for begin, end in stretches(~active):
        if begin > 0 and end < len(active) and end - begin >= shortest:
            found[begin:end] = True
    return found


def _opening(lips: Lips, spoken: Sequence[SpokenSound]) -> float | None:
    asked = np.full(len(lips), np.nan)
    for item in spoken:
        shape = viseme(item.sound.symbol)
        first = round((item.start_ms - lips.start_ms) / FRAME_MS)
        last = max(first + 1, round((item.end_ms - lips.start_ms) / FRAME_MS))
        frames = np.arange(max(0, first), min(len(lips), last))
        if len(frames):
            asked[frames] = np.linspace(shape.start.opening, shape.end.opening, len(frames))
    used = ~np.isnan(asked) & lips.seen
    if used.sum() < 2 * BLUR_FRAMES:
        return None
    smooth = np.convolve(np.nan_to_num(asked), np.ones(BLUR_FRAMES) / BLUR_FRAMES, "same")
    wanted, seen = smooth[used], lips.values[used, OPENING]
    if wanted.std() < 1e-6 or seen.std() < 1e-6:
        return None
    return round(float(np.corrcoef(wanted, seen)[0, 1]), 3)


def out_of_bounds(frames: Sequence[int], natural: Sequence[float], limits: Limits) -> int:
    """How many lengths lie outside what the limits allow of the natural one, by more than rounding."""
    return sum(
        not np.floor(limits.fastest * n) <= length <= np.ceil(limits.slowest * n)
        for length, n in zip(frames, (max(1.0, n) for n in natural), strict=True)
    )


@dataclass(frozen=True, slots=True)
class Overall:
    """Means over lines; counts are sums."""

    lines: int
    overlap: float | None
    onset_ms: float | None
    offset_ms: float | None
    closing_sounds: int
    closure_hits: float | None
    pause_agreement: float | None
    opening_correlation: float | None


def overall(lines: Sequence[Agreement]) -> Overall:
    """One row of a table: means over the lines that could be measured; errors by their size."""
    closing = sum(line.closing_sounds for line in lines)
    return Overall(
        lines=sum(line.overlap is not None for line in lines),
        overlap=mean_of_known([line.overlap for line in lines]),
        onset_ms=mean_of_known([None if x.onset_ms is None else abs(x.onset_ms) for x in lines]),
        offset_ms=mean_of_known([None if x.offset_ms is None else abs(x.offset_ms) for x in lines]),
        closing_sounds=closing,
        closure_hits=round(sum(x.closure_hits for x in lines) / closing, 3) if closing else None,
        pause_agreement=mean_of_known([line.pause_agreement for line in lines]),
        opening_correlation=mean_of_known([line.opening_correlation for line in lines]),
    )


def mean_of_known(values: Iterable[float | None]) -> float | None:
    """Mean without the unknown; ``None`` if all are."""
    known = [value for value in values if value is not None]
    return round(fmean(known), 3) if known else None


# -- from a take to what is measured -------------------------------------------------------------

MARGIN_MS = 400


def spoken_sounds(symbols: str, frames: Sequence[int], start_ms: float) -> tuple[SpokenSound, ...]:
    """When each sound of a take is made; ``frames`` are of silence, symbols, silence."""
    edges = start_ms + FRAME_MS * np.cumsum([0, *frames])[1:]
    return tuple(
        SpokenSound(
            sound,
            symbols[sound.first : sound.last],
            float(edges[sound.first]),
            float(edges[sound.last]),
        )
        for sound in sounds(symbols)
    )


def on_frames_of(lips: Lips, heard: Mask, start_ms: float) -> Mask:
    """Where a take that begins at ``start_ms`` is heard, on the frames of ``lips``."""
    placed = np.zeros(len(lips), dtype=bool)
    first = round((start_ms - lips.start_ms) / FRAME_MS)
    for frame in np.flatnonzero(heard):
        if 0 <= first + frame < len(placed):
            placed[first + frame] = True
    return placed


def own_time(spans: Sequence[Span], number: int) -> tuple[int, int]:
    """The line with half of the silence to its neighbours, and ``MARGIN_MS`` at most."""
    line = spans[number]
    before = max((span.end_ms for span in spans[:number]), default=0)
    after = min((span.start_ms for span in spans[number + 1 :]), default=line.end_ms + MARGIN_MS)
    begin_ms = line.start_ms - min(MARGIN_MS, max(0, line.start_ms - before) // 2)
    return begin_ms, line.end_ms + min(MARGIN_MS, max(0, after - line.end_ms) // 2)


def working_time(lips: Lips, own: tuple[int, int]) -> Span | None:
    """From when to when a mouth works within ``own`` time, ms; ``None`` if it is hidden or rests."""
    begin_ms = own[0] // FRAME_MS * FRAME_MS
    seen = lips.between(begin_ms, max(1, (own[1] - begin_ms) // FRAME_MS))
    moving = moves(seen)
    if not moving.any() or seen.seen.mean() < 0.5:
        return None
    first, last = _ends(moving)
    return Span(begin_ms + first * FRAME_MS, begin_ms + last * FRAME_MS)


def around(begin_ms: int, end_ms: int) -> tuple[int, int]:
    """Start and number of frames of the lips that a line is measured against."""
    start_ms = max(0, begin_ms - MARGIN_MS) // FRAME_MS * FRAME_MS
    return start_ms, (end_ms + MARGIN_MS - start_ms) // FRAME_MS
