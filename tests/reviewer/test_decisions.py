"""What reviewers send back: read with suspicion, merged with care, kept with a record."""

import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dubbing.errors import BadSettings, UsageError
from dubbing.review.decision import LineDecision
from dubbing.review.decisions_file import Decisions, decisions_held, read_decisions, write_decisions
from dubbing.review.locks import kept_timeline, settle, touched
from dubbing.reviewer.redirect import keep_decisions, said_otherwise
from dubbing.reviewer.review_file import WrongDecision, parse_review, read_review
from dubbing.reviewer.reviews import merge
from dubbing.timeline import (
    Artifact,
    Candidate,
    Decision,
    Line,
    Media,
    Mix,
    Span,
    Take,
    Timeline,
    Translation,
)
from dubbing.workspace import Workspace
from tests.reviewer.reviewed import review_of, written


def line(number: int, *texts: str) -> Line:
    span = Span(number * 1000, number * 1000 + 900)
    told = tuple(Candidate(text, 0.0) for text in texts or (f"说{number}",))
    return Line(f"L{number}", span, f"line {number}", (), "S1",
                translation=Translation(told[0].text, told, "embedded"))  # fmt: skip


@pytest.fixture
def timeline() -> Timeline:
    from dubbing.timeline import Speaker

    media = Media("film.mp4", "abc", 10_000, True, 0)
    lines = (line(1), line(2, "一", "二", "三"), line(3))
    return Timeline("zh", media, "en", speakers=(Speaker("S1", "Anna"),), lines=lines)


def parsed(review: dict[str, Any]) -> Any:
    return parse_review(json.dumps(review).encode(), "review.json")


# -- reading -------------------------------------------------------------------------------------


def test_a_review_comes_through_as_it_was_written(timeline: Timeline, tmp_path: Path) -> None:
    told = review_of(timeline, {2: {"text": "好", "emotion": {"label": "sad", "intensity": 0.5},
                                    "lip_strength": 0, "note": "слово"}})  # fmt: skip
    review = read_review(written(tmp_path / "review.json", told))
    decision = review.decisions["L2"].decision(review.reviewer)
    assert decision.text == "好"
    assert decision.emotion is not None
    assert decision.emotion.label == "sad"
    assert decision.lip_strength == 0
    assert decision.by == "Ana"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"schema": "dubbing.Review/9"}, "dubbing.Review/9"),
        ({"decisions": []}, "no review"),
        ({"decisions": {"../../etc": {"text": 3}}}, "text"),
        ({"decisions": {"L1": {"verdict": "maybe"}}}, "verdict"),
        ({"decisions": {"L1": {"lip_strength": 7}}}, "lip_strength"),
        ({"decisions": {"L1": {"emotion": {"label": "hangry"}}}}, "label"),
        ({"decisions": {"L1": {"text": "x" * 3000}}}, "text"),
        ({"decisions": {"L" * 100: {}}}, "no review of a film's lines"),
        ({"decisions": {"L1": {"file": "/etc/passwd"}}}, "file"),
        ({"decisions": {"L1": {"start_ms": -4}}}, "start_ms"),
        ({"decisions": {"L1": {"start_ms": 1e30}}}, "start_ms"),
    ],
)
def test_a_wrong_review_is_refused_in_one_sentence(
    timeline: Timeline, change: dict[str, Any], told: str
) -> None:
    with pytest.raises(UsageError, match=told) as caught:
        parsed({**review_of(timeline, {}), **change})
    assert "\n" not in str(caught.value)


def test_a_wrong_decision_can_be_told_by_the_number_of_its_line(timeline: Timeline) -> None:
    told = review_of(timeline, {2: {"emotion": {"label": "hangry"}}})
    with pytest.raises(WrongDecision) as caught:
        parsed(told)
    number = timeline.number_of(caught.value.line)
    assert str(caught.value.numbered(number)).startswith(
        "In review.json, the decision on line 2: emotion.label: "
    )


def test_what_is_no_json_or_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no JSON"):
        parse_review(b"[" * 100_000, "review.json")
    with pytest.raises(UsageError, match="no JSON"):
        parse_review(b"\xff\xfe\x00", "review.json")
    with pytest.raises(UsageError, match="no file"):
        read_review(tmp_path / "nothing.json")
    large = tmp_path / "large.json"
    with large.open("wb") as file:
        file.truncate(60_000_000)
    with pytest.raises(UsageError, match="too large"):
        read_review(large)


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(max_size=8),
                    lambda inner: st.lists(inner, max_size=3)
                    | st.dictionaries(st.sampled_from(["decisions", "schema", "film", "text", "L1"]),
                                      inner, max_size=4), max_leaves=12))  # fmt: skip
