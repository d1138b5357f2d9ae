"""Films that are unlike the sample, dubbed whole: each comes out right."""

import subprocess
from pathlib import Path

import pytest

from dubbing.job import Job, run_job
from dubbing.media.ffmpeg import ffmpeg_path
from dubbing.media.fingerprint import picture_fingerprint
from dubbing.media.probe import probe
from dubbing.registry import Engines
from dubbing.settings import Profile

pytestmark = pytest.mark.slow

ODD = {
    "8 kHz mono under a hostile name": (
        'it\'s "a" film\n%03d 电影.mkv',
        ["-c:v", "copy", "-ac", "1", "-ar", "8000"],
        ".mkv",
    ),
    "5.1 with a late start": (
        "b.ts",
        ["-c:v", "copy", "-c:a", "aac", "-ac", "6", "-output_ts_offset", "30"],
        ".mp4",
    ),
    "sound only": ("c.m4a", ["-vn", "-c:a", "copy"], ".m4a"),
    "webm": ("d.webm", ["-c:v", "libvpx", "-deadline", "realtime", "-c:a", "libopus"], ".webm"),
    "begins in a word and ends in one": ("e.mp4", ["-ss", "1", "-t", "3", "-bf", "0"], ".mp4"),
}


@pytest.fixture(scope="module")
def engines() -> Engines:
    return Engines(keep=True)


@pytest.mark.parametrize("kind", ODD)
def test_it_is_dubbed(kind: str, engines: Engines, samples: Path, tmp_path: Path) -> None:
    name, arguments, suffix = ODD[kind]
    film = tmp_path / name
    subprocess.run(
        [
            ffmpeg_path(),
            "-v",
            "error",
            "-i",
            str(samples / "portrait.mp4"),
            *("-t", "5"),
            *arguments,
            f"file:{film}",
        ],
        check=True,
    )
    profile = Profile().with_values({"report": {"transcribe_back": False}})
    timeline = run_job(Job(film, "zh"), profile, engines)
    assert timeline.output is not None
    output = Path(timeline.output.path)
    assert output.suffix == suffix
    before, after = probe(film), probe(output)
    assert abs(before.duration_ms - after.duration_ms) < 45
    assert after.audio[0].language == "zho"
    assert after.audio[0].n_channels == before.audio[0].n_channels
    if before.video:
        assert picture_fingerprint(film) == picture_fingerprint(output)
    assert all(line.take for line in timeline.lines)
