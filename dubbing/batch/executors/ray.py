"""Workers on a Ray cluster: actors that keep their models from task to task.

Ray places them and sees them die, with their process or with their machine. Orders and receipts are
small texts; films and workspaces never enter Ray's object store: they lie on a disk that all machines
share, or travel through a store that all reach (:mod:`dubbing.batch.transfer`).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dubbing.batch.executors import Happening, Lost
from dubbing.batch.executors.local import happening
from dubbing.batch.tasks import Order
from dubbing.batch.worker import REAL_WORK, Worker, answer_of
from dubbing.errors import EngineFailed, EngineUnavailable


@dataclass(slots=True)
class _Seat:
    """An actor and what it does."""

    name: str
    actor: Any
    task: str = ""
    answer: Any = None


class RayExecutor:
    """So many actors on a cluster, begun when they are first needed."""

    def __init__(
        self,
        workers: int = 0,
        *,
        address: str = "",
        threads: int = 1,
        gpus: float = 0.0,
        memory_mb: int = 0,
        work: str = REAL_WORK,
    ) -> None:
        """Join a cluster, or begin one on this machine.

        Args:
            workers: how many tasks run side by side; 0 means as many as the cluster has room for.
            address: ``ray://host:10001``, ``host:6379`` or ``auto``; empty begins a local cluster.
            threads: CPUs that each worker asks Ray for, and uses.
            gpus: GPUs that each worker asks for; may be a part of one.
            memory_mb: memory that each worker asks for.
            work: the function that does it, as ``module:function``.

        Raises:
            EngineUnavailable: if Ray is not installed.
            EngineFailed: if there is no cluster at the address.
        """
        self.ray = _ray()
        self._own = not self.ray.is_initialized()
        if self._own:
            self._join(address, workers * threads)
        cpus = self.ray.cluster_resources().get("CPU", 1.0)
        self.n_workers = workers or max(1, int(cpus // max(1, threads)))
        self.threads, self.work = threads, work
        # whether a task is worth another try is the driver's to say, so Ray repeats nothing itself
        self._options: dict[str, Any] = {"num_cpus": threads, "max_restarts": 0}
        if gpus:
            self._options["num_gpus"] = gpus
        if memory_mb:
            self._options["memory"] = memory_mb << 20
        self._seats: list[_Seat] = []
        self._begun = 0

    def _join(self, address: str, cpus: int) -> None:
        told: dict[str, Any] = {"address": address} if address else {"include_dashboard": False}
        if not address and cpus:
            told["num_cpus"] = cpus
        try:
            self.ray.init(
                **told, log_to_driver=False, logging_level=logging.ERROR, configure_logging=False
            )
        except (ConnectionError, OSError, RuntimeError, ValueError) as error:
            raise EngineFailed(
                f"There is no Ray cluster at '{address or 'this machine'}' ({error}).",
                hint="Begin one: ray start --head",
            ) from error

    def free_slots(self) -> int:
        """How many actors have nothing to do."""
        return self.n_workers - sum(1 for seat in self._seats if seat.task)

    def submit(self, order: Order) -> str:
        """Give a task to a free actor."""
        seat = next((seat for seat in self._seats if not seat.task), None) or self._begin()
        seat.task = order.task
        seat.answer = seat.actor.do.remote(order.dumps())
        return seat.name

    def poll(self, timeout_s: float) -> Sequence[Happening]:
        """Answers that came, and actors that died."""
        busy = {seat.answer: seat for seat in self._seats if seat.task}
        if not busy:
            if timeout_s:
                import threading

                threading.Event().wait(timeout_s)
            return ()
        ready, _ = self.ray.wait(list(busy), num_returns=1, timeout=timeout_s)
        more, _ = self.ray.wait(list(busy), num_returns=len(busy), timeout=0)
        return [self._outcome(busy[answer]) for answer in dict.fromkeys([*ready, *more])]

    def _outcome(self, seat: _Seat) -> Happening:
        task, seat.task = seat.task, ""
        try:
            return happening(answer_of(self.ray.get(seat.answer)))
        except self.ray.exceptions.RayActorError as error:
            self._drop(seat)  # the next task begins another one, where the cluster has room
            return Lost(task, f"{seat.name} is gone: {str(error).splitlines()[0]}")
        except self.ray.exceptions.RayError as error:
            return Lost(task, f"{seat.name}: {type(error).__name__}")

    def cancel(self, task: str) -> None:
        """Kill the actor of a task."""
        for seat in [seat for seat in self._seats if seat.task == task]:
            self._drop(seat)

    def close(self) -> None:
        """End all actors, and the cluster if it was begun here."""
        for seat in list(self._seats):
            self._drop(seat)
        if self._own:
            self.ray.shutdown()

    def _begin(self) -> _Seat:
        name = f"actor-{self._begun}"
        self._begun += 1
        kind = self.ray.remote(Worker).options(**self._options)
        seat = _Seat(name, kind.remote(name, threads=self.threads, work=self.work))
        self._seats.append(seat)
        return seat

    def _drop(self, seat: _Seat) -> None:
        self.ray.kill(seat.actor, no_restart=True)
        self._seats.remove(seat)


def _ray() -> Any:
    try:
        import ray
    except ModuleNotFoundError as error:
        raise EngineUnavailable(
            "The executor 'ray' needs the package 'ray'.",
            hint="Install it: pip install 'dubbing[cluster]'",
        ) from error
    return ray
