"""In which channels of a film people speak, how loud in each, and what a listener with one ear hears.

Both questions are asked of the speech band alone, in frames of 20 ms: music and effects that sound all
the time do not tell where somebody speaks, what comes and goes with the lines does.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from dubbing.arrays import Audio
from dubbing.media.channels import LOW_FREQUENCY
from dubbing.timeline import VoiceChannel

FRAME_MS = 20
BAND_HZ = (300.0, 3_400.0)
"""The telephone's band: what makes speech intelligible."""
FAINTEST_DB = -20.0
"""A voice this far below the loudest channel's is left where it is."""
LEAST_CONTRAST = 4.0
"""By how much the power in lines must exceed that between them: music does by less, by chance."""
ALIKE = 0.9
"""Gains from here on are one: nobody hears half a decibel of pan."""
LEAST_OUTSIDE_FRAMES = 50
QUIET_PERCENTILE = 10
OPPOSITE = -0.3
"""Correlation below which a channel has the other polarity."""
IN_PHASE = 0.9
MIXED_SHARE, PURE_RATIO = 0.25, 5.0
SILENT = 1e-14
ACTIVE_DB = -30.0
LEAST_HEARD_DB, RAISED_TO_DB, MOST_RAISED_DB = -45.0, -30.0, 60.0
LOUD_PERCENTILE = 99
Spectra = npt.NDArray[np.complex64]
Numbers = npt.NDArray[np.float64]


def band_spectra(audio: Audio) -> Spectra:
    """Spectra of the speech band, complex64 ``[channels, frames, bins]``; a full sine has power 1/2."""
    size = audio.rate_hz * FRAME_MS // 1000
    n_frames = audio.n_samples // size
    frames = audio.samples[:, : n_frames * size].reshape(audio.n_channels, n_frames, size)
    hz = np.fft.rfftfreq(size, 1 / audio.rate_hz)
    inside = (hz >= BAND_HZ[0]) & (hz < BAND_HZ[1])
    spectra = np.fft.rfft(frames, axis=2)[:, :, inside] * (np.sqrt(2) / size)
    return np.asarray(spectra, dtype=np.complex64)


def powers(spectra: Spectra) -> Numbers:
    """Power of each frame, float64 ``[channels, frames]``."""
    return np.asarray(np.sum(np.abs(spectra.astype(np.complex128)) ** 2, axis=2))


def find_voice_channels(
    inside: Iterable[Audio], outside: Iterable[Audio], channels: Sequence[str]
) -> tuple[VoiceChannel, ...]:
    """The channels that people speak in; never a low-frequency one, always at least one.

    Args:
        inside: pieces of the film's sound while lines are spoken.
        outside: pieces between lines.
        channels: the names of the channels.
    """
    spectra = [band_spectra(piece) for piece in inside]
    spoken = np.concatenate(spectra, axis=1) if spectra else np.zeros((len(channels), 0, 1))
    quiet = [powers(band_spectra(piece)) for piece in outside]
    return _voices(
        np.asarray(spoken, dtype=np.complex64),
        np.concatenate([np.zeros((len(channels), 0)), *quiet], axis=1),
        channels,
    )


def _voices(spoken: Spectra, outside: Numbers, channels: Sequence[str]) -> tuple[VoiceChannel, ...]:
    inside = powers(spoken)
    if not inside.size or inside.max() < SILENT:
        return usual_voice_channels(channels)
    level = inside.mean(axis=1)
    if outside.shape[1] >= LEAST_OUTSIDE_FRAMES:
        rest = outside.mean(axis=1)
    else:
        rest = np.percentile(inside, QUIET_PERCENTILE, axis=1)
    allowed = np.array([name not in LOW_FREQUENCY for name in channels])
    contrast = np.where(allowed, level / np.maximum(rest, SILENT), 0.0)
    speaks = contrast >= LEAST_CONTRAST
    voice = np.where(speaks & (level > SILENT), np.maximum(level - rest, 0.0), 0.0)
    if not voice.any():
        return _usual_of_active(level, channels)
    gains = np.sqrt(voice / voice.max())
    strongest = int(gains.argmax())
    return tuple(
        VoiceChannel(
            number, _rounded(float(gain)), is_inverted=_is_opposite(spoken, number, strongest)
        )
        for number, gain in enumerate(gains)
        if gain >= 10 ** (FAINTEST_DB / 20)
    )


def _rounded(gain: float) -> float:
    return 1.0 if gain >= ALIKE else round(gain, 3)


