"""Look for the mark in a sound, and say how likely it is to be mistaken."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from dubbing.arrays import Audio, Samples
from dubbing.watermark.pattern import (
    FRAMES_PER_SECOND,
    FRAMES_PER_TILE,
    TILES,
    Numbers,
    bins_of_bands,
    levels_db,
    n_bands,
    signs,
)

Tiles = npt.NDArray[np.int8]
RATE_HZ = 16_000
HOP = RATE_HZ // FRAMES_PER_SECOND
SIZE = 4 * HOP
CHUNK_S = 20
"""Sound is looked at in chunks: neighbours predict each tile by what is usual in its chunk."""
TIMES, BANDS = 3, 2
"""So many tiles before and after, and bands below and above, predict a tile."""
USUAL_FRAMES = 40
SMALLEST_DB = 0.3
CANCELLED = 0.03
"""Power of all channels together, as a share of the loudest's, below which they cancel out."""
LOUDEST = 100.0
"""Samples of broken files that are larger count as this."""
BOUND = 2.5
"""No tile counts for more than this many times its usual size."""
STEPS = 50
"""Of a tile's number: kept in a byte, as memory must not grow much with the film's length."""
SPEEDS = (1.0, 25 / 24, 24 / 25)
"""How fast a copy may run: films for cinema run 25/24 as fast on European television."""
FALSE_ALARM = 1e-6
"""Chance of calling a track synthetic that is not, at most."""
WINDOWS_S = (4, 16)
"""Windows that are searched by themselves, each half over the next; so is the whole."""
LOCAL_TILES, LOCAL_SCORE = 50, 4.0
"""Where a mark is known to be, these tiles (2 s) say whether it is in a place."""
JOINED_MS = 1_000


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a track that carries the mark; its ends are known to about half a second."""

    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found in a track."""

    false_alarm: float
    """The chance that a sound without the mark gets this score somewhere, at most."""
    score: float
    """The highest score of all places that were tried."""
    stretches: tuple[Stretch, ...]
    """Where the mark is; none if it was not found."""

    @property
    def is_marked(self) -> bool:
        """Whether the mark was found."""
        return self.false_alarm <= FALSE_ALARM


@dataclass(frozen=True, slots=True)
class _Hit:
    """The best place of a window (in frames) in the table."""

    first: int
    last: int
    score: float
    frame: int
    """The frame within a tile, at which tiles begin."""
    shift: int
    """The row of the table at the first tile."""


def find(read: Callable[[], Iterable[Audio]]) -> Finding:
    """Look for the mark in a sound, at the speeds that copies have.

    Args:
        read: gives the sound in blocks of any length, each time from its beginning.
    """
    found = Finding(1.0, 0.0, ())
    for speed in SPEEDS:
        here = _found(_tiles_of(read(), speed), speed)
        found = max(found, here, key=lambda one: one.score)
        if found.is_marked:
            break
    return found


def _found(tiles: Tiles, speed: float) -> Finding:
    hits = [_best(tiles, first, last) for first, last in _windows(len(tiles))]
    if not hits:
        return Finding(1.0, 0.0, ())
    tried = len(hits) * TILES * FRAMES_PER_TILE * len(SPEEDS)
    best = max(hit.score for hit in hits)
    sure = [hit for hit in hits if _chance(hit.score, tried) <= FALSE_ALARM]
    return Finding(_chance(best, tried), best, tuple(_stretches(tiles, sure, speed)))


def is_marked(audio: Audio) -> bool:
    """Whether a short sound carries the mark."""
    return find(lambda: [audio]).is_marked


def _chance(score: float, tried: int) -> float:
    """Hoeffding's bound on the highest of so many sums of random signs."""
    return min(1.0, tried * math.exp(-(max(score, 0.0) ** 2) / 2))


# -- from sound to tiles --------------------------------------------------------------------------


