"""What people decided of the lines of a dub, kept in its workspace (``reviews/zh.json``).

Decisions stand by the ids of lines, which survive a re-run. Whoever writes holds the file's own lock, so
two tabs, or a page and a command, do not overwrite each other; every change is entered in the record.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from pydantic import Field

from dubbing.errors import BadSettings, WorkspaceError
from dubbing.review.decision import LineDecision
from dubbing.settings import Strict
from dubbing.workspace import disk_errors, write_text

FOLDER = "reviews"
LOCK_WAIT_S = 10.0


class Entry(Strict):
    """Who decided what of a line, and what stood there before."""

    line: str
    was: LineDecision | None
    now: LineDecision | None


class Decisions(Strict):
    """All decisions of one dub."""

    form: Literal["dubbing.Decisions/1"] = Field("dubbing.Decisions/1", alias="schema")
    revision: int = 0
    lines: dict[str, LineDecision] = Field(default_factory=dict)
    locked: dict[str, str] = Field(default_factory=dict)
    """Accepted lines, and the timeline (path of an artifact) in which they are as accepted."""
    mix_of: str = ""
    """The timeline (path of an artifact) whose mix was reviewed; lines that change are set beside it."""
    record: tuple[Entry, ...] = ()

    def decided(self, line: str, decision: LineDecision | None) -> Decisions:
        """With a decision in place of what stood there; a line that changes is not locked any more."""
        was = self.lines.get(line)
        if was == decision:
            return self
        lines = {key: value for key, value in self.lines.items() if key != line}
        if decision is not None:
            lines[line] = decision
        same = is_accepted(decision) and is_accepted(was) and _asked(was) == _asked(decision)
        locked = {k: v for k, v in self.locked.items() if k != line or same}
        entry = Entry(line=line, was=was, now=decision)
        return self.model_copy(
            update={
                "revision": self.revision + 1,
                "lines": lines,
                "locked": locked,
                "record": (*self.record, entry),
            }
        )

    def last_change(self, line: str) -> int:
        """Return the revision in which a line's decision changed last; every entry is one."""
        first = self.revision - len(self.record)
        for place in range(len(self.record), 0, -1):
            if self.record[place - 1].line == line:
                return first + place
        return 0

    @property
    def unlocked(self) -> tuple[str, ...]:
        """Accepted lines that are not locked yet."""
        return tuple(
            line
            for line, item in self.lines.items()
            if is_accepted(item) and line not in self.locked
        )

    def with_locks(self, timeline: str, lines: Collection[str]) -> Decisions:
        """With lines locked as they are in ``timeline`` (an artifact's path), unless they are already."""
        return self.model_copy(update={"locked": {**dict.fromkeys(lines, timeline), **self.locked}})


def is_accepted(decision: LineDecision | None) -> bool:
    """Whether a line is good as it is."""
    return decision is not None and decision.verdict == "accepted"


def _asked(decision: LineDecision | None) -> str:
    return "" if decision is None else decision.asked


def read_decisions(root: Path, target: str) -> Decisions:
    """What was decided; nothing if there is no file.

    Raises:
        BadSettings: if the file is damaged.
    """
    path = _path(root, target)
    try:
        return Decisions.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Decisions(schema="dubbing.Decisions/1")
    except (OSError, ValueError) as error:
        raise BadSettings(f"{path} is damaged.", hint="Move it away.") from error


def write_decisions(root: Path, target: str, decisions: Decisions) -> None:
    """Keep decisions; only within :func:`decisions_held`."""
    text = decisions.model_dump_json(by_alias=True, indent=1, exclude_defaults=False)
    write_text(_path(root, target), text + "\n")


@contextmanager
def decisions_held(root: Path, target: str) -> Iterator[None]:
    """Nobody else writes decisions meanwhile.

    Raises:
        WorkspaceError: if somebody else does not let go.
    """
    from filelock import FileLock, Timeout

    path = _path(root, target).with_suffix(".lock")
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(path, timeout=LOCK_WAIT_S):
            yield
    except Timeout as error:
        raise WorkspaceError(
            f"Somebody else is writing {path.with_suffix('.json')}.", hint="Try again."
        ) from error


def _path(root: Path, target: str) -> Path:
    return root / FOLDER / f"{target}.json"
