"""Which files are ours to replace: the user's own record of the dubs that were written.

An output is replaced unasked only if it was written there before for the same maker (a workspace, or the
folder of a batch) and its bytes are still those that were written. The record is kept in the user's state
folder and not in the workspace: whoever sends somebody a workspace could write any permission into it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dubbing.content_hash import content_sha256
from dubbing.errors import OutputExists, UsageError
from dubbing.homes import state_home
from dubbing.workspace import digest, write_text

FOLDER = "outputs"
MAX_KEPT = 8
"""Versions of one output; a run that is killed leaves the one before in place."""


def check_output(output: Path, maker: Path) -> None:
    """Refuse to replace a file that is not ours.

    Raises:
        OutputExists: if it is there, and is not what ``maker`` wrote there.
    """
    if (output.exists() or output.is_symlink()) and not is_ours(output, maker):
        raise OutputExists(
            f"{output} is there already.",
            hint="Name another with -o, move it away, or replace it: dub FILM --to LANG --force.",
        )


def is_ours(output: Path, maker: Path) -> bool:
    """Whether a file holds, byte for byte, what was written there for ``maker``."""
    if output.is_symlink() or not output.is_file():
        return False
    contents = _contents(output, maker)
    n_bytes = output.stat().st_size
    if all(size != n_bytes for size, _ in contents):
        return False
    return (n_bytes, content_sha256(output)) in contents


def record_output(output: Path, maker: Path, content: Path) -> None:
    """Remember what is about to be written to ``output``: the bytes of ``content``.

    Raises:
        DubbingError: if the user's state folder cannot be written.
    """
    new = (content.stat().st_size, content_sha256(content))
    contents = [*(item for item in _contents(output, maker) if item != new), new][-MAX_KEPT:]
    plain = {"path": str(_place(output)), "maker": str(maker.resolve()), "contents": contents}
    write_text(_record(output, maker), json.dumps(plain, ensure_ascii=False) + "\n")


def output_of_kept(root: Path, kept: Path, named: Path | None) -> Path:
    """Where a dub that is made again from its workspace goes.

    A workspace may have been received, and what it says of its output is not trusted: it is taken if
    this user's dub was written there before, or if it stands beside the workspace.

    Raises:
        UsageError: if it is anywhere else and the command line names no place.
    """
    if named is not None:
        return named.absolute()
    is_beside = kept.absolute().parent.resolve() == root.resolve().parent
    if is_beside or _contents(kept, root):
        return kept
    raise UsageError(
        f"{root} wants to write to {kept}, where this machine has not written it before.",
        hint="Name where the dub goes: -o FILE.",
    )


def _contents(output: Path, maker: Path) -> list[tuple[int, str]]:
    """Sizes and hashes of what was written; none if nothing is known or the record is damaged."""
    try:
        plain: Any = json.loads(_record(output, maker).read_text(encoding="utf-8"))
        return [(int(size), str(sha)) for size, sha in plain["contents"]]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _record(output: Path, maker: Path) -> Path:
    return state_home() / FOLDER / f"{digest([str(_place(output)), str(maker.resolve())])}.json"


def _place(output: Path) -> Path:
    """The absolute path; a link in place of the file itself is not followed."""
    return output.absolute().parent.resolve() / output.name
