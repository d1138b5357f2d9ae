import json
import multiprocessing
from pathlib import Path

import pytest

from dubbing.errors import UsageError, WorkspaceError
from dubbing.temporary import new_temporary, new_temporary_folder
from dubbing.timeline import Artifact
from dubbing.workspace import Workspace, digest
from dubbing.workspace_marker import check_existing


def test_an_artifact_is_named_by_its_content_and_found_again(tmp_path: Path) -> None:
    with Workspace(tmp_path / "w") as workspace:
        with workspace.new_file(".wav") as temporary:
            temporary.write_bytes(b"sound")
            artifact = workspace.adopt(temporary)
        assert workspace.path(artifact).read_bytes() == b"sound"
        assert artifact.path.endswith(f"{artifact.sha256}.wav")
        assert workspace.holds(artifact)
        workspace.path(artifact).write_bytes(b"soun")
        assert not workspace.holds(artifact)


def test_a_path_that_leads_outside_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="outside"):
        Workspace(tmp_path).path(Artifact("../../etc/passwd", "", 0))


def test_an_unfinished_file_is_removed_also_after_a_crash(tmp_path: Path) -> None:
    with Workspace(tmp_path) as workspace:
        with workspace.new_file(".wav") as temporary:
            temporary.write_bytes(b"half")
        assert not temporary.exists()
        crashed = [new_temporary(tmp_path / "artifacts", ".wav"), new_temporary(tmp_path)]
        shut = new_temporary(tmp_path / "artifacts", ".no suffix")
    with Workspace(tmp_path):
        assert not any(path.exists() for path in (*crashed, shut))


def test_nothing_but_our_own_temporaries_is_swept(tmp_path: Path) -> None:
    root, others = tmp_path / "w", tmp_path / "others"
    others.mkdir()
    with Workspace(root):
        pass
    (root / "artifacts/sub").mkdir(parents=True)
    kept = [root / name for name in (".env.tmpl", "artifacts/.x.tmp", "artifacts/sub/.dubbing.tmp",
            "artifacts/.abcdefgh.tmp.wav", "artifacts/.dubbing-abcdefgh.tmp.tar.gz")]  # fmt: skip
    kept.append(new_temporary(others))
    for path in kept:
        path.write_text("mine")
    new_temporary_folder(root / "artifacts")
    linked = root / "artifacts" / ".dubbing-abcdefgh.tmp"
    linked.symlink_to(kept[0])
    (root / "mine").mkdir()
    kept.append(new_temporary(root / "mine"))
    with Workspace(root):
        assert all(path.exists() for path in (*kept, linked))
        assert len(list((root / "artifacts").glob(".dubbing-*.tmp"))) == 2, "a folder and a link"


def folder_with(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("{}")
    return root


@pytest.mark.parametrize(
    "names", [["notes.txt"], [".git/config"], ["artifacts/x", "lock", "notes.txt"],
              ["outputs/film.mp4"], ["workspace.json", "notes.txt"]]
)  # fmt: skip
def test_a_folder_of_the_users_is_not_taken_for_a_workspace(
    tmp_path: Path, names: list[str]
) -> None:
    folder_with(tmp_path, *names)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UsageError, match="is not a workspace"), Workspace(tmp_path):
        pass
    with pytest.raises(UsageError, match="is not a workspace"):
        check_existing(tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "names", [[], [".DS_Store", "lost+found/x"], ["lock"], ["lock", "memo/ab/cd.json"],
              ["timelines/zh/02-transcribe.json", "notes.txt"]]
)  # fmt: skip
def test_empty_folders_and_workspaces_of_before_the_marker_are_taken(
    tmp_path: Path, names: list[str]
) -> None:
    with Workspace(folder_with(tmp_path / "w", *names)):
        pass
    folder_with(tmp_path / "w", "notes.txt")
    with Workspace(tmp_path / "w"):
        pass


@pytest.mark.parametrize("name", ["artifacts", "timelines/zh", "reports/zh", "lock", "jobs"])
def test_a_received_workspace_cannot_lead_elsewhere(tmp_path: Path, name: str) -> None:
    """A link in place of a folder would have us write through it."""
    mine = folder_with(tmp_path / "mine", "02-transcribe.json")
    with Workspace(tmp_path / "w"):
        pass
    link = tmp_path / "w" / name
    link.unlink(missing_ok=True)
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(mine)
    with pytest.raises(UsageError, match="is a link"), Workspace(tmp_path / "w"):
        pass
    (tmp_path / "linked").symlink_to(tmp_path / "w2")
    (tmp_path / "w2").mkdir()
    with Workspace(tmp_path / "linked"):
        pass


def test_results_are_remembered_and_damaged_ones_forgotten(tmp_path: Path) -> None:
    with Workspace(tmp_path) as workspace:
        key = digest({"b": 1, "a": [2]})
        assert workspace.recall(key) is None
        workspace.remember(key, {"x": "中"})
        assert workspace.recall(key) == {"x": "中"}
        (tmp_path / "memo" / key[:2] / f"{key}.json").write_text('{"x": ')
        assert workspace.recall(key) is None


def test_the_key_does_not_depend_on_the_order_of_a_mapping() -> None:
    assert digest({"a": 1, "b": 2}) == digest(json.loads('{"b": 2, "a": 1}'))


def hold(path: str, ready, done) -> None:
    with Workspace(Path(path)):
        ready.set()
        done.wait(20)


def test_two_runs_cannot_share_a_workspace(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    ready, done = context.Event(), context.Event()
    other = context.Process(target=hold, args=(str(tmp_path), ready, done))
    other.start()
    try:
        assert ready.wait(20)
        with pytest.raises(WorkspaceError, match="Another run"), Workspace(tmp_path):
            pass
    finally:
        done.set()
        other.join()
