"""From a dub to its preview, through a reviewer's hands, and back: only what was decided changes."""

import json
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page

from dubbing.media.sound_file import read_sound
from dubbing.review.decisions_file import read_decisions
from dubbing.timeline import Line, Timeline
from dubbing.workspace import Workspace
from tests.browser.conftest import Opener
from tests.conftest import Dubbed, dub

pytestmark = pytest.mark.slow

UNHEARD = 1e-4
"""-80 dBFS: a neighbour may die away into a line."""
NEW = {1: "你在晚上看过大海吗？", 3: "明年夏天跟我来吧。", 6: "坐火车大约要三个小时。"}


def mixed(done: Dubbed, timeline: Timeline, line: Line) -> np.ndarray:
    """What is heard of a line in the finished sound."""
    assert timeline.mix is not None
    assert line.take is not None
    path = Workspace(done.workspace).path(timeline.mix.sound)
    return read_sound(path, line.take.speech.start_ms, line.take.speech.end_ms).samples


def finished(done: Dubbed) -> Timeline:
    return Workspace(done.workspace).finished_timeline("zh")


def heard(done: Dubbed) -> list[str]:
    """What a recogniser writes down of each line of the finished file."""
    return [line["measured"]["heard"] for line in done.report["lines"]]


def decide_by_keyboard(page: Page, folder: Path) -> Path:
    """Three new texts, one line accepted, one with a note; then the file is downloaded."""
    for number in range(1, 7):
        if number in NEW:
            page.keyboard.press("e")
            page.keyboard.press("ControlOrMeta+A")
            page.keyboard.type(NEW[number])
            page.keyboard.press("ControlOrMeta+Enter")
        if number == 5:
            page.keyboard.press("n")
            page.keyboard.type("good enough")
            page.keyboard.press("Enter")
        page.keyboard.press("a" if number == 2 else "ArrowDown")
    return download(page, folder / "review.json")


def download(page: Page, path: Path) -> Path:
    page.get_by_role("button", name="Download review.json").click()
    page.get_by_label("Your name").fill("Ana")
    with page.expect_download() as waiting:
        page.get_by_role("dialog").get_by_role("button", name="Download").click()
    waiting.value.save_as(path)
    return path


def test_only_what_was_decided_changes_and_stays_through_a_later_run(
    two_speakers_copy: Dubbed, tmp_path: Path, open_url: Opener
) -> None:
    done, folder = two_speakers_copy, tmp_path / "review"
    before, was_heard = finished(done), heard(done)
    old = {line.id: mixed(done, before, line) for line in before.lines}
    assert dub("preview", done.workspace, "-o", folder, "--quiet").returncode == 0
    review = decide_by_keyboard(open_url((folder / "index.html").as_uri()), tmp_path)
    assert len(json.loads(review.read_text(encoding="utf-8"))["decisions"]) == 5
    result = dub("apply", done.workspace, review)
    assert result.returncode == 0, result.stderr
    assert "3 lines made anew" in result.stdout
    after = finished(done)
    for number, (was, line) in enumerate(zip(before.lines, after.lines, strict=True), start=1):
        assert was.take is not None
        assert line.take is not None
        # a line after a new one may begin earlier or later, since that one ends elsewhere; the same
        # speech is then marked again, as the watermark runs on the film's clock
        has_moved = number - 1 in NEW and line.take.start_ms != was.take.start_ms
        assert (line.take.sound != was.take.sound) == (number in NEW or has_moved), number
        change = np.abs(mixed(done, after, was) - old[line.id]).max()
        assert (change > UNHEARD) == (number in NEW or has_moved), number
    check_what_is_heard(heard(done), was_heard)
    kept = read_decisions(done.workspace, "zh")
    assert set(kept.locked) == {before.lines[1].id}
    assert {entry.now.by for entry in kept.record if entry.now} == {"Ana"}
    assert kept.lines[before.lines[4].id].note == "good enough"
    check_that_locked_lines_stay(done, after)


def check_what_is_heard(is_heard: list[str], was_heard: list[str]) -> None:
    """A recogniser hears the new words, and in the other lines what it heard before."""
    for number, text in NEW.items():
        told = [char for char in text if char.isalnum()]
        common = sum(char in is_heard[number - 1] for char in told) / len(told)
        assert common > 0.7, (text, is_heard[number - 1])
        assert is_heard[number - 1] != was_heard[number - 1]


def check_that_locked_lines_stay(done: Dubbed, after: Timeline) -> None:
    """Whatever else a later run is told; texts that were decided stay as well."""
    result = dub(done.source, "--to", "zh", "--workspace", done.workspace, "--quiet",
                 "--lip-strength", "0", "--emotion", "sad", "--until", "synthesize")  # fmt: skip
    assert result.returncode == 0, result.stderr
    again = Workspace(done.workspace).latest_timeline("zh")
    takes = [(a.take, b.take) for a, b in zip(after.lines, again.lines, strict=True)]
    assert [old == new for old, new in takes] == [False, True, False, False, False, False]
    assert again.lines[0].spoken_text == NEW[1]