def test_nothing_that_is_json_makes_a_traceback(value: object) -> None:
    with suppress(UsageError):
        parse_review(json.dumps(value).encode(), "review.json")


# -- merging -------------------------------------------------------------------------------------


def test_reviewers_who_agree_or_speak_of_other_lines_merge(timeline: Timeline) -> None:
    ana = parsed(review_of(timeline, {1: {"verdict": "accepted"}, 2: {"text": "好"}}))
    ben = parsed(review_of(timeline, {2: {"text": "好", "note": "yes"}, 3: {"text": "不"}}, "Ben"))
    merged = merge(timeline, [ana, ben])
    assert set(merged.decisions) == {"L1", "L2", "L3"}
    assert not merged.conflicts


def test_a_conflict_is_listed_and_the_later_one_counts_only_if_asked(timeline: Timeline) -> None:
    ana = parsed(review_of(timeline, {2: {"text": "好"}}))
    ben = parsed(review_of(timeline, {2: {"text": "坏"}}, "Ben", at="2026-01-02T10:00:00Z"))
    merged = merge(timeline, [ben, ana])
    assert not merged.decisions
    assert [(c.line, c.by) for c in merged.conflicts] == [("L2", ("Ben", "Ana"))]
    assert merge(timeline, [ben, ana], latest=True).decisions["L2"].text == "坏"


def test_a_line_that_changed_since_is_reported_and_left(timeline: Timeline) -> None:
    review = parsed(review_of(timeline, {1: {"text": "a"}, 2: {"text": "b"}}))
    changed = timeline.with_lines([replace(timeline.lines[0], text="other"), *timeline.lines[1:]])
    merged = merge(changed, [review])
    assert merged.changed == ["L1"]
    assert set(merged.decisions) == {"L2"}
    assert set(merge(changed, [review], changed=True).decisions) == {"L1", "L2"}


def test_a_line_that_is_gone_another_film_another_language(timeline: Timeline) -> None:
    review = parsed(review_of(timeline, {3: {"text": "a"}}))
    assert merge(timeline.with_lines(timeline.lines[:2]), [review]).gone == ["L3"]
    assert timeline.media is not None
    other = replace(timeline, media=replace(timeline.media, fingerprint="xyz"))
    with pytest.raises(UsageError, match="not the film"):
        merge(other, [review])
    with pytest.raises(UsageError, match="'zh'"):
        merge(replace(timeline, target_language="es"), [review])


def test_a_slot_beyond_the_film_is_refused(timeline: Timeline) -> None:
    review = parsed(review_of(timeline, {1: {"end_ms": 10_001}}))
    with pytest.raises(UsageError, match=r"line 1 ends .* after the end of the film"):
        merge(timeline, [review])


def test_a_slot_that_ends_before_it_begins_is_refused(timeline: Timeline) -> None:
    review = parsed(review_of(timeline, {1: {"start_ms": 1800, "end_ms": 1200}}))
    with pytest.raises(UsageError, match=r"line 1 ends .* before it begins"):
        merge(timeline, [review])


# -- keeping -------------------------------------------------------------------------------------


def test_decisions_are_kept_with_who_and_what_was_before(
    timeline: Timeline, tmp_path: Path
) -> None:
    first = LineDecision(text="好", by="Ana")
    keep_decisions(tmp_path, timeline, {"L1": first})
    keep_decisions(tmp_path, timeline, {"L1": LineDecision(text="坏", by="Ben")})
    kept = read_decisions(tmp_path, "zh")
    assert kept.revision == 2
    assert kept.lines["L1"].by == "Ben"
    assert kept.record[1].was == first
    keep_decisions(tmp_path, timeline, {"L1": None})
    assert not read_decisions(tmp_path, "zh").lines


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    with decisions_held(tmp_path, "zh"):
        write_decisions(tmp_path, "zh", Decisions(schema="dubbing.Decisions/1"))
    (tmp_path / "reviews" / "zh.json").write_text("{", encoding="utf-8")
    with pytest.raises(BadSettings, match=r"zh\.json is damaged"):
        read_decisions(tmp_path, "zh")


