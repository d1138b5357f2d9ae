"""Which folder is a workspace: one that holds our marker, or nothing yet.

A folder of the user's that happens to be named with ``--workspace`` is never taken for one. Workspaces of
before the marker are known by their folders. A workspace may have been received from somebody else, so
none of its folders may be a link, through which we would write elsewhere.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from dubbing.errors import UsageError
from dubbing.temporary import is_temporary

MARKER = "workspace.json"
SCHEMA = "dubbing.Workspace/1"
FOLDERS = ("artifacts", "memo", "timelines", "jobs", "outputs", "reports", "reviews", "patches",
           "previews")  # fmt: skip
FILES = ("lock", "people.json", "casting.json", "consent.json")
OF_THE_SYSTEM = (".DS_Store", "Thumbs.db", "desktop.ini", "lost+found")
"""What file managers and new disks leave in a folder that is otherwise empty."""


def is_workspace(root: Path) -> bool:
    """Whether a folder that is there may be used as a workspace."""
    if (root / MARKER).is_file():
        return _is_marked(root / MARKER)
    names = {path.name for path in root.iterdir() if not is_temporary(path)} - set(OF_THE_SYSTEM)
    return not names or _is_older_form(root, names)


def _is_marked(marker: Path) -> bool:
    try:
        plain = json.loads(marker.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(plain, dict) and plain.get("schema") == SCHEMA


def _is_older_form(root: Path, names: set[str]) -> bool:
    """Whether a run of before the marker was here: it has left a document, or at least its lock."""
    if any(root.glob("timelines/*/[0-9][0-9]-*.json")):
        return True
    return "lock" in names and names <= {*FOLDERS, *FILES}


def check_existing(root: Path) -> None:
    """Refuse what is not a workspace that somebody has worked in.

    Raises:
        UsageError: if there is no folder, or it is none of ours.
    """
    if not root.is_dir():
        raise UsageError(f"There is no workspace {root}.", hint="It is the folder FILM.dub.")
    check_workspace(root)


def marker_text() -> str:
    """What the marker of a workspace holds."""
    return json.dumps({"schema": SCHEMA}) + "\n"


def check_workspace(root: Path) -> None:
    """Refuse a folder that holds something else, or links in place of its own folders.

    Raises:
        UsageError: if it is neither a workspace nor empty.
    """
    if not root.exists():
        return
    if not root.is_dir():
        raise UsageError(f"{root} is not a folder.", hint="Choose another with --workspace.")
    if not is_workspace(root):
        raise UsageError(
            f"{root} is not a workspace: it holds other files.",
            hint="Name an empty folder, one that is not there yet, or the FILM.dub of an earlier run.",
        )
    for name in (*FOLDERS, *FILES):
        _refuse_links(root / name)


def _refuse_links(path: Path) -> None:
    """Refuse a link at this place, and links to folders in it."""
    if path.is_symlink():
        raise _linked(path)
    if not path.is_dir():
        return
    with os.scandir(path) as entries:
        for entry in entries:
            if entry.is_symlink() and entry.is_dir():
                raise _linked(Path(entry.path))


def _linked(path: Path) -> UsageError:
    return UsageError(
        f"{path} is a link, and a workspace must hold its files itself.",
        hint="Link the whole workspace, or choose another with --workspace.",
    )
