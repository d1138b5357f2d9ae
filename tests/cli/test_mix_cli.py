"""The finished sound through the program: loudness presets, levels, peaks."""

import shutil
from pathlib import Path

import pytest

from dubbing.media.loudness import line_loudness_lufs, programme_loudness
from dubbing.media.sound_file import read_sound
from dubbing.timeline import Timeline
from dubbing.workspace import Workspace
from tests.conftest import Dubbed, redub

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(portrait_zh: Dubbed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("mixes")
    shutil.copytree(portrait_zh.workspace, place / "portrait.dub")
    return place


def mixed_with(portrait: Dubbed, folder: Path, *flags: str) -> Timeline:
    return redub(portrait, folder / "portrait.dub", "--until", "mux", *flags)


@pytest.mark.parametrize(
    ("preset", "lufs", "peak_dbtp"), [("ebu-r128", -23.0, -1.0), ("streaming", -14.0, -1.0)]
)
def test_a_preset_is_met_in_the_file_that_people_play(
    portrait_zh: Dubbed, folder: Path, preset: str, lufs: float, peak_dbtp: float
) -> None:
    timeline = mixed_with(portrait_zh, folder, "--loudness", preset)
    found = programme_loudness(folder / "out.mp4")
    assert found.integrated_lufs == pytest.approx(lufs, abs=0.5)
    assert found.true_peak_dbtp is not None
    assert found.true_peak_dbtp <= peak_dbtp + 0.3  # AAC moves peaks a little
    assert timeline.mix is not None
    assert timeline.mix.true_peak_dbtp is not None
    assert timeline.mix.true_peak_dbtp <= peak_dbtp + 0.1
    assert timeline.mix.preset == preset


def test_netflix_counts_the_dialogue(portrait_zh: Dubbed, folder: Path) -> None:
    timeline = mixed_with(portrait_zh, folder, "--loudness", "netflix")
    assert timeline.mix is not None
    assert timeline.mix.dialogue_lufs == pytest.approx(-27.0, abs=0.5)
    assert timeline.mix.true_peak_dbtp is not None
    assert timeline.mix.true_peak_dbtp <= -1.9


def test_every_line_is_as_loud_as_the_one_it_replaces(portrait_zh: Dubbed) -> None:
    workspace = Workspace(portrait_zh.workspace)
    timeline = workspace.latest_timeline("zh")
    assert timeline.mix is not None
    assert timeline.media is not None
    assert timeline.media.sound is not None
    for line in timeline.lines:
        assert line.take is not None
        was = read_sound(workspace.path(timeline.media.sound), line.span.start_ms, line.span.end_ms)
        spoken = line.take.speech
        now = read_sound(workspace.path(timeline.mix.sound), spoken.start_ms, spoken.end_ms)
        assert line_loudness_lufs(now) == pytest.approx(line_loudness_lufs(was), abs=1.5)


def test_without_separation_the_original_is_ducked(portrait_zh: Dubbed, folder: Path) -> None:
    timeline = mixed_with(portrait_zh, folder, "--no-separate")
    assert timeline.dialogue is None
    assert timeline.mix is not None
    assert timeline.mix.dub_lufs == pytest.approx(timeline.mix.original_lufs, abs=1.0)
