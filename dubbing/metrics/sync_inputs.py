"""What the judge of synchrony sees and hears: a mouth and a sound, both 40 times a second."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dubbing.arrays import Audio
from dubbing.models.speaker_encoder import N_FFT, N_MELS, mel_filters
from dubbing.timeline import FRAME_MS
from dubbing.timing.lips import N_INPUTS, Lips, normalised

Floats = npt.NDArray[np.float32]
RATE_HZ = 16_000
HOP = RATE_HZ * FRAME_MS // 1000 // 2
"""Two spectra per frame of 25 ms, so that both keep one clock without a stride."""
N_SEEN = N_INPUTS
N_HEARD = 2 * N_MELS
FLOOR_DB = -60.0
"""Of the loud parts: what is softer is heard as silence, be it noise or digital zero."""
ACTIVE_DB = -30.0
LOUD_PERCENTILE = 95
SPREAD_DB = 15.0
MOST = 3.0
SILENCE = 1e-10


def on_clock_of(lips: Lips, audio: Audio, start_ms: float) -> Audio:
    """Return a sound that begins at ``start_ms`` on the film's clock, cut or padded to the lips' time."""
    placed = np.zeros((1, len(lips) * audio.rate_hz * FRAME_MS // 1000), dtype=np.float32)
    first = round((start_ms - lips.start_ms) * audio.rate_hz / 1000)
    samples = audio.mono().samples[:, max(0, -first) :]
    first = max(0, first)
    fits = max(0, min(samples.shape[1], placed.shape[1] - first))
    placed[:, first : first + fits] = samples[:, :fits]
    return Audio(placed, audio.rate_hz)


def seen_inputs(lips: Lips) -> Floats:
    """Return the mouth without the person it belongs to: float32 ``[F, 8]``."""
    return normalised(lips)


def spectra_db(audio: Audio) -> Floats:
    """Return two mel spectra per whole frame of 25 ms: float32 ``[2 F, 40]`` dB.

    Raises:
        ValueError: if the sound is not 16 kHz.
    """
    if audio.rate_hz != RATE_HZ:
        raise ValueError(f"the judge of synchrony wants 16 kHz, not {audio.rate_hz} Hz")
    samples = audio.mono().samples[0]
    n_spectra = len(samples) // (2 * HOP) * 2
    if n_spectra == 0:
        return np.zeros((0, N_MELS), dtype=np.float32)
    around = (N_FFT - HOP) // 2  # each window is centred on its 12.5 ms
    padded = np.pad(samples, (around, N_FFT))
    windows = np.lib.stride_tricks.sliding_window_view(padded, N_FFT)[::HOP][:n_spectra]
    hann = np.hanning(N_FFT + 1)[:-1].astype(np.float32)
    power = np.abs(np.fft.rfft(windows * hann, axis=1)) ** 2
    return np.asarray(10 * np.log10(power @ mel_filters().T + SILENCE), dtype=np.float32)


def power_of(level_db: Floats) -> Floats:
    """Return the power of a level in dB."""
    power: Floats = np.exp(level_db * np.float32(np.log(10) / 10))
    return power


def heard_inputs(spectra: Floats) -> Floats:
    """Return a sound without its level, microphone and voice colour: float32 ``[F, 80]``.

    Args:
        spectra: float ``[2 F, 40]`` dB, from :func:`spectra_db`.
    """
    if not len(spectra):
        return np.zeros((0, N_HEARD), dtype=np.float32)
    levels = 10 * np.log10(power_of(spectra).sum(axis=1))
    loud = np.percentile(levels, LOUD_PERCENTILE)
    heard = np.maximum(spectra, loud + FLOOR_DB)
    usual = heard[levels >= loud + ACTIVE_DB].mean(axis=0)
    scaled = np.clip((heard - usual) / SPREAD_DB, -MOST, MOST)
    return np.asarray(scaled.reshape(-1, N_HEARD), dtype=np.float32)
