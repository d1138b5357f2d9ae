"""A project folder on disk.

    movie.dub/
    ├── workspace.json           says that this folder is ours (see :mod:`dubbing.workspace_marker`)
    ├── lock                     held while a run works here
    ├── artifacts/3f/3fa9….wav   sound and other big things, named by their content
    ├── memo/9c/9c41….json       what was computed, by the hash of everything it depends on
    └── timelines/zh/02-transcribe.json   the document after each stage, to read

Every file is written under a temporary name, flushed to disk and renamed, so a file that is there
is whole, whatever happened. "The file exists" is never taken as proof that a result is current: the
key of a result is the hash of all that went into it.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from dubbing import timeline_json
from dubbing.content_hash import content_sha256, know_sha256
from dubbing.errors import DiskFull, DubbingError, UsageError, WorkspaceError
from dubbing.json_text import parsed
from dubbing.temporary import new_temporary, replacing, sweep, sweep_here
from dubbing.timeline import Artifact, Timeline
from dubbing.workspace_marker import FOLDERS, MARKER, check_workspace, marker_text

if TYPE_CHECKING:
    from dubbing.memo_keys import MemoKey

BLOCK_BYTES = 1 << 20
MIXED = ("mix", "mux", "report", "review")
"""Stages after which a document has its finished sound."""
MAKE_TIMELINE = "Run the dub command again: it is written anew from what is finished."
DISK_FULL_CODES = (errno.ENOSPC, errno.EDQUOT)


def digest(value: Any) -> str:
    """SHA-256 of a JSON value in canonical form (sorted keys, no spaces)."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, read in blocks."""
    sha = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            sha.update(block)
    return sha.hexdigest()


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn what the operating system says about writing to ``path`` into one clear sentence."""
    try:
        yield
    except OSError as error:
        raise explain_os_error(error, path) from error


def explain_os_error(error: OSError, path: Path) -> DubbingError:
    """The sentence for a failed write."""
    if error.errno in DISK_FULL_CODES:
        return DiskFull(
            f"The disk of {path} is full.", hint="Free some space and run the same command again."
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return UsageError(
            f"{path} cannot be written ({os.strerror(error.errno)}).",
            hint="Choose another place with --output and --workspace.",
        )
    return WorkspaceError(f"{path} cannot be written: {error.strerror or error}.")


def write_text(path: Path, text: str) -> None:
    """Write a whole text file or none at all.

    Bytes of a file's name that are not text are written as JSON escapes them.
    """
    write_bytes(path, text.encode("utf-8", "backslashreplace"))


def write_bytes(path: Path, content: bytes) -> None:
    """Write a whole file or none at all; only its owner may read it."""
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path, mode=0o600) as temporary:
            temporary.write_bytes(content)


def read_timeline(path: Path) -> Timeline:
    """Return the document in a file.

    Raises:
        WorkspaceError: if it cannot be read; names the file.
    """
    try:
        return timeline_json.loads(path.read_bytes())
    except OSError as error:
        raise WorkspaceError(f"{path} cannot be read ({error.strerror}).") from error
    except WorkspaceError as error:
        raise WorkspaceError(
            f"{path} cannot be used. {error.message}", hint=error.hint or MAKE_TIMELINE
        ) from error


def _is_whole(path: Path, artifact: Artifact) -> bool:
    """Return whether a file has the length and the hash that were noted when it was made."""
    if path.stat().st_size != artifact.n_bytes:
        return False
    return content_sha256(path) == artifact.sha256


class Workspace:
    """The folder of one film; used as a context manager, it is locked against other runs."""

    def __init__(self, root: Path) -> None:
        """Name the folder; nothing is touched yet."""
        self.root = root
        self._lock: Any = None

    def __enter__(self) -> Self:
        """Create the folder if necessary, and lock it.

        Raises:
            WorkspaceError: if another run holds it.
            UsageError: if it cannot be written, or the folder is somebody else's.
        """
        from filelock import FileLock, Timeout

        check_workspace(self.root)
        with disk_errors(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
            self._lock = FileLock(self.root / "lock")
            try:
                self._lock.acquire(timeout=0)
            except Timeout:
                raise WorkspaceError(
                    f"Another run is working in {self.root}.",
                    hint="Wait for it or choose another folder with --workspace.",
                ) from None
        self._begin()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Unlock."""
        self._lock.release()

    def _begin(self) -> None:
        """Mark the folder and remove what a killed run left half written; the lock is ours."""
        if not (self.root / MARKER).exists():
            write_text(self.root / MARKER, marker_text())
        sweep_here(self.root)
        for name in FOLDERS:
            sweep(self.root / name)

    # -- artifacts ---------------------------------------------------------------------------

    @contextmanager
    def new_file(self, suffix: str) -> Iterator[Path]:
        """A temporary path inside the workspace; what is still there at the end is removed."""
        folder = self.root / "artifacts"
        with disk_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            temporary = new_temporary(folder, suffix)
        try:
            yield temporary
        finally:
            temporary.unlink(missing_ok=True)

    def adopt(self, temporary: Path) -> Artifact:
        """Move a finished file among the artifacts, under the name of its content."""
        sha = file_sha256(temporary)
        suffix = temporary.suffix.removeprefix(".tmp") or temporary.suffix
        relative = Path(sha[:2]) / f"{sha}{suffix}"
        final = self.root / "artifacts" / relative
        n_bytes = temporary.stat().st_size
        with disk_errors(final):
            final.parent.mkdir(parents=True, exist_ok=True)
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
            temporary.replace(final)
            know_sha256(final, sha)
        return Artifact(path=relative.as_posix(), sha256=sha, n_bytes=n_bytes)

    def path(self, artifact: Artifact) -> Path:
        """Return where an artifact is; what is there is what was put there.

        Raises:
            WorkspaceError: if the path leads outside the workspace, or the file was changed since.
        """
        path = self.path_of(artifact.path)
        if path.is_file() and not _is_whole(path, artifact):
            raise WorkspaceError(
                f"{path} is damaged.",
                hint="Run the dub command again: what is damaged is made again, and nothing else.",
            )
        return path

    def holds(self, artifact: Artifact) -> bool:
        """Return whether the file is there and, by its hash, is what was put there."""
        path = self.path_of(artifact.path)
        return path.is_file() and _is_whole(path, artifact)

    def path_of(self, name: str) -> Path:
        """Return where an artifact of a name is, whatever is there.

        Raises:
            WorkspaceError: if the path leads outside the workspace.
        """
        folder = (self.root / "artifacts").resolve()
        path = (folder / name).resolve()
        if not path.is_relative_to(folder):
            raise WorkspaceError(f"Artifact {name} lies outside the workspace.")
        return path

    # -- results -----------------------------------------------------------------------------

    def _memo_path(self, key: MemoKey) -> Path:
        return self.root / "memo" / key[:2] / f"{key}.json"

    def recall(self, key: MemoKey) -> Any | None:
        """What was remembered under ``key``; ``None`` if nothing, or if the file is damaged."""
        try:
            kept = parsed(self._memo_path(key).read_bytes())
            return kept["value"] if kept["sha256"] == digest(kept["value"]) else None
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None  # a damaged result is made again

    def remember(self, key: MemoKey, value: Any) -> None:
        """Keep a JSON value under ``key``."""
        kept = {"value": value, "sha256": digest(value)}
        write_text(self._memo_path(key), json.dumps(kept, ensure_ascii=False))

    def save_timeline(self, number: int, stage: str, timeline: Timeline) -> Path:
        """Write the document as it is after a stage, for people to read."""
        folder = self.root / "timelines" / timeline.target_language
        path = folder / f"{number:02d}-{stage}.json"
        write_text(path, timeline_json.dumps(timeline))
        return path

    def languages(self) -> tuple[str, ...]:
        """Target languages that were worked on here."""
        folder = self.root / "timelines"
        return tuple(sorted(p.name for p in folder.iterdir())) if folder.is_dir() else ()

    def timeline_after(self, language: str, stage: str) -> Timeline:
        """The document as it was after a stage of the last run that came so far.

        Raises:
            WorkspaceError: if there is none.
        """
        folder = self.root / "timelines" / language
        found = folder.glob(f"[0-9][0-9]-{stage}.json")
        # another recipe, or an earlier version, may have given the stage another number
        saved = max(found, key=lambda path: path.stat().st_mtime_ns, default=None)
        if saved is None:
            raise WorkspaceError(
                f"{self.root} holds no timeline after the stage '{stage}'.",
                hint="Run the dub command again; what is finished is not made again.",
            )
        return read_timeline(saved)

    def finished_timeline(self, language: str) -> Timeline:
        """The newest document of a dub that was mixed; what a run that failed since left is not taken.

        Raises:
            WorkspaceError: if there is none.
        """
        folder = self.root / "timelines" / language
        saved = [path for stage in MIXED for path in folder.glob(f"[0-9][0-9]-{stage}.json")]
        if not saved:
            raise WorkspaceError(
                f"{self.root} holds no finished dub in {language}.", hint="Dub the film to its end."
            )
        newest = max(saved, key=lambda path: (path.stat().st_mtime_ns, path.name))
        return read_timeline(newest)

    def latest_timeline(self, language: str) -> Timeline:
        """The document of the stage that finished last for a target language.

        A run that was told to stop early leaves the later documents of an earlier run behind.

        Raises:
            WorkspaceError: if there is none.
        """
        saved = sorted(
            (self.root / "timelines" / language).glob("[0-9][0-9]-*.json"),
            key=lambda path: (path.stat().st_mtime_ns, path.name),
        )
        if not saved:
            raise WorkspaceError(
                f"{self.root} holds no timeline for {language or 'any language'}.",
                hint="Dub a film first: dub movie.mp4 --to zh.",
            )
        return read_timeline(saved[-1])
