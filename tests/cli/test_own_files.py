"""What is the user's stays as it is: files in a folder that is no workspace, and beside the output."""

from pathlib import Path

from dubbing.temporary import new_temporary, owner_of
from dubbing.testing import make_clip
from tests.conftest import dub


def test_a_project_of_the_users_is_no_workspace(tmp_path: Path) -> None:
    film = make_clip(tmp_path / "film.mp4")
    project = tmp_path / "project"
    (project / "sub/.git").mkdir(parents=True)
    mine = [project / name for name in (".env.tmpl", "sub/.config.tmp", "sub/.git/.x.tmp2")]
    for path in mine:
        path.write_text("mine")
    result = dub(film, "--to", "es", "--until", "ingest", "--workspace", project)
    assert result.returncode == 2
    assert "is not a workspace" in result.stderr
    for command in (["show", project], ["speakers", project], ["voices", "use", "af_heart", project,
                    "--speaker", "S1"], ["apply", project]):  # fmt: skip
        result = dub(*command)
        assert (result.returncode, "is not a workspace" in result.stderr) == (2, True), command
    assert sorted(path for path in project.rglob("*") if path.is_file()) == sorted(mine)


def test_a_killed_run_leaves_nothing_beside_the_output(tmp_path: Path) -> None:
    """The next run sweeps its own half-written dub, and no other's."""
    film = make_clip(tmp_path / "film.mp4")
    workspace, out = tmp_path / "w.dub", tmp_path / "out"
    out.mkdir()
    ours = new_temporary(out, ".mp4", owner_of(workspace))
    others = [new_temporary(out, ".mp4", owner_of(tmp_path / "x.dub")), new_temporary(out, ".mp4")]
    others.append(out / ".film-abcdefgh.tmp.mp4")
    others[-1].write_text("mine")
    result = dub(film, "--to", "es", "--until", "ingest", "--workspace", workspace, "-o",
                 out / "film.mp4")  # fmt: skip
    assert result.returncode == 0, result.stderr
    assert not ours.exists()
    assert all(path.exists() for path in others)
