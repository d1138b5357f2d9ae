"""A piece of a batch's work, what can become of it, and the receipt of what was done.

waiting ─▶ ready ─▶ running ─▶ done
▲         │
└─────────┼─ retried after a while, or its worker was lost
├─▶ failed      what cannot pass, or did not in all its attempts
├─▶ set aside   it took its worker with it several times
└─▶ cancelled
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from dubbing.batch.hosts import NONE_GIVEN, Permissions
from dubbing.workspace import write_text

RECEIPTS = "results"
"""Folder of a batch's receipts."""


class State(StrEnum):
    """Where a task stands."""

    WAITING = "waiting"
    READY = "ready"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    SET_ASIDE = "set aside"
    CANCELLED = "cancelled"


OVER = (State.DONE, State.FAILED, State.SET_ASIDE, State.CANCELLED)
UNDONE = (State.FAILED, State.SET_ASIDE, State.CANCELLED)


class Kind(StrEnum):
    """What a task does."""

    ANALYSIS = "analysis"
    """All that a film's languages share."""
    CASTING = "casting"
    """Which of an episode's speakers are known from earlier ones, and who speaks for them."""
    DUB = "dub"
    """One film into one language."""


@dataclass(frozen=True, slots=True)
class Task:
    """A node of the plan; its ``key`` is the hash of all that its result depends on."""

    key: str
    kind: Kind
    film: str
    target: str
    workspace: str
    """Name of the folder that it works in; two tasks never work in one at a time."""
    priority: int
    position: int
    payload: str
    """What its worker is told, as JSON."""
    settings: str
    """Hash of the profile, which is kept once for all tasks."""
    needs: tuple[str, ...] = ()
    """Tasks that must be done before."""
    follows: tuple[str, ...] = ()
    """Tasks that must be over before, whatever became of them."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker is told to do; plain values, so that it travels as JSON and never as code."""

    task: str
    kind: Kind
    film: str
    folder: str
    """The batch's folder, where workspaces, receipts and logs lie."""
    workspace: str
    payload: Mapping[str, Any]
    settings: Mapping[str, Any]
    """The whole profile."""
    attempt: int = 1
    storage: str = ""
    """Address of what all machines reach, if they do not share the batch's folder."""
    permissions: Permissions = NONE_GIVEN
    """What the command line permits beyond what every manifest may."""
    revocations: Sequence[Mapping[str, Any]] = ()
    """Consents that were taken back on the driver's machine, signed there."""

    @property
    def home(self) -> Path:
        """The folder that its worker writes into: the batch's, or one apart if it cannot see that."""
        folder = Path(self.folder)
        return Path(tempfile.gettempdir()) / "dub-batch" / folder.name if self.storage else folder

    def dumps(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def loads(cls, text: str) -> Order:
        """From JSON."""
        plain = json.loads(text)
        permissions = Permissions.from_plain(plain["permissions"])
        return cls(**{**plain, "kind": Kind(plain["kind"]), "permissions": permissions})


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a finished task leaves: written whole when all else is, so its being there is the proof."""

    task: str
    kind: Kind
    film: str
    target: str
    seconds: float
    finished_s: float
    """Time of day (Unix)."""
    worker: str = ""
    film_ms: int = 0
    stages: Sequence[Mapping[str, Any]] = ()
    """Of each stage: ``stage``, ``seconds``, ``reused``."""
    outputs: Sequence[Mapping[str, Any]] = ()
    """Of each file that it wrote: ``place``, ``n_bytes``."""
    summary: Mapping[str, Any] = field(default_factory=dict)
    """Quality figures of the dub's report."""
    report: str = ""
    """Where the dub's report lies, from the batch's folder."""
    cast: Mapping[str, str] = field(default_factory=dict)
    """Of a casting: voice by speaker of the episode."""
    people: Sequence[Mapping[str, Any]] = ()
    """Of a casting: everybody who is known so far in the series."""

    def dumps(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def loads(cls, text: str) -> Receipt:
        """From JSON."""
        plain = json.loads(text)
        return cls(**{**plain, "kind": Kind(plain["kind"])})


def receipt_path(folder: Path, task: str) -> Path:
    """Where the receipt of a task lies in the batch's folder."""
    return folder / RECEIPTS / task[:2] / f"{task}.json"


def write_receipt(folder: Path, receipt: Receipt) -> None:
    """Keep a receipt, whole or not at all."""
    write_text(receipt_path(folder, receipt.task), receipt.dumps())


def read_receipt(folder: Path, task: str) -> Receipt | None:
    """The receipt of a task; ``None`` if it has not finished, or the file is damaged."""
    try:
        return Receipt.loads(receipt_path(folder, task).read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError, KeyError):
        return None
