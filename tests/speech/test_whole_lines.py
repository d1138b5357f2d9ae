"""Engines that take no durations: their lines are found phoneme by phoneme and stretched to the plan."""

from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dubbing.acoustics.alignment import found_in
from dubbing.acoustics.stretch import stretched
from dubbing.arrays import Audio
from dubbing.timing.isochrony import Slot
from dubbing.voice.samples import Said, own_sample
from dubbing.voice.whole_lines import FASTEST, SLOWEST, lengths, wanted_speed

RATE_HZ = 24_000


def clicks(at_ms: list[float], duration_ms: int) -> Audio:
    """A hum with short bursts of noise."""
    rng = np.random.default_rng(3)
    n = duration_ms * RATE_HZ // 1000
    samples = 0.05 * np.sin(2 * np.pi * 120 * np.arange(n) / RATE_HZ)
    for time_ms in at_ms:
        first = round(time_ms * RATE_HZ / 1000)
        samples[first : first + 240] += rng.normal(0, 0.4, 240)
    return Audio(samples.astype(np.float32)[None], RATE_HZ)


def bursts_ms(audio: Audio) -> list[float]:
    """Where the bursts begin."""
    fast = np.abs(np.diff(audio.samples[0], prepend=0.0)) > 0.15
    places = np.flatnonzero(fast) * 1000 / RATE_HZ
    return [float(p) for n, p in enumerate(places) if n == 0 or p - places[n - 1] > 40]


def test_every_piece_lasts_as_it_is_told() -> None:
    at, to = [0.0, 400.0, 700.0, 1000.0], [0.0, 450.0, 705.0, 1055.0]
    changed = stretched(clicks([200, 550, 850], 1000), at, to)
    assert changed.n_samples == 1055 * RATE_HZ // 1000
    expected = np.interp([200, 550, 850], at, to)
    assert bursts_ms(changed) == pytest.approx(expected.tolist(), abs=14)


def test_pitch_stays_and_one_to_one_is_the_same_sound() -> None:
    sound = clicks([], 1000)
    assert np.allclose(stretched(sound, [0, 1000], [0, 1000]).samples, sound.samples, atol=1e-4)
    longer = stretched(sound, [0, 1000], [0, 1200]).samples[0]
    spectrum = np.abs(np.fft.rfft(longer * np.hanning(len(longer))))
    assert np.argmax(spectrum) * RATE_HZ / len(longer) == pytest.approx(120, abs=2)


@given(
    st.lists(st.floats(0.3, 12), min_size=1, max_size=20),
    st.lists(st.integers(1, 12), min_size=1, max_size=20),
)
def test_any_plan_has_its_length(natural: list[float], frames: list[int]) -> None:
    size = min(len(natural), len(frames))
    at = [0.0, *(25 * t for t in accumulate(natural[:size]))]
    to = [0.0, *(25.0 * t for t in accumulate(frames[:size]))]
    sound = Audio(np.full((1, round(at[-1] * 24)), 0.1, np.float32), RATE_HZ)
    made = stretched(sound, at, to)
    assert made.n_samples == round(to[-1] * 24)
    assert np.isfinite(made.samples).all()


def test_times_that_do_not_rise_are_refused() -> None:
    with pytest.raises(ValueError, match="rise"):
        stretched(clicks([], 100), [0, 60, 50], [0, 10, 20])


@pytest.mark.parametrize(
    ("heard", "speed"), [(40.0, 1.0), (44.0, 1.0), (70.0, 1.3), (30.0, 0.9), (10.0, 0.8)]
)
def test_another_speed_is_asked_for_only_where_stretching_does_not_do(
    heard: float, speed: float
) -> None:
    slot = Slot(wanted=40, most=44)
    found = wanted_speed(heard, slot)
    assert found == pytest.approx(speed, abs=0.05)
    if 0.8 < found < 1.3:
        assert heard / found * FASTEST <= slot.most
        assert heard / found * SLOWEST >= slot.wanted


@given(
    st.lists(st.floats(0, 2000), min_size=7, max_size=7),
    st.integers(0, 400),
    st.integers(300, 1500),
)
def test_lengths_fill_the_sound_and_none_vanishes(
    ends: list[float], begins: int, lasts: int
) -> None:
    extent = (begins, begins + lasts)
    duration_ms = extent[1] + 120
    found = lengths(sorted(ends), ",ab c", extent, duration_ms)
    assert len(found) == 7
    assert sum(found) * 25 == pytest.approx(duration_ms, abs=0.1)
    assert sum(found[:2]) * 25 == pytest.approx(begins, abs=0.1)
    assert all(length > 0 for length in found[2:6])


def said(duration_ms: int, text: str = "words") -> Said:
    return Said(
        duration_ms, text, lambda: Audio(np.zeros((1, duration_ms * 16), np.float32), 16_000)
    )


def test_a_sample_is_a_line_of_about_six_seconds_or_several_short_ones() -> None:
    sample = own_sample([said(3200, "a"), said(5800, "b"), said(9900, "c"), said(15_000, "d")])
    assert sample is not None
    assert sample[1] == "b"
    short = own_sample([said(1500, "a"), said(1400, "b"), said(900, "c")])
    assert short is not None
    assert 3000 <= short[0].duration_ms <= 10_000
    assert short[1] == "a b"
    assert own_sample([said(900), said(15_000)]) is None
    assert own_sample([said(5000, " ")]) is None


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh", "es"])
def test_phonemes_of_one_voice_are_found_in_another(language: str) -> None:
    """Two voices with very different tempi; of both it is known when each phoneme sounds."""
    from dubbing.engines.speech.kokoro import Kokoro
    from dubbing.engines.translation.fixed_examples import example_sentences
    from dubbing.language.spoken_form import spoken_form

    kokoro, rng = Kokoro(), np.random.default_rng(0)
    names = [card.name for card in kokoro.voices(language)]
    errors, naive = [], []
    for text in example_sentences(language)[1:4]:
        symbols = kokoro.phonemes(spoken_form(text, language), language)
        spoken = []
        for name in (names[0], names[-1]):
            natural = kokoro.durations(symbols, name)
            pace = 1.0 if not spoken else rng.uniform(0.75, 1.3, len(natural))
            frames = np.maximum(1, np.round(natural * pace)).astype(int).tolist()
            first, last = (25 * f for f in kokoro.heard(symbols, name, frames))
            sound = kokoro.speak(symbols, name, frames).between(round(first), round(last))
            spoken.append((sound, np.cumsum(frames)[:-2] * 25 - first))
        (known, at), (other, truth) = spoken
        found = found_in(other, known, np.clip(at, 0, known.duration_ms).tolist())
        errors += np.abs(found - truth).tolist()
        naive += np.abs(at * other.duration_ms / known.duration_ms - truth).tolist()
    assert np.median(errors) < 20
    assert np.median(errors) < 0.5 * np.median(naive)
