import json
import multiprocessing
from pathlib import Path

import pytest

from dubbing.errors import WorkspaceError
from dubbing.timeline import Artifact
from dubbing.workspace import Workspace, digest


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
        crashed = tmp_path / "artifacts" / ".abc.tmp.wav"
        crashed.write_bytes(b"half")
    with Workspace(tmp_path):
        assert not crashed.exists()


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
