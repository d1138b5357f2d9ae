"""Speech made longer or shorter piece by piece, at its own pitch.

Waveform-similarity overlap-add (WSOLA; Verhelst and Roelands 1993) with a time map instead of one factor:
each piece of sound lasts as it is told, and nothing is cut between pieces. Made for speech and for
factors near 1 (0.8 to 1.25), where it leaves the waveform of every pitch period as it was.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dubbing.arrays import Audio

WINDOW_MS = 30
SEEK_MS = 10
"""How far a window may be moved to continue the wave; a pitch period of a low voice is 12 ms."""
Numbers = npt.NDArray[np.float64]


def stretched(audio: Audio, at_ms: Sequence[float], to_ms: Sequence[float]) -> Audio:
    """The sound in which what was at ``at_ms[i]`` is at ``to_ms[i]``, and evenly between.

    Args:
        audio: mono speech.
        at_ms: rising times in the sound; the first is 0 and the last its length, or near it.
        to_ms: where they shall be; as many, rising, the first 0. The last is the new length.

    Raises:
        ValueError: if the times do not rise, or are not as many.
    """
    at, to = np.asarray(at_ms, dtype=np.float64), np.asarray(to_ms, dtype=np.float64)
    if len(at) != len(to) or len(at) < 2 or (np.diff(at) < 0).any() or (np.diff(to) <= 0).any():
        raise ValueError("times must rise, and be as many before as after")
    window = 2 * (audio.rate_hz * WINDOW_MS // 2000)
    hop, seek = window // 2, audio.rate_hz * SEEK_MS // 1000
    length = round(to[-1] * audio.rate_hz / 1000)
    margin = window + seek
    sound = np.pad(audio.mono().samples[0].astype(np.float64), margin)
    out = np.zeros(length + 2 * window)
    shape = np.hanning(window + 1)[:-1]
    starts = np.arange(-hop, length, hop)
    wanted_ms = np.interp((starts + hop) * 1000 / audio.rate_hz, to, at)
    wanted = np.round(wanted_ms * audio.rate_hz / 1000).astype(int) - hop + margin
    wanted = np.clip(wanted, seek, len(sound) - window - seek)
    taken = int(wanted[0])
    for number, start in enumerate(starts):
        if number:
            follows = taken + hop
            taken = _most_alike(sound, follows, int(wanted[number]), window, seek)
        out[start + hop : start + hop + window] += shape * sound[taken : taken + window]
    return Audio(out[hop : hop + length].astype(np.float32)[np.newaxis], audio.rate_hz)


def _most_alike(sound: Numbers, follows: int, wanted: int, window: int, seek: int) -> int:
    """Where near ``wanted`` the sound goes on as it would from ``follows``."""
    if abs(follows - wanted) <= 1 or follows + window > len(sound):
        return wanted if follows + window > len(sound) else follows
    goes_on = sound[follows : follows + window]
    first = max(0, wanted - seek)
    region = sound[first : wanted + seek + window]
    size = 1 << int(len(region) + window).bit_length()
    products = np.fft.irfft(np.fft.rfft(region, size) * np.conj(np.fft.rfft(goes_on, size)), size)[
        : len(region) - window + 1
    ]
    powers = np.cumsum(np.concatenate([[0.0], region**2]))
    energy = powers[window:] - powers[: len(region) - window + 1]
    return first + int(np.argmax(products / np.sqrt(energy + 1e-9)))
