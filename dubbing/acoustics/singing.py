"""Whether a voice sings: notes that stay where they are.

In speech the pitch is hardly ever still for a quarter of a second; in singing it rests on notes, but for
a vibrato of a quarter tone (the "steady pitch" cue of Ohishi et al. 2005 and Thompson 2014).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dubbing.acoustics.pitch import HOP_MS, f0_track_hz
from dubbing.arrays import Audio

NOTE_MS = 240
WITHIN_ST = 0.7
"""A note's highest and lowest pitch lie no further apart."""
SUNG_SHARE = 0.35
"""From this share of the voiced time on notes."""
FEWEST_NOTES = 3
APART_ST = 0.8
"""Two notes further apart than this are two pitches; a drone is no song."""
FEWEST_PITCHES = 2
SHORTEST_MS = 1_500
Numbers = npt.NDArray[np.float64]


def is_sung(audio: Audio) -> bool:
    """Whether a line, 16 kHz mono, is sung; a line under 1.5 s never is."""
    if audio.duration_ms < SHORTEST_MS:
        return False
    track = f0_track_hz(audio)
    notes = held_notes(track)
    if len(notes) < FEWEST_NOTES:
        return False
    share = sum(steps for _, steps in notes) / max(1, int((track > 0).sum()))
    pitches = [pitch for pitch, _ in notes]
    return share >= SUNG_SHARE and max(pitches) - min(pitches) >= APART_ST * (FEWEST_PITCHES - 1)


def held_notes(track_hz: Numbers) -> list[tuple[float, int]]:
    """Pitch (semitones above 1 Hz) and length (steps of 20 ms) of every note that is held."""
    found, start, n = [], 0, len(track_hz)
    semitones = 12 * np.log2(np.maximum(track_hz, 1.0))
    while start < n:
        if track_hz[start] <= 0:
            start += 1
            continue
        end, low, high = start, semitones[start], semitones[start]
        while end + 1 < n and track_hz[end + 1] > 0:
            lower, higher = min(low, semitones[end + 1]), max(high, semitones[end + 1])
            if higher - lower > WITHIN_ST:
                break
            end, low, high = end + 1, lower, higher
        if (end - start + 1) * HOP_MS >= NOTE_MS:
            found.append((float(np.median(semitones[start : end + 1])), end - start + 1))
        start = end + 1
    return found
