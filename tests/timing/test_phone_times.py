"""Forced alignment of known words with a recording."""

import numpy as np
import pytest

from dubbing.acoustics.phone_times import PHONES, phone_times
from dubbing.arrays import Audio
from dubbing.language.g2p import to_phonemes
from dubbing.timing.same_words import words_of
from dubbing.timing.visemes import sounds


def test_a_phone_is_known_for_every_sound_of_english() -> None:
    text = (
        "Joy, thanks! The pure measure of beige vision: chew, how, boat, bird, near, foot, aging."
    )
    for variety in ("en", "en-gb"):
        spoken = [s.symbol for s in sounds(to_phonemes(text, variety)) if not s.is_pause]
        assert set(spoken) <= set(PHONES)


@pytest.mark.parametrize("level", [0.0, 1e-4])
def test_words_are_not_found_where_nobody_speaks(level: float) -> None:
    noise = level * np.random.default_rng(0).standard_normal((1, 1600)).astype(np.float32)
    words = words_of(sounds(to_phonemes("Where did you put the keys of the car?", "en")))
    assert phone_times(Audio(noise, 16_000), words) is None


def test_no_words_no_times() -> None:
    assert phone_times(Audio(np.zeros((1, 16_000), np.float32), 16_000), []) is None


@pytest.mark.slow
def test_sounds_are_found_where_they_are_spoken_and_other_words_cost_more() -> None:
    from dubbing.engines.speech.kokoro import Kokoro
    from dubbing.media.resample import resample
    from dubbing.timing.same_words import borders_of, symbol_times
    from dubbing.timing.spoken import whole_frames

    kokoro, symbols = Kokoro(), to_phonemes("He put the keys of the car there.", "en")
    frames = whole_frames([float(n) for n in kokoro.durations(symbols, "bf_emma")])
    sound = resample(kokoro.speak(symbols, "bf_emma", frames), 16_000)
    spoken = sounds(symbols.rstrip("."))
    right = phone_times(sound, words_of(spoken))
    assert right is not None
    at_ms = symbol_times(spoken, borders_of(spoken, right.spans_ms), 0.0, 0.0)
    edges = 25 * np.cumsum([0, *frames])[1:]
    begins = np.array([edges[sound.first] for sound in spoken])
    assert np.median(np.abs(at_ms[:-1] - begins)) <= 30
    other = phone_times(sound, words_of(sounds(to_phonemes("She got two bees in a jar.", "en"))))
    assert other is None or other.cost > 1.15 * right.cost
