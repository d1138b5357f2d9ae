"""The room that the original dialogue was spoken in, lightly put around the dub.

How fast speech dies away where it stops is heard in the original: in a room no sound falls faster than
the room lets it, so the steepest falls tell its reverberation time (blind estimation from free decays;
Ratnam et al. 2003, Wen et al. 2008).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dubbing.arrays import Audio, Samples, levels_db

STEP_MS = 10
FALL_MS = 140
"""Slopes are measured over this time: shorter, and the wave's own ups and downs count as decay."""
ABOVE_NOISE_DB = 8.0
NOISE_PERCENTILE = 5
STEEPEST_PERCENT = 3
"""Of all slopes these are the decays that the room alone bounds; most are slower, a voice seldom stops at
once."""
LEAST_S = 20.0
"""Of less dialogue the steepest falls are a matter of chance."""
DRIEST_S, WETTEST_S = 0.45, 0.8
"""What dry speech measures at most, and beyond which words would suffer."""
WET_DB, WETTEST_DB = -26.0, -18.0
"""How loud the room's answer is beside the voice, at these two."""
PRE_DELAY_MS = 12
SEED = 11
Numbers = npt.NDArray[np.float64]


def reverberation_s(lines: Sequence[Audio]) -> float | None:
    """Time in which sound falls by 60 dB, in seconds; ``None`` where it cannot be told.

    ``lines`` are pieces of dialogue with what follows each of them.
    """
    slopes = np.concatenate([np.zeros(0), *(_slopes(levels_db(line, STEP_MS)) for line in lines)])
    if len(slopes) * STEP_MS < LEAST_S * 1000:
        return None
    steepest = float(np.percentile(slopes, STEEPEST_PERCENT))
    return None if steepest >= 0 else round(60.0 / -steepest, 3)


def _slopes(levels: Numbers) -> Numbers:
    """Slope of the level in dB a second over every stretch of 140 ms that stays above the noise."""
    size = FALL_MS // STEP_MS
    if len(levels) < size:
        return np.zeros(0)
    windows = np.lib.stride_tricks.sliding_window_view(levels, size)
    time_s = (np.arange(size) - (size - 1) / 2) * STEP_MS / 1000
    slopes = windows @ time_s / float(time_s @ time_s)
    noise = np.percentile(levels, NOISE_PERCENTILE) + ABOVE_NOISE_DB
    return np.asarray(slopes[windows.min(axis=1) > noise])


def in_room(audio: Audio, reverberation: float | None) -> Audio:
    """Mono speech in a room of this reverberation time; as it is where that is short or unknown.

    The room's answer is noise that dies away exponentially, darker with time, some 12 ms late.
    """
    if reverberation is None or reverberation <= DRIEST_S:
        return audio
    from scipy.signal import fftconvolve

    time_s = min(reverberation, WETTEST_S)
    answer = _answer(time_s, audio.rate_hz)
    wet_db = float(np.interp(time_s, [DRIEST_S, WETTEST_S], [WET_DB, WETTEST_DB]))
    wet = 10 ** (wet_db / 20)
    tail = np.zeros((1, tail_samples(reverberation, audio.rate_hz)), dtype=np.float32)
    samples = np.concatenate([audio.mono().samples, tail], axis=1)
    reflected: Samples = fftconvolve(samples, answer[np.newaxis], axes=1)[:, : samples.shape[1]]
    return Audio((samples + wet * reflected).astype(np.float32), audio.rate_hz)


def tail_samples(reverberation: float | None, rate_hz: int) -> int:
    """By how much :func:`in_room` lengthens a sound."""
    if reverberation is None or reverberation <= DRIEST_S:
        return 0
    return int(min(reverberation, WETTEST_S) * rate_hz) + PRE_DELAY_MS * rate_hz // 1000


def _answer(time_s: float, rate_hz: int) -> Numbers:
    """Noise of unit energy that falls by 60 dB in ``time_s``."""
    from scipy.signal import lfilter

    n = int(time_s * rate_hz)
    noise = np.random.default_rng(SEED).normal(0, 1, n)
    dark = lfilter([0.35], [1, -0.65], noise)  # walls swallow high frequencies first
    fading = dark * 10 ** (-3 * np.arange(n) / n)
    late = np.concatenate([np.zeros(PRE_DELAY_MS * rate_hz // 1000), fading])
    return np.asarray(late / np.sqrt(np.sum(late**2)))
