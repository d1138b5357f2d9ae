"""A mark in every synthetic line that is not heard and says "synthetic" after it was copied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import soxr

from dubbing.arrays import Audio, Samples
from dubbing.models.perth import N_FFT, RATE_HZ, load_perth

WINDOW_MS, HOP_MS = 4_000, 2_000
"""What is looked at at once; a shorter sound is looked at as a whole."""
LEAST_MS = 400
CERTAIN = 0.7
"""The highest of 1,599 natural recordings has 0.65."""
LOUD_ENOUGH_DBFS = -60.0
"""A window that is softer than this is silence, which carries no mark."""


def marked(audio: Audio) -> Audio:
    """The same mono sound with the mark; shorter than 0.1 s it stays as it is."""
    samples = audio.samples[0]
    at_rate = soxr.resample(samples, audio.rate_hz, RATE_HZ)
    if len(at_rate) <= N_FFT:
        return audio
    added = soxr.resample(load_perth().residue(at_rate), RATE_HZ, audio.rate_hz)[: len(samples)]
    added = np.pad(added, (0, len(samples) - len(added)))
    return Audio((samples + added).astype(np.float32)[np.newaxis], audio.rate_hz)


def confidence(audio: Audio) -> float:
    """How sure it is that a sound carries the mark, 0 to 1; 0 for silence and for very short sounds."""
    samples: Samples = audio.mono().samples[0]
    power_db = 10 * np.log10(float(np.mean(samples.astype(np.float64) ** 2)) + 1e-12)
    if audio.duration_ms < LEAST_MS or power_db < LOUD_ENOUGH_DBFS:
        return 0.0
    return load_perth().confidence(soxr.resample(samples, audio.rate_hz, RATE_HZ))


def is_marked(audio: Audio) -> bool:
    """Whether a sound as a whole carries the mark."""
    return confidence(audio) >= CERTAIN


@dataclass(frozen=True, slots=True)
class Looked:
    """A stretch that was looked at."""

    start_ms: int
    end_ms: int
    confidence: float


def look_through(blocks: Iterable[Audio]) -> Iterator[Looked]:
    """Windows of 4 s, every 2 s, over a sound that comes in blocks of 2 s (the last may be shorter)."""
    before: Audio | None = None
    start_ms = 0
    for block in blocks:
        mono = block.mono()
        if before is not None:
            window = Audio(np.concatenate([before.samples, mono.samples], axis=1), mono.rate_hz)
            yield Looked(start_ms, start_ms + window.duration_ms, confidence(window))
            start_ms += before.duration_ms
        before = mono
    if before is not None and start_ms == 0:
        yield Looked(0, before.duration_ms, confidence(before))
