"""What is measured of a voice, and which speech it is measured on."""

import numpy as np
import pytest
from scipy.signal import lfilter

from dubbing.acoustics.formants import median_formants_hz
from dubbing.acoustics.prosody import measure_prosody
from dubbing.arrays import Audio
from dubbing.testing import silence, tone
from dubbing.timeline import Span
from dubbing.voice.profile import describe_voice
from dubbing.voice.reference import MOST_MS, Stretch, choose_reference, joined, snr_db

RATE_HZ = 16_000


def vowel(
    f0_hz: float = 120.0,
    formants_hz: tuple[float, ...] = (700, 1200, 2600),
    *,
    seconds: float = 2.0,
    level: float = 0.1,
    rising: float = 0.0,
    syllables_a_second: float = 4.0,
) -> Audio:
    """Pulses through three resonances, louder and softer like syllables."""
    time_s = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    pitch = f0_hz * 2 ** (rising * time_s / seconds / 12)
    phase = np.cumsum(pitch) / RATE_HZ
    sound = np.diff(np.floor(phase), prepend=0.0)
    for hz in formants_hz:
        radius = np.exp(-np.pi * 80 / RATE_HZ)
        a = [1, -2 * radius * np.cos(2 * np.pi * hz / RATE_HZ), radius**2]
        sound = lfilter([1 - radius], a, sound)
    sound *= 0.55 - 0.45 * np.cos(2 * np.pi * syllables_a_second * time_s)
    sound *= level / np.sqrt(np.mean(sound**2))
    noise = np.random.default_rng(0).normal(0, 1e-4, len(sound))
    return Audio((sound + noise).astype(np.float32)[None], RATE_HZ)


@pytest.mark.parametrize("f0_hz", [90.0, 140.0, 220.0])
def test_pitch_pace_and_slope_are_those_of_the_sound(f0_hz: float) -> None:
    flat, rising = measure_prosody(vowel(f0_hz)), measure_prosody(vowel(f0_hz, rising=6.0))
    assert flat is not None
    assert rising is not None
    assert flat.f0_hz == pytest.approx(f0_hz, rel=0.03)
    assert flat.f0_range_st < 1
    assert flat.rate_sps == pytest.approx(4.0, abs=0.8)
    assert rising.f0_slope_st == pytest.approx(4.0, abs=1.0)
    assert rising.f0_range_st == pytest.approx(4.8, abs=1.0)


def test_a_louder_and_brighter_voice_is_measured_so() -> None:
    soft = measure_prosody(vowel(formants_hz=(500, 1000, 2500), level=0.02))
    loud = measure_prosody(vowel(formants_hz=(800, 1800, 3200), level=0.1))
    assert soft is not None
    assert loud is not None
    assert loud.level_db - soft.level_db == pytest.approx(14, abs=1.5)
    assert loud.alpha_db > soft.alpha_db + 3


def test_noise_has_no_pitch() -> None:
    noise = np.random.default_rng(0).normal(0, 0.05, (1, RATE_HZ)).astype(np.float32)
    assert measure_prosody(Audio(noise, RATE_HZ)) is None
    assert describe_voice(Audio(noise, RATE_HZ), ()).f0_hz is None


@pytest.mark.parametrize("wanted", [(700, 1200, 2600), (450, 2200, 3000), (400, 800, 2500)])
def test_formants_are_found_within_a_tenth(wanted: tuple[float, ...]) -> None:
    found = median_formants_hz(vowel(130, wanted))
    assert np.allclose(found, wanted, rtol=0.1), found


def stretch(start_ms: int, audio: Audio, *, likeness: float = 0.9, overlapped: bool = False):
    return Stretch(
        f"L{start_ms}",
        Span(start_ms, start_ms + audio.duration_ms),
        lambda: audio,
        likeness,
        overlapped,
    )


def with_noise(audio: Audio, level: float) -> Audio:
    noise = np.random.default_rng(1).normal(0, level, audio.samples.shape)
    return Audio((audio.samples + noise).astype(np.float32), audio.rate_hz)


def test_the_pure_lines_are_chosen_in_order_of_time() -> None:
    clean = [stretch(i * 10_000, vowel(seconds=4.0)) for i in range(3)]
    clipped = stretch(40_000, Audio(np.clip(vowel(seconds=4.0).samples * 20, -1, 1), RATE_HZ))
    noisy = stretch(50_000, with_noise(vowel(seconds=4.0), 0.1))
    shouted = stretch(60_000, vowel(seconds=4.0, level=0.25))
    stranger = stretch(70_000, vowel(seconds=4.0), likeness=0.4)
    chosen = choose_reference([stranger, shouted, noisy, clipped, *reversed(clean)])
    assert [line.span.start_ms for line in chosen] == [0, 10_000, 20_000]


def test_a_line_that_is_talked_over_is_never_chosen() -> None:
    assert choose_reference([stretch(0, vowel(), overlapped=True)]) == ()


def test_of_poor_lines_only_as_many_as_are_needed() -> None:
    poor = [stretch(i * 10_000, with_noise(vowel(seconds=4.0), 0.1)) for i in range(6)]
    assert sum(line.span.duration_ms for line in choose_reference(poor)) == 8_000


def test_no_more_than_half_a_minute() -> None:
    lines = [stretch(i * 20_000, vowel(seconds=9.0)) for i in range(6)]
    assert joined(choose_reference(lines)).duration_ms <= MOST_MS


def test_noise_is_told_from_silence() -> None:
    assert snr_db(vowel()) > 15
    assert snr_db(with_noise(tone(2_000, rate_hz=RATE_HZ), 0.3)) < 10
    assert snr_db(silence(0)) == 0.0
