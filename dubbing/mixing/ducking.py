"""How much of the original is heard when: down under dubbed lines, ramps between, 1.0 elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from dubbing.arrays import Samples

Interval = tuple[int, int]
"""Start and end, in samples or milliseconds as said."""


def merge(intervals: Iterable[Interval], gap: int) -> tuple[Interval, ...]:
    """Union of intervals; those closer than ``gap`` become one, so the sound does not pump."""
    merged: list[Interval] = []
    for start, end in sorted(intervals):
        if merged and start - merged[-1][1] <= gap:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def duck_gain(
    intervals: Sequence[Interval], first: int, n: int, *, floor: float, ramp: int
) -> Samples:
    """Gain of samples ``first`` to ``first + n``: float32 ``[n]`` between ``floor`` and 1.

    The raised-cosine ramps of ``ramp`` samples lie outside the intervals (samples), so that the
    original is down when the dub begins. Outside the ramps the gain is exactly 1.
    """
    position = np.arange(first, first + n)
    gain = np.ones(n, dtype=np.float32)
    for start, end in intervals:
        if end + ramp <= first or start - ramp >= first + n:
            continue
        outside = np.maximum(start - position, position - end + 1).clip(0, ramp) / ramp
        shape = floor + (1 - floor) * (0.5 - 0.5 * np.cos(np.pi * outside))
        gain = np.minimum(gain, shape.astype(np.float32))
    return gain
