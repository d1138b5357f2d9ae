"""Real dubs changed by reviews: what was decided is heard, everything else stays to the sample."""

import json
import shutil
from pathlib import Path

import pytest

from dubbing.timeline import Timeline
from dubbing.workspace import Workspace
from tests.conftest import Dubbed, dub
from tests.reviewer.reviewed import review_of, written

pytestmark = pytest.mark.slow


def latest(done: Dubbed) -> Timeline:
    return Workspace(done.workspace).finished_timeline("zh")


def test_slots_lips_voices_and_rejections(two_speakers_copy: Dubbed, tmp_path: Path) -> None:
    done = two_speakers_copy
    before = latest(done)
    first, third = before.lines[0], before.lines[2]
    slot = (third.span.start_ms - 100, third.span.end_ms - 200)
    review = written(tmp_path / "review.json", review_of(before, {
        1: {"verdict": "rejected"},
        3: {"start_ms": slot[0], "end_ms": slot[1], "lip_strength": 0.0},
        4: {"voice": "zm_yunxi"},
    }))  # fmt: skip
    result = dub("apply", done.workspace, review, "--quiet")
    assert result.returncode == 0, result.stderr
    after = latest(done)
    assert first.translation is not None
    assert after.lines[0].spoken_text == first.translation.candidates[1].text
    assert "rejected" in after.lines[0].flags
    plan = after.lines[2].plan
    assert plan is not None
    assert (plan.lip_strength, plan.span.start_ms) == (0.0, slot[0])
    assert plan.span.end_ms <= slot[1] + 400
    assert after.lines[3].voice is not None
    assert after.lines[3].voice.name == "zm_yunxi"
    assert after.lines[3].take != before.lines[3].take
    assert after.lines[5].take == before.lines[5].take
    # the line before it ends earlier now, and leaves it more silence: words, voice and place stay
    assert after.lines[4].translation == before.lines[4].translation
    assert after.lines[4].voice == before.lines[4].voice
    assert after.lines[4].plan is not None
    assert before.lines[4].plan is not None
    assert after.lines[4].plan.span == before.lines[4].plan.span


def test_what_cannot_be_applied_is_said_and_nothing_is_written(
    two_speakers_copy: Dubbed, tmp_path: Path
) -> None:
    done = two_speakers_copy
    before = latest(done)
    result = dub("apply", done.workspace, tmp_path / "nothing.json")
    assert result.returncode == 2
    ana = written(tmp_path / "ana.json", review_of(before, {1: {"text": "好"}}))
    ben = written(tmp_path / "ben.json", review_of(before, {1: {"text": "不"}}, "Ben"))
    result = dub("apply", done.workspace, ana, ben, "--dry-run")
    assert "Ana and Ben do not agree" in result.stdout
    unknown = review_of(before, {1: {"voice": "nobody"}})
    result = dub("apply", done.workspace, written(tmp_path / "voice.json", unknown), "--quiet")
    assert result.returncode == 2
    assert "There is no voice nobody" in result.stderr
    assert latest(done).lines == before.lines


def test_a_received_workspace_writes_nowhere_else(
    two_speakers_copy: Dubbed, tmp_path: Path
) -> None:
    """It may name any output, and hold any permit; only this user's own record counts."""
    done, precious = two_speakers_copy, tmp_path / "home/precious.mkv"
    precious.parent.mkdir()
    precious.write_text("mine")
    job = done.workspace / "jobs/zh.json"
    for wanted in (precious, precious.with_name("new.mkv")):
        plain = json.loads(job.read_text(encoding="utf-8"))
        job.write_text(json.dumps({**plain, "output": str(wanted)}), encoding="utf-8")
        (done.workspace / "outputs").mkdir(exist_ok=True)
        (done.workspace / "outputs" / wanted.name).touch()
        for command in ("apply", "review"):
            result = dub(command, done.workspace)
            assert (result.returncode, "-o FILE" in result.stderr) == (2, True), result.stderr
    assert [path.read_text() for path in precious.parent.iterdir()] == ["mine"]


def test_a_preview_is_a_folder_a_zip_or_one_file(two_speakers_zh: Dubbed, tmp_path: Path) -> None:
    import zipfile

    done, folder = two_speakers_zh, tmp_path / "review"
    result = dub("preview", done.workspace, "-o", folder, "--lines", "2-3", "--proxy", "360p")
    assert result.returncode == 0, result.stderr
    script = (folder / "project.js").read_text(encoding="utf-8")
    project = json.loads(script.removeprefix("window.PROJECT = ").rstrip().removesuffix(";"))
    assert [line["number"] for line in project["lines"]] == [2, 3]
    line = project["lines"][0]
    assert line["lips"]["opening"]
    assert line["phonemes"]
    assert line["check"]["heard"]
    sums = [end - start for _, start, end, _ in line["phonemes"]]
    assert abs(sum(sums) - line["timing"]["planned_ms"]) < 300
    assert {p.name for p in (folder / "media").iterdir()} == {
        "picture.mp4", "original.m4a", "dub.m4a", "bed.m4a"}  # fmt: skip
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("mine")
    refused = dub("preview", done.workspace, "-o", tmp_path / "mine")
    assert refused.returncode != 0
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "mine"
    packed = tmp_path / "review.zip"
    assert dub("preview", done.workspace, "-o", packed, "--zip", "--quiet").returncode == 0
    names = zipfile.ZipFile(packed).namelist()
    assert "review/index.html" in names
    assert "review/vendor/wavesurfer.min.js" in names
    single = tmp_path / "review.html"
    result = dub("preview", done.workspace, "-o", single, "--single-file", "--quiet")
    assert result.returncode == 0, result.stderr
    page = single.read_text(encoding="utf-8")
    assert 'src="' not in page.split("<body", 1)[0]
    assert "data:video/mp4;base64," in page
    assert not list(tmp_path.glob(".*tmp*"))


def test_two_dubs_side_by_side(two_speakers_copy: Dubbed, tmp_path: Path) -> None:
    done, other = two_speakers_copy, tmp_path / "other.dub"
    shutil.copytree(done.workspace, other)
    folder = tmp_path / "comparison"
    result = dub("compare", done.workspace, other, "-o", folder, "--blind", "--seed", 1)
    assert result.returncode == 0, result.stderr
    page = (folder / "page" / "comparison.js").read_text(encoding="utf-8")
    assert "two_speakers.dub" not in page
    told = json.loads(page.removeprefix("window.COMPARISON = ").rstrip().removesuffix(";"))
    assert len(told["pairs"]) == 6
    assert told["names"] is None
    assert len(list((folder / "page" / "media").iterdir())) == 18
    key = json.loads((folder / "key.json").read_text())
    answers = {
        str(n): {"choice": "right" if swapped else "left"}
        for n, swapped in enumerate(key["swapped"], start=1)
    }
    given = {"schema": "dubbing.Preferences/1", "comparison": told["id"], "listener": "Ana",
             "answers": answers}  # fmt: skip
    result = dub("compare", folder, written(tmp_path / "preferences.json", given))
    assert result.returncode == 0, result.stderr
    assert "preferred in 100%" in " ".join(result.stdout.split())
