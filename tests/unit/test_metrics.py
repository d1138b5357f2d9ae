import numpy as np
import pytest

from dubbing.acoustics.pitch import median_f0_hz
from dubbing.arrays import Audio
from dubbing.metrics.onsets import speech_extent_ms
from dubbing.metrics.placement import lag_ms
from dubbing.metrics.said import compare
from dubbing.testing import silence, tone


def joined(*parts: Audio) -> Audio:
    return Audio(np.concatenate([part.samples for part in parts], axis=1), parts[0].rate_hz)


def test_the_extent_of_a_sound_is_found_to_5_ms() -> None:
    audio = joined(silence(300), tone(500), silence(200))
    assert speech_extent_ms(audio, (250, 850)) == (300, 800)


def test_an_extent_far_from_the_expected_is_not_believed() -> None:
    audio = joined(silence(1000), tone(500), silence(200))
    assert speech_extent_ms(audio, (100, 700))[0] == 300
    assert speech_extent_ms(silence(500), (100, 400)) == (100, 400)


def test_a_take_is_found_where_it_lies_also_under_noise() -> None:
    rng = np.random.default_rng(5)
    take = Audio(rng.normal(size=(1, 8000)).astype(np.float32), 16_000)
    hay = np.concatenate([np.zeros((1, 4320)), take.samples, np.zeros((1, 4000))], axis=1)
    noisy = Audio((0.3 * hay + 0.1 * rng.normal(size=hay.shape)).astype(np.float32), 16_000)
    assert lag_ms(take, noisy, 250.0) == pytest.approx(20.0, abs=0.1)
    other = Audio(rng.normal(size=(1, 16_000)).astype(np.float32), 16_000)
    assert lag_ms(take, other, 0.0) is None


def test_errors_are_charged_to_the_line_that_made_them() -> None:
    first, second = compare(["今天天气很好", "我们走吧"], "今天天汽很好我们走")
    assert first.error_rate == pytest.approx(1 / 6, abs=1e-3)
    assert second.error_rate == pytest.approx(1 / 4)
    assert (first.text, second.text) == ("今天天汽很好", "我们走")


def test_a_perfect_transcript_has_no_errors_and_a_missing_one_only_errors() -> None:
    assert [h.error_rate for h in compare(["abc", "de"], "abcde")] == [0, 0]
    assert [h.error_rate for h in compare(["abc", "de"], "")] == [1, 1]


@pytest.mark.parametrize("hz", [90.0, 140.0, 220.0, 330.0])
def test_pitch_is_found_within_two_per_cent_also_with_silence_around(hz: float) -> None:
    time_s = np.arange(16_000) / 16_000
    buzz = sum(np.sin(2 * np.pi * hz * k * time_s) / k for k in range(1, 8)) * 0.1
    audio = joined(silence(500), Audio(buzz[None].astype(np.float32), 16_000), silence(500))
    assert median_f0_hz(audio) == pytest.approx(hz, rel=0.02)


def test_noise_and_silence_have_no_pitch() -> None:
    hiss = np.random.default_rng(2).normal(size=(1, 16_000)).astype(np.float32) * 0.1
    assert median_f0_hz(Audio(hiss, 16_000)) is None
    assert median_f0_hz(silence(1000)) is None
