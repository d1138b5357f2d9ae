"""Formants by linear prediction (Markel and Gray 1976): what the length of a vocal tract leaves."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import soxr

from dubbing.acoustics.pitch import HOP_MS, f0_track_hz
from dubbing.arrays import Audio

RATE_HZ = 10_000
ORDER = 12
WINDOW_MS = 30
PRE_EMPHASIS = 0.97
WIDEST_HZ = 500.0
"""A resonance that is broader is no formant."""
LOWEST_HZ = 150.0
N_FORMANTS = 3


def median_formants_hz(
    audio: Audio, track: npt.NDArray[np.float64] | None = None
) -> tuple[float, ...]:
    """Medians of the first three formants over the voiced steps; empty if hardly any is voiced.

    ``track`` is the pitch of the sound (:func:`f0_track_hz`), where that is known already.
    """
    track = f0_track_hz(audio) if track is None else track
    flat = soxr.resample(audio.mono().samples[0].astype(np.float64), audio.rate_hz, RATE_HZ)
    samples = np.append(flat[:1], flat[1:] - PRE_EMPHASIS * flat[:-1])
    size = RATE_HZ * WINDOW_MS // 1000
    found = []
    for step in np.flatnonzero(track):
        first = int(step) * HOP_MS * RATE_HZ // 1000
        frame = samples[first : first + size]
        formants = _formants(frame) if len(frame) == size else []
        if len(formants) >= N_FORMANTS:
            found.append(formants[:N_FORMANTS])
    if len(found) < 5:
        return ()
    return tuple(round(float(value), 1) for value in np.median(np.array(found), axis=0))


def _formants(frame: npt.NDArray[np.float64]) -> list[float]:
    """Frequencies of the narrow resonances, lowest first."""
    from scipy.linalg import LinAlgError, solve_toeplitz

    windowed = frame * np.hamming(len(frame))
    spectrum = np.fft.rfft(windowed, 2 * len(frame))
    correlation = np.fft.irfft(np.abs(spectrum) ** 2)[: ORDER + 1]
    if correlation[0] <= 0:
        return []
    try:
        predictor = solve_toeplitz(correlation[:ORDER], correlation[1:])
    except LinAlgError:
        return []
    roots = np.roots(np.append(1.0, -predictor))
    roots = roots[roots.imag > 0]
    hz = np.angle(roots) * RATE_HZ / (2 * np.pi)
    width_hz = -np.log(np.abs(roots) + 1e-12) * RATE_HZ / np.pi
    return sorted(
        float(f) for f, w in zip(hz, width_hz, strict=True) if f > LOWEST_HZ and w < WIDEST_HZ
    )
