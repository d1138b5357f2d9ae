"""The voice space: one person's moods near each other; and who speaks when in what is heard."""

from pathlib import Path

import numpy as np

from dubbing.diarization.conversation import Heard, voice_turns
from dubbing.diarization.turns import windows_of
from dubbing.diarization.voice_space import load_voice_space
from dubbing.diarization.voices import smoothed
from dubbing.training.voice_space import discriminant, save_voice_space


def moody(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Vectors of 40 people in five moods that all share, ``[n, 256]``; who speaks, in which mood."""
    rng = np.random.default_rng(seed)
    centres, moods = rng.normal(0, 1, (40, 256)), 3 * rng.normal(0, 1, (5, 256))
    people, moody = np.repeat(np.arange(40), 25), np.tile(np.arange(5), 200)
    vectors = centres[people] + moods[moody] + 0.3 * rng.normal(0, 1, (1000, 256))
    return vectors, people, moody


def test_moods_count_less_than_people() -> None:
    vectors, people, moods = moody()
    space = discriminant(vectors, people.astype(str))
    for placed, better in ((vectors - vectors.mean(axis=0), False), (space.place(vectors), True)):
        unit = placed / np.linalg.norm(placed, axis=1, keepdims=True)
        likeness = unit @ unit.T
        same = people[:, None] == people[None, :]
        same_mood = moods[:, None] == moods[None, :]
        own = likeness[same & ~same_mood].mean()
        others = likeness[~same & same_mood].mean()
        assert (own > others) == better


def test_a_space_is_read_as_it_was_written(tmp_path: Path) -> None:
    vectors, people, _ = moody()
    space = discriminant(vectors, people.astype(str))
    save_voice_space(space, tmp_path / "space.safetensors", {"data": "made"})
    read = load_voice_space(tmp_path / "space.safetensors")
    assert np.array_equal(read.place(vectors[:9]), space.place(vectors[:9]))


def test_the_shipped_space_gives_unit_vectors() -> None:
    placed = load_voice_space().place(np.random.default_rng(0).random((7, 256)).astype(np.float32))
    assert placed.dtype == np.float32
    assert np.allclose(np.linalg.norm(placed, axis=1), 1, atol=1e-5)


def test_smoothing_steadies_and_keeps_the_length() -> None:
    rng = np.random.default_rng(1)
    vectors = np.array([1.0, 0.0, 0.0]) + 0.3 * rng.normal(0, 1, (30, 3))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    steady = smoothed(vectors)
    assert steady.shape == vectors.shape
    assert steady[:, 0].min() > vectors[:, 0].min()
    assert smoothed(vectors[:1]).shape == (1, 3)


def test_two_voices_in_turns_are_told_apart() -> None:
    rng, space = np.random.default_rng(2), load_voice_space()
    voices = np.linalg.pinv(space.axes)[:2] * np.array([[1.0], [1.0]])
    heard = []
    for number in range(6):
        region = (10_000 * number, 10_000 * number + 7_000)
        windows = windows_of(region)
        noise = (
            0.01 * rng.normal(0, 1, (len(windows), 256)) @ space.axes @ np.linalg.pinv(space.axes)
        )
        vectors = space.middle + voices[number % 2] + noise
        heard.append(Heard(region, windows, vectors.astype(np.float32)))
    for count in (None, 2):
        found = voice_turns(heard, 0.3, count)
        assert [turn.voice for turn in found] == [0, 1, 0, 1, 0, 1]
    assert {turn.voice for turn in voice_turns(heard, 0.3, 1)} == {0}