def _tiles_of(blocks: Iterable[Audio], speed: float) -> Tiles:
    parts = [_tiles(chunk) for chunk in _chunks(blocks, speed)]
    return np.concatenate([np.zeros((0, n_bands()), np.int8), *parts])


def _chunks(blocks: Iterable[Audio], speed: float) -> Iterator[Samples]:
    """Chunks of mono sound at 16 kHz, slowed down by ``speed``: float32 ``[n]``."""
    import soxr

    held: list[Samples] = []
    rate_hz = 0
    for block in blocks:
        rate_hz = block.rate_hz
        held.append(_as_one(block))
        size = round(CHUNK_S * rate_hz / speed)
        while sum(map(len, held)) >= size:
            together = np.concatenate(held)
            yield soxr.resample(together[:size], rate_hz, RATE_HZ * speed)
            held = [together[size:]]
    if held:
        yield soxr.resample(np.concatenate(held), rate_hz, RATE_HZ * speed)


def _as_one(block: Audio) -> Samples:
    """All channels as one; the loudest where they cancel each other out."""
    together: Samples = block.mono().samples[0]
    loudest: Samples = block.samples[np.argmax(np.square(block.samples).sum(axis=1))]
    return loudest if together @ together < CANCELLED * (loudest @ loudest) else together


