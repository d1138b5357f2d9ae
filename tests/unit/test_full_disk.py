"""A disk that fills up leaves nothing half-written, whichever write it is that fails."""

from __future__ import annotations

import errno
import shutil
from collections import namedtuple
from pathlib import Path
from typing import Any

import c2pa
import numpy as np
import pytest

from dubbing.arrays import Audio
from dubbing.errors import DiskFull
from dubbing.media.ffmpeg import written_whole
from dubbing.media.sound_file import write_sound
from dubbing.outputs import record_output
from dubbing.testing import make_clip
from dubbing.voice.credentials import Claim, label
from dubbing.workspace import Workspace, write_text

FULL = OSError(errno.ENOSPC, "No space left on device")


def fails(*_: object, **__: object) -> Any:
    raise FULL


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "kept.json").write_text("old")
    return tmp_path


def check(folder: Path) -> None:
    """What was there is there, whole, and nothing else."""
    assert {path.name for path in folder.iterdir() if path.is_file()} == {"kept.json"}
    assert (folder / "kept.json").read_text() == "old"


@pytest.mark.parametrize("call", ["pathlib.Path.write_bytes", "os.fsync", "pathlib.Path.replace"])
def test_texts(folder: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    monkeypatch.setattr(call, fails)
    with pytest.raises(DiskFull, match="Free some space"):
        write_text(folder / "kept.json", "new")
    check(folder)


@pytest.mark.parametrize("call", ["os.fsync", "pathlib.Path.replace", "tempfile.mkstemp"])
def test_sound_and_films(folder: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    monkeypatch.setattr(call, fails)
    with pytest.raises(DiskFull):
        write_sound(folder / "sound.wav", Audio(np.zeros((1, 100), np.float32), 16_000))
    with pytest.raises(DiskFull), written_whole(folder / "film.mp4") as film:
        film.write_bytes(b"film")
    check(folder)


@pytest.mark.parametrize("call", ["os.fsync", "pathlib.Path.replace", "pathlib.Path.write_bytes"])
def test_a_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    with Workspace(tmp_path / "film.dub") as workspace:
        monkeypatch.setattr(call, fails)
        with pytest.raises(DiskFull), workspace.new_file(".wav") as path:  # noqa: PT012
            with path.open("wb") as file:
                file.write(b"sound")
            workspace.adopt(path)
            workspace.remember("0" * 64, {"a": 1})  # type: ignore[arg-type]
    kept = [path for path in (tmp_path / "film.dub").rglob("*.*") if path.is_file()]
    assert all(".tmp" not in path.name for path in kept)


def test_records_of_outputs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUBBING_STATE", str(folder / "state"))
    monkeypatch.setattr("os.fsync", fails)
    with pytest.raises(DiskFull):
        record_output(folder / "film.mp4", folder, folder / "kept.json")
    assert not [path for path in (folder / "state").rglob("*") if path.is_file()]


def test_no_film_without_its_label(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What signs it has no word for a full disk; nobody is told to leave the label out then."""
    film = make_clip(tmp_path / "clip.mp4", duration_s=0.5)
    output = tmp_path / "film.mp4"

    def full(*_: object) -> None:
        raise c2pa.C2paError("IO")

    monkeypatch.setattr(c2pa.Builder, "sign_file", full)
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10, 10, 0))
    with pytest.raises(DiskFull, match="full"), written_whole(output) as temporary:  # noqa: PT012
        temporary.write_bytes(film.read_bytes())
        label(temporary, Claim("clip", "en", "zh", "", ()))
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".mp4"] == ["clip.mp4"]
