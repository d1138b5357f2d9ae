"""One way for all commands to another ffmpeg: option, variable, profile, that of the workspace's dub."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from dubbing.cli.main import app
from dubbing.errors import BadSettings, WorkspaceError
from dubbing.media import ffmpeg_check
from dubbing.media.ffmpeg_choice import (
    OPTION,
    VARIABLE,
    WORKSPACE,
    Ffmpeg,
    asked_for_ffmpeg,
    current_ffmpeg,
    packaged_ffmpeg,
    preferred_ffmpeg,
)
from dubbing.review.job_file import KeptJob, keep_job, read_job
from dubbing.settings import Profile
from tests.exports.export_workspace import make_film, make_workspace


@pytest.fixture(autouse=True)
def _at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUBBING_HOME", str(tmp_path / "home"))
    monkeypatch.delenv(VARIABLE, raising=False)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = make_film(tmp_path / "film.mp4", "25", 4.0)
    make_workspace(path, ("zh",))
    return path


def logging_ffmpeg(path: Path) -> Path:
    """A real ffmpeg that writes down how it was called, one that a user might have built."""
    log = path.with_suffix(".log")
    path.write_text(
        f'#!/bin/sh\necho "$@" >> "{log}"\nexec "{packaged_ffmpeg().path}" "$@"\n', encoding="utf-8"
    )
    path.chmod(0o755)
    return path


def calls(ffmpeg: Path) -> int:
    """How often it encoded, decoded or measured something."""
    log = ffmpeg.with_suffix(".log")
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return sum(line != "-version" for line in lines)


def remember(ffmpeg: Path) -> None:
    """Note it as tried out, as its first use does."""
    with preferred_ffmpeg(str(ffmpeg)):
        known = asked_for_ffmpeg()
    assert known is not None
    ffmpeg_check._keep(known, (ffmpeg_check.Verdict("everything"),))
    ffmpeg.with_suffix(".log").unlink()


def dubbed_with(film: Path, ffmpeg: Path | str) -> Path:
    """The film's workspace, as a dub with a profile that names this ffmpeg leaves it."""
    root = film.with_suffix(".dub")
    profile = Profile(ffmpeg=str(ffmpeg))
    keep_job(root, "zh", KeptJob(film, film.with_name("film.zh.mp4"), "dub", profile))
    return root


def invoke(*arguments: object) -> Any:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def commands(group: Any, name: str = "dub") -> Iterator[tuple[str, Any]]:
    below = getattr(group, "commands", None)
    if below is None:
        yield name, group
    for word, command in (below or {}).items():
        yield from commands(command, f"{name} {word}")


def test_every_command_takes_the_option_and_says_so() -> None:
    found = dict(commands(get_command(app)))
    assert len(found) > 25
    for name, command in found.items():
        options = [one for one in command.params if OPTION in one.opts]
        assert len(options) == 1, name
        assert options[0].envvar == VARIABLE, name
    said = " ".join(invoke("verify", "--help").output.replace("│", " ").split())
    assert "Another ffmpeg than the packaged one" in said
    assert f"[env var: {VARIABLE}]" in said


def test_a_command_without_a_workspace_uses_the_named_one(film: Path, tmp_path: Path) -> None:
    ffmpeg = logging_ffmpeg(tmp_path / "other")
    remember(ffmpeg)
    assert invoke("verify", film, OPTION, ffmpeg).exit_code == 0
    assert calls(ffmpeg) > 0
    assert current_ffmpeg().origin == "packaged"


def test_the_option_outranks_the_variable_and_is_named_in_refusals(
    film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "/nowhere/variable")
    by_option = invoke("verify", film, OPTION, "/nowhere/option").exception
    by_variable = invoke("verify", film).exception
    assert isinstance(by_option, BadSettings)
    assert "'/nowhere/option' that --ffmpeg names" in by_option.message
    assert isinstance(by_variable, BadSettings)
    assert f"'/nowhere/variable' that {VARIABLE} names" in by_variable.message


def test_an_export_uses_the_ffmpeg_that_its_dub_was_made_with(film: Path, tmp_path: Path) -> None:
    ffmpeg = logging_ffmpeg(tmp_path / "other")
    remember(ffmpeg)
    root = dubbed_with(film, ffmpeg)
    done = invoke("export", root, "--multi", tmp_path / "all.mkv")
    assert done.exit_code == 0, done.output
    assert calls(ffmpeg) > 0
    assert current_ffmpeg().origin == "packaged"


def test_a_command_line_outranks_the_dubs_ffmpeg(film: Path, tmp_path: Path) -> None:
    kept, named = logging_ffmpeg(tmp_path / "kept"), logging_ffmpeg(tmp_path / "named")
    for ffmpeg in (kept, named):
        remember(ffmpeg)
    root = dubbed_with(film, kept)
    done = invoke("export", root, "--multi", tmp_path / "all.mkv", OPTION, named)
    assert done.exit_code == 0, done.output
    assert (calls(kept), calls(named) > 0) == (0, True)


def test_a_strangers_workspace_has_no_program_run_not_even_to_ask_its_version(
    film: Path, tmp_path: Path
) -> None:
    planted = logging_ffmpeg(tmp_path / "planted")
    root = dubbed_with(film, planted)
    refused = invoke("export", root, "--multi", tmp_path / "all.mkv").exception
    assert isinstance(refused, BadSettings)
    assert "never used here" in refused.message
    assert OPTION in refused.hint
    with pytest.raises(WorkspaceError, match="never used here"):
        read_job(root, "zh")
    with preferred_ffmpeg(str(planted), WORKSPACE), pytest.raises(BadSettings):
        current_ffmpeg()
    assert not planted.with_suffix(".log").exists()


def test_what_needs_no_ffmpeg_is_shown_whatever_a_workspace_names(film: Path) -> None:
    assert invoke("show", dubbed_with(film, "/nowhere/ffmpeg")).exit_code == 0


def test_a_file_that_was_exchanged_counts_as_never_used(tmp_path: Path) -> None:
    ffmpeg = logging_ffmpeg(tmp_path / "other")
    remember(ffmpeg)
    assert ffmpeg_check.was_tried(ffmpeg)
    ffmpeg.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    assert not ffmpeg_check.was_tried(ffmpeg)
    assert not ffmpeg_check.passed_before(Ffmpeg(str(ffmpeg), "7", "0" * 64, WORKSPACE))
