"""Other sample rates, by soxr (quality HQ: 20 bit, linear phase)."""

from __future__ import annotations

import numpy as np

from dubbing.arrays import Audio


def resample(audio: Audio, rate_hz: int) -> Audio:
    """The same sound at another rate; the same object if it has it already."""
    if audio.rate_hz == rate_hz:
        return audio
    import soxr

    made = soxr.resample(audio.samples.T, audio.rate_hz, rate_hz, quality="HQ").T
    return Audio(np.ascontiguousarray(made, dtype=np.float32), rate_hz)
