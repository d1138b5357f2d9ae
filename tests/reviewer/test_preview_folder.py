"""An earlier preview is replaced; what somebody put beside it is not."""

import shutil
from pathlib import Path

import pytest

from dubbing.errors import OutputExists
from dubbing.reviewer.preview import MARK, Form, _check_free, _mark, page_folder


def preview(folder: Path) -> Path:
    shutil.copytree(page_folder(), folder)
    (folder / "media").mkdir()
    (folder / "media/dub.m4a").write_text("sound")
    (folder / "project.js").write_text("")
    _mark(folder)
    return folder


def test_an_earlier_preview_may_be_replaced(tmp_path: Path) -> None:
    folder = preview(tmp_path / "review")
    _check_free(folder, Form())
    (folder / MARK).write_text("This folder is made by dub preview.\n")  # as it once was
    _check_free(folder, Form())


@pytest.mark.parametrize("name", ["review.json", "media/mine.wav", "notes/a.txt", "empty/"])
@pytest.mark.parametrize("replace", [False, True])
def test_a_review_that_was_saved_in_it_is_kept(tmp_path: Path, name: str, replace: bool) -> None:
    folder = preview(tmp_path / "review")
    if name.endswith("/"):
        (folder / name).mkdir()
    else:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("mine")
    with pytest.raises(OutputExists, match=name.rstrip("/")):
        _check_free(folder, Form(replace=replace))


def test_a_folder_that_is_no_preview_is_not_removed_with_force_either(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    _check_free(tmp_path / "project", Form())
    (tmp_path / "project/film.mp4").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "project")
    for place in ("project", "link"):
        for kind in ("folder", "zip", "html"):
            with pytest.raises(OutputExists):
                _check_free(tmp_path / place, Form(kind=kind, replace=True))
