"""Film in, finished sound out, without a model: the dub is where the voice was, and as loud."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dubbing.arrays import Audio
from dubbing.media.channels import channel_names
from dubbing.media.sound_file import keep_sound, read_sound
from dubbing.pipeline import Run
from dubbing.settings import MixSettings, SeparateSettings
from dubbing.soundtrack.dialogue import voice_in
from dubbing.stages.mix import mix
from dubbing.stages.separate import separate
from dubbing.timeline import Line, Media, Mix, Span, Speaker, Take, Timeline, VoiceChannel
from dubbing.workspace import Workspace

pytestmark = pytest.mark.usefixtures("each_ffmpeg")

RATE_HZ, SECONDS = 48_000, 4
SPOKEN = Span(1_000, 3_000)
INSIDE = slice(1_200 * RATE_HZ // 1000, 2_800 * RATE_HZ // 1000)


class KnownVoice:
    """A separator that finds all of a sound to be dialogue."""

    version, weights = 1, ()

    def dialogue(self, audio: Audio) -> Audio:
        return audio


class Engines:
    def get(self, *_: Any) -> KnownVoice:
        return KnownVoice()


def speech(seed: int, seconds: float) -> np.ndarray:
    """Noise in the speech band with syllables, RMS 0.1."""
    n = int(seconds * RATE_HZ)
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(size=n))
    hz = np.fft.rfftfreq(n, 1 / RATE_HZ)
    spectrum[(hz < 300) | (hz > 3_000)] = 0
    sound = np.fft.irfft(spectrum, n) * (1.2 + np.sin(2 * np.pi * 4 * np.arange(n) / RATE_HZ))
    return sound * 0.1 / sound.std()


def mixed(
    folder: Path, layout: str, gains: dict[str, float], level_db: float
) -> tuple[np.ndarray, np.ndarray, Mix]:
    """The film's sound, that of its dub, and what was decided."""
    names = channel_names(layout)
    film = np.zeros((len(names), SECONDS * RATE_HZ))
    voice = speech(1, SPOKEN.duration_ms / 1000) * 10 * 10 ** (level_db / 20)
    for name, gain in gains.items():
        first = SPOKEN.start_ms * RATE_HZ // 1000
        film[names.index(name), first : first + len(voice)] = gain * voice
    film = np.clip(film, -1, 1).astype(np.float32)
    with Workspace(folder / "film.dub") as workspace:
        original = keep_sound(workspace, Audio(film, RATE_HZ), subtype="PCM_24")
        said = Audio(speech(2, 2.0).astype(np.float32)[None], RATE_HZ)
        take = Take(
            keep_sound(workspace, said, subtype="PCM_24"),
            SPOKEN.start_ms, said.n_samples, RATE_HZ, SPOKEN,
        )  # fmt: skip
        media = Media("a.mkv", "abc", SECONDS * 1000, True, 0, channels=names, sound=original)
        line = Line("L1", SPOKEN, "words", (), "S1", take=take)
        timeline = Timeline("zh", media, "en", speakers=(Speaker("S1", "Anna"),), lines=(line,))
        run = Run(workspace, folder / "a.mkv", engines=Engines())  # type: ignore[arg-type]
        timeline = separate.function(timeline, run, SeparateSettings())
        done = mix.function(timeline, run, MixSettings(room=False, tone=False))
        assert done.mix is not None
        found = read_sound(workspace.path(done.mix.sound)).samples
    return film, found, done.mix


def power_db(samples: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(samples.astype(np.float64) ** 2) + 1e-30))


@pytest.mark.parametrize("level_db", [-80, -66, -50, -30, -14])
def test_a_dub_is_as_loud_as_its_line_at_any_level(tmp_path: Path, level_db: float) -> None:
    film, found, made = mixed(tmp_path, "stereo", {"FL": 1, "FR": 1}, level_db)
    assert power_db(found[:, INSIDE]) == pytest.approx(power_db(film[:, INSIDE]), abs=3)
    assert made.true_peak_dbtp is None or made.true_peak_dbtp < -0.5


@pytest.mark.parametrize("level_db", [-6, 0])
def test_a_clipped_line_gets_a_loud_dub_that_does_not_clip(tmp_path: Path, level_db: float) -> None:
    film, found, made = mixed(tmp_path, "stereo", {"FL": 1, "FR": 1}, level_db)
    assert np.abs(film).max() == 1
    assert power_db(found[:, INSIDE]) > -12
    assert made.true_peak_dbtp is not None
    assert made.true_peak_dbtp < -0.5


PLACES = {
    "eac3 in six channels, speech on both sides": ("5.1(side)", {"FL": 1, "FR": 1}),
    "2.1": ("2.1", {"FL": 1, "FR": 1}),
    "quad": ("quad", {"FL": 1, "FR": 1}),
    "left only": ("stereo", {"FL": 1}),
    "half left": ("stereo", {"FL": 1, "FR": 0.4}),
    "5.1": ("5.1", {"FC": 1}),
    "7.1, bleeding": ("7.1", {"FC": 1, "FL": 0.3, "FR": 0.3}),
    "opposite polarity": ("stereo", {"FL": 1, "FR": -1}),
}


@pytest.mark.parametrize("case", PLACES)
def test_a_dub_is_where_its_line_was_and_the_line_is_gone(tmp_path: Path, case: str) -> None:
    layout, gains = PLACES[case]
    film, found, _ = mixed(tmp_path, layout, gains, -20)
    voice = film[[abs(gain) == 1 for gain in (gains.get(n, 0) for n in channel_names(layout))]][0]
    for name, was, now in zip(channel_names(layout), film, found, strict=True):
        if name not in gains:
            assert not now.any(), name
            continue
        assert power_db(now[INSIDE]) == pytest.approx(power_db(was[INSIDE]), abs=1.5), name
        left = float(now[INSIDE] @ voice[INSIDE] / (voice[INSIDE] @ voice[INSIDE]))
        assert abs(left) < 0.05, "the original voice is not heard"
    if case == "opposite polarity":
        assert power_db(found.mean(axis=0)[INSIDE]) > power_db(film[0, INSIDE]) - 3


def test_a_voice_sample_of_opposite_polarity_is_whole(tmp_path: Path) -> None:
    voice = speech(1, 2.0).astype(np.float32)
    with Workspace(tmp_path / "film.dub") as workspace:
        sound = keep_sound(workspace, Audio(np.stack([voice, -voice]), RATE_HZ), subtype="FLOAT")
        media = Media("a.mkv", "abc", 2_000, True, 0, channels=("FL", "FR"), sound=sound)
        places = (VoiceChannel(0), VoiceChannel(1, is_inverted=True))
        timeline = Timeline("zh", media, voice_channels=places)
        heard = voice_in(timeline, workspace, Span(500, 1_500)).samples
    assert np.allclose(heard[0], voice[RATE_HZ // 2 : 3 * RATE_HZ // 2], atol=1e-6)
