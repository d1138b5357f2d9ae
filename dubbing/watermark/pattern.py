"""The table of signs: which tile of time and frequency is louder, which softer."""

from __future__ import annotations

import hashlib
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float32]
NAME = "dubbing tiles 1"
"""Key of the table, and what content credentials call the mark."""
LOWEST_HZ, HIGHEST_HZ = 250.0, 7_400.0
NARROWEST_HZ, RELATIVE_WIDTH = 100.0, 0.07
FRAMES_PER_SECOND = 100
FRAMES_PER_TILE = 4
TILE_S = FRAMES_PER_TILE / FRAMES_PER_SECOND
TILES = 512
"""Along time, until the table begins again."""


@cache
def edges_hz() -> npt.NDArray[np.float64]:
    """Borders of the bands, one more than there are bands."""
    edges = [LOWEST_HZ]
    while edges[-1] < HIGHEST_HZ:
        edges.append(edges[-1] + max(NARROWEST_HZ, RELATIVE_WIDTH * edges[-1]))
    return np.array(edges)


def n_bands() -> int:
    """How many bands there are."""
    return len(edges_hz()) - 1


@cache
def signs() -> Numbers:
    """The table, +1 or -1: float32 ``[TILES, bands]``."""
    n = TILES * n_bands()
    drawn = np.frombuffer(hashlib.shake_256(NAME.encode()).digest(-(-n // 8)), dtype=np.uint8)
    bits = np.unpackbits(drawn)[:n].reshape(TILES, n_bands())
    return (2.0 * bits - 1.0).astype(np.float32)


def signs_at(times_s: npt.NDArray[np.float64]) -> Numbers:
    """The table at any time, gliding from the middle of a tile to the next: ``[times, bands]``."""
    place = times_s / TILE_S - 0.5
    before = np.floor(place).astype(np.int64)
    share = (0.5 - 0.5 * np.cos(np.pi * (place - before))).astype(np.float32)[:, None]
    table = signs()
    there: Numbers = table[before % TILES] * (1 - share) + table[(before + 1) % TILES] * share
    return there


def bins_of_bands(n_fft: int, rate_hz: int) -> list[slice]:
    """For each band, which bins of a spectrum lie in it; none if it is above what the rate holds."""
    hz = np.arange(n_fft // 2 + 1) * (rate_hz / n_fft)
    at = np.searchsorted(hz, edges_hz())
    return [slice(int(a), int(b)) for a, b in pairwise(at)]


def levels_db(power: Numbers, bands: list[slice]) -> Numbers:
    """Level of each band: ``[frames, bins]`` of power to ``[frames, bands]`` in dB."""
    summed = [power[:, band].sum(axis=1) for band in bands]
    levels: Numbers = 10 * np.log10(np.stack(summed, axis=1) + np.float32(SILENCE))
    return levels


SILENCE = 1e-8
"""Power of a band that nobody hears (about -100 dBFS); keeps the logarithm of nothing in bounds."""
