"""Films whose names hold any bytes and are as long as a name can be."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dubbing.errors import UsageError
from dubbing.file_names import MAX_BYTES, shown, stem_of
from dubbing.job import Job, run_job
from dubbing.registry import Engines
from dubbing.settings import load_profile
from dubbing.testing import make_clip
from dubbing.workspace import Workspace, digest, write_text

NAMES = (
    b"bad\xff\xfebyte.mp4",
    b"y" * 251 + b".mp4",
    ("é" * 125 + ".mp4").encode(),
    b"new\nline [red] {}.mp4",
    b"'quotes\"`$(x).mp4",
    b"-o.mp4",
    b"%03d.mp4",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_film_of_any_name_has_a_workspace_and_a_document(tmp_path: Path, name: bytes) -> None:
    film = Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))
    make_clip(tmp_path / "clip.mp4", duration_s=0.5).rename(film)
    timeline = run_job(Job(film, "zh", until="ingest"), load_profile("fast"), Engines(1))
    assert timeline.media is not None
    assert timeline.media.name == shown(film.name)
    (root,) = tmp_path.glob("*.dub")
    root.name.encode()
    assert Workspace(root).latest_timeline("zh").media == timeline.media
    again = run_job(Job(film, "zh", until="ingest"), load_profile("fast"), Engines(1))
    assert [step.reused for step in again.history] == [True]


def test_stems_that_leave_room_and_stay_apart() -> None:
    assert stem_of(Path("film.1.mp4")) == "film.1"
    assert stem_of(Path("片子.mp4")) == "片子"
    long = [stem_of(Path("é" * 120 + end + ".mp4")) for end in "ab"]
    assert long[0] != long[1]
    assert all(len(f"{stem}.pt-br.subtitles.mp4".encode()) < MAX_BYTES for stem in long)
    odd = [stem_of(Path(os.fsdecode(b"a" + byte + b".mp4"))) for byte in (b"\xff", b"\xfe")]
    assert odd[0] != odd[1]
    assert all(stem.startswith("a_~") for stem in odd)


@pytest.mark.parametrize(
    ("output", "words"),
    [(os.fsdecode(b"x\xff.mp4"), "not text in UTF-8"), ("o" * 300 + ".mp4", "longer than 255|too long")],
)  # fmt: skip
def test_outputs_that_cannot_be(tmp_path: Path, output: str, words: str) -> None:
    film = make_clip(tmp_path / "clip.mp4", duration_s=0.5)
    job = Job(film, "zh", output=tmp_path / output, until="ingest")
    with pytest.raises(UsageError, match=words):
        run_job(job, load_profile("fast"), Engines(1))
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]


def test_a_path_that_is_longer_than_any_can_be() -> None:
    with pytest.raises(UsageError, match="no file aaa") as error:
        run_job(Job(Path("a" * 5000), "zh"), load_profile("fast"), Engines(1))
    assert len(str(error.value)) < 300


def test_documents_hold_names_as_json_escapes_them(tmp_path: Path) -> None:
    write_text(tmp_path / "x.json", '"\udcff"')
    assert (tmp_path / "x.json").read_bytes() == b'"\\udcff"'
    assert digest("\udcff") != digest("\udcfe")


PROGRAM = """
import sys
from dubbing.cli import main
def fails(*_): raise {error}
main.app = fails
sys.argv = ["dub", {flag!r}]
main.main()
"""


@pytest.mark.parametrize(
    ("error", "words"),
    [("OSError(36, 'File name too long', 'a' * 999)", "File name too long."),
     ("OSError(28, 'No space left on device')", "The disk is full."),
     ("KeyError('x\\x1b\\udcff\\nsecond line')", "See it with --debug."),
     ("RuntimeError('b' * 9999)", "See it with --debug."),
     ("RecursionError()", "See it with --debug.")],
)  # fmt: skip
def test_what_nobody_foresaw_is_one_sentence(error: str, words: str) -> None:
    for flag in ("show", "--debug"):
        result = subprocess.run(
            [sys.executable, "-c", PROGRAM.format(error=error, flag=flag)],
            capture_output=True,
            env={**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0"},
            check=False,
        )
        assert result.returncode == 1
        assert (b"Traceback" in result.stderr) == (flag == "--debug")
        if flag == "show":
            assert words.encode() in result.stderr
            assert result.stderr.count(b"\n") == 1
            assert len(result.stderr) < 500
