"""An output is replaced only where path, size and bytes are those of what was written for its maker."""

from pathlib import Path

import pytest

from dubbing.errors import OutputExists, UsageError
from dubbing.homes import state_home
from dubbing.outputs import check_output, output_of_kept, record_output


def written(path: Path, maker: Path, text: str = "dub") -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    record_output(path, maker, path)
    return path


def test_what_was_written_may_be_replaced_and_nothing_else(tmp_path: Path) -> None:
    maker = tmp_path / "film.dub"
    ours = written(tmp_path / "a/dub.mkv", maker)
    check_output(ours, maker)
    check_output(tmp_path / "a/none.mkv", maker)
    other = tmp_path / "b/dub.mkv"
    other.parent.mkdir()
    other.write_text("dub")
    with pytest.raises(OutputExists, match="is there already"):
        check_output(other, maker)  # the same name and the same bytes, elsewhere
    with pytest.raises(OutputExists):
        check_output(ours, tmp_path / "other.dub")
    ours.write_text("duB")  # the same size
    with pytest.raises(OutputExists):
        check_output(ours, maker)


def test_a_link_is_never_ours(tmp_path: Path) -> None:
    maker = tmp_path / "film.dub"
    ours = written(tmp_path / "dub.mkv", maker)
    ours.rename(tmp_path / "moved.mkv")
    ours.symlink_to(tmp_path / "moved.mkv")
    with pytest.raises(OutputExists):
        check_output(ours, maker)
    (tmp_path / "moved.mkv").unlink()
    with pytest.raises(OutputExists):
        check_output(ours, maker)


def test_a_killed_run_may_leave_the_version_before(tmp_path: Path) -> None:
    """It is recorded before it takes its place."""
    maker, new = tmp_path / "film.dub", tmp_path / "new"
    ours = written(tmp_path / "dub.mkv", maker)
    new.write_text("new")
    record_output(ours, maker, new)
    check_output(ours, maker)
    new.replace(ours)
    check_output(ours, maker)


def test_a_permit_in_a_received_workspace_counts_for_nothing(tmp_path: Path) -> None:
    root, precious = tmp_path / "got/film.dub", tmp_path / "home/precious.mkv"
    (root / "outputs").mkdir(parents=True)
    (root / "outputs/precious.mkv").touch()
    precious.parent.mkdir()
    precious.write_text("mine")
    for kept in (precious, precious.with_name("new.mkv"), root / "../../home/precious.mkv"):
        with pytest.raises(UsageError, match="-o FILE"):
            output_of_kept(root, kept, None)
    beside = root.with_name("film.es.mkv")
    assert output_of_kept(root, beside, None) == beside
    assert output_of_kept(root, precious, tmp_path / "named.mkv") == tmp_path / "named.mkv"
    with pytest.raises(OutputExists):
        check_output(precious, root)


def test_where_this_user_dubbed_to_a_review_writes_again(tmp_path: Path) -> None:
    root = tmp_path / "work/film.dub"
    kept = written(tmp_path / "out/film.es.mkv", root)
    assert output_of_kept(root, kept, None) == kept
    kept.unlink()
    assert output_of_kept(root, kept, None) == kept


def test_a_damaged_record_permits_nothing(tmp_path: Path) -> None:
    maker = tmp_path / "film.dub"
    ours = written(tmp_path / "dub.mkv", maker)
    for record in (state_home() / "outputs").glob("*.json"):
        record.write_text("[1]")
    with pytest.raises(OutputExists):
        check_output(ours, maker)
