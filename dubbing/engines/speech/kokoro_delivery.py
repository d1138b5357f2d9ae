"""A mood in Kokoro: bends the pitch and the energy that its prosody network gave, and colours the voice.

The prosody half of the style stays: what it would change is bent directly.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from dubbing.delivery import CIRCUMPLEX, Delivery
from dubbing.engines.speech.kokoro_voice import VOICED_HZ, Numbers
from dubbing.models.voices import TIMBRE_SIZE

LOWEST_HZ, HIGHEST_HZ = 70.0, 330.0
"""The median pitch is not taken beyond this: the decoder has hardly heard such voices."""
HIGHEST_PEAK_HZ = 480.0
"""Where accents end: above, it squeaks."""
PEAK_PERCENTILE = 95
ENERGY_PER_DB = 0.25
"""The network's energy changes little of the loudness, and something of the voice's colour."""
MOST_ENERGY = 2.0
QUIET_ENERGY = 0.0
NARROWEST_ST = 0.5
UPWARDS = 1.5
"""Exponent of what a range gains above the median; below it gains as much less."""


def delivered_pitch(f0_hz: Numbers, delivery: Delivery) -> Numbers:
    """A pitch curve in Hz moved, tilted, and spread to its range; what is unvoiced stays.

    The range is set after the tilt, which takes from it or adds to it.
    """
    voiced = f0_hz > VOICED_HZ
    if not voiced.any():
        return f0_hz
    curve = 12 * np.log2(np.maximum(f0_hz, VOICED_HZ))
    middle = float(np.median(curve[voiced]))
    tilted = curve - middle + delivery.rise_st * _along(voiced)
    wanted = delivery.pitch_range * _range(curve[voiced])
    spread = wanted / max(_range(tilted[voiced]), NARROWEST_ST)
    moved = _within(middle, middle + delivery.pitch_st)
    bent = moved + _spread(tilted, spread)
    bent = np.where(bent > moved, moved + _room(bent[voiced], moved) * (bent - moved), bent)
    return np.where(voiced, 2 ** (bent / 12), f0_hz).astype(np.float32)


def delivered_energy(energy: Numbers, delivery: Delivery) -> Numbers:
    """An energy curve raised or lowered where something sounds."""
    moved = float(np.clip(ENERGY_PER_DB * delivery.level_db, -MOST_ENERGY, MOST_ENERGY))
    return np.where(energy > QUIET_ENERGY, energy + moved, energy).astype(np.float32)


def delivered_style(style: Numbers, delivery: Delivery) -> Numbers:
    """A style ``[1, 256]`` with the timbre of a mood, as strong as it is (``dub train mood-timbre``)."""
    change = np.zeros(TIMBRE_SIZE, dtype=np.float32)
    if delivery.label in _timbres():
        change += min(1.0, delivery.intensity) * _timbres()[delivery.label]
    change += delivery.tension * _tense()
    if not change.any():
        return style
    coloured = style.copy()
    coloured[:, :TIMBRE_SIZE] += change
    return coloured


@cache
def _tense() -> Numbers:
    """From slack to tense, whatever the mood: half the way between the mean timbres of such moods."""
    moods = _timbres()
    middle = CIRCUMPLEX["neutral"][1]
    tense = [moods[mood] for mood in moods if CIRCUMPLEX[mood][1] > middle]
    slack = [moods[mood] for mood in moods if CIRCUMPLEX[mood][1] < middle]
    return np.asarray((np.mean(tense, axis=0) - np.mean(slack, axis=0)) / 2, dtype=np.float32)


@cache
def _timbres() -> dict[str, Numbers]:
    from safetensors.numpy import load_file

    from dubbing.models.resolver import resolve

    tensors: dict[str, Numbers] = load_file(resolve("mood-timbre") / "mood_timbre.safetensors")
    return tensors


def _along(voiced: npt.NDArray[np.bool_]) -> Numbers:
    """From -0.5 at the first voiced step to 0.5 at the last, in the shape of ``voiced``."""
    places = np.flatnonzero(voiced.reshape(-1))
    steps = np.arange(voiced.size, dtype=np.float32).reshape(voiced.shape)
    along = (steps - places[0]) / max(1, places[-1] - places[0]) - 0.5
    return np.asarray(np.clip(along, -0.5, 0.5), dtype=np.float32)


def _spread(away: Numbers, by: float) -> Numbers:
    """A wider curve grows towards its peaks: accents rise, and a voice has no room below."""
    if by <= 1:
        return by * away
    return np.where(away > 0, by**UPWARDS, by ** (2 - UPWARDS)) * away


def _room(curve: Numbers, middle: float) -> float:
    """The factor that brings the peaks of a curve under their bound; 1 if they are."""
    peak = float(np.percentile(curve, PEAK_PERCENTILE))
    bound = max(12 * np.log2(HIGHEST_PEAK_HZ), middle + NARROWEST_ST)
    return float(min(1.0, (bound - middle) / max(peak - middle, NARROWEST_ST)))


def _range(curve: Numbers) -> float:
    low, high = np.percentile(curve, [10, 90])
    return float(high - low)


def _within(middle_st: float, wanted_st: float) -> float:
    """The wanted median, but not beyond the bounds, unless the voice lies there by itself."""
    low, high = 12 * np.log2(LOWEST_HZ), 12 * np.log2(HIGHEST_HZ)
    return float(np.clip(wanted_st, min(low, middle_st), max(high, middle_st)))
