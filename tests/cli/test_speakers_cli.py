"""``dub speakers``: corrections by hand, and what they change."""

import shutil
from pathlib import Path

import pytest

from dubbing.timeline import Timeline
from dubbing.workspace import Workspace
from tests.conftest import Dubbed, dub, redub

pytestmark = pytest.mark.slow


@pytest.fixture
def workspace(portrait_zh: Dubbed, tmp_path: Path) -> Path:
    return Path(shutil.copytree(portrait_zh.workspace, tmp_path / "portrait.dub"))


def again(portrait: Dubbed, workspace: Path, *flags: str) -> Timeline:
    return redub(portrait, workspace, "--until", "translate", *flags)


def test_a_line_is_given_to_somebody_new_and_back(portrait_zh: Dubbed, workspace: Path) -> None:
    before = Workspace(workspace).latest_timeline("zh")
    assert {line.speaker for line in before.lines} == {"S1"}
    shown = dub("speakers", workspace, "--split", "S1=2", "--rename", "S1=Anna", COLUMNS="160")
    assert shown.returncode == 0, shown.stderr
    assert "S2" in shown.stdout
    assert "Anna" in shown.stdout
    split = again(portrait_zh, workspace)
    assert [line.speaker for line in split.lines[:3]] == ["S1", "S2", "S1"]
    assert [person.name for person in split.speakers] == ["Anna", "Speaker 2"]
    voices = [person.voice.name for person in split.speakers if person.voice]
    assert len(set(voices)) == 2
    untouched = [step.stage for step in split.history if step.reused]
    assert {"ingest", "transcribe", "turns", "separate", "faces"} <= set(untouched)
    assert dub("speakers", workspace, "--merge", "S2=S1").returncode == 0
    merged = again(portrait_zh, workspace)
    assert {line.speaker for line in merged.lines} == {"S1"}
    assert [line.text for line in merged.lines] == [line.text for line in before.lines]


def test_names_may_be_given_as_a_flag(portrait_zh: Dubbed, workspace: Path) -> None:
    named = again(portrait_zh, workspace, "--speaker-names", "S1=Captain")
    assert named.speakers[0].name == "Captain"
    refused = dub(portrait_zh.source, "--to", "zh", "-o", workspace.parent / "o.mp4",
                  "--workspace", workspace, "--speaker-names", "S7=Nobody")  # fmt: skip
    assert refused.returncode == 2
    assert "no speaker S7" in refused.stderr


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (("--merge", "S9=S1"), "no speaker S9"),
        (("--merge", "S1"), "says nothing"),
        (("--split", "S1=99"), "no line 99"),
        (("--assign", "S1=x"), "no list of lines"),
        (("--rename", "S4=Eve"), "no speaker S4"),
    ],
)
def test_what_cannot_be_is_refused(workspace: Path, flags: tuple[str, str], says: str) -> None:
    result = dub("speakers", workspace, *flags)
    assert result.returncode == 2
    assert says in result.stderr
    assert not (workspace / "people.json").exists()


def test_a_damaged_file_is_told(workspace: Path) -> None:
    (workspace / "people.json").write_text("{", encoding="utf-8")
    result = dub("speakers", workspace)
    assert result.returncode == 2
    assert "damaged" in result.stderr
