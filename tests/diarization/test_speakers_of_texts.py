"""The stage that says who people are takes their names from a person's text."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dubbing.engines.translation import SpokenBy
from dubbing.job import _hints
from dubbing.pipeline import Run
from dubbing.progress import Event
from dubbing.project.state import ProjectState
from dubbing.settings import Profile, SpeakersSettings
from dubbing.stages import speakers as stage
from dubbing.timeline import Line, Media, Span, Speaker, Timeline
from dubbing.workspace import Workspace


def film(told: str) -> Timeline:
    lines = tuple(
        Line(f"L{n}", Span(n * 2000, n * 2000 + 1000), "x", (), f"S{voice}")
        for n, voice in enumerate(told, start=1)
    )
    return Timeline("es", Media("film.mp4", "abc", 60_000, True, 0), "en", lines=lines)


def hints(names: str) -> tuple[SpokenBy, ...]:
    said = {"A": "Anna", "B": "Ben"}
    return tuple(
        SpokenBy(name=said[name], start_ms=n * 2000, end_ms=n * 2000 + 1100)
        for n, name in enumerate(names, start=1)
        if name in said
    )


class NoEngines:
    def get(self, *_: object) -> None: ...


@pytest.fixture
def heard() -> list[str]:
    return []


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, heard: list[str]) -> Run:
    """A run in which voices are not listened to."""

    def listen(event: Event) -> None:
        heard.append(event.message)

    monkeypatch.setattr(stage, "_embed_lines", lambda *_: np.zeros((1, 1), np.float32))
    monkeypatch.setattr(stage, "_described", lambda *args: (Speaker(args[-1], args[-1]), []))
    monkeypatch.setattr(stage, "_with_reference", lambda person, _, **__: person)
    workspace = Workspace(tmp_path / "film.dub")
    engines: Any = NoEngines()
    return Run(workspace, tmp_path / "film.mp4", engines=engines, listener=listen)


def told(run: Run, voices: str, text: str, **settings: Any) -> tuple[dict[str, str], str]:
    run = replace(run, project=ProjectState(hints=hints(text), **settings))
    made = stage.speakers.function(film(voices), run, SpeakersSettings(use_faces=False))
    people = {person.id: person.name for person in made.speakers}
    return people, "".join(line.speaker[1] for line in made.lines)


def test_people_are_called_as_the_text_has_it(run: Run, heard: list[str]) -> None:
    assert told(run, "1212", "ABAB") == ({"S1": "Anna", "S2": "Ben"}, "1212")
    assert heard == ["As the text has it, S1 is Anna, S2 is Ben."]


def test_a_name_that_a_person_gave_counts_more(run: Run) -> None:
    people, _ = told(run, "1212", "ABAB", names={"S1": "Alice"})
    assert people == {"S1": "Alice", "S2": "Ben"}


def test_one_line_that_all_the_others_contradict_changes_hands(run: Run) -> None:
    _, voices = told(run, "1212121212121", "ABABABABABABB")
    assert voices == "1212121212122"


def test_a_text_that_does_not_fit_the_voices_changes_nothing(run: Run) -> None:
    assert told(run, "1212", "AABB") == ({"S1": "S1", "S2": "S2"}, "1212")


def test_the_job_reads_the_names_from_the_text(tmp_path: Path) -> None:
    text = tmp_path / "a.srt"
    text.write_text("1\n00:00:01,000 --> 00:00:02,000\nANNA: ¿Dónde estás?\n", encoding="utf-8")
    values = {"translate": {"engine": "file", "model": str(text)}}
    assert _hints(Profile().with_values(values), "es") == (SpokenBy("Anna", 1000, 2000),)
    assert _hints(Profile(), "es") == ()
