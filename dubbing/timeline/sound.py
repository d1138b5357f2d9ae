"""The finished sound, and how it was made of takes."""

from __future__ import annotations

from dataclasses import dataclass

from dubbing.timeline.base import Artifact


@dataclass(frozen=True, slots=True)
class LineMix:
    """How a take lies in the mix: its gain, and a slow curve of level (dB, evenly spaced over it)."""

    line: str
    gain_db: float
    curve_db: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class SpeakerMix:
    """How a speaker's takes are made to sound like the film: gains of seven octaves from 125 Hz."""

    speaker: str
    tone_db: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Mix:
    """The finished sound, how loud it is beside the original, and how it was made.

    ``preset`` names the loudness that was aimed at, ``programme_gain_db`` what it took;
    ``dialogue_lufs`` is the loudness of the dubbed dialogue alone. ``reverberation_s`` is what the
    original's room measures.
    """

    sound: Artifact
    original_lufs: float | None
    dub_lufs: float | None
    true_peak_dbtp: float | None
    dialogue_lufs: float | None = None
    preset: str = "source"
    programme_gain_db: float = 0.0
    reverberation_s: float | None = None
    lines: tuple[LineMix, ...] = ()
    speakers: tuple[SpeakerMix, ...] = ()
    typical_lufs: float | None = None
    """Of the film's usual line, in the original."""
    takes_gain_db: float = 0.0
    """What all takes got on top, so that the programme is as loud as it was."""
    fade_ms: int = 80
    duck_db: float = -26.0
    ceiling_dbtp: float = -1.0
