"""How a voice sounds through a film's microphones, as gains of seven octaves."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dubbing.arrays import Audio, Samples

CENTRES_HZ = (125.0, 250.0, 500.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0)
WINDOW = 2_048
SHARE = 0.5
"""A stock voice shall sound like the film, not like the speaker: only half of the difference is made."""
MOST_DB = 4.0
TAPS = 1_025
Numbers = npt.NDArray[np.float64]


def octaves_db(sounds: Sequence[Audio]) -> Numbers | None:
    """Mean level of each octave while something sounds, float64 ``[7]``; ``None`` if nothing does.

    Long-term average spectra of speech hardly depend on the language (Byrne et al. 1994).
    """
    powers = [power for sound in sounds for power in _loud_spectra(sound)]
    if not powers:
        return None
    return np.asarray(10 * np.log10(np.mean(powers, axis=0) + 1e-12))


def tone_match_db(wanted: Numbers | None, own: Numbers | None) -> tuple[float, ...]:
    """Gains that take a voice half the way to the film's, none beyond 4 dB, no louder on the whole."""
    if wanted is None or own is None:
        return (0.0,) * len(CENTRES_HZ)
    difference = wanted - own
    difference -= difference.mean()
    gains = np.clip(SHARE * difference, -MOST_DB, MOST_DB)
    return tuple(round(float(gain), 2) for gain in gains)


def with_tone(audio: Audio, gains_db: Sequence[float]) -> Audio:
    """The sound with the gains, by a filter that moves nothing in time."""
    if not any(gains_db):
        return audio
    from scipy.signal import fftconvolve, firwin2

    half = audio.rate_hz / 2
    inside = [(hz, gain) for hz, gain in zip(CENTRES_HZ, gains_db, strict=True) if hz < half]
    hz = [0.0, *(centre for centre, _ in inside), half]
    gains = [inside[0][1], *(gain for _, gain in inside), inside[-1][1]]
    taps = firwin2(TAPS, hz, 10 ** (np.array(gains) / 20), fs=audio.rate_hz)
    filtered: Samples = fftconvolve(audio.samples, taps[np.newaxis], mode="same", axes=1)
    return Audio(filtered.astype(np.float32), audio.rate_hz)


def _loud_spectra(audio: Audio) -> list[Numbers]:
    """Power in each octave of the windows within 20 dB of the loudest."""
    samples = audio.mono().samples[0].astype(np.float64)
    frames = samples[: len(samples) // WINDOW * WINDOW].reshape(-1, WINDOW)
    if not len(frames) or not frames.any():
        return []
    spectra = np.abs(np.fft.rfft(frames * np.hanning(WINDOW), axis=1)) ** 2
    powers = spectra.sum(axis=1)
    hz = np.fft.rfftfreq(WINDOW, 1 / audio.rate_hz)
    bands = [(hz >= c / 2**0.5) & (hz < c * 2**0.5) for c in CENTRES_HZ]
    return [
        np.array([spectrum[band].sum() / power for band in bands])
        for spectrum, power in zip(spectra, powers, strict=True)
        if power > powers.max() / 100
    ]
