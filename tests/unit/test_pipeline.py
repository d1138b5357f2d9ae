from dataclasses import replace
from pathlib import Path

import pytest

from dubbing.errors import BadSettings, NoSpeech, StageFailed, UsageError
from dubbing.pipeline import Run, load_stages, run_stages, stage
from dubbing.settings import Profile, load_recipe
from dubbing.timeline import Line, Span, Timeline
from dubbing.workspace import Workspace

calls: list[str] = []


@stage(reads=(), writes=("lines",), version=1, outside=("source",))
def transcribe(timeline, run, settings):
    calls.append("transcribe")
    return timeline.with_lines([Line("a", Span(0, 100), "hello", ())])


@stage(reads=("lines.text", "target_language"), writes=("lines.flags",), version=1)
def translate(timeline, run, settings):
    calls.append("translate")
    return timeline.with_lines(
        replace(line, flags=(timeline.target_language,)) for line in timeline.lines
    )


def go(folder: Path, source: Path, target: str = "zh", *, profile=None, **options) -> Timeline:
    calls.clear()
    with Workspace(folder) as workspace:
        run = Run(workspace, source)
        return run_stages(
            (transcribe, translate), Timeline(target), run, profile or Profile(), **options
        )


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"film")
    return path


def test_a_second_run_computes_nothing_and_gives_the_same(tmp_path: Path, film: Path) -> None:
    first = go(tmp_path / "w", film)
    assert calls == ["transcribe", "translate"]
    second = go(tmp_path / "w", film)
    assert calls == []
    assert second.lines == first.lines
    assert all(step.reused for step in second.history)


def test_a_second_language_reuses_the_analysis(tmp_path: Path, film: Path) -> None:
    go(tmp_path / "w", film)
    spanish = go(tmp_path / "w", film, "es")
    assert calls == ["translate"]
    assert spanish.lines[0].flags == ("es",)


def test_a_changed_setting_reruns_its_stage_and_no_other(tmp_path: Path, film: Path) -> None:
    go(tmp_path / "w", film)
    changed = Profile().with_values({"translate": {"beam_size": 2}})
    go(tmp_path / "w", film, profile=changed)
    assert calls == ["translate"]


def test_a_changed_film_reruns_everything(tmp_path: Path, film: Path) -> None:
    go(tmp_path / "w", film)
    film.write_bytes(b"another")
    go(tmp_path / "w", film)
    assert "transcribe" in calls


def test_from_a_stage_on_everything_is_made_anew(tmp_path: Path, film: Path) -> None:
    go(tmp_path / "w", film)
    go(tmp_path / "w", film, fresh_from="translate")
    assert calls == ["translate"]


def test_what_cannot_be_is_refused_as_soon_as_it_is_known(tmp_path: Path, film: Path) -> None:
    def never(timeline, run, settings):
        raise UsageError(f"Nothing fits {timeline.lines[0].text}.")

    def faces(timeline, run, settings):
        calls.append("faces")
        return timeline

    def speak(timeline, run, settings):
        calls.append("translate")
        return timeline

    slow = stage(reads=("lines",), writes=(), version=1)(faces)
    late = replace(translate, function=speak, early=("transcribe", never))
    calls.clear()
    with Workspace(tmp_path / "w") as workspace, pytest.raises(UsageError, match="fits hello"):
        run_stages((transcribe, slow, late), Timeline("zh"), Run(workspace, film), Profile())
    assert calls == ["transcribe"]


def test_a_known_failure_passes_and_an_unknown_one_names_the_stage(
    tmp_path: Path, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(timeline, run, settings):
        raise NoSpeech("Nobody speaks.")

    def broken(timeline, run, settings):
        raise ZeroDivisionError("oops")

    for function, error, words in (
        (nobody, NoSpeech, "Nobody"),
        (broken, StageFailed, "'bad'.*oops"),
    ):
        bad = replace(translate, name="translate", function=function)
        with Workspace(tmp_path / "w") as workspace:
            bad = replace(bad, name="translate")
            with pytest.raises(error, match=words.replace("'bad'", "'translate'")):
                run_stages((transcribe, bad), Timeline("zh"), Run(workspace, film), Profile())


def test_the_shipped_recipe_is_in_order() -> None:
    names = load_recipe("dub")
    assert [item.name for item in load_stages(names)] == list(names)


def test_a_recipe_in_the_wrong_order_is_refused_in_words() -> None:
    with pytest.raises(BadSettings, match=r"'translate' needs source_language"):
        load_stages(["ingest", "translate"])
    with pytest.raises(BadSettings, match="no stage 'dance'"):
        load_stages(["ingest", "dance"])


@pytest.mark.parametrize("name", ["voice_samples", "line_asking", "__init__", "", "..job", "a.b"])
def test_a_module_that_is_no_stage_is_refused_in_words(name: str) -> None:
    with pytest.raises(BadSettings, match=f"no stage '{name}'"):
        load_stages(["ingest", name])
