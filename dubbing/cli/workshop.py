"""Engines and clips for the commands that train and judge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from dubbing.engines.faces import Faces
    from dubbing.training.emotion import Corpus
    from dubbing.training.grid import Clip

Made = TypeVar("Made")
SPEECH, FACES = "kokoro", "mediapipe"


def duration_model() -> Any:
    """The embedded speech engine, whose duration model gives natural lengths."""
    from dubbing.registry import Engines

    return Engines().get("speech", SPEECH)


def face_engine() -> Faces:
    """The embedded face engine."""
    from dubbing.registry import Engines

    engine: Faces = Engines().get("faces", FACES)
    return engine


def voices() -> list[str]:
    """All stock voices of the speech engine, in all its languages."""
    from dubbing.language.languages import SPOKEN

    model = duration_model()
    return sorted({voice.name for code in SPOKEN for voice in model.voices(code)})


def clips_of(folder: Path, without: Sequence[str]) -> list[Clip]:
    """Clips of a prepared folder or a folder of films, but those named in ``without``."""
    from dubbing.training.grid import film_clips, prepared_clips

    if (folder / "lips.npz").is_file():
        return list(prepared_clips(folder, duration_model(), without=without))
    found = film_clips(folder, duration_model(), face_engine())
    return [clip for clip in found if clip.name not in without]


def described_corpus(folder: Path) -> Corpus:
    """Every utterance of a corpus of emotional speech, described; with a bar."""
    from dubbing.training.emotion import read_corpus

    return with_bar("listening", folder, read_corpus)


def with_bar(
    what: str, folder: Path, work: Callable[[Path, Callable[[int, int], None]], Made]
) -> Made:
    """What ``work`` makes of a folder, under a bar that it moves.

    Raises:
        UsageError: if there is no such folder.
    """
    from rich.progress import Progress

    from dubbing.errors import UsageError

    if not folder.is_dir():
        raise UsageError(f"There is no folder {folder}.")
    with Progress(transient=True) as bar:
        task = bar.add_task(what, total=None)
        return work(folder, lambda n, total: bar.update(task, completed=n, total=total))
