"""A damaged workspace is mended by the next run, and read by nobody as if it were whole."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dubbing import timeline_json
from dubbing.cli.show import finished
from dubbing.errors import WorkspaceError
from dubbing.pipeline import Run, run_stages, stage
from dubbing.progress import Event
from dubbing.settings import Profile
from dubbing.timeline import Media, Timeline
from dubbing.voice import consent, ledger
from dubbing.voice.casting_file import read_cast
from dubbing.workspace import Workspace

SOUND = b"a sound of some length"
calls: list[str] = []


@stage(reads=(), writes=("media",), version=1, outside=("source",))
def ingest(timeline, run, settings):
    calls.append("ingest")
    with run.workspace.new_file(".wav") as path:
        path.write_bytes(SOUND)
        sound = run.workspace.adopt(path)
    return replace(timeline, media=Media("film", "0", 1000, False, 0, sound=sound))


@stage(reads=("media",), writes=("sound_offset_ms",), version=1)
def faces(timeline, run, settings):
    calls.append("faces")
    size = len(run.workspace.path(timeline.media.sound).read_bytes())
    return replace(timeline, sound_offset_ms=size)


events: list[Event] = []


def go(folder: Path) -> Timeline:
    calls.clear()
    events.clear()
    film = folder / "film"
    film.write_bytes(b"film")
    with Workspace(folder / "w") as workspace:
        run = Run(workspace, film, listener=events.append)
        return run_stages((ingest, faces), Timeline("zh"), run, Profile())


def artifact(folder: Path) -> Path:
    (path,) = (folder / "w" / "artifacts").rglob("*.wav")
    return path


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def memo_of_stage(folder: Path, name: str) -> Path:
    return next(p for p in (folder / "w" / "memo").rglob("*.json") if f'"{name}"' in p.read_text())


@pytest.mark.parametrize(
    "damage", [flip, Path.unlink, lambda p: p.write_bytes(b""), lambda p: p.write_bytes(SOUND * 2)]
)
def test_a_damaged_artifact_is_made_again_by_its_stage_alone(
    tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    first = go(tmp_path)
    damage(artifact(tmp_path))
    second = go(tmp_path)
    assert calls == ["ingest"]
    assert artifact(tmp_path).read_bytes() == SOUND
    assert second.media == first.media
    assert [e.message for e in events if e.kind == "note"] == [
        "A file of the stage 'ingest' is damaged or gone; it is made again."
    ]
    go(tmp_path)
    assert calls == []


def test_nobody_reads_a_damaged_artifact(tmp_path: Path) -> None:
    timeline = go(tmp_path)
    assert timeline.media is not None
    assert timeline.media.sound is not None
    workspace = Workspace(tmp_path / "w")
    assert workspace.path(timeline.media.sound).read_bytes() == SOUND
    flip(artifact(tmp_path))
    assert not workspace.holds(timeline.media.sound)
    with pytest.raises(WorkspaceError, match=r"damaged.*Run the dub command again"):
        workspace.path(timeline.media.sound)


DAMAGES = [
    "",
    "[]",
    "null",
    "{",
    '{"value": {}}',
    '{"value": 3, "sha256": "0"}',
    '{"value": {"media": null, "sound_offset_ms": 1}, "sha256": "0"}',
    "[" * 200_000,
    '{"value": ' + "[" * 900 + "]" * 900 + ', "sha256": "0"}',
]


@pytest.mark.parametrize("text", DAMAGES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_damaged_memo_is_made_again(tmp_path: Path, text: str, encoding: str) -> None:
    first = go(tmp_path)
    for path in (tmp_path / "w" / "memo").rglob("*.json"):
        path.write_bytes(text.encode(encoding))
    second = go(tmp_path)
    assert calls == ["ingest", "faces"]
    assert replace(second, history=()) == replace(first, history=())


@pytest.mark.parametrize(
    "value", [[], {}, {"media": 3}, {"media": {"name": 1}}, "x", {"media": []}]
)
def test_a_forged_memo_of_a_stage_is_made_again(tmp_path: Path, value: object) -> None:
    first = go(tmp_path)
    workspace = Workspace(tmp_path / "w")
    key = memo_of_stage(tmp_path, "media").stem
    workspace.remember(key, value)  # type: ignore[arg-type]
    assert go(tmp_path).media == first.media
    assert calls == ["ingest"]


def test_a_timeline_in_a_memo_of_another_shape_than_its_digest_says_is_not_used(
    tmp_path: Path,
) -> None:
    go(tmp_path)
    path = memo_of_stage(tmp_path, "sound_offset_ms")
    kept = json.loads(path.read_text())
    kept["value"]["sound_offset_ms"] = 5
    path.write_text(json.dumps(kept))
    assert go(tmp_path).sound_offset_ms == len(SOUND)


def broken_timelines() -> list[bytes]:
    whole = timeline_json.dumps(Timeline("zh"))
    deep = json.dumps({"schema": "dubbing.Timeline/1", "timeline": "@"})
    return [
        b"",
        b"[]",
        whole[:-20].encode(),
        whole.encode("utf-16"),
        b"\xff\xfe\xfd",
        whole.replace("Timeline/1", "Timeline/0").encode(),
        whole.replace("Timeline/1", "Timeline/9").encode(),
        whole.replace("Timeline/1", "Timeline/\u00b3").encode(),
        whole.replace("Timeline/1", f"Timeline/{'9' * 5000}").encode(),
        deep.replace('"@"', "[" * 200_000).encode(),
        deep.replace('"@"', '{"lines": ' + "[" * 900 + "]" * 900 + "}").encode(),
        deep.encode(),
    ]


@pytest.mark.parametrize("content", broken_timelines(), ids=lambda content: content[:40].hex())
def test_a_damaged_timeline_is_named_in_a_sentence_and_the_next_run_writes_it(
    tmp_path: Path, content: bytes
) -> None:
    go(tmp_path)
    saved = sorted((tmp_path / "w" / "timelines" / "zh").glob("*.json"))
    saved[-1].write_bytes(content)
    with pytest.raises(WorkspaceError) as refused:
        Workspace(tmp_path / "w").latest_timeline("zh")
    assert saved[-1].name in str(refused.value)
    assert "dub" in refused.value.hint
    with pytest.raises(WorkspaceError):
        finished(tmp_path / "w", "zh")
    go(tmp_path)
    assert Workspace(tmp_path / "w").latest_timeline("zh").sound_offset_ms == len(SOUND)


@pytest.mark.parametrize("content", [b"[" * 200_000, "[]".encode("utf-16"), b"\xff", b"{"])
def test_other_files_of_a_project_are_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    from dubbing.errors import DubbingError

    for name, read in (
        ("consent.json", lambda path: consent.load(path, "film")),
        ("casting.json", lambda path: read_cast(path.parent)),
        ("ledger.jsonl", ledger.read),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(DubbingError, match=name):
            read(path)
