"""Put the mark into sound: a filter whose gains are the signs, weighed by what the ear would notice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dubbing.arrays import Audio, Samples
from dubbing.watermark.pattern import (
    FRAMES_PER_SECOND,
    Numbers,
    bins_of_bands,
    levels_db,
    signs_at,
)

STRENGTH = 0.5
"""Gain in dB for each dB by which a band's level changes from frame to frame."""
STRONGEST_DB, WEAKEST_DB = 1.5, 0.3
"""A change as short as a tile is noticed from some 2 dB in noise and speech, earlier in a steady tone."""
FLUCTUATION_FRAMES = 9
OVERLAP = 4
"""Frames that sound at once."""
MARGIN_MS = 120
"""So much sound on both sides decides what the mark in a piece is."""
RAMP_MS = 20


def with_mark(
    samples: Samples, rate_hz: int, first: int, spans: Sequence[tuple[int, int]]
) -> Samples:
    """The same sound ``[channels, n]`` with the mark in some spans, unchanged elsewhere.

    Args:
        samples: the sound; all channels get the same gains.
        rate_hz: its rate.
        first: its first sample on the film's clock, on which the table of signs lies.
        spans: first and last sample of what is marked, on the same clock.
    """
    n = samples.shape[1]
    here = [(a - first, b - first) for a, b in spans if a < first + n and b > first]
    if not here:
        return samples
    share = _shares(here, n, rate_hz * RAMP_MS // 1000)
    changed = _filtered(samples, rate_hz, first) - samples
    return (samples + share * changed).astype(np.float32)


def marked(audio: Audio) -> Audio:
    """A sound that stands alone, marked as a whole."""
    spans = [(0, audio.n_samples)]
    return Audio(with_mark(audio.samples, audio.rate_hz, 0, spans), audio.rate_hz)


def _shares(spans: Sequence[tuple[int, int]], n: int, ramp: int) -> Samples:
    """1 within the spans, 0 outside, with ramps inside: float32 ``[n]``."""
    position, share = np.arange(n), np.zeros(n, dtype=np.float32)
    for a, b in spans:
        inside = np.minimum(position - a, b - 1 - position) / max(1, ramp)
        np.maximum(share, inside.clip(0, 1).astype(np.float32), out=share)
    return share


def _filtered(samples: Samples, rate_hz: int, first: int) -> Samples:
    """All of it marked; frames lie on the film's clock, so pieces join without a seam."""
    from scipy.fft import irfft, rfft

    hop = max(1, round(rate_hz / FRAMES_PER_SECOND))
    size = OVERLAP * hop
    n_channels, n = samples.shape
    begin = first // hop - OVERLAP + 1
    n_frames = -(-(first + n) // hop) - begin
    laid = np.zeros((n_channels, (n_frames + OVERLAP) * hop), dtype=np.float32)
    lead = first - begin * hop
    laid[:, lead : lead + n] = samples
    window = np.sqrt(np.hanning(size + 1)[:-1] * 2 / OVERLAP).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(laid, size, axis=1)[:, ::hop][:, :n_frames]
    spectrum = rfft(frames * window, axis=-1)
    bands = bins_of_bands(size, rate_hz)
    power = (np.abs(spectrum) ** 2).sum(axis=0)
    middles_s = ((begin + np.arange(n_frames)) * hop + size / 2) / rate_hz
    gains = _gains(levels_db(power, bands), middles_s)
    for number, band in enumerate(bands):
        spectrum[:, :, band] *= gains[:, number, None]
    pieces = irfft(spectrum, size, axis=-1) * window
    out = np.zeros_like(laid)
    for part in range(OVERLAP):
        length = n_frames * hop
        piece = pieces[:, :, part * hop : (part + 1) * hop].reshape(n_channels, length)
        out[:, part * hop : part * hop + length] += piece
    return out[:, lead : lead + n]


def _gains(levels: Numbers, middles_s: npt.NDArray[np.float64]) -> Numbers:
    """Factors ``[frames, bands]``."""
    from scipy.ndimage import uniform_filter1d

    change = np.abs(np.diff(levels, axis=0, prepend=levels[:1]))
    usual = uniform_filter1d(change, FLUCTUATION_FRAMES, axis=0, mode="nearest")
    strength_db = np.clip(STRENGTH * usual, WEAKEST_DB, STRONGEST_DB)
    gains: Numbers = 10 ** (strength_db * signs_at(middles_s) / 20)
    return gains.astype(np.float32)
