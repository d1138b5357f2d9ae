"""How loud a line is while it lasts: the slow rise and fall of the original, given to the dub."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dubbing.arrays import Audio, levels_db

STEP_MS = 20
POINT_MS = 500
"""The curve has a point each half second."""
SMOOTH_MS = 800
SHARE = 0.6
MOST_DB = 5.0
SPEECH_BELOW_PEAK_DB = 30.0
SHORTEST_MS = 1_500
"""A shorter line has one level."""
Numbers = npt.NDArray[np.float64]


def level_curve_db(original: Audio, dub: Audio) -> tuple[float, ...]:
    """What is added to a dub so that it swells and fades as the original does: dB, evenly spaced in time.

    Both are one line each, from its first to its last sound. Six tenths of the difference are made, none
    beyond 5 dB, nothing on the mean; empty for a short line.
    """
    if min(original.duration_ms, dub.duration_ms) < SHORTEST_MS:
        return ()
    points = max(2, round(dub.duration_ms / POINT_MS))
    wanted, own = _slow(original, points), _slow(dub, points)
    if wanted is None or own is None:
        return ()
    difference = wanted - own
    difference -= difference.mean()
    curve = np.clip(SHARE * difference, -MOST_DB, MOST_DB)
    return tuple(round(float(value), 2) for value in curve - curve.mean())


def with_curve(audio: Audio, curve_db: Sequence[float], start_ms: int, end_ms: int) -> Audio:
    """The sound with the curve laid from ``start_ms`` to ``end_ms``, level before and after."""
    if not curve_db:
        return audio
    at = np.linspace(start_ms, end_ms, len(curve_db)) * audio.rate_hz / 1000
    gains = np.interp(np.arange(audio.n_samples), at, np.asarray(curve_db))
    return Audio((audio.samples * 10 ** (gains / 20)).astype(np.float32), audio.rate_hz)


def _slow(audio: Audio, points: int) -> Numbers | None:
    """Smoothed level at evenly spaced points; pauses do not count."""
    levels = levels_db(audio, STEP_MS)
    if not len(levels):
        return None
    speech = levels > levels.max() - SPEECH_BELOW_PEAK_DB
    places = np.arange(len(levels)) * STEP_MS
    centres = np.linspace(0, places[-1], points)
    found = []
    for centre in centres:
        near = np.exp(-0.5 * ((places - centre) / (SMOOTH_MS / 2)) ** 2) * speech
        if near.sum() < 1e-6:
            return None
        found.append(float((near * levels).sum() / near.sum()))
    return np.array(found)
