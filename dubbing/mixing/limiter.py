"""No true peak above the ceiling (ITU-R BS.1770-4, annex 2: peaks after fourfold oversampling)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dubbing.arrays import Samples

OVERSAMPLING = 4
LOOKAHEAD_MS = 5
HEADROOM_DB = 0.2
"""Oversampling four times still underreads by up to this much."""


def limit(
    samples: Samples,
    rate_hz: int,
    ceiling_dbtp: float,
    where: npt.NDArray[np.bool_] | None = None,
) -> Samples:
    """``[channels, n]`` with smooth gain reduction around peaks; the same array where none is.

    With ``where``, bool ``[n]``, only there (and in a ramp of 5 ms around): what is loud elsewhere was
    so before, and stays.
    """
    ceiling = 10 ** ((ceiling_dbtp - HEADROOM_DB) / 20)
    peaks = _true_peaks(samples)
    if peaks.max(initial=0.0) <= ceiling:
        return samples
    wanted = np.minimum(1.0, ceiling / np.maximum(peaks, 1e-9))
    gain = _smooth_minimum(wanted, rate_hz)
    if where is not None:
        gain = 1 - (1 - gain) * _ramped(where, rate_hz)
    return (samples * gain).astype(np.float32)


def _ramped(where: npt.NDArray[np.bool_], rate_hz: int) -> npt.NDArray[np.float64]:
    """1 where it is true, falling to exactly 0 within 5 ms of it."""
    from scipy.ndimage import distance_transform_edt

    if where.all():
        return np.ones(len(where))
    reach = max(1, rate_hz * LOOKAHEAD_MS // 1000)
    if not where.any():
        return np.zeros(len(where))
    away = np.asarray(distance_transform_edt(~where), dtype=np.float64)
    return np.clip(1 - away / reach, 0.0, 1.0)


def _true_peaks(samples: Samples) -> npt.NDArray[np.float64]:
    """Largest oversampled magnitude of any channel at each sample: float64 ``[n]``."""
    from scipy.signal import resample_poly

    if samples.shape[1] == 0:
        return np.zeros(0)
    fine = np.abs(resample_poly(samples, OVERSAMPLING, 1, axis=1)).max(axis=0)
    between: npt.NDArray[np.float64] = fine.reshape(-1, OVERSAMPLING).max(axis=1)
    return np.maximum(between, np.abs(samples).max(axis=0)).astype(np.float64)


def _smooth_minimum(wanted: npt.NDArray[np.float64], rate_hz: int) -> npt.NDArray[np.float64]:
    """A smooth curve that is nowhere above ``wanted``: sliding minimum, then moving mean."""
    from scipy.ndimage import minimum_filter1d, uniform_filter1d

    reach = max(1, rate_hz * LOOKAHEAD_MS // 1000)
    lowest = minimum_filter1d(wanted, 2 * reach + 1, mode="nearest")
    smooth: npt.NDArray[np.float64] = uniform_filter1d(lowest, reach + 1, mode="nearest")
    return smooth
