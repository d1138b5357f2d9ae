"""The mark is found after what happens to sound, says where it is, and natural sound has none."""

import math
import subprocess
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import soxr
from hypothesis import given, settings
from hypothesis import strategies as st

from dubbing.arrays import Audio
from dubbing.media.ffmpeg import ffmpeg_path
from dubbing.media.resample import resample
from dubbing.media.sound_file import read_sound, write_sound
from dubbing.testing import silence, tone
from dubbing.watermark import finder
from dubbing.watermark.finder import FALSE_ALARM, Finding, find
from dubbing.watermark.marker import marked, with_mark
from dubbing.watermark.pattern import TILES, n_bands, signs
from tests.voice.test_profile import vowel

RATE_HZ = 24_000
SAMPLES = Path(__file__).parents[2] / "samples"


def found(audio: Audio) -> Finding:
    return find(lambda: [audio])


def noise(seconds: float, seed: int, level: float = 0.02) -> np.ndarray:
    drawn = np.random.default_rng(seed).normal(0, level, round(seconds * RATE_HZ))
    return drawn.astype(np.float32)[np.newaxis]


@pytest.fixture(scope="module")
def plain() -> Audio:
    """Something like speech over noise 20 dB below it, 5.6 s."""
    parts = [vowel(120 + 10 * i, (500 + 60 * i, 1500, 2500), seconds=0.7) for i in range(8)]
    voice = np.concatenate([part.samples for part in parts], axis=1)
    spoken = resample(Audio(voice, 16_000), RATE_HZ).samples
    bed = noise(spoken.shape[1] / RATE_HZ, 0, 0.1 * float(np.std(spoken)))
    return Audio(spoken + bed[:, : spoken.shape[1]], RATE_HZ)


@pytest.fixture(scope="module")
def with_one(plain: Audio) -> Audio:
    return marked(plain)


def test_it_is_found_and_nothing_without_it(plain: Audio, with_one: Audio) -> None:
    assert with_one.samples.shape == plain.samples.shape
    assert found(with_one).is_marked
    assert found(plain).false_alarm > 0.01
    change = with_one.samples - plain.samples
    assert 15 < 10 * math.log10(np.sum(plain.samples**2) / np.sum(change**2)) < 30


@pytest.mark.parametrize(("gain", "rate_hz"), [(0.7, 16_000), (1.4, 44_100)])
def test_it_survives_another_level_and_another_rate(
    with_one: Audio, gain: float, rate_hz: int
) -> None:
    assert found(resample(Audio(with_one.samples * np.float32(gain), RATE_HZ), rate_hz)).is_marked


@pytest.mark.parametrize(
    ("codec", "suffix"), [("aac", ".m4a"), ("libmp3lame", ".mp3"), ("libopus", ".ogg")]
)
def test_it_survives_codecs(tmp_path: Path, with_one: Audio, codec: str, suffix: str) -> None:
    wav, coded, back = tmp_path / "a.wav", tmp_path / f"b{suffix}", tmp_path / "c.wav"
    write_sound(wav, with_one)
    for source, target, how in ((wav, coded, ("-c:a", codec, "-b:a", "96k")), (coded, back, ())):
        command = [ffmpeg_path(), "-v", "error", "-i", f"file:{source}", *how, f"file:{target}"]
        subprocess.run(command, check=True)
    assert found(read_sound(back)).is_marked


def test_it_is_found_in_channels_of_opposite_polarity(with_one: Audio) -> None:
    both = np.concatenate([with_one.samples, -with_one.samples])
    assert found(Audio(both, RATE_HZ)).is_marked


def test_it_survives_the_speed_of_television(with_one: Audio) -> None:
    faster = soxr.resample(with_one.samples[0], 25, 24).astype(np.float32)
    assert found(Audio(faster[np.newaxis], RATE_HZ)).is_marked


def test_it_says_where_the_mark_is_though_the_film_was_cut(plain: Audio) -> None:
    film = noise(40, 1)
    first = 20 * RATE_HZ
    film[:, first : first + plain.n_samples] += plain.samples
    spans = [(first, first + plain.n_samples)]
    cut = Audio(with_mark(film, RATE_HZ, 0, spans)[:, round(3.333 * RATE_HZ) :], RATE_HZ)
    (stretch,) = found(cut).stretches
    assert stretch.start_ms == pytest.approx(20_000 - 3_333, abs=1_000)
    assert stretch.end_ms == pytest.approx(20_000 - 3_333 + plain.duration_ms, abs=1_000)


