"""What an exported film cannot hold is named, as for the dub itself."""

from pathlib import Path

import pytest
from export_workspace import make_workspace
from typer.testing import CliRunner

from dubbing.cli.main import app
from tests.odd.films import make


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Subtitles, a font and a tag of its own are in it."""
    path = make(tmp_path_factory.mktemp("exports"), "tracks.mkv")
    make_workspace(path)
    return path


def told(film: Path, *arguments: object) -> str:
    asked = ["export", str(film.with_suffix(".dub")), *map(str, arguments)]
    result = CliRunner().invoke(app, [*asked, "--no-credentials"])
    if "No font on this machine" in str(result.exception):
        pytest.skip("no font here")
    assert result.exit_code == 0, result.exception
    return result.output


def test_many_languages_in_a_container_that_holds_less(film: Path, tmp_path: Path) -> None:
    notes = told(film, "--multi", tmp_path / "all.mp4")
    assert "note: .mp4 cannot hold 1 attached file (a.ttf)" in notes
    assert ".mkv can hold more" in notes
    assert "cannot hold" not in told(film, "--multi", tmp_path / "all.mkv")


def test_subtitles_in_the_picture(film: Path, tmp_path: Path) -> None:
    notes = told(film, "--burn-in", tmp_path / "burnt.mkv")
    assert (
        "note: Left out of the film with subtitles in its picture: "
        "2 subtitle tracks (eng srt, deu Signs ssa) and 1 attached file (a.ttf)." in notes
    )
    covered = make(film.parent, "cover_last.mkv")
    make_workspace(covered)
    assert "subtitles in its picture: the cover art." in told(
        covered, "--burn-in", tmp_path / "covered.mp4"
    )