def test_a_rejected_line_says_its_next_candidate_until_none_is_left(
    timeline: Timeline, tmp_path: Path
) -> None:
    rejected = LineDecision(verdict="rejected")
    wishes = []
    for _ in range(3):
        decisions = keep_decisions(tmp_path, timeline, {"L2": rejected})
        wishes.append(decisions.lines["L2"].text)
        timeline = said(timeline, 2, wishes[-1] or "")
    assert wishes == ["二", "三", None]


def test_the_next_candidate_does_not_inherit_accepted_faults(timeline: Timeline) -> None:
    wish = LineDecision(verdict="rejected", flags_accepted=("number lost",))
    made = said_otherwise(timeline.lines[1], wish, Decisions(schema="dubbing.Decisions/1"))
    assert made is not None
    assert (made.text, made.flags_accepted) == ("二", ())


def said(timeline: Timeline, number: int, text: str) -> Timeline:
    """As if the line had been made anew."""
    lines = list(timeline.lines)
    old = lines[number - 1]
    assert old.translation is not None
    lines[number - 1] = replace(old, translation=replace(old.translation, text=text))
    return timeline.with_lines(lines)


def test_what_is_wished_besides_a_rejection_is_left_alone(timeline: Timeline) -> None:
    wish = LineDecision(verdict="rejected", text="我说")
    assert said_otherwise(timeline.lines[1], wish, Decisions(schema="dubbing.Decisions/1")) == wish


def test_only_lines_that_are_not_as_decided_are_touched(timeline: Timeline) -> None:
    wish = LineDecision(text="好")
    decisions = Decisions(schema="dubbing.Decisions/1").decided("L1", wish)
    decisions = decisions.decided("L3", LineDecision(verdict="accepted", note="fine"))
    assert [item.id for item in touched(timeline, decisions)] == ["L1"]
    done = replace(timeline.lines[0], decision=Decision(asked=wish.asked))
    assert not touched(timeline.with_lines([done, *timeline.lines[1:]]), decisions)


def test_an_accepted_line_is_locked_until_it_is_decided_otherwise() -> None:
    accepted = LineDecision(verdict="accepted")
    decisions = Decisions(schema="dubbing.Decisions/1").decided("L1", accepted)
    assert decisions.unlocked == ("L1",)
    decisions = decisions.with_locks("a.json", decisions.unlocked)
    assert decisions.locked == {"L1": "a.json"}
    assert decisions.with_locks("b.json", ["L1"]).locked == {"L1": "a.json"}
    noted = decisions.decided("L1", LineDecision(verdict="accepted", note="well done"))
    assert noted.locked == {"L1": "a.json"}
    assert not decisions.decided("L1", LineDecision(verdict="accepted", text="好")).locked
    assert not decisions.decided("L1", None).locked


def test_what_was_accepted_is_settled_as_the_finished_dub_has_it(
    timeline: Timeline, tmp_path: Path
) -> None:
    take = Take(Artifact("a.wav", "a", 1), 2_000, 48, 48_000, Span(2_000, 2_500))
    mix = Mix(Artifact("mix.wav", "b", 1), -23.0, -23.1, -1.0, typical_lufs=-24.0)
    lines = [replace(line, take=take) for line in timeline.lines]
    with Workspace(tmp_path) as workspace:
        made = replace(timeline.with_lines(lines), mix=mix)
        workspace.save_timeline(10, "mix", made)
        wishes = {"L1": LineDecision(verdict="accepted"), "L2": LineDecision(text="好"),
                  "L3": LineDecision(verdict="accepted", text="好")}  # fmt: skip
        keep_decisions(tmp_path, made, wishes)
        settled = settle(tmp_path, "zh")
        assert set(settled.locked) == {"L1"}, "L3 is still to be made"
        assert settled.mix_of == settled.locked["L1"]
        assert settle(tmp_path, "zh") == settled, "settled once"
        louder = replace(made, mix=replace(mix, typical_lufs=-20.0))
        workspace.save_timeline(10, "mix", louder)
        assert settle(tmp_path, "zh").mix_of != settled.mix_of
        (tmp_path / "artifacts" / settled.mix_of).write_text("{}")
        assert kept_timeline(workspace, settled.mix_of) is None