def test_blocks_of_any_length_give_the_same(with_one: Audio) -> None:
    def read(step: int) -> list[Audio]:
        return [
            Audio(with_one.samples[:, first : first + step], RATE_HZ)
            for first in range(0, with_one.n_samples, step)
        ]

    assert find(partial(read, 7_001)) == find(partial(read, with_one.n_samples))


def test_pieces_join_without_a_seam_and_the_rest_is_untouched() -> None:
    film = noise(4, 2)
    spans = [(RATE_HZ, 3 * RATE_HZ)]
    whole = with_mark(film, RATE_HZ, 0, spans)
    border, margin = 2 * RATE_HZ + 123, RATE_HZ // 5
    left = with_mark(film[:, : border + margin], RATE_HZ, 0, spans)[:, :border]
    right = with_mark(film[:, border - margin :], RATE_HZ, border - margin, spans)[:, margin:]
    assert np.abs(np.concatenate([left, right], axis=1) - whole).max() < 1e-6
    assert np.array_equal(whole[:, :RATE_HZ], film[:, :RATE_HZ])
    assert np.array_equal(whole[:, 3 * RATE_HZ :], film[:, 3 * RATE_HZ :])
    assert not np.array_equal(whole, film)


def test_a_steady_tone_is_hardly_changed() -> None:
    steady = tone(2_000, hz=1_000, rate_hz=RATE_HZ)
    change = marked(steady).samples - steady.samples
    inner = slice(RATE_HZ // 4, -RATE_HZ // 4)
    assert np.abs(change[0, inner]).max() < 0.05 * np.abs(steady.samples).max()


def test_silence_and_broken_samples_carry_nothing() -> None:
    assert found(silence(2_000)).score == 0
    assert marked(silence(5)).samples.shape == silence(5).samples.shape
    broken = Audio(np.full((1, 32_000), np.inf, np.float32), 16_000)
    broken.samples[0, ::3] = np.nan
    assert not found(broken).is_marked
    assert not find(list).is_marked


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32), seconds=st.floats(0.1, 8), colour=st.integers(1, 50))
def test_random_noise_is_never_called_synthetic(seed: int, seconds: float, colour: int) -> None:
    drawn = noise(seconds, seed)[0]
    coloured = np.convolve(drawn, np.ones(colour) / colour, mode="same")
    moving = coloured * (1.2 + np.sin(np.arange(len(coloured)) * (seed % 20) / RATE_HZ))
    assert not found(Audio(moving.astype(np.float32)[np.newaxis], RATE_HZ)).is_marked


def test_scores_stay_below_the_bound_that_decides() -> None:
    """At all places of the table: no more of them pass a score than Hoeffding's inequality allows."""
    tiles = finder._tiles_of([Audio(noise(30, 5), RATE_HZ)], 1.0)
    rows = finder._folded(tiles[:: finder.FRAMES_PER_TILE].astype(np.float32))
    table = signs()
    scores = [
        float((rows * np.roll(table, shift, axis=0)).sum() / np.sqrt((rows**2).sum()))
        for shift in range(TILES)
    ]
    assert np.std(scores) == pytest.approx(1, abs=0.15)
    for score in (1.0, 1.5, 2.0, 2.5):
        assert np.mean(np.array(scores) >= score) <= math.exp(-(score**2) / 2)


def test_the_table_never_changes() -> None:
    """Films that are marked already are found by it."""
    assert signs().shape == (TILES, n_bands()) == (512, 37)
    drawn = "".join("-+"[int(sign > 0)] for sign in signs()[0])
    assert drawn == "++-+++++----+++++-++-+++++-++-++++-+-"
    assert abs(float(signs().mean())) < 0.02
    assert FALSE_ALARM == 1e-6


@pytest.mark.skipif(not (SAMPLES / "portrait.mp4").is_file(), reason="needs the samples")
def test_a_real_voice_without_the_mark_and_with_it(tmp_path: Path) -> None:
    wav = tmp_path / "portrait.wav"
    source = SAMPLES / "portrait.mp4"
    command = [ffmpeg_path(), "-v", "error", "-i", f"file:{source}", "-t", "6", f"file:{wav}"]
    subprocess.run(command, check=True)
    real = read_sound(wav)
    assert not found(real).is_marked
    assert found(marked(real)).is_marked
