"""How a line is spoken, as differences: the same words for all voices, languages and engines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Mood = Literal["neutral", "calm", "happy", "sad", "angry", "fearful", "disgusted", "surprised"]
MOODS: tuple[Mood, ...] = get_args(Mood)
"""All that a line can be; RAVDESS's eight (Livingstone and Russo 2018)."""
CIRCUMPLEX = {
    "neutral": (0.0, 0.4),
    "calm": (0.3, 0.15),
    "happy": (0.8, 0.7),
    "sad": (-0.7, 0.25),
    "angry": (-0.7, 0.9),
    "fearful": (-0.6, 0.85),
    "disgusted": (-0.7, 0.5),
    "surprised": (0.2, 0.8),
}
"""Valence (-1 to 1) and arousal (0 to 1) of each label (Russell 1980)."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a line is to be spoken, beside how its voice speaks neutrally.

    ``pitch_st`` and ``rise_st`` (from the first to the last sound) are in semitones, ``pitch_range`` and
    ``rate`` are factors, ``level_db`` is loudness, ``bright_db`` the part of the spectrum above 1 kHz
    against the part below it: a raised voice is brighter. ``reason`` says where it comes from.
    """

    label: str = "neutral"
    intensity: float = 0.0
    pitch_st: float = 0.0
    pitch_range: float = 1.0
    rise_st: float = 0.0
    rate: float = 1.0
    level_db: float = 0.0
    bright_db: float = 0.0
    tension: float = 0.0
    """Arousal against neutral, -1 to 1, beside what the label says of it."""
    reason: str = ""
    is_chosen: bool = False
    """Whether a person asked for it."""


NEUTRAL = Delivery()
