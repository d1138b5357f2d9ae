"""Singing is told from speech, and stays."""

from pathlib import Path

import numpy as np
import pytest

from dubbing.acoustics.singing import held_notes, is_sung
from dubbing.arrays import Audio
from dubbing.media.extract import extract_audio
from dubbing.media.resample import resample
from dubbing.media.sound_file import read_sound
from tests.voice.test_profile import vowel

RATE_HZ = 16_000


def sung(*notes: tuple[float, float]) -> Audio:
    """Vowels on notes (Hz, seconds), one after the other."""
    return Audio(
        np.concatenate([vowel(hz, seconds=seconds).samples for hz, seconds in notes], axis=1),
        RATE_HZ,
    )


MELODY = ((220, 0.5), (247, 0.5), (262, 0.4), (247, 0.4), (220, 0.8))


def test_a_melody_is_sung() -> None:
    assert is_sung(sung(*MELODY))


def test_a_drone_and_a_single_call_are_not() -> None:
    assert not is_sung(sung((220, 3.0)))
    assert not is_sung(sung((220, 0.6), (262, 0.6)))


def test_a_gliding_pitch_is_speech() -> None:
    rng = np.random.default_rng(2)
    glides = [
        (150 + 60 * float(v), 0.06) for v in np.abs(np.cumsum(rng.normal(0, 0.4, 40)) % 2 - 1)
    ]
    assert not is_sung(sung(*glides))


def test_notes_have_their_pitch_and_length() -> None:
    track = np.concatenate([np.full(20, 220.0), np.zeros(5), np.full(30, 330.0), np.full(3, 400.0)])
    notes = held_notes(track)
    assert [steps for _, steps in notes] == [20, 30]
    assert notes[1][0] - notes[0][0] == pytest.approx(7.02, abs=0.01)


def test_the_samples_speech_is_no_song(samples: Path, tmp_path: Path) -> None:
    extract_audio(samples / "portrait.mp4", 0, tmp_path / "all.wav")
    whole = resample(read_sound(tmp_path / "all.wav").mono(), RATE_HZ)
    for start_ms in range(0, whole.duration_ms - 2500, 1200):
        assert not is_sung(whole.between(start_ms, start_ms + 2500))
