"""Dialogue told from music: on known mixes, and in the mix of a dub."""

from pathlib import Path

import numpy as np
import pytest

from dubbing.arrays import Audio
from dubbing.engines.separation.deepfilter import DeepFilter
from dubbing.media.extract import extract_audio
from dubbing.media.resample import resample
from dubbing.media.sound_file import read_sound, sound_format
from dubbing.mixing.mixer import MixPlan, mix
from dubbing.soundtrack.render import mix_plan
from dubbing.workspace import Workspace
from tests.conftest import Dubbed

RATE_HZ = 48_000


def music(n_samples: int) -> np.ndarray:
    """Chords and a drum, ``[2, n]``: the sides differ."""
    rng, time_s = np.random.default_rng(5), np.arange(n_samples) / RATE_HZ
    sides = np.zeros((2, n_samples))
    for beat in range(0, n_samples, RATE_HZ // 2):
        length = min(n_samples - beat, RATE_HZ)
        fade = np.exp(-3 * time_s[:length])
        for note in (220.0, 277.2, 329.6, 440.0):
            sides[int(note) % 2, beat : beat + length] += (
                fade * np.sin(2 * np.pi * note * time_s[:length]) + 0.3 * fade
                * np.sin(4 * np.pi * note * time_s[:length])
            )  # fmt: skip
        drum = rng.normal(0, 1, min(length, 4800)) * np.exp(-time_s[: min(length, 4800)] * 60)
        sides[:, beat : beat + len(drum)] += drum
    return (0.05 * sides / np.sqrt(np.mean(sides**2))).astype(np.float32)


@pytest.fixture(scope="module")
def speech(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> np.ndarray:
    """Five seconds of the sample, ``[2, n]``, the same on both sides."""
    path = tmp_path_factory.mktemp("speech") / "all.wav"
    extract_audio(samples / "portrait.mp4", 0, path)
    mono = resample(read_sound(path, 300, 5_300).mono(), RATE_HZ).samples
    return np.repeat(mono * 0.1 / np.sqrt(np.mean(mono**2)), 2, axis=0)


def share_of(part: np.ndarray, whole: np.ndarray) -> float:
    """How much of a known part is in a sound, as a factor (least squares, in 0.1 s pieces)."""
    size = RATE_HZ // 10
    power, known = 0.0, 0.0
    for first in range(0, part.shape[1] - size, size):
        a, b = part[:, first : first + size].ravel(), whole[:, first : first + size].ravel()
        own = float(a @ a)
        if own > 1e-3:
            power += (float(a @ b) / own) ** 2 * own
            known += own
    return float(np.sqrt(power / known))


def test_speech_goes_and_music_stays(speech: np.ndarray) -> None:
    bed = music(speech.shape[1])
    mixed = (speech + bed).astype(np.float32)
    found = DeepFilter().dialogue(Audio(mixed, RATE_HZ)).samples
    left, after = mixed - found, slice(RATE_HZ, None)
    assert 20 * np.log10(share_of(speech[:, after], left[:, after])) < -12
    assert abs(20 * np.log10(share_of(bed[:, after], left[:, after]))) < 1.5
    ducked = mixed * 10 ** (-26 / 20)
    ours = np.mean((left[:, after] - bed[:, after]) ** 2)
    assert ours < 0.5 * np.mean((ducked[:, after] - bed[:, after]) ** 2)


def test_the_stereo_image_survives(speech: np.ndarray) -> None:
    bed = music(speech.shape[1])
    mixed = (speech + bed).astype(np.float32)
    left = mixed - DeepFilter().dialogue(Audio(mixed, RATE_HZ)).samples
    after = slice(RATE_HZ, None)
    difference = (bed[0] - bed[1])[after]
    kept = (left[0] - left[1])[after]
    assert float(difference @ kept) / float(difference @ difference) == pytest.approx(1, abs=0.15)


def test_high_frequencies_of_the_bed_are_not_cut(speech: np.ndarray) -> None:
    rng = np.random.default_rng(7)
    hiss = (0.02 * rng.normal(0, 1, speech.shape)).astype(np.float32)
    left = speech + hiss - DeepFilter().dialogue(Audio((speech + hiss), RATE_HZ)).samples
    hz = np.fft.rfftfreq(speech.shape[1], 1 / RATE_HZ)
    high = (hz > 13_000) & (hz < 19_000)

    def level(sound: np.ndarray) -> float:
        return 10 * np.log10(np.mean(np.abs(np.fft.rfft(sound, axis=1))[:, high] ** 2))

    assert level(left) == pytest.approx(level(hiss), abs=1.0)


@pytest.mark.parametrize("quieter_db", [25, 45])
def test_a_quiet_film_loses_its_voice_like_a_loud_one(speech: np.ndarray, quieter_db: int) -> None:
    quiet = (speech * 10 ** (-quieter_db / 20)).astype(np.float32)
    left = quiet - DeepFilter().dialogue(Audio(quiet, RATE_HZ)).samples
    after = slice(RATE_HZ, None)
    ratio = np.sum(left[:, after] ** 2) / np.sum(quiet[:, after] ** 2)
    assert 10 * np.log10(ratio) < -12


def test_another_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="48 kHz"):
        DeepFilter().dialogue(Audio(np.zeros((1, 100), np.float32), 16_000))


def test_in_a_film_with_surround_only_the_centre_is_touched() -> None:
    rng = np.random.default_rng(1)
    original = rng.normal(0, 0.05, (6, RATE_HZ)).astype(np.float32)
    voice = rng.normal(0, 0.05, (1, RATE_HZ)).astype(np.float32)
    original[2] += voice[0]
    plan = MixPlan((), ((12_000, 24_000),), 0.05, 480, -1.0, ((2, 1.0),),
                   lambda first, last: Audio(voice[:, first:last], RATE_HZ))  # fmt: skip
    blocks = mix(lambda a, b: Audio(original[:, a:b], RATE_HZ), RATE_HZ, RATE_HZ, plan)
    mixed = np.concatenate([block.samples for block in blocks], axis=1)
    others = [0, 1, 3, 4, 5]
    assert (mixed[others] == original[others]).all()
    assert np.allclose(
        mixed[2, 12_000:24_000], original[2, 12_000:24_000] - voice[0, 12_000:24_000]
    )
    assert (mixed[2, :11_000] == original[2, :11_000]).all()


@pytest.mark.slow
def test_outside_lines_a_dub_is_the_original_sample_for_sample(portrait_zh: Dubbed) -> None:
    workspace = Workspace(portrait_zh.workspace)
    timeline = workspace.latest_timeline("zh")
    assert timeline.dialogue is not None
    assert timeline.mix is not None
    assert timeline.media is not None
    assert timeline.media.sound is not None
    original = read_sound(workspace.path(timeline.media.sound))
    mixed = read_sound(workspace.path(timeline.mix.sound))
    found = workspace.path(timeline.dialogue)
    assert sound_format(found).n_samples == original.n_samples
    plan = mix_plan(timeline, timeline.mix, workspace, 48_000)
    busy = [(a - plan.ramp, b + plan.ramp) for a, b in plan.ducked]
    busy += [(take.first, take.first + take.n_samples) for take in plan.takes]
    free = np.ones(original.n_samples, dtype=bool)
    for first, last in busy:
        free[max(0, first - 960) : last + 960] = False  # the limiter looks 20 ms ahead
    assert free.sum() > 4_800
    assert np.abs((mixed.samples - original.samples)[:, free]).max() < 10 ** (-90 / 20)
