"""SHA-256 of whole files, computed once per state of a file.

A hash is reused as long as path, device, inode, size, time of modification and time of status change are
the same; the last one cannot be set by programs, so an edit that keeps size and modification time is
noticed as well. Within a process every hash is kept; those of large files (films, working sound) are also
kept in ``hashes.json`` of the user's cache, so that a second run does not read 10 GB again.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from dubbing.homes import cache_home
from dubbing.temporary import replacing

BLOCK_BYTES = 1 << 20
FILE_NAME = "hashes.json"
MIN_KEPT_BYTES = 16 << 20
"""Hashing a smaller file costs less than looking its hash up."""
MAX_KEPT = 500
SETTLED_NS = 2_000_000_000
"""A file that changed less than this ago may change again without a new time (FAT counts in 2 s)."""

Progress = Callable[[int, int], None]
"""Called with bytes read and bytes in all."""
State = tuple[int, ...]
_known: dict[str, tuple[State, str]] = {}


def content_sha256(path: Path, progress: Progress | None = None) -> str:
    """Return the SHA-256 of all of a file's bytes.

    Raises:
        OSError: if it cannot be read.
    """
    path = path.resolve()
    state = _state(path)
    sha = _recalled(path, state)
    if sha is None:
        sha = _hashed(path, progress)
        if _state(path) == state and _is_settled(state):
            _remember(path, state, sha)
    return sha


def know_sha256(path: Path, sha: str) -> None:
    """Take over the hash of a file that this process has just written and hashed."""
    path = path.resolve()
    _known[str(path)] = _state(path), sha


def folder_sha256(folder: Path) -> str:
    """Return one hash over the names and contents of all files in a folder.

    Raises:
        OSError: if one cannot be read.
    """
    whole = hashlib.sha256()
    for path in sorted(item for item in folder.rglob("*") if item.is_file()):
        whole.update(f"{path.relative_to(folder).as_posix()}\0{content_sha256(path)}\0".encode())
    return whole.hexdigest()


def _state(path: Path) -> State:
    info = path.stat()
    return info.st_dev, info.st_ino, info.st_size, info.st_mtime_ns, info.st_ctime_ns


def _is_settled(state: State) -> bool:
    return time.time_ns() - max(state[3:]) > SETTLED_NS


def _hashed(path: Path, progress: Progress | None) -> str:
    sha, done = hashlib.sha256(), 0
    with path.open("rb") as file:
        total = os.fstat(file.fileno()).st_size
        while block := file.read(BLOCK_BYTES):
            sha.update(block)
            done += len(block)
            if progress is not None:
                progress(done, total)
    return sha.hexdigest()


def _recalled(path: Path, state: State) -> str | None:
    name = str(path)
    if name not in _known and state[2] >= MIN_KEPT_BYTES:
        kept = _kept().get(name)
        if kept is not None:
            _known[name] = kept
    known = _known.get(name)
    return known[1] if known is not None and known[0] == state else None


def _remember(path: Path, state: State, sha: str) -> None:
    _known[str(path)] = state, sha
    if state[2] >= MIN_KEPT_BYTES:
        with suppress(OSError, UnicodeError):  # a cache that cannot be written only costs time
            _keep(str(path), state, sha)


# -- the user's cache ----------------------------------------------------------------------------


def _kept() -> dict[str, tuple[State, str]]:
    """Return what is in the cache; nothing if it is damaged."""
    try:
        plain = json.loads((cache_home() / FILE_NAME).read_text(encoding="utf-8"))
        return {str(name): (tuple(map(int, row[:5])), str(row[5])) for name, row in plain.items()}
    except (OSError, ValueError, TypeError, AttributeError, IndexError, RecursionError):
        return {}


def _keep(name: str, state: State, sha: str) -> None:
    """Add one hash; the oldest ones make room."""
    kept = _kept()
    kept.pop(name, None)
    rows = {**kept, name: (state, sha)}
    newest = list(rows.items())[-MAX_KEPT:]
    text = json.dumps({name: [*state, sha] for name, (state, sha) in newest}, ensure_ascii=False)
    folder = cache_home()
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(folder / FILE_NAME, mode=0o600) as temporary:
        temporary.write_text(text, encoding="utf-8")
