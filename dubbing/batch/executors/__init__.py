"""Who does the work: a small protocol, and one file each for this machine and for a Ray cluster.

To add one: write a class with these methods in a file beside ``local.py``, name it in ``executor_of``
of ``dubbing.cli.batch``, and add it to ``tests/batch/test_batch_executors.py``. An executor decides
nothing: it begins what it is told, and tells what became of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dubbing.batch.failures import Failure
from dubbing.batch.tasks import Order, Receipt


@dataclass(frozen=True, slots=True)
class Finished:
    """A task is done."""

    task: str
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Broke:
    """A task failed, and its worker lives on."""

    task: str
    failure: Failure


@dataclass(frozen=True, slots=True)
class Lost:
    """The worker of a task is gone: killed, crashed, or its machine is."""

    task: str
    why: str


Happening = Finished | Broke | Lost


class Executor(Protocol):
    """Does tasks beside each other."""

    def free_slots(self) -> int:
        """How many tasks can be begun now; a worker that was lost counts again when another came."""

    def submit(self, order: Order) -> str:
        """Begin a task; gives back its worker's name. There must be a free slot."""

    def poll(self, timeout_s: float) -> Sequence[Happening]:
        """What happened; waits so long for something to happen."""

    def cancel(self, task: str) -> None:
        """End a task at once, and its worker if necessary; nothing more is heard of it."""

    def close(self) -> None:
        """End all workers and what they do."""
