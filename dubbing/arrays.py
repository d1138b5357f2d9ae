"""The array types that cross borders between packages, so that nobody asks "is it 16 kHz mono?"."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Audio:
    """Sound: ``samples`` float32 ``[channels, n]``, full scale ±1.0, at ``rate_hz``.

    Raises:
        ValueError: if the array is not two-dimensional float32 or the rate is not positive.
    """

    samples: Samples
    rate_hz: int

    def __post_init__(self) -> None:
        """Refuse anything whose meaning would be a guess."""
        if self.samples.ndim != 2 or self.samples.dtype != np.float32:
            raise ValueError(
                f"Audio wants float32 [channels, n], not {self.samples.dtype} {self.samples.shape}"
            )
        if self.rate_hz <= 0:
            raise ValueError(f"Audio wants a positive rate, not {self.rate_hz} Hz")

    @property
    def n_samples(self) -> int:
        """Length in samples (per channel)."""
        return int(self.samples.shape[1])

    @property
    def n_channels(self) -> int:
        """Number of channels."""
        return int(self.samples.shape[0])

    @property
    def duration_ms(self) -> int:
        """Length in milliseconds, rounded to the nearest."""
        return round(self.n_samples * 1000 / self.rate_hz)

    def mono(self) -> Audio:
        """All channels averaged into one."""
        if self.n_channels == 1:
            return self
        return Audio(self.samples.mean(axis=0, keepdims=True, dtype=np.float32), self.rate_hz)

    def between(self, start_ms: int, end_ms: int) -> Audio:
        """The part from ``start_ms`` to ``end_ms``, clipped to what is there."""
        first = max(0, ms_to_samples(start_ms, self.rate_hz))
        last = max(first, ms_to_samples(end_ms, self.rate_hz))
        return Audio(self.samples[:, first:last], self.rate_hz)


def ms_to_samples(time_ms: int, rate_hz: int) -> int:
    """Milliseconds to samples, rounded to the nearest (exact for the rates we work at)."""
    return round(time_ms * rate_hz / 1000)


def levels_db(audio: Audio, step_ms: int, floor: float = 1e-12) -> npt.NDArray[np.float64]:
    """RMS level of every whole ``step_ms`` of sound, all channels averaged: float64 ``[n]`` dBFS.

    ``floor`` is added to the power, so that silence has a level.
    """
    step = audio.rate_hz * step_ms // 1000
    samples = audio.mono().samples[0].astype(np.float64)
    whole = samples[: len(samples) // step * step].reshape(-1, step)
    levels: npt.NDArray[np.float64] = 10 * np.log10(np.mean(whole**2, axis=1) + floor)
    return levels
