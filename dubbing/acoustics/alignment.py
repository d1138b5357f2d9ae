"""Where the sounds of one recording lie in another of the same words: dynamic time warping.

Two voices say the same sentence; of one it is known when each phoneme sounds. Mel spectra, evened out
band by band so that the voices themselves count little, are laid upon each other at the least cost
(Sakoe and Chiba 1978, symmetric steps).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import soxr

from dubbing.arrays import Audio
from dubbing.models.speaker_encoder import HOP, RATE_HZ, mel_spectrogram

STEP_MS = 1000 * HOP / RATE_HZ
FLOOR = 1e-5
"""Of the loudest: what lies 50 dB below counts as silence."""
DELTA_WEIGHT = 2.0
"""Changes of the spectrum mark the borders of sounds, and are less a matter of the voice."""
Numbers = npt.NDArray[np.float64]


def found_in(other: Audio, reference: Audio, times_ms: Sequence[float]) -> Numbers:
    """Times of ``reference`` as times of ``other``: float64 ``[n]`` in ms, rising.

    Both are mono speech of the same words, trimmed to where it begins and ends.
    """
    ours, theirs = _features(reference), _features(other)
    if len(ours) < 2 or len(theirs) < 2:
        share = other.duration_ms / max(1, reference.duration_ms)
        return np.asarray(times_ms, dtype=np.float64) * share
    path = _path(1 - ours @ theirs.T)
    steps = np.unique(path[:, 0])
    partner = np.array([path[path[:, 0] == step, 1].mean() for step in steps])
    found = np.interp(np.asarray(times_ms) / STEP_MS, steps + 0.5, partner + 0.5)
    return np.asarray(np.maximum.accumulate(found * STEP_MS))


def _features(audio: Audio) -> Numbers:
    """Evened log-mel spectra and their changes, ``[frames, 80]``, rows of unit length."""
    samples = soxr.resample(audio.mono().samples[0].astype(np.float64), audio.rate_hz, RATE_HZ)
    mel = mel_spectrogram(samples.astype(np.float32)).astype(np.float64)
    logs = np.log(mel + FLOOR * mel.max())
    evened = (logs - logs.mean(axis=0)) / (logs.std(axis=0) + 1e-3)
    changes = DELTA_WEIGHT * np.gradient(evened, axis=0) if len(evened) > 1 else evened * 0
    both = np.concatenate([evened, changes], axis=1)
    return np.asarray(both / (np.linalg.norm(both, axis=1, keepdims=True) + 1e-9))


def _path(cost: Numbers) -> npt.NDArray[np.int64]:
    """The cheapest way from the first pair to the last, ``[steps, 2]``."""
    n, m = cost.shape
    total = np.full((n + 1, m + 1), np.inf)
    total[0, 0] = 0.0
    for diagonal in range(2, n + m + 1):  # all cells of an anti-diagonal at once
        rows = np.arange(max(1, diagonal - m), min(n, diagonal - 1) + 1)
        columns = diagonal - rows
        own = cost[rows - 1, columns - 1]
        total[rows, columns] = np.minimum(
            total[rows - 1, columns - 1] + 2 * own,
            np.minimum(total[rows - 1, columns], total[rows, columns - 1]) + own,
        )
    way, i, j = [], n, m
    while i > 0 and j > 0:
        way.append((i - 1, j - 1))
        before = (total[i - 1, j - 1], total[i - 1, j], total[i, j - 1])
        step = int(np.argmin(before))
        i, j = i - (step != 2), j - (step != 1)
    return np.array(way[::-1], dtype=np.int64)
