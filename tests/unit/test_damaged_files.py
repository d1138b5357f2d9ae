"""Files that people or programs may have damaged end in one sentence, whatever is in them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dubbing.cli.main import app
from dubbing.cli.run import line_numbers
from dubbing.diarization.people_file import read_people
from dubbing.errors import BadSettings, DubbingError, UsageError, WorkspaceError
from dubbing.review.decisions_file import read_decisions
from dubbing.review.job_file import KeptJob, keep_job, read_job
from dubbing.settings import Profile, load_profile
from dubbing.timeline import Timeline
from dubbing.timeline_json import loads, to_plain
from dubbing.translation.glossary import read_glossary
from dubbing.voice.casting_file import read_cast
from dubbing.voice.consent import read_unchecked
from dubbing.voice.emotion_overrides import read_override

GOOD = b"threads: 1\n"
DAMAGED = {
    "utf-16": GOOD.decode().encode("utf-16"),
    "latin-1": b"name: caf\xe9\n",
    "binary": bytes(range(256)) * 4,
    "absurd date": b"threads: 2024-13-45\n",
    "many digits": b"threads: " + b"9" * 5000,
    "large number": b"threads: " + b"9" * 300,
    "no number": b"threads: .nan\n",
    "deep list": b"threads: " + b"[" * 5000 + b"]" * 5000,
    "deep mapping": b'{"threads":' * 5000 + b"1" + b"}" * 5000,
    "aliases": b"threads: &a [*a]\n",
    "object": b"threads: !!python/object/apply:os.getpid []\n",
    "key that is a list": b"? [1]\n: 2\n",
    "twice": b"threads: 1\nthreads: 2\n",
    "half character": b'{"threads": "\\ud800"}',
    "list": b"[1]",
    "text": b"hello",
    "open bracket": b"threads: [",
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_profiles(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "own.yaml"
    path.write_bytes(content)
    with pytest.raises(BadSettings) as error:
        load_profile(str(path))
    assert len(str(error.value)) < 400


READERS = {
    "people.json": read_people,
    "casting.json": read_cast,
    "consent.json": lambda root: read_unchecked(root / "consent.json"),
    "reviews/zh.json": lambda root: read_decisions(root, "zh"),
    "jobs/zh.json": lambda root: read_job(root, "zh"),
    "words.txt": lambda root: read_glossary(root / "words.txt"),
}


@pytest.mark.parametrize("name", READERS)
def test_files_of_a_workspace(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    for content in DAMAGED.values():
        path.write_bytes(content)
        try:
            READERS[name](tmp_path)
        except DubbingError as error:
            assert len(str(error)) < 400  # noqa: PT017 - some contents are fine for some files
    path.unlink()
    path.mkdir()
    try:
        READERS[name](tmp_path)
    except DubbingError as error:
        assert str(path) in str(error)  # noqa: PT017


def test_a_document_that_refers_to_what_it_does_not_hold() -> None:
    with pytest.raises(WorkspaceError, match="a face 'F9' that it does not hold"):
        Timeline("zh").face("F9")
    with pytest.raises(WorkspaceError, match="a speaker 'S9' that it does not hold"):
        Timeline("zh").speaker("S9")


@pytest.mark.parametrize(
    "text", ["³", "1-³", "٣", "0", "-1", "1-", "9" * 5000, "1-999999999", "", "1,,2"]
)
def test_lists_of_lines(text: str) -> None:
    with pytest.raises(UsageError):
        line_numbers(text)


@pytest.mark.parametrize("place", ["1:99-2:99", "0:60-1:00", "1:60:00-2:00:00", "³", "1-³", "١"])
def test_places_of_an_emotion(place: str) -> None:
    with pytest.raises(UsageError):
        read_override(f"{place}=sad")
    assert read_override("90:00-91:05.5=sad").span_ms == (5_400_000, 5_465_500)


@pytest.mark.parametrize("command", [("show",), ("speakers",), ("preview",), ("evaluate",)])
def test_a_workspace_of_an_impossible_name(command: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, [*command, "a" * 5000])
    assert isinstance(result.exception, DubbingError | OSError | SystemExit)
    if isinstance(result.exception, OSError):  # becomes one sentence in main()
        assert result.exception.strerror


@pytest.mark.parametrize("name", ["a" * 5000, "x\0y", "/" + "b/" * 3000])
def test_a_received_workspace_names_a_film_that_no_file_can_be(tmp_path: Path, name: str) -> None:
    keep_job(tmp_path, "zh", KeptJob(Path(name), Path("b.mp4"), "dub", Profile()))
    with pytest.raises(WorkspaceError, match="is not there any more"):
        read_job(tmp_path, "zh")


def test_a_timeline_with_a_nul_is_refused() -> None:
    plain = {"schema": "dubbing.Timeline/1", "timeline": to_plain(Timeline("zh"))}
    assert loads(json.dumps(plain)).target_language == "zh"
    plain["timeline"]["output"] = {"path": "x\0y", "n_bytes": 1}
    with pytest.raises(WorkspaceError, match="holds a NUL"):
        loads(json.dumps(plain))
    plain["timeline"]["output"] = {"path": "x\\u0000y", "n_bytes": 1}  # the letters, no NUL
    loads(json.dumps(plain))
