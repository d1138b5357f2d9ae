"""Which failures are transient, so that a retry can help, and which are not."""

from __future__ import annotations

import json
import traceback
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from dubbing.errors import (
    DiskFull,
    DubbingError,
    EngineFailed,
    EngineUnavailable,
    InputError,
    StageFailed,
    UsageError,
    WorkspaceError,
)

CANNOT_PASS = (UsageError, InputError, EngineUnavailable)
MAY_PASS = (EngineFailed, DiskFull, WorkspaceError, OSError, MemoryError)
TIME_LIMIT = "TimeLimit"
WORKER_LOST = "WorkerLost"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a task did not succeed: its class, one sentence, and whether it is worth another try."""

    kind: str
    message: str
    may_pass: bool
    trace: str = ""

    def dumps(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def loads(cls, text: str) -> Failure:
        """From JSON."""
        return cls(**json.loads(text))


def failure_of(error: BaseException) -> Failure:
    """What an exception means for the batch.

    What a stage did not foresee is judged by what lies under it: a full disk, a server that is down or
    too little memory are transient, a wrong value is not.
    """
    told = str(error) if isinstance(error, DubbingError) else f"{type(error).__name__}: {error}"
    trace = "".join(traceback.format_exception(error))
    return Failure(type(error).__name__, told, _may_pass(error), trace)


def _may_pass(error: BaseException) -> bool:
    for each in _chain(error):
        if isinstance(each, CANNOT_PASS):
            return False
        if isinstance(each, StageFailed):
            continue
        if isinstance(each, MAY_PASS):
            return True
    return False


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and what caused it, from outside in."""
    current: BaseException | None = error
    while current is not None:
        yield current
        current = current.__cause__