def _is_opposite(spoken: Spectra, one: int, other: int) -> bool:
    cross = float(np.sum(spoken[one] * spoken[other].conj()).real)
    own = np.sqrt(np.sum(np.abs(spoken[one]) ** 2) * np.sum(np.abs(spoken[other]) ** 2))
    return cross < OPPOSITE * float(own)


def _usual_of_active(level: Numbers, channels: Sequence[str]) -> tuple[VoiceChannel, ...]:
    """Where films usually have their dialogue, of the channels in which anything sounds."""
    allowed = np.array([name not in LOW_FREQUENCY for name in channels])
    loudest = np.where(allowed, level, 0.0).max()
    is_active = level >= loudest * 10 ** (FAINTEST_DB / 10)
    return usual_voice_channels(
        [name if active else "" for name, active in zip(channels, is_active, strict=True)]
    )


def usual_voice_channels(channels: Sequence[str]) -> tuple[VoiceChannel, ...]:
    """The centre, else the front sides, else all but low frequencies; an empty name is not used."""
    for wanted in (("FC",), ("FL", "FR")):
        there = [VoiceChannel(n) for n, name in enumerate(channels) if name in wanted]
        if there:
            return tuple(there)
    usable = [n for n, name in enumerate(channels) if name and name not in LOW_FREQUENCY]
    return tuple(VoiceChannel(number) for number in usable or range(len(channels)))


# -- before anybody is heard to speak -------------------------------------------------------------


def listening_weights(pieces: Iterable[Audio], channels: Sequence[str]) -> Numbers:
    """Weights of the mono signal in which speech is looked for, float64 ``[channels]``.

    The centre counts most, as in a television's mono sound. A channel of the other polarity is turned
    round; one that has both is left out, since half of it would vanish beside the loudest. A quiet film
    is raised.
    """
    spectra = [band_spectra(piece) for piece in pieces]
    if not spectra or not len(channels):
        return np.ones(len(channels)) / max(1, len(channels))
    level = np.mean(np.concatenate([powers(one) for one in spectra], axis=1), axis=1)
    allowed = np.array([name not in LOW_FREQUENCY for name in channels])
    level = np.where(allowed | ~allowed.any(), level, 0.0)
    if level.max() < SILENT:
        return np.ones(len(channels)) / len(channels)
    active = level >= level.max() * 10 ** (ACTIVE_DB / 10)
    shares = _shares(channels, active) * active
    strongest = int((level * shares).argmax())
    for number in np.flatnonzero(active):
        shares[number] *= _polarity(spectra, int(number), strongest)
    weights = shares / np.abs(shares).sum()
    return np.asarray(weights * _raise(spectra, weights))


def _shares(channels: Sequence[str], active: npt.NDArray[np.bool_]) -> Numbers:
    if "FC" not in channels or not active[list(channels).index("FC")]:
        return np.ones(len(channels))
    return np.array([{"FC": 1.0, "FL": 0.7, "FR": 0.7}.get(name, 0.35) for name in channels])


def _polarity(spectra: Sequence[Spectra], one: int, other: int) -> float:
    """1 for the same polarity, -1 for the opposite, 0 where much of the sound is either."""
    if one == other:
        return 1.0
    same = opposite = total = 0.0
    for found in spectra:
        cross = found[one] * found[other].conj()
        size = np.abs(cross)
        same += float(size[cross.real > IN_PHASE * size].sum())
        opposite += float(size[cross.real < -IN_PHASE * size].sum())
        total += float(size.sum())
    if opposite < MIXED_SHARE * total or total == 0:
        return 1.0
    return -1.0 if opposite > PURE_RATIO * same else 0.0


def _raise(spectra: Sequence[Spectra], weights: Numbers) -> float:
    """Factor that makes a quiet film loud enough to be heard."""
    mono = [np.tensordot(weights, one, axes=(0, 0))[None].astype(np.complex64) for one in spectra]
    loud = float(
        np.percentile(np.concatenate([powers(one) for one in mono], axis=1), LOUD_PERCENTILE)
    )
    level_db = 10 * np.log10(loud + SILENT)
    if level_db >= LEAST_HEARD_DB:
        return 1.0
    return float(10 ** (min(RAISED_TO_DB - level_db, MOST_RAISED_DB) / 20))


def heard_mono(audio: Audio, voices: Sequence[VoiceChannel]) -> Audio:
    """What is spoken as one signal; ``audio`` has the voice channels alone, in their order."""
    if audio.n_channels == 1:
        return audio
    weights = np.array([v.gain * (-1 if v.is_inverted else 1) for v in voices], dtype=np.float32)
    mixed = (weights / np.abs(weights).sum()) @ audio.samples
    return Audio(mixed[None].astype(np.float32), audio.rate_hz)
