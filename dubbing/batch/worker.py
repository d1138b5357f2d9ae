"""What sits in a worker process: it does one order after another and keeps its models between them."""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dubbing.batch.failures import failure_of
from dubbing.batch.tasks import Order, Receipt, read_receipt, write_receipt
from dubbing.progress import Event

if TYPE_CHECKING:
    from dubbing.registry import Engines

REAL_WORK = "dubbing.batch.work:perform"
Work = Callable[["Order", "Tools"], "Receipt"]


class Tools:
    """What work may use: models, loaded once a process, and a log."""

    def __init__(self, name: str, threads: int = 0) -> None:
        """Load nothing yet; ``threads`` are for the models, 0 means all cores."""
        self.name, self.threads = name, threads
        self._engines: Engines | None = None
        self.log: Log | None = None
        self.servers: Sequence[str] = ()
        """Hosts that texts may be sent to; of the order that is worked on."""

    @property
    def engines(self) -> Engines:
        """The models of this process."""
        from dubbing.registry import Engines

        if self._engines is None:
            self._engines = Engines(self.threads, keep=True)
        self._engines.servers = self.servers
        return self._engines

    def listen(self, event: Event) -> None:
        """Write into the task's log which stage is at work; without its every step."""
        if self.log is not None and event.kind != "progress":
            self.log.write(asdict(event))


class Log:
    """The log of a task in the batch's folder: a JSON object a line, only ever appended to."""

    def __init__(self, folder: Path, task: str) -> None:
        """Name it; the file is made with its first line."""
        self.path = log_path(folder, task)

    def write(self, what: dict[str, Any]) -> None:
        """One line; a log that cannot be written stops no work."""
        text = json.dumps({"at": round(time.time(), 3), **what}, ensure_ascii=False)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="utf-8") as file:
                file.write(text + "\n")
        except OSError:
            return


def log_path(folder: Path, task: str) -> Path:
    """Where a task's log lies in the batch's folder."""
    return folder / "logs" / task[:2] / f"{task}.jsonl"


class Worker:
    """Does orders; text in, text out, so that nothing but plain values crosses the border."""

    def __init__(self, name: str, *, threads: int = 0, work: str = REAL_WORK) -> None:
        """Be ready; ``work`` names the function that does it, as ``module:function``."""
        if threads:
            # before anything heavy is imported: these are read once
            for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
                os.environ[variable] = str(threads)
        self.tools = Tools(name, threads)
        self.work = work

    def do(self, text: str) -> str:
        """Do an order; the answer holds a receipt (``done``) or a failure (``broke``)."""
        order = Order.loads(text)
        try:
            receipt = self._done(order)
        except Exception as error:  # noqa: BLE001 - one bad film never stops the rest
            failure = failure_of(error)
            if self.tools.log is not None:
                self.tools.log.write({"kind": "failed", **asdict(failure)})
            return json.dumps({"task": order.task, "broke": asdict(failure)}, ensure_ascii=False)
        return json.dumps({"task": order.task, "done": asdict(receipt)}, ensure_ascii=False)

    def _done(self, order: Order) -> Receipt:
        """Its receipt: the one that is there already, or that of work done now."""
        folder = order.home
        known = None if order.storage else read_receipt(folder, order.task)
        if known is not None and is_current(known, order.payload.get("outputs", ())):
            return known
        self.tools.servers = order.permissions.servers
        self.tools.log = Log(folder, order.task)
        self.tools.log.write({"kind": "began", "attempt": order.attempt, "worker": self.tools.name})
        receipt = _function(self.work)(order, self.tools)
        if not order.storage:  # else it is the driver's to keep
            write_receipt(folder, receipt)
        self.tools.log.write({"kind": "done", "seconds": receipt.seconds})
        return receipt


def is_current(receipt: Receipt, places: Sequence[str]) -> bool:
    """Whether all that is wanted of a task is there, with its size; what lies in stores is believed."""
    sizes = {item["place"]: item["n_bytes"] for item in receipt.outputs}
    return all(place in sizes and _is_whole(place, sizes[place]) for place in places)


def _is_whole(place: str, n_bytes: int) -> bool:
    try:
        return "://" in place or Path(place).stat().st_size == n_bytes
    except OSError:
        return False


def _function(name: str) -> Work:
    module, _, function = name.partition(":")
    found: Work = getattr(importlib.import_module(module), function)
    return found


def answer_of(text: str) -> dict[str, Any]:
    """A worker's answer as plain values."""
    plain: dict[str, Any] = json.loads(text)
    return plain


def own_group() -> None:
    """Make this process the head of a group, so that all it starts can be ended with it.

    It also keeps the terminal's Ctrl-C from it: the driver decides what is to end.
    """
    if sys.platform != "win32":
        os.setsid()
