"""The queue of the live review, with a bench that takes its time and makes nothing."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dubbing.review.decisions_file import Decisions, read_decisions
from dubbing.reviewer.channel import Channel
from dubbing.reviewer.desk import Desk, Outrun
from dubbing.reviewer.redirect import touched
from dubbing.settings import LineDecision
from dubbing.timeline import Candidate, Decision, Line, Media, Span, Speaker, Timeline, Translation


class SlowBench:
    """Has every line made when it is let go."""

    def __init__(self, root: Path, timeline: Timeline) -> None:
        self.root, self.timeline, self.target = root, timeline, timeline.target_language
        self.patches: dict[str, Any] = {}
        self.let_go, self.made = threading.Semaphore(0), list[str]()

    def decisions(self) -> Decisions:
        return read_decisions(self.root, self.target)

    def waiting(self) -> list[Line]:
        return touched(self.timeline, self.decisions())

    def warm(self) -> None:
        """There is nothing to load."""

    def redub(self, line_id: str) -> list[Any]:
        wish = self.decisions().lines.get(line_id) or LineDecision()
        assert self.let_go.acquire(timeout=10)
        self.made.append(wish.text or "")
        self.timeline = self.timeline.with_lines(
            replace(line, decision=Decision(asked=wish.asked)) if line.id == line_id else line
            for line in self.timeline.lines
        )
        return []

    def line_documents(self, wanted: object) -> list[dict[str, Any]]:
        return []


class Told(Channel):
    """Keeps what was told."""

    def __init__(self) -> None:
        super().__init__()
        self.jobs: list[tuple[str | None, str]] = []
        self.changed = threading.Condition()

    def tell(self, event: dict[str, Any]) -> None:
        if event["type"] == "job":
            with self.changed:
                self.jobs.append((event["line"], event["state"]))
                self.changed.notify_all()

    def wait(self, line: str, state: str, times: int = 1) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: self.jobs.count((line, state)) >= times, 10), (
                self.jobs
            )


@pytest.fixture
def desk(tmp_path: Path) -> Any:
    told = (Candidate("一", 0.0),)
    lines = tuple(
        Line(f"L{n}", Span(n * 1000, n * 1000 + 900), f"line {n}", (), "S1",
             translation=Translation("一", told, "embedded"))
        for n in (1, 2, 3)
    )  # fmt: skip
    media = Media("film.mp4", "abc", 10_000, True, 0)
    timeline = Timeline("zh", media, "en", speakers=(Speaker("S1", "Anna"),), lines=lines)
    found = Desk(SlowBench(tmp_path, timeline), Told(), None)  # type: ignore[arg-type]
    found.open()
    yield found
    for _ in range(10):
        found.bench.let_go.release()
    found.close()


def test_an_edit_that_is_taken_back_while_it_is_made_is_made_back(desk: Any) -> None:
    desk.decide("L1", LineDecision(text="二"), 0)
    desk.channel.wait("L1", "running")
    desk.undo()
    desk.bench.let_go.release(2)
    desk.channel.wait("L1", "done", times=2)
    assert desk.bench.made == ["二", ""]
    assert not desk.bench.waiting()


def test_a_queued_line_is_cancelled_and_a_running_one_is_not(desk: Any) -> None:
    desk.decide("L1", LineDecision(text="二"), 0)
    desk.channel.wait("L1", "running")
    desk.decide("L2", LineDecision(text="三"), 0)
    assert desk.cancel("L2")
    assert not desk.cancel("L1")
    assert not desk.cancel("L3")
    desk.bench.let_go.release()
    desk.channel.wait("L1", "done")
    assert desk.bench.made == ["二"]
    assert [line.id for line in desk.bench.waiting()] == ["L2"]


def test_the_last_of_many_edits_of_a_waiting_line_is_made_once(desk: Any) -> None:
    desk.decide("L1", LineDecision(text="二"), 0)
    desk.channel.wait("L1", "running")
    for text in ("三", "四", "五"):
        desk.decide("L2", LineDecision(text=text), 99)
    desk.bench.let_go.release(2)
    desk.channel.wait("L2", "done")
    assert desk.bench.made == ["二", "五"]


def test_who_saw_an_older_state_of_the_line_is_told(desk: Any) -> None:
    first = desk.decide("L3", LineDecision(note="a"), 0).revision
    with pytest.raises(Outrun):
        desk.decide("L3", LineDecision(note="b"), first - 1)
    assert desk.decide("L2", LineDecision(note="c"), first - 1).revision == first + 1
    assert desk.standing("L3").decision.note == "a"


def test_undo_and_redo_go_through_all_that_was_decided(desk: Any) -> None:
    for text in ("a", "b", "c"):
        desk.decide("L3", LineDecision(note=text), 99)
    assert [desk.undo().decision.note for _ in range(2)] == ["b", "a"]
    assert desk.redo().decision.note == "b"
    assert desk.undo().decision.note == "a"
    assert desk.undo().decision is None
    assert desk.undo() is None
    assert [desk.redo().decision.note for _ in range(3)] == ["a", "b", "c"]
    assert desk.redo() is None
