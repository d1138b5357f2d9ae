"""Where people speak is measured, whatever the channels are called; so is how loud they are there."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dubbing.arrays import Audio
from dubbing.media.channels import channel_names
from dubbing.media.loudness import line_loudness_lufs
from dubbing.soundtrack.voice_place import (
    find_voice_channels,
    heard_mono,
    listening_weights,
)
from dubbing.timeline import VoiceChannel

RATE_HZ = 48_000
LINES = ((1, 3), (4, 6), (8, 9))
"""Seconds in which somebody speaks, of ten."""
PAUSES = ((0, 1), (3, 4), (6, 8), (9, 10))


def bandpassed(seed: int) -> np.ndarray:
    """Ten seconds of noise in the speech band, at -20 dB."""
    rng = np.random.default_rng(seed)
    spectrum = np.fft.rfft(rng.normal(size=10 * RATE_HZ))
    hz = np.fft.rfftfreq(10 * RATE_HZ, 1 / RATE_HZ)
    spectrum[(hz < 300) | (hz > 3_400)] = 0
    sound = np.fft.irfft(spectrum)
    return sound * 0.1 / sound.std()


VOICE = bandpassed(1)
for pause in PAUSES:
    VOICE[pause[0] * RATE_HZ : pause[1] * RATE_HZ] = 0
MUSIC = [
    bandpassed(seed) * (1 + 0.3 * np.sin(np.arange(10 * RATE_HZ) / 9e4)) for seed in range(2, 8)
]


def film(layout: str, voice: dict[str, float], music: dict[str, float]) -> Audio:
    """A film with the voice and music in some channels, at these gains; music differs in each."""
    names = channel_names(layout)
    sound = np.zeros((len(names), 10 * RATE_HZ))
    for name, gain in voice.items():
        sound[names.index(name)] += gain * VOICE
    for number, (name, gain) in enumerate(music.items()):
        sound[names.index(name)] += gain * MUSIC[number]
    return Audio(sound.astype(np.float32), RATE_HZ)


def pieces(sound: Audio, spans: tuple[tuple[int, int], ...]) -> list[Audio]:
    return [sound.between(1000 * a, 1000 * b) for a, b in spans]


def found_in(sound: Audio, layout: str) -> dict[str, float]:
    names = channel_names(layout)
    voices = find_voice_channels(pieces(sound, LINES), pieces(sound, PAUSES), names)
    return {names[item.channel]: item.gain for item in voices}


CASES = {
    "5.1 with a centre": ("5.1", {"FC": 1}, {"FL": 3, "FR": 3, "BL": 1, "BR": 1}),
    "5.1(side), music in the centre too": ("5.1(side)", {"FC": 1}, {"FC": 0.5, "FL": 2, "FR": 2}),
    "six channels, speech on both sides": ("5.1", {"FL": 1, "FR": 1}, {}),
    "2.1": ("2.1", {"FL": 1, "FR": 1, "LFE": 1}, {}),
    "3.0": ("3.0", {"FC": 1, "FL": 0.5}, {"FR": 1}),
    "quad in front": ("quad", {"FL": 1, "FR": 1}, {"BL": 1, "BR": 1}),
    "left only": ("stereo", {"FL": 1}, {}),
    "left, music on the right": ("stereo", {"FL": 1}, {"FR": 1}),
    "half left": ("stereo", {"FL": 1, "FR": 0.4}, {}),
    "behind": ("7.1", {"BL": 1, "BR": 0.7}, {"FL": 1, "FR": 1, "FC": 0.3}),
    "mono": ("mono", {"FC": 1}, {}),
    "22.2, above": ("22.2", {"TFC": 1}, {"FL": 1, "FR": 1}),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("level_db", [0, -50])
def test_the_voice_is_found_where_it_is(case: str, level_db: int) -> None:
    layout, voice, music = CASES[case]
    sound = film(layout, voice, music)
    sound = Audio(sound.samples * np.float32(10 ** (level_db / 20)), RATE_HZ)
    expected = {name: gain for name, gain in voice.items() if "LFE" not in name}
    assert found_in(sound, layout) == pytest.approx(expected, abs=0.08)


def test_where_nothing_tells_it_is_where_films_usually_have_it() -> None:
    silent = Audio(np.zeros((6, 10 * RATE_HZ), np.float32), RATE_HZ)
    assert found_in(silent, "5.1") == {"FC": 1.0}
    assert found_in(film("5.1", {}, {"FL": 1, "FR": 1}), "5.1").keys() == {"FL", "FR"}
    assert found_in(film("stereo", {}, {"FL": 1, "FR": 1}), "stereo").keys() == {"FL", "FR"}
    assert find_voice_channels([], [], ("FL", "FR", "LFE")) == (VoiceChannel(0), VoiceChannel(1))


@pytest.mark.parametrize("music", [{}, {"FL": 0.3, "FR": 0.3}])
def test_a_voice_in_opposite_polarity_is_heard(music: dict[str, float]) -> None:
    sound = film("stereo", {"FL": 1, "FR": -1}, music)
    names = channel_names("stereo")
    mono = listening_weights([sound], names) @ sound.samples
    assert level_db(mono) > level_db(sound.samples[0]) - 7
    voices = find_voice_channels(pieces(sound, LINES), pieces(sound, PAUSES), names)
    assert [item.is_inverted for item in voices] == [False, True]
    assert level_db(heard_mono(sound, voices).samples) > level_db(sound.samples[0]) - 1


def test_a_voice_in_opposite_polarity_under_the_same_music_on_both_sides_is_heard() -> None:
    sound = film("stereo", {"FL": 1, "FR": -1}, {}).samples + (0.5 * MUSIC[0]).astype(np.float32)
    mono = listening_weights([Audio(sound.astype(np.float32), RATE_HZ)], ("FL", "FR")) @ sound
    share = float(mono @ VOICE / (VOICE @ VOICE))
    assert abs(share) > 0.4


def test_usual_stereo_is_heard_as_its_mean_and_low_frequencies_not_at_all() -> None:
    centre = film("stereo", {"FL": 1, "FR": 1}, {"FL": 0.5, "FR": 0.5})
    assert listening_weights([centre], ("FL", "FR")) == pytest.approx([0.5, 0.5])
    surround = film("5.1", {"FC": 1}, {"FL": 0.5, "FR": 0.5, "LFE": 5})
    weights = listening_weights([surround], channel_names("5.1"))
    assert weights[3] == 0
    assert weights.argmax() == 2


@given(st.floats(-85, 0))
@settings(max_examples=20, deadline=None)
def test_a_quiet_film_is_raised_for_recognition_and_a_loud_one_is_not(level: float) -> None:
    sound = Audio(
        (VOICE[None] * 10 ** ((level + 10) / 20)).astype(np.float32)[:, : 3 * RATE_HZ], RATE_HZ
    )
    mono = listening_weights([sound], ("FC",)) @ sound.samples
    assert level_db(mono[RATE_HZ:]) > -50
    assert np.abs(mono).max() <= max(1.0, np.abs(sound.samples).max())


def level_db(samples: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(np.asarray(samples, dtype=np.float64) ** 2) + 1e-20))


def test_a_line_has_a_loudness_at_any_level_down_to_digital_silence() -> None:
    voice = (VOICE[RATE_HZ : 3 * RATE_HZ] * 10).astype(np.float32)[None]
    found = [
        line_loudness_lufs(Audio(voice * np.float32(10 ** (-db / 20)), RATE_HZ))
        for db in range(0, 110, 10)
    ]
    steps = [b - a for a, b in itertools.pairwise(found)]
    assert steps == pytest.approx([-10] * 10, abs=0.05)
    assert line_loudness_lufs(Audio(np.zeros((1, RATE_HZ), np.float32), RATE_HZ)) is None
