"""Faults of a text that a reviewer chose or typed: they stay flags until the reviewer means it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dubbing import timeline_json
from dubbing.language.script import as_written
from dubbing.pipeline import Run
from dubbing.project.overrides import Overrides
from dubbing.project.state import ProjectState
from dubbing.review.decision import LineDecision
from dubbing.review.decisions_file import Decisions
from dubbing.reviewer.line_document import decision_document
from dubbing.reviewer.redirect import said_otherwise
from dubbing.settings import Profile, Term
from dubbing.stages.line_asking import _worth_trying
from dubbing.timeline import Candidate, Line, Media, Span, Speaker, Timeline, Translation
from dubbing.translation.checks import BREAKS_OFF
from dubbing.translation.doubts import doubts
from dubbing.workspace import Workspace

SOURCE = "They paid 3.5 million dollars, not the bank."
RIGHT, WRONG = "他们付了三百五十万美元，不是银行付的。", "他们付了三百万美元，不是银行付的。"
LOST = "number lost"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    workspace = Workspace(tmp_path / "film.dub")
    return Run(workspace, tmp_path / "film.mp4")


def timeline_of(**changes: Any) -> Timeline:
    offered = (
        Candidate(RIGHT, -0.2),
        Candidate(WRONG, -0.3, (LOST,), "shorter"),
    )
    line = Line("L1", Span(1000, 5000), SOURCE, (), "S1",
                translation=Translation(RIGHT, offered, "embedded"))  # fmt: skip
    media = Media("film.mp4", "abc", 10_000, True, 0)
    return Timeline("zh", media, "en", speakers=(Speaker("S1", "Anna"),),
                    lines=(replace(line, **changes),))  # fmt: skip


def directed(run: Run, wish: LineDecision, written: str | None = None, **settings: Any) -> Line:
    profile = Profile().with_values({"translate": settings}).in_variety(written, None)
    return laid_over(run, ProjectState(decisions={"L1": wish}), profile)


def laid_over(run: Run, project: ProjectState, profile: Profile | None = None) -> Line:
    overrides = Overrides(project, profile or Profile(), run.workspace, run.engines)
    return overrides.laid_over(timeline_of()).lines[0]


def test_the_programs_next_candidate_keeps_its_fault_and_its_origin(run: Run) -> None:
    line = timeline_of().lines[0]
    wish = said_otherwise(line, LineDecision(verdict="rejected"),
                          Decisions(schema="dubbing.Decisions/1"))  # fmt: skip
    assert wish is not None
    made = directed(run, wish).translation
    assert made is not None
    assert (made.text, made.flags) == (WRONG, (f"translation: {LOST}",))
    assert (made.candidates[0].origin, made.candidates[0].flags) == ("shorter", (LOST,))
    assert [c.text for c in _worth_trying(made)] == [WRONG]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("他们付了三百万美元，银行没付。", LOST),
        ("They paid 3.5 million dollars, not the bank.", "untranslated"),
        ("他們付了三百五十萬美元，不是銀行付的。", "wrong script"),
        ("他们付了三百五十万美元，不是银行付的。好。", "term: 花旗"),
    ],
)
def test_a_typed_text_is_checked_as_the_programs_own(run: Run, text: str, fault: str) -> None:
    glossary = (Term(source="bank", target="花旗"),) if fault.startswith("term") else ()
    made = directed(run, LineDecision(text=text), glossary=glossary).translation
    assert made is not None
    assert fault in made.candidates[0].flags
    assert f"translation: {fault}" in made.flags
    assert made.candidates[0].origin == "reviewer"


def test_a_typed_text_addresses_people_as_was_asked(run: Run) -> None:
    wish = LineDecision(text="你付了三百五十万美元，不是银行付的。")
    made = directed(run, wish, registers={"all": "formal"}).translation
    assert made is not None
    assert made.candidates[0].flags == ("not formal",)


def test_a_typed_text_without_fault_has_no_flag_and_no_stand_in(run: Run) -> None:
    made = directed(run, LineDecision(text="他们付了三百五十万美元，银行没付。")).translation
    assert made is not None
    assert made.flags == ()
    assert len(_worth_trying(made)) == 1


def test_what_only_the_choice_minds_is_no_flag_and_each_fault_is_one() -> None:
    assert doubts((BREAKS_OFF,)) == ()
    assert doubts((LOST, BREAKS_OFF, "repetitive", LOST)) == (
        f"translation: {LOST}",
        "translation: repetitive",
    )


def test_a_fault_that_is_meant_is_no_flag(run: Run) -> None:
    line = directed(run, LineDecision(text=WRONG, flags_accepted=(LOST, "untranslated")))
    assert line.translation is not None
    assert line.translation.flags == ()
    assert line.translation.candidates[0].flags == ()
    assert line.decision is not None
    assert line.decision.flags_accepted == (LOST,)  # the other is not there to be accepted
    assert [c.text for c in _worth_trying(line.translation)] == [WRONG]


def test_accepting_a_fault_speaks_nothing_anew(run: Run) -> None:
    wish = LineDecision(verdict="accepted", flags_accepted=(LOST,))
    assert wish.asked == ""


def test_a_kept_line_keeps_the_silence_and_gives_it_back(run: Run) -> None:
    accepted = LineDecision(verdict="accepted", text=WRONG, flags_accepted=(LOST,))
    made = replace(directed(run, accepted), flags=("starts late",))
    kept = kept_again(run, made, accepted)
    assert kept.flags == ("starts late",)
    back = kept_again(run, kept, accepted.model_copy(update={"flags_accepted": ()}))
    assert back.flags == (f"translation: {LOST}", "starts late")
    assert back.translation is not None
    assert back.translation.candidates[0].flags == (LOST,)
    again = kept_again(run, back, accepted)
    assert again.flags == ("starts late",)


def kept_again(run: Run, made: Line, wish: LineDecision) -> Line:
    """The line as a later run has it that keeps what was made."""
    with run.workspace.new_file(".json") as path:
        text = timeline_json.dumps(timeline_of().with_lines([made]))
        path.write_text(text, encoding="utf-8")
        artifact = run.workspace.adopt(path)
    return laid_over(run, ProjectState(decisions={"L1": wish}, frozen={"L1": artifact.path}))


def test_the_page_is_given_accepted_faults_apart(run: Run) -> None:
    wish = LineDecision(text=WRONG, flags_accepted=(LOST,))
    assert decision_document(wish) == {"text": WRONG, "flags_accepted": [LOST], "at": ""}
    assert decision_document(LineDecision(note="x")) == {"note": "x", "at": ""}


TAIWAN = "zh-Hant-TW"


def test_a_candidate_in_the_characters_of_taiwan_is_that_candidate(run: Run) -> None:
    shown = as_written(WRONG, TAIWAN)
    assert shown != WRONG
    made = directed(run, LineDecision(text=shown), written=TAIWAN).translation
    assert made is not None
    assert (made.text, made.candidates[0].origin) == (WRONG, "shorter")


def test_a_text_typed_in_the_characters_of_taiwan_is_in_the_right_script(run: Run) -> None:
    typed = "他們付了三百五十萬美元，銀行沒付。"
    made = directed(run, LineDecision(text=typed), written=TAIWAN).translation
    assert made is not None
    assert (made.text, made.flags) == (typed, ())


def test_what_stands_in_after_a_rejection_is_shown_as_taiwan_writes() -> None:
    line, rejected = timeline_of().lines[0], LineDecision(verdict="rejected")
    wish = said_otherwise(line, rejected, Decisions(schema="dubbing.Decisions/1"), TAIWAN)
    assert wish is not None
    assert wish.text == as_written(WRONG, TAIWAN)
