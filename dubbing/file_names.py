"""Names of files: any bytes, any length, as the file systems of the world allow them."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from dubbing.errors import UsageError

MAX_BYTES = 255
"""Of a name, on nearly every file system."""
ROOM_BYTES = 55
"""For what is added to the name of a film: a language, a purpose, a suffix."""
DIGITS = 8
MAX_SHOWN = 200


def stem_of(film: Path) -> str:
    """The name of a film without its suffix, for names of what is made of it.

    Bytes that are not text become ``_``. A name that would leave no room for more is cut, and a hash of
    the whole name keeps two such films apart.
    """
    stem = os.fsencode(film.stem).decode("utf-8", "replace").replace("\ufffd", "_")
    room = MAX_BYTES - ROOM_BYTES
    if len(stem.encode()) <= room and stem == film.stem:
        return stem
    mark = "~" + hashlib.sha256(os.fsencode(film.stem)).hexdigest()[:DIGITS]
    return stem.encode()[: room - len(mark)].decode("utf-8", "ignore") + mark


def is_file(path: Path) -> bool:
    """Whether a path that a stranger wrote names a file; none is longer than names can be."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def check_name(path: Path) -> None:
    """Refuse a place that no document can name, or no file system can hold.

    Raises:
        UsageError: saying which of both.
    """
    if not _is_text(path):
        raise UsageError(
            f"The name of {shortened(str(path))} is not text in UTF-8, and documents cannot hold it.",
            hint="Choose another place with -o and --workspace.",
        )
    if len(os.fsencode(path.name)) > MAX_BYTES:
        raise UsageError(
            f"The name {shortened(path.name)} is longer than {MAX_BYTES} bytes.",
            hint="Choose a shorter one with -o or --workspace.",
        )


def _is_text(path: Path) -> bool:
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def shown(name: str) -> str:
    """A name whose bytes are not text, as text."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def shortened(text: str) -> str:
    """A long name or message as it fits into a sentence."""
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"
