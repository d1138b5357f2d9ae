"""How somebody speaks, as numbers: pitch, loudness, pace and colour of a stretch of speech.

The measures are those of the "minimalistic acoustic parameter set" (Eyben et al. 2016, GeMAPS) as far as
they can be told from the pitch track and short-time spectra.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from dubbing.acoustics.pitch import FEWEST_VOICED, HOP_MS, f0_track_hz
from dubbing.arrays import Audio, levels_db

Numbers = npt.NDArray[np.float64]
LEVEL_STEP_MS = 20
SPEECH_BELOW_PEAK_DB = 30.0
"""A step this far below the loudest is no speech."""
NUCLEUS_DIP_DB = 2.0
"""A syllable's nucleus stands out from the dips beside it by this much (de Jong and Wempe 2009)."""
SPECTRUM_MS = 32
JUMP_OCTAVES = 0.35
"""A pitch step beyond this is an octave error of the tracker, or a new phrase."""


@dataclass(frozen=True, slots=True)
class Prosody:
    """One stretch of speech.

    Pitch is in Hz, its range and changes in semitones, levels in dBFS (their range from the 10th to
    the 90th percentile), the rate in syllable nuclei a second of speech.
    """

    f0_hz: float
    f0_range_st: float
    f0_slope_st: float
    """Fall (negative) or rise from the first to the last third."""
    f0_restless_st: float
    """Mean change from one 20 ms step to the next."""
    level_db: float
    level_range_db: float
    rate_sps: float
    voiced: float
    """Share of the speech that has a pitch."""
    alpha_db: float
    """Energy of 1 to 5 kHz against 50 Hz to 1 kHz: pressed voices are bright."""
    hammarberg_db: float
    """Strongest peak below 2 kHz against the strongest of 2 to 5 kHz (Hammarberg 1980)."""
    slope_db: float
    """Tilt from 0.5 to 1.5 kHz, in dB a kHz."""
    shimmer_db: float
    """Mean change of level from one voiced step to the next."""

    def as_array(self) -> Numbers:
        """All numbers in order, float64; pitch as semitones above 1 Hz."""
        values = [float(getattr(self, field.name)) for field in fields(self)]
        return np.array([12 * np.log2(max(values[0], 1.0)), *values[1:]])


def measure_prosody(audio: Audio, track: Numbers | None = None) -> Prosody | None:
    """Prosody of speech at 16 kHz; ``None`` if hardly anything in it has a pitch.

    ``track`` is its pitch (:func:`f0_track_hz`), where that is known already.
    """
    track = f0_track_hz(audio) if track is None else track
    voiced = track > 0
    if voiced.sum() < FEWEST_VOICED:
        return None
    levels = levels_db(audio, LEVEL_STEP_MS)
    speech = levels > levels.max() - SPEECH_BELOW_PEAK_DB
    semitones = 12 * np.log2(track[voiced])
    size = min(len(track), len(levels))
    both = voiced[:size] & speech[:size]
    return Prosody(
        f0_hz=float(np.median(track[voiced])),
        f0_range_st=_range(semitones),
        f0_slope_st=_slope(semitones),
        f0_restless_st=_restless(track),
        level_db=float(np.mean(levels[speech])),
        level_range_db=_range(levels[speech]),
        rate_sps=_nuclei(levels, speech) / max(0.2, speech.sum() * LEVEL_STEP_MS / 1000),
        voiced=float(both.sum() / max(1, speech.sum())),
        **_colour(audio),
        shimmer_db=_steps(levels[:size], both),
    )


def _range(values: Numbers) -> float:
    low, high = np.percentile(values, [10, 90])
    return float(high - low)


def _slope(semitones: Numbers) -> float:
    third = max(1, len(semitones) // 3)
    return float(np.median(semitones[-third:]) - np.median(semitones[:third]))


def _restless(track: Numbers) -> float:
    pairs = (track[1:] > 0) & (track[:-1] > 0)
    octaves = np.abs(np.log2(track[1:][pairs] / track[:-1][pairs]))
    octaves = octaves[octaves < JUMP_OCTAVES]
    return float(12 * octaves.mean()) if len(octaves) else 0.0


def _steps(levels: Numbers, kept: npt.NDArray[np.bool_]) -> float:
    pairs = kept[1:] & kept[:-1]
    return float(np.abs(np.diff(levels))[pairs].mean()) if pairs.any() else 0.0


def _nuclei(levels: Numbers, speech: npt.NDArray[np.bool_]) -> int:
    """Peaks of the smoothed level that stand out from the dips beside them."""
    from scipy.signal import find_peaks

    smooth = np.convolve(np.pad(levels, 2, mode="edge"), np.ones(5) / 5, "valid")
    peaks, _ = find_peaks(smooth, prominence=NUCLEUS_DIP_DB)
    return int(speech[peaks].sum())


def _colour(audio: Audio) -> dict[str, float]:
    """Long-term spectrum of the loud half, as three numbers."""
    size = audio.rate_hz * SPECTRUM_MS // 1000
    samples = audio.mono().samples[0].astype(np.float64)
    frames = samples[: len(samples) // size * size].reshape(-1, size)
    power = np.abs(np.fft.rfft(frames * np.hanning(size), axis=1)) ** 2
    loud = power.sum(axis=1) >= np.median(power.sum(axis=1))
    spectrum = power[loud].mean(axis=0) + 1e-12
    hz = np.fft.rfftfreq(size, 1 / audio.rate_hz)

    def band(low: float, high: float) -> Numbers:
        chosen: Numbers = spectrum[(hz >= low) & (hz < high)]
        return chosen

    middle = (hz >= 500) & (hz < 1500)
    tilt = np.polyfit(hz[middle] / 1000, 10 * np.log10(spectrum[middle]), 1)[0]
    return {
        "alpha_db": float(10 * np.log10(band(1000, 5000).sum() / band(50, 1000).sum())),
        "hammarberg_db": float(10 * np.log10(band(50, 2000).max() / band(2000, 5000).max())),
        "slope_db": float(tilt),
    }


assert HOP_MS == LEVEL_STEP_MS, "pitch and level are laid side by side"
