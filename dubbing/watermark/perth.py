"""The mark of Perth (Resemble AI): in what Chatterbox speaks, and in dubs of earlier versions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import soxr

from dubbing.arrays import Audio, Samples
from dubbing.models.perth import RATE_HZ, load_perth
from dubbing.watermark.finder import Stretch

LEAST_MS = 400
CERTAIN = 0.7
"""The highest of 1,599 natural recordings has 0.65; there is no bound as for our own mark."""
LOUD_ENOUGH_DBFS = -60.0
"""A window that is softer than this is silence, which carries no mark."""


def confidence(audio: Audio) -> float:
    """How sure it is that a sound carries the mark, 0 to 1; 0 for silence and for very short sounds."""
    samples: Samples = audio.mono().samples[0]
    power_db = 10 * np.log10(float(np.mean(samples.astype(np.float64) ** 2)) + 1e-12)
    if audio.duration_ms < LEAST_MS or power_db < LOUD_ENOUGH_DBFS:
        return 0.0
    return load_perth().confidence(soxr.resample(samples, audio.rate_hz, RATE_HZ))


def carries_perth(audio: Audio) -> bool:
    """Whether a sound as a whole carries the mark."""
    return confidence(audio) >= CERTAIN


def perth_stretches(blocks: Iterable[Audio]) -> Iterator[Stretch]:
    """Where it is found, in windows of two blocks (of about 2 s), those that touch as one."""
    start_ms = end_ms = None
    for window, first_ms in _windows(blocks):
        if not carries_perth(window):
            continue
        if start_ms is not None and end_ms is not None and first_ms > end_ms:
            yield Stretch(start_ms, end_ms)
            start_ms = None
        start_ms = first_ms if start_ms is None else start_ms
        end_ms = first_ms + window.duration_ms
    if start_ms is not None and end_ms is not None:
        yield Stretch(start_ms, end_ms)


def _windows(blocks: Iterable[Audio]) -> Iterator[tuple[Audio, int]]:
    """Each block with the next, and when it begins; a single one by itself."""
    before: Audio | None = None
    start_ms, is_alone = 0, True
    for block in blocks:
        mono = block.mono()
        if before is not None:
            both = np.concatenate([before.samples, mono.samples], axis=1)
            yield Audio(both, mono.rate_hz), start_ms
            start_ms, is_alone = start_ms + before.duration_ms, False
        before = mono
    if before is not None and is_alone:
        yield before, 0
