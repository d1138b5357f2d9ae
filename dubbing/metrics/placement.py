"""Where a take really lies in the finished sound, by cross-correlation."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dubbing.arrays import Audio

SURE = 0.2
"""Least normalised correlation at which the peak is believed."""


def lag_ms(take: Audio, found: Audio, expected_ms: float) -> float | None:
    """How much later than expected the take sounds in ``found``, in ms (negative: earlier).

    Args:
        take: mono sound as it was made.
        found: mono sound cut from the finished file, at the same rate and longer than the take.
        expected_ms: where in ``found`` the take should begin.

    Returns:
        ``None`` where the take cannot be recognised in ``found``.
    """
    assert take.rate_hz == found.rate_hz, "both sounds must have one rate"
    needle = take.mono().samples[0].astype(np.float64)
    hay = found.mono().samples[0].astype(np.float64)
    if len(hay) < len(needle) or not needle.any():
        return None
    scores = _normalised_correlation(needle, hay)
    best = int(scores.argmax())
    if scores[best] < SURE:
        return None
    return best * 1000 / take.rate_hz - expected_ms


def _normalised_correlation(
    needle: npt.NDArray[np.float64], hay: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Cosine of ``needle`` with every stretch of ``hay`` of its length."""
    n_lags = len(hay) - len(needle) + 1
    size = 1 << (len(hay) + len(needle)).bit_length()
    spectrum = np.fft.rfft(hay, size) * np.conj(np.fft.rfft(needle, size))
    product = np.fft.irfft(spectrum, size)[:n_lags]
    squares = np.concatenate([[0.0], np.cumsum(hay**2)])
    energy = squares[len(needle) :] - squares[: len(squares) - len(needle)]
    cosine: npt.NDArray[np.float64] = product / (
        np.linalg.norm(needle) * np.sqrt(np.maximum(energy, 1e-9))
    )
    return cosine
