"""Stems of a film in 5.1: voices in the centre, everything else where it was."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from dubbing.exports.stems import write_stems
from dubbing.media.probe import probe
from dubbing.media.sound_file import read_sound
from dubbing.timeline import LineMix
from dubbing.workspace import Workspace
from tests.exports.export_workspace import make_film, timeline_of

CENTRE, RATE_HZ, SECONDS = 2, 48_000, 8


@pytest.fixture(scope="module")
def stems(
    each_ffmpeg_of_module: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[np.ndarray, dict[str, Path]]:
    """The film's six channels, and its stems by name."""
    del each_ffmpeg_of_module
    place = tmp_path_factory.mktemp("surround")
    film = make_film(place / "film.mp4")
    noise = np.random.default_rng(3).normal(0, 0.05, (6, SECONDS * RATE_HZ)).astype(np.float32)
    with Workspace(place / "film.dub") as workspace:
        timeline = timeline_of(workspace, film, "es")
        with workspace.new_file(".wav") as path:
            soundfile.write(path, noise.T, RATE_HZ, "FLOAT", format="WAVEX")
            original = workspace.adopt(path)
        assert timeline.media is not None
        assert timeline.mix is not None
        timeline = replace(
            timeline,
            media=replace(timeline.media, sound=original),
            mix=replace(
                timeline.mix, sound=original, lines=(LineMix("L0", 0.0), LineMix("L1", 0.0))
            ),
        )
        (place / "out").mkdir()
        written = write_stems(timeline, workspace, place / "out", 0.0, lambda _s, _what: None)
    return noise, {path.name: path for path in written}


def test_voices_are_in_the_centre_alone(stems: tuple[np.ndarray, dict[str, Path]]) -> None:
    for speaker in ("S1", "S2"):
        heard = read_sound(stems[1][f"film.es.dialogue-{speaker}.wav"]).samples
        assert heard.shape == (6, SECONDS * RATE_HZ)
        assert np.abs(heard[CENTRE]).max() > 0.05
        assert not np.delete(heard, CENTRE, axis=0).any()


def test_all_other_channels_stay_where_they_were(
    stems: tuple[np.ndarray, dict[str, Path]],
) -> None:
    noise, files = stems
    bed = read_sound(files["film.es.music-and-effects.wav"]).samples
    others = [channel for channel in range(6) if channel != CENTRE]
    assert np.abs(bed[others] - noise[others]).max() < 2 / (1 << 23)  # 24 bit


def test_files_say_which_channel_is_which(stems: tuple[np.ndarray, dict[str, Path]]) -> None:
    for path in stems[1].values():
        (track,) = probe(path).audio
        assert (track.n_channels, track.channel_layout) == (6, "5.1")
