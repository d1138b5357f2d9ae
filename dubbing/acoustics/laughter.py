"""Whether a voice laughs: the same short burst again and again, at an even pace.

Laughter is a row of calls of one vowel, each with a breath before it, four to five a second and evenly
spaced (Bachorowski, Smoski and Owren 2001; Provine 1996). Syllables of speech come as fast, but neither
as evenly nor all with the same vowel: of 995 utterances of EmoDB, RAVDESS and GRID three pass for laughs.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dubbing.acoustics.pitch import f0_track_hz
from dubbing.arrays import Audio, levels_db

Numbers = npt.NDArray[np.float64]
STEP_MS = 10
CALL_DIP_DB = 6.0
"""A call stands out from the breaths beside it by this much."""
FEWEST_CALLS = 4
SLOWEST_HZ, FASTEST_HZ = 3.0, 7.0
MOST_UNEVEN = 0.25
"""Spread of the distances between calls, as a share of their mean."""
LEAST_ALIKE = 0.9
"""Mean correlation of each call's spectrum with the next one's."""
MOST_VOICED = 0.75
"""Share of the laugh that has a pitch; its breaths have none."""
SPECTRUM_MS = 32
BANDS = 24
HIGHEST_HZ = 5_000.0


def is_laughed(audio: Audio) -> bool:
    """Whether a line, 16 kHz mono, has the pattern of laughter."""
    calls = calls_ms(audio)
    if len(calls) < FEWEST_CALLS:
        return False
    gaps = np.diff(calls)
    pace_hz = 1000 / float(np.mean(gaps))
    uneven = float(np.std(gaps) / np.mean(gaps))
    return (
        SLOWEST_HZ <= pace_hz <= FASTEST_HZ
        and uneven <= MOST_UNEVEN
        and _alike(audio, calls) >= LEAST_ALIKE
        and _voiced(audio, calls) <= MOST_VOICED
    )


def calls_ms(audio: Audio) -> Numbers:
    """Where the loudest moment of each call lies, float64 ``[calls]``."""
    from scipy.signal import find_peaks

    if audio.duration_ms < 5 * STEP_MS:
        return np.zeros(0)
    levels = levels_db(audio, STEP_MS)
    smooth = np.convolve(np.pad(levels, 2, mode="edge"), np.ones(5) / 5, "valid")
    smooth = np.maximum(smooth, smooth.max() - 40)
    padded = np.pad(smooth, 1, constant_values=smooth.min())
    peaks, _ = find_peaks(padded, prominence=CALL_DIP_DB)
    return np.asarray((peaks - 0.5) * STEP_MS, dtype=np.float64)


def _alike(audio: Audio, calls: Numbers) -> float:
    """Mean correlation of neighbouring calls' spectra (dB in bands up to 5 kHz, less their mean)."""
    spectra = np.stack([_spectrum(audio, moment) for moment in calls])
    away = spectra - spectra.mean(axis=1, keepdims=True)
    away /= np.linalg.norm(away, axis=1, keepdims=True) + 1e-9
    return float(np.mean(np.sum(away[1:] * away[:-1], axis=1)))


def _spectrum(audio: Audio, moment_ms: float) -> Numbers:
    size = audio.rate_hz * 2 * SPECTRUM_MS // 1000
    first = max(0, int(moment_ms * audio.rate_hz / 1000) - size // 2)
    part = audio.samples[0][first : first + size].astype(np.float64)
    power = np.abs(np.fft.rfft(part * np.hanning(len(part)), size)) ** 2
    last = int(HIGHEST_HZ * size / audio.rate_hz)
    edges = np.unique(np.geomspace(4, last, BANDS + 1).astype(int))
    bands = np.add.reduceat(power[:last], edges[:-1])
    return np.asarray(10 * np.log10(bands + 1e-9), dtype=np.float64)


def _voiced(audio: Audio, calls: Numbers) -> float:
    """Share of the time from the first to the last call that has a pitch."""
    track = f0_track_hz(audio.between(int(calls[0]), int(calls[-1]) + 1))
    return float(np.mean(track > 0)) if len(track) else 0.0
