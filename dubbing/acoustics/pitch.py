"""Median pitch of a voice by YIN (de Cheveigné and Kawahara 2002)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dubbing.arrays import Audio

LOWEST_HZ = 60.0
HIGHEST_HZ = 600.0
WINDOW_MS = 40
HOP_MS = 20
DIP = 0.15
"""A frame is voiced if its normalised difference falls below this (step 4 of the paper)."""
FEWEST_VOICED = 5
QUIET_DB = 35.0
"""A frame this far below the loudest is not asked for its pitch."""


def median_f0_hz(audio: Audio) -> float | None:
    """Median fundamental frequency of the voiced frames in Hz; ``None`` if hardly any is voiced."""
    track = f0_track_hz(audio)
    voiced = track[track > 0]
    return float(np.median(voiced)) if len(voiced) >= FEWEST_VOICED else None


def f0_track_hz(audio: Audio) -> npt.NDArray[np.float64]:
    """Fundamental frequency every 20 ms, float64 ``[frames]`` in Hz; 0 where unvoiced."""
    samples = audio.mono().samples[0].astype(np.float64)
    window = audio.rate_hz * WINDOW_MS // 1000
    hop = audio.rate_hz * HOP_MS // 1000
    longest = int(audio.rate_hz / LOWEST_HZ)
    starts = range(0, len(samples) - window - longest, hop)
    frames = [samples[start : start + window + longest] for start in starts]
    powers = [float(np.mean(frame[:window] ** 2)) for frame in frames]
    floor = max(powers, default=0.0) * 10 ** (-QUIET_DB / 10)
    return np.array(
        [
            _frame_f0(frame, window, longest, audio.rate_hz) if power > floor else 0.0
            for frame, power in zip(frames, powers, strict=True)
        ]
    )


def _frame_f0(frame: npt.NDArray[np.float64], window: int, longest: int, rate_hz: int) -> float:
    normalised = _normalised_difference(frame, window, longest)
    shortest = int(rate_hz / HIGHEST_HZ)
    below = np.flatnonzero(normalised[shortest:] < DIP)
    if not len(below):
        return 0.0
    lag = shortest + int(below[0])
    while lag + 1 < len(normalised) and normalised[lag + 1] < normalised[lag]:
        lag += 1
    return rate_hz / lag


def _normalised_difference(
    frame: npt.NDArray[np.float64], window: int, longest: int
) -> npt.NDArray[np.float64]:
    """Cumulative mean normalised difference for lags 0 to ``longest`` (equation 8)."""
    squares = np.concatenate([[0.0], np.cumsum(frame**2)])
    energy = squares[window : window + longest] - squares[:longest]
    size = 1 << (len(frame) + window).bit_length()
    spectrum = np.fft.rfft(frame, size) * np.conj(np.fft.rfft(frame[:window], size))
    correlation = np.fft.irfft(spectrum, size)[:longest]
    difference = np.maximum(energy[0] + energy - 2 * correlation, 0.0)
    difference[0] = 0.0
    mean = np.cumsum(difference[1:]) / np.arange(1, longest)
    return np.concatenate([[1.0], difference[1:] / np.maximum(mean, 1e-12)])
