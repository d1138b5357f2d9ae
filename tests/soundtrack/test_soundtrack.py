"""Level, tone and room of the dub, and what the mixer makes of presets."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dubbing.arrays import Audio
from dubbing.soundtrack.levels import level_curve_db, with_curve
from dubbing.soundtrack.room import DRIEST_S, in_room, reverberation_s, tail_samples
from dubbing.soundtrack.tone import CENTRES_HZ, MOST_DB, octaves_db, tone_match_db, with_tone

RATE_HZ = 48_000


def babble(seconds: float, *, seed: int = 0, rate_hz: int = RATE_HZ) -> Audio:
    """Noise in syllables of a fifth of a second, each dying away in 20 ms."""
    rng, n = np.random.default_rng(seed), int(seconds * rate_hz)
    time_s = np.arange(n) / rate_hz
    envelope = np.where((time_s % 0.4) < 0.2, 1.0, np.exp(-((time_s % 0.4) - 0.2) / 0.02))
    sound = 0.1 * envelope * rng.normal(0, 1, n)
    return Audio(sound.astype(np.float32)[None], rate_hz)


def band_db(audio: Audio, centre_hz: float) -> float:
    power = np.abs(np.fft.rfft(audio.samples[0])) ** 2
    hz = np.fft.rfftfreq(audio.n_samples, 1 / audio.rate_hz)
    inside = (hz > centre_hz / 2**0.25) & (hz < centre_hz * 2**0.25)
    return float(10 * np.log10(power[inside].sum()))


def test_a_dull_voice_becomes_half_as_bright_as_the_film() -> None:
    bright, dull = babble(4), with_tone(babble(4, seed=1), (0, 0, 0, 0, -6.0, -6.0, -6.0))
    gains = tone_match_db(octaves_db([bright]), octaves_db([dull]))
    assert len(gains) == len(CENTRES_HZ)
    assert max(gains[4:]) > max(gains[:4])
    matched = with_tone(dull, gains)
    for hz in (4_000.0, 8_000.0):
        missing = band_db(bright, hz) - band_db(dull, hz)
        assert 1.0 < band_db(matched, hz) - band_db(dull, hz) < missing


def test_nothing_known_changes_nothing() -> None:
    assert tone_match_db(None, octaves_db([babble(1)])) == (0.0,) * len(CENTRES_HZ)
    assert octaves_db([Audio(np.zeros((1, RATE_HZ), np.float32), RATE_HZ)]) is None
    audio = babble(1)
    assert with_tone(audio, ()) is audio
    assert with_curve(audio, (), 0, 1000) is audio


@given(st.integers(0, 50), st.integers(0, 50))
def test_tones_stay_gentle(a: int, b: int) -> None:
    rng = np.random.default_rng([a, b])
    wanted, own = rng.normal(0, 20, 7), rng.normal(0, 20, 7)
    assert max(map(abs, tone_match_db(wanted, own))) <= MOST_DB


def test_a_filter_moves_nothing_in_time() -> None:
    click = np.zeros((1, RATE_HZ), np.float32)
    click[0, 24_000] = 1.0
    found = with_tone(Audio(click, RATE_HZ), (2.0, 1.0, 0, 0, -1.0, -2.0, -3.0))
    assert int(np.argmax(np.abs(found.samples[0]))) == 24_000


def test_a_line_swells_and_fades_as_the_original_does() -> None:
    swell = babble(4).samples * np.linspace(0.3, 1.0, 4 * RATE_HZ, dtype=np.float32)
    curve = level_curve_db(Audio(swell, RATE_HZ), babble(3, seed=2))
    assert curve[0] < -1.0
    assert curve[-1] > curve[0] + 1.5
    assert abs(np.mean(curve)) < 0.1
    changed = with_curve(babble(3, seed=2), curve, 0, 3000).samples[0]
    before, after = changed[: RATE_HZ // 2], changed[-RATE_HZ // 2 :]
    assert np.mean(after**2) > 1.5 * np.mean(before**2)
    assert level_curve_db(babble(1), babble(1)) == ()


def test_more_reverberant_rooms_measure_longer() -> None:
    dry = babble(60, rate_hz=16_000)
    found = [reverberation_s([in_room(dry, time_s)]) for time_s in (0.0, 0.6, 0.8)]
    assert all(time_s is not None for time_s in found)
    assert found[0] < found[1] < found[2]
    assert reverberation_s([Audio(np.zeros((1, 800), np.float32), 16_000)]) is None


def test_a_room_is_light_and_adds_a_tail() -> None:
    dry = babble(1)
    assert in_room(dry, None) is dry
    assert in_room(dry, DRIEST_S) is dry
    wet = in_room(dry, 0.6)
    assert wet.n_samples == dry.n_samples + tail_samples(0.6, RATE_HZ)
    added = wet.samples[:, : dry.n_samples] - dry.samples
    assert -36 < 10 * np.log10(np.mean(added**2) / np.mean(dry.samples**2)) < -10
    first = slice(0, RATE_HZ // 100)
    assert np.allclose(wet.samples[:, first], dry.samples[:, first])


@pytest.mark.parametrize("time_s", [0.5, 2.0])
def test_the_tail_dies_away(time_s: float) -> None:
    wet = in_room(babble(0.5), time_s).samples[0]
    assert np.abs(wet[-480:]).max() < 1e-3
