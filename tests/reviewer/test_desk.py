"""The queue of the live review, with a bench that takes its time and makes nothing."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dubbing.errors import UsageError
from dubbing.media.ffmpeg_choice import (
    VARIABLE,
    asked_for_ffmpeg,
    packaged_ffmpeg,
    preferred_ffmpeg,
)
from dubbing.review.decision import LineDecision
from dubbing.review.decisions_file import Decisions, read_decisions
from dubbing.review.locks import touched
from dubbing.reviewer.channel import Channel
from dubbing.reviewer.desk import Desk
from dubbing.reviewer.redirect import Outrun, keep_decisions
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
    desk.decide("L1", None, 1)
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
    for seen, text in enumerate(("三", "四", "五"), start=1):
        desk.decide("L2", LineDecision(text=text), seen)
    desk.bench.let_go.release(2)
    desk.channel.wait("L2", "done")
    assert desk.bench.made == ["二", "五"]


def test_who_saw_an_older_state_of_the_line_is_told(desk: Any) -> None:
    first = desk.decide("L3", LineDecision(note="a"), 0).revision
    with pytest.raises(Outrun):
        desk.decide("L3", LineDecision(note="b"), first - 1)
    assert desk.decide("L2", LineDecision(note="c"), first - 1).revision == first + 1
    assert desk.standing("L3").decision.note == "a"


def test_what_another_process_decided_is_not_overwritten(desk: Any) -> None:
    seen = desk.decide("L3", LineDecision(note="a"), 0).revision
    bench = desk.bench
    keep_decisions(bench.root, bench.timeline, {"L3": LineDecision(note="by dub apply")})
    with pytest.raises(Outrun):
        desk.decide("L3", LineDecision(note="b"), seen)
    with pytest.raises(Outrun):
        desk.decide("L3", None, seen)
    assert desk.standing("L3").decision.note == "by dub apply"


def test_a_revision_of_another_history_is_stale(desk: Any) -> None:
    with pytest.raises(Outrun):
        desk.decide("L1", LineDecision(note="a"), 7)
    assert desk.standing("L1").decision is None


@pytest.mark.parametrize(
    ("slot", "kept"),
    [
        ((0, 10_000), (1900, 3000)),  # from the end of line 1 to the beginning of line 3
        ((2100, 2500), (2100, 2500)),
        ((1950, None), (1950, None)),
    ],
)
def test_a_slot_ends_where_its_neighbours_begin(
    desk: Any, slot: tuple[int, int | None], kept: tuple[int, int | None]
) -> None:
    decided = desk.decide("L2", LineDecision(start_ms=slot[0], end_ms=slot[1]), 0).decision
    assert (decided.start_ms, decided.end_ms) == kept


@pytest.mark.parametrize(
    ("slot", "wrong"),
    [
        ((2500, 2400), r"line 2 ends \(2400 ms\) before it begins \(2500 ms\)"),
        ((2950, None), "line 2 ends"),
        ((2000, 10_001), "line 2 ends .* after the end of the film"),
        ((1000, 1900), r"line 2 .* in the time of another line\. It can lie between 1900 and 3000"),
        ((3000, 4000), "line 2 .* in the time of another line"),
    ],
)
def test_a_slot_that_cannot_be_is_refused_by_the_number_of_its_line(
    desk: Any, slot: tuple[int, int | None], wrong: str
) -> None:
    with pytest.raises(UsageError, match=wrong):
        desk.decide("L2", LineDecision(start_ms=slot[0], end_ms=slot[1]), 0)
    assert desk.standing("L2").decision is None


def test_a_slot_that_stays_is_not_judged_again(desk: Any) -> None:
    bench = desk.bench
    wide = LineDecision(start_ms=1500, end_ms=3500)  # from a time when there was room
    seen = keep_decisions(bench.root, bench.timeline, {"L2": wide}).revision
    noted = desk.decide("L2", wide.model_copy(update={"note": "good"}), seen).decision
    assert (noted.start_ms, noted.end_ms) == (1500, 3500)


def test_lines_are_made_with_the_ffmpeg_that_the_review_was_opened_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class NotesFfmpeg(SlowBench):
        def redub(self, line_id: str) -> list[Any]:
            found = asked_for_ffmpeg()
            self.made.append("" if found is None else found.path)
            return super().redub(line_id)

    monkeypatch.delenv(VARIABLE, raising=False)
    line = Line("L1", Span(0, 900), "a line", (), "S1",
                translation=Translation("一", (Candidate("一", 0.0),), "embedded"))  # fmt: skip
    timeline = Timeline("zh", Media("film.mp4", "abc", 1000, True, 0), "en", lines=(line,))
    other = packaged_ffmpeg().path
    with preferred_ffmpeg(other):
        desk = Desk(NotesFfmpeg(tmp_path, timeline), told := Told(), None)  # type: ignore[arg-type]
    desk.open()
    desk.decide("L1", LineDecision(text="二"), 0)
    desk.bench.let_go.release()
    told.wait("L1", "done")
    desk.close()
    assert desk.bench.made[0] == other
