"""Half-written files: how they are named, and which of them may be removed.

A temporary is called ``.dubbing-XXXXXXXX.tmp``, with the suffix of what it becomes, or
``.dubbing-OWNER-XXXXXXXX.tmp.mp4`` where it stands in a folder of the user's; the owner is a hash of the
workspace that makes it. Nothing under any other name is ever removed.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = ".dubbing-"
ENDING = ".tmp"
OWNER_DIGITS = 12
_NAME = re.compile(
    rf"\.dubbing-(?:(?P<owner>[0-9a-f]{{{OWNER_DIGITS}}})-)?[a-z0-9_]{{8}}\.tmp(?:\.[A-Za-z0-9]{{1,12}})?"
)


_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,12}")


def new_temporary(folder: Path, suffix: str = "", owner: str = "") -> Path:
    """Create an empty temporary in ``folder``; ``owner`` as :func:`owner_of` gives it."""
    kept = suffix if _SUFFIX.fullmatch(suffix) else ""
    prefix = f"{PREFIX}{owner}-" if owner else PREFIX
    handle, name = tempfile.mkstemp(dir=folder, prefix=prefix, suffix=f"{ENDING}{kept}")
    os.close(handle)
    return Path(name)


def new_temporary_folder(parent: Path) -> Path:
    """Create an empty temporary folder in ``parent``."""
    return Path(tempfile.mkdtemp(dir=parent, prefix=PREFIX, suffix=ENDING))


@contextmanager
def replacing(path: Path, owner: str = "", mode: int = 0o644) -> Iterator[Path]:
    """A temporary beside ``path`` that takes its place, flushed to disk, only if all went well."""
    temporary = new_temporary(path.parent, path.suffix, owner)
    try:
        yield temporary
        put_in_place(temporary, path, mode)
    finally:
        temporary.unlink(missing_ok=True)


def put_in_place(temporary: Path, path: Path, mode: int = 0o644) -> None:
    """Flush a finished temporary to disk and give it its name."""
    with temporary.open("rb") as file:
        os.fsync(file.fileno())
    temporary.chmod(mode)
    temporary.replace(path)


def is_temporary(path: Path) -> bool:
    """Whether the name is one that only we give."""
    return _NAME.fullmatch(path.name) is not None


def owner_of(root: Path) -> str:
    """Hash of a workspace's place, which is part of the names of its temporaries elsewhere."""
    return hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:OWNER_DIGITS]


def sweep(folder: Path) -> None:
    """Remove the temporaries of a folder of ours and of the folders in it; links are not followed."""
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not (Path(place) / name).is_symlink()]
        for name in names:
            if _NAME.fullmatch(name):
                _remove(Path(place) / name)


def sweep_here(folder: Path, owner: str | None = None) -> None:
    """Remove the temporaries of one owner that stand directly in a folder, whoever's that is."""
    for path in _entries(folder):
        name = _NAME.fullmatch(path.name)
        if name is not None and name["owner"] == owner:
            _remove(path)


def _entries(folder: Path) -> Iterator[Path]:
    with suppress(OSError):  # a folder that cannot be listed holds nothing that we can remove
        yield from folder.iterdir()


def _remove(path: Path) -> None:
    with suppress(OSError):
        if path.is_file() and not path.is_symlink():
            path.unlink()
