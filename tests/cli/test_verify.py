"""``dub verify`` says for every sound track from when to when the mark is found, or that it is not."""

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from dubbing.arrays import Audio
from dubbing.cli.main import app
from dubbing.media.ffmpeg import ffmpeg_path
from dubbing.media.sound_file import write_sound
from dubbing.watermark.marker import with_mark
from tests.odd.films import make

RATE_HZ = 16_000


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sound tracks; the first is marked from second 4 to second 9."""
    place = tmp_path_factory.mktemp("verify")
    drawn = np.random.default_rng(0).normal(0, 0.05, (1, 12 * RATE_HZ)).astype(np.float32)
    marked = with_mark(drawn, RATE_HZ, 0, [(4 * RATE_HZ, 9 * RATE_HZ)])
    write_sound(place / "dub.wav", Audio(marked, RATE_HZ))
    write_sound(place / "original.wav", Audio(drawn, RATE_HZ))
    film = place / "film.mkv"
    command = [ffmpeg_path(), "-v", "error", "-i", f"file:{place / 'dub.wav'}"]
    command += ["-i", f"file:{place / 'original.wav'}", "-map", "0:a", "-map", "1:a"]
    command += ["-c:a", "aac", "-metadata:s:a:0", "title=Director [/commentary]", f"file:{film}"]
    subprocess.run(command, check=True)
    return film


def told(*arguments: object) -> str:
    result = CliRunner().invoke(app, ["verify", *map(str, arguments)], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.usefixtures("each_ffmpeg")
def test_every_track_is_looked_at(film: Path) -> None:
    found = json.loads(told(film, "--json"))
    dub, original = found["tracks"]
    (stretch,) = dub["watermark"]
    assert dub["is_marked"]
    assert dub["false_alarm"] < 1e-6
    assert stretch["start_ms"] == pytest.approx(4_000, abs=1_000)
    assert stretch["end_ms"] == pytest.approx(9_000, abs=1_000)
    assert (original["track"], original["is_marked"], original["watermark"]) == (1, False, [])
    assert found["credentials"] is None


def test_it_is_said_in_words_with_times(film: Path) -> None:
    said = told(film)
    assert "Track 0 (Director [/commentary]): synthetic speech by its watermark" in said
    assert " to 0:0" in said
    assert "Track 1: no watermark found. That does not prove" in said


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("cut_short.mp4", "ends early: 1.0 s of 2.0 s"),
        ("sound_broken_in_places.mkv", "of the sound cannot be decoded"),
        ("first_sound_late.ts", "time stamps are damaged"),
    ],
)
def test_damage_is_said_before_the_finding(tmp_path: Path, name: str, damage: str) -> None:
    film = make(tmp_path, name)
    before, finding, *_ = told(film).splitlines()
    assert before.startswith("Track 0")
    assert damage in before
    assert "no watermark found in what is left of it. That does not prove" in finding
    assert damage in json.loads(told(film, "--json"))["tracks"][0]["damage"][0]


def test_a_whole_file_is_not_called_damaged(film: Path) -> None:
    assert "damaged" not in told(film)
    assert [one["damage"] for one in json.loads(told(film, "--json"))["tracks"]] == [[], []]


def test_one_track_alone(film: Path) -> None:
    assert "Track 0" not in told(film, "--track", 1)
    result = CliRunner().invoke(app, ["verify", str(film), "--track", "2"])
    assert result.exit_code != 0
    assert "no sound track 2" in str(result.exception)
