"""A film that is planned again line by line, as decisions come in, is the film planned at once."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dubbing.review.locks import with_kept
from dubbing.settings import TimingSettings
from dubbing.stages.timing import replanned
from dubbing.timeline import Candidate, Decision, Line, Timeline, Translation
from tests.timing.films import (
    LONG,
    SHORT,
    Planning,
    film,
    films,
    letters_are_sounds,
    line,
    planned,
    slots,
    texts,
)

__all__ = ["letters_are_sounds"]
pytestmark = pytest.mark.usefixtures("letters_are_sounds")
edits = st.lists(
    st.tuples(st.integers(0, 8), st.one_of(texts, slots(), st.just("accepted"))),
    min_size=1,
    max_size=6,
)


class Review:
    """What the live review does with a line, without its sounds."""

    def __init__(self, timeline: Timeline) -> None:
        self.run, self.locked = Planning(), set[str]()
        self.timeline = timeline.with_lines(planned(timeline, self.run))

    def accept(self, number: int) -> None:
        self.locked.add(self.timeline.lines[number].id)

    def decide(self, number: int, changed: Line) -> None:
        before, others = self.timeline, self.locked - {changed.id}
        lines = [*before.lines[:number], changed, *before.lines[number + 1 :]]
        timeline = before.with_lines(lines)
        done = replanned(timeline, self.run, TimingSettings(), before, others)  # type: ignore[arg-type]
        self.timeline, self.locked = with_kept(done, others), others

    def at_once(self) -> tuple[Line, ...]:
        """The plans that a run of the whole film makes, which knows nothing of how it was decided."""
        lines = (
            item if item.id in self.locked else replace(item, plan=None)
            for item in self.timeline.lines
        )
        return planned(self.timeline.with_lines(lines))


def saying(item: Line, text: str) -> Line:
    return replace(item, translation=Translation(text, (Candidate(text, 0.0),), "s"), plan=None)


@given(films(), edits, texts)
@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
def test_line_by_line_and_at_once_are_the_same(timeline, decided, last) -> None:
    review = Review(timeline)
    for place, wish in [*decided, (0, last)]:
        number = place % len(timeline.lines)
        item = review.timeline.lines[number]
        if wish == "accepted":
            review.accept(number)
        elif isinstance(wish, str):
            review.decide(number, saying(item, wish))
        else:
            review.decide(number, replace(item, decision=Decision(slot=wish), plan=None))
    one_by_one, at_once = review.timeline.lines, review.at_once()
    assert [item.plan for item in one_by_one] == [item.plan for item in at_once]


def test_only_lines_that_get_another_time_are_planned_again() -> None:
    lines = [line(n, n * 1_250, n * 1_250 + 1_100, SHORT, "AB"[n % 2]) for n in range(12)]
    review = Review(film(lines, 15_200))
    before = review.timeline.lines
    review.run.known.clear()
    review.decide(4, saying(before[4], LONG[:44]))
    changed = [
        n for n, (a, b) in enumerate(zip(before, review.timeline.lines, strict=True)) if a != b
    ]
    assert changed[0] == 4
    assert set(changed) <= {4, 5, 6}
    review.decide(4, saying(review.timeline.lines[4], SHORT))
    assert [item.plan for item in review.timeline.lines] == [item.plan for item in before]


def test_an_accepted_line_stays_and_the_line_before_it_makes_do() -> None:
    lines = [line(n, n * 1_250, n * 1_250 + 1_100, SHORT, "AB"[n % 2]) for n in range(4)]
    review = Review(film(lines, 5_200))
    accepted = review.timeline.lines[2]
    review.accept(2)
    review.decide(1, saying(review.timeline.lines[1], LONG[:44]))
    assert review.timeline.lines[2].plan == accepted.plan
    assert review.timeline.lines[2].is_kept
    assert "spill" not in review.timeline.lines[1].plan.rungs