def _tiles(sound: Samples) -> Tiles:
    """What is surprising in each tile, from every frame on: int8 ``[frames, bands]``."""
    from scipy.fft import rfft
    from scipy.ndimage import uniform_filter1d

    n_frames = len(sound) // HOP
    if n_frames < 2 * TIMES * FRAMES_PER_TILE:
        return np.zeros((n_frames, n_bands()), np.int8)
    laid = np.pad(np.nan_to_num(sound).clip(-LOUDEST, LOUDEST), (SIZE // 2, SIZE))
    frames = np.lib.stride_tricks.sliding_window_view(laid, SIZE)[::HOP][:n_frames]
    power = np.abs(rfft(frames * _window(), axis=-1)) ** 2
    levels = uniform_filter1d(levels_db(power, _bands()), FRAMES_PER_TILE, axis=0, mode="nearest")
    surprise = levels - _predicted(levels)
    usual = np.sqrt(uniform_filter1d(surprise**2, USUAL_FRAMES, axis=0, mode="nearest"))
    bounded = np.clip(surprise / (usual + SMALLEST_DB), -BOUND, BOUND)
    tiles: Tiles = np.rint(bounded * STEPS).astype(np.int8)
    return tiles


@cache
def _window() -> Numbers:
    window: Numbers = np.hanning(SIZE + 1)[:-1].astype(np.float32)
    return window


@cache
def _bands() -> list[slice]:
    return bins_of_bands(SIZE, RATE_HZ)


def _predicted(levels: Numbers) -> Numbers:
    """Each tile by its neighbours and by the mean of its moment, least squares over the chunk."""
    n_frames, n = levels.shape
    centred = levels - np.median(levels, axis=0)
    reach = TIMES * FRAMES_PER_TILE
    around = np.pad(centred, ((reach, reach), (BANDS, BANDS)), mode="reflect")
    seen = [
        around[reach + t * FRAMES_PER_TILE :][:n_frames, BANDS + b : BANDS + b + n]
        for t in range(-TIMES, TIMES + 1)
        for b in range(-BANDS, BANDS + 1)
        if (t, b) != (0, 0)
    ]
    moment = around.mean(axis=1, keepdims=True)
    seen += [
        np.broadcast_to(moment[reach + t * FRAMES_PER_TILE :][:n_frames], centred.shape)
        for t in (-1, 0, 1)
    ]
    known = np.stack(seen, axis=-1).reshape(-1, len(seen))
    square = known.T @ known + 0.01 * len(known) * np.eye(len(seen), dtype=np.float32)
    weights = np.linalg.solve(square, known.T @ centred.reshape(-1))
    predicted: Numbers = (known @ weights).reshape(centred.shape) + (levels - centred)
    return predicted


# -- from tiles to a decision ---------------------------------------------------------------------


def _windows(n_frames: int) -> Iterator[tuple[int, int]]:
    """First and last frame of all that is searched by itself; the whole comes first."""
    if n_frames >= FRAMES_PER_TILE:
        yield 0, n_frames
    for seconds in WINDOWS_S:
        size = seconds * FRAMES_PER_SECOND
        for first in range(0, n_frames - size // 2, size // 2):
            if n_frames > size:
                yield first, min(first + size, n_frames)


def _best(tiles: Tiles, first: int, last: int) -> _Hit:
    """The place of the table at which a window's tiles have the highest score."""
    from scipy.fft import irfft, rfft

    best = _Hit(first, last, 0.0, 0, 0)
    for frame in range(FRAMES_PER_TILE):
        rows = tiles[first + frame : last : FRAMES_PER_TILE].astype(np.float32)
        size = math.sqrt(float((folded := _folded(rows)).ravel() @ folded.ravel()))
        if size == 0:
            continue
        spectrum = rfft(folded, axis=0)
        sums = irfft((spectrum.conj() * _table_spectrum()).sum(axis=1), TILES)
        shift = int(sums.argmax())
        if sums[shift] / size > best.score:
            best = _Hit(first, last, float(sums[shift]) / size, frame, shift)
    return best


def _folded(rows: Numbers) -> Numbers:
    """Rows that get the same signs, added up: ``[TILES, bands]``."""
    folds = max(1, -(-len(rows) // TILES))
    padded = np.pad(rows, ((0, folds * TILES - len(rows)), (0, 0)))
    folded: Numbers = padded.reshape(folds, TILES, -1).sum(axis=0)
    return folded


@cache
def _table_spectrum() -> npt.NDArray[np.complex64]:
    from scipy.fft import rfft

    spectrum: npt.NDArray[np.complex64] = rfft(signs(), axis=0)
    return spectrum


def _stretches(tiles: Tiles, hits: list[_Hit], speed: float) -> Iterator[Stretch]:
    """Where the mark is heard, at the places in the table that are sure; gaps of a breath are closed."""
    from scipy.ndimage import binary_closing

    heard = np.zeros(len(tiles) + FRAMES_PER_TILE, dtype=bool)
    for hit in hits:
        begin = hit.first + hit.frame
        here = np.repeat(
            _heard(tiles[begin : hit.last : FRAMES_PER_TILE], hit.shift), FRAMES_PER_TILE
        )
        heard[begin : begin + len(here)] |= here
    breath = np.ones(JOINED_MS * FRAMES_PER_SECOND // 1000, dtype=bool)
    joined = binary_closing(np.pad(heard[: len(tiles)], len(breath)), breath)
    borders = np.flatnonzero(
        np.diff(joined[len(breath) : -len(breath)], prepend=False, append=False)
    )
    frame_ms = 1000 / FRAMES_PER_SECOND / speed
    for first, last in zip(borders[::2], borders[1::2], strict=True):
        yield Stretch(round(first * frame_ms), round(last * frame_ms))


def _heard(rows: Tiles, shift: int) -> npt.NDArray[np.bool_]:
    """Whether the mark is in each row and those around it, from row ``shift`` of the table on."""
    values = rows.astype(np.float32)
    size = min(LOCAL_TILES, len(values))
    sums = _running((values * signs()[(shift + np.arange(len(rows))) % TILES]).sum(axis=1), size)
    squares = _running((values**2).sum(axis=1), size)
    heard: npt.NDArray[np.bool_] = sums >= LOCAL_SCORE * np.sqrt(np.maximum(squares, 1.0))
    return heard


def _running(values: Numbers, size: int) -> Numbers:
    """Sums over ``size`` values around each, as many at the ends."""
    from scipy.ndimage import uniform_filter1d

    means: Numbers = uniform_filter1d(values, size, mode="constant")
    return means * size
