"""The copy of a sound that recognition hears: one channel, in which no voice vanishes or is too quiet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from dubbing.arrays import Audio
from dubbing.media.extract import extract_speech_audio
from dubbing.media.sound_file import read_sound, sound_format
from dubbing.soundtrack.voice_place import listening_weights

MOST_PIECES, PIECE_MS = 60, 5_000
"""So much of a film tells what its channels have in common."""


def write_heard_mono(sound: Path, out_wav: Path, channels: Sequence[str]) -> None:
    """Write a 16 kHz mono copy of a sound whose channels have these names."""
    weights = listening_weights(_pieces(sound), channels)
    extract_speech_audio(sound, out_wav, weights.tolist())


def _pieces(sound: Path) -> Iterator[Audio]:
    """Pieces spread over the whole sound."""
    duration_ms = sound_format(sound).duration_ms
    step_ms = max(PIECE_MS, duration_ms // MOST_PIECES)
    for start_ms in range(0, max(1, duration_ms), step_ms):
        yield read_sound(sound, start_ms, start_ms + PIECE_MS)
