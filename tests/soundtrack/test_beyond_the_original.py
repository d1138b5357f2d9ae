"""A line that is said after the original's sound has ended, while the picture goes on."""

from pathlib import Path

import numpy as np
import pytest

from dubbing.arrays import Audio
from dubbing.exports.stems import write_stems
from dubbing.media.sound_file import keep_sound, read_sound, sound_format
from dubbing.pipeline import Run
from dubbing.settings import MixSettings
from dubbing.soundtrack.render import rendered_between
from dubbing.stages.mix import mix
from dubbing.timeline import Line, Media, Span, Speaker, Take, Timeline
from dubbing.workspace import Workspace

pytestmark = pytest.mark.usefixtures("each_ffmpeg")

RATE_HZ = 48_000


def noise(seconds: float, seed: int = 0) -> Audio:
    sound = 0.1 * np.random.default_rng(seed).normal(0, 1, int(seconds * RATE_HZ))
    return Audio(sound.astype(np.float32)[None], RATE_HZ)


def made(workspace: Workspace, duration_ms: int, said_from_ms: int) -> Timeline:
    sound = keep_sound(workspace, noise(0.5, 1), subtype="FLOAT")
    spoken = Span(said_from_ms, said_from_ms + 500)
    take = Take(sound, said_from_ms, RATE_HZ // 2, RATE_HZ, spoken)
    original = keep_sound(workspace, noise(3.0), subtype="FLOAT")
    media = Media("film.mp4", "abc", duration_ms, True, 0, sound=original)
    line = Line("L1", Span(2_000, 2_900), "words", (), "S1", take=take)
    return Timeline("zh", media, "en", speakers=(Speaker("S1", "Anna"),), lines=(line,))


def level(audio: Audio, start_ms: int, end_ms: int) -> float:
    return float(np.sqrt(np.mean(audio.between(start_ms, end_ms).samples ** 2)))


def test_the_sound_lasts_until_the_line_is_said(tmp_path: Path) -> None:
    with Workspace(tmp_path / "film.dub") as workspace:
        timeline = made(workspace, 8_000, 3_400)
        settings = MixSettings(room=False, tone=False)
        done = mix.function(timeline, Run(workspace, tmp_path / "film.mp4"), settings)
        assert done.mix is not None
        mixed = read_sound(workspace.path(done.mix.sound))
        assert mixed.duration_ms == 4_000, "3.9 s and a fade, not all of the picture"
        assert level(mixed, 3_500, 3_800) > 0.01
        assert level(mixed, 3_050, 3_300) == 0
        piece = rendered_between(done, done.mix, workspace, 3_000, 8_000)
        kept = mixed.between(3_000, 4_000)
        assert np.allclose(piece.samples, kept.samples, atol=2**-22), "but for 24 bits"


def test_stems_are_as_long_as_the_mix(tmp_path: Path) -> None:
    with Workspace(tmp_path / "film.dub") as workspace:
        timeline = made(workspace, 8_000, 3_400)
        done = mix.function(timeline, Run(workspace, tmp_path / "film.mp4"), MixSettings())
        assert done.mix is not None
        stems = write_stems(done, workspace, tmp_path, 0.0, lambda seconds, name: None)
        assert len(stems) == 3
        assert len({sound_format(path).n_samples for path in stems}) == 1


def test_nothing_is_longer_than_the_film_or_than_it_must_be(tmp_path: Path) -> None:
    with Workspace(tmp_path / "film.dub") as workspace:
        for duration_ms, said_from_ms, expected_ms in (
            (3_600, 3_400, 3_600),
            (8_000, 2_100, 3_000),
        ):
            timeline = made(workspace, duration_ms, said_from_ms)
            done = mix.function(timeline, Run(workspace, tmp_path / "film.mp4"), MixSettings())
            assert done.mix is not None
            assert sound_format(workspace.path(done.mix.sound)).duration_ms == expected_ms
