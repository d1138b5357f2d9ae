"""Workers on a Ray cluster: actors that keep their models from task to task.

Ray places them and sees them die, with their process or with their machine. Orders and receipts are
small texts; films and workspaces never enter Ray's object store: they lie on a disk that all machines
share, or travel through a store that all reach (:mod:`dubbing.batch.transfer`).
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dubbing.batch.executors import Happening, Lost
from dubbing.batch.executors.local import happening
from dubbing.batch.tasks import Order
from dubbing.batch.worker import REAL_WORK, Worker, answer_of
from dubbing.errors import EngineFailed, EngineUnavailable

FIRST_WORKER_S = 300.0
"""How long the first worker may take to come: a cluster may have to begin a machine for it."""
ANSWER_S = 5.0
"""How long an idle worker may take to say that it is alive."""
MOST_FAILED = 5
"""So many workers that cannot begin, one after another, and there is no use in more."""


@dataclass(slots=True)
class _Seat:
    """An actor and what it does.

    A task is only given to one that is there: where the cluster has no room, as after the loss of a
    machine, the others would else do all the work and wait for this one for ever.
    """

    name: str
    actor: Any
    arrival: Any
    is_there: bool = False
    task: str = ""
    answer: Any = None


class RayExecutor:
    """So many actors on a cluster, or as many of them as it has room for."""

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
            memory_mb: memory that each worker asks for, or all of a machine's if none has so much.
            work: the function that does it, as ``module:function``.

        Raises:
            EngineUnavailable: if Ray is not installed.
            EngineFailed: if there is no cluster at the address, or no room in it.
        """
        self.ray = _ray()
        self._own = not self.ray.is_initialized()
        if self._own:
            self._join(address, workers * threads)
        memory = self._memory(memory_mb << 20)
        self.n_workers = workers or self._room(threads, memory)
        self.threads, self.work = threads, work
        # whether a task is worth another try is the driver's to say, so Ray repeats nothing itself
        self._options: dict[str, Any] = {"num_cpus": threads, "max_restarts": 0}
        if gpus:
            self._options["num_gpus"] = gpus
        if memory:
            self._options["memory"] = memory
        self._kind = self.ray.remote(Worker).options(**self._options)
        self._seats: list[_Seat] = []
        self._free: list[_Seat] = []
        self._begun = self._failed = 0
        self._wait_for_first()

    def _join(self, address: str, cpus: int) -> None:
        # "local", for without an address Ray joins whatever cluster it finds on this machine
        told: dict[str, Any] = {"address": address or "local"}
        if not address:
            told["include_dashboard"] = False
        if not address and cpus:
            told["num_cpus"] = cpus
        try:
            self.ray.init(
                **told, log_to_driver=False, logging_level=logging.ERROR, configure_logging=False
            )
        except (ConnectionError, OSError, RuntimeError, ValueError) as error:
            raise EngineFailed(
                f"There is no Ray cluster at '{address or 'this machine'}' ({error}).",
                hint="Begin one: ray start --head; RAY_AUTH_MODE must be alike on both sides.",
            ) from error

    def _memory(self, wanted: int) -> int:
        """Bytes to ask for."""
        nodes = [node["Resources"] for node in self.ray.nodes() if node["Alive"]]
        return min(wanted, max((int(told.get("memory", 0)) for told in nodes), default=0))

    def _room(self, threads: int, memory: int) -> int:
        """How many workers the cluster holds."""
        there = self.ray.cluster_resources()
        by_cpus = there.get("CPU", 1.0) // max(1, threads)
        by_memory = there.get("memory", 0.0) // memory if memory else by_cpus
        return max(1, int(min(by_cpus, by_memory)))

    def free_slots(self) -> int:
        """How many actors are there and have nothing to do; one that died meanwhile is replaced."""
        self._fill()
        self._greet()
        idle = [seat for seat in self._seats if seat.is_there and not seat.task]
        # a task that is given to a dead actor is taken for what killed it
        calls = {seat.actor.__ray_ready__.remote(): seat for seat in idle}
        self._free = [seat for seat, error in self._answers(calls, ANSWER_S) if error is None]
        return len(self._free)

    def submit(self, order: Order) -> str:
        """Give a task to a free actor."""
        if not self._free:
            self.free_slots()
        seat = self._free.pop()
        seat.task = order.task
        seat.answer = seat.actor.do.remote(order.dumps())
        return seat.name

    def poll(self, timeout_s: float) -> Sequence[Happening]:
        """Answers that came, and actors that died."""
        self._fill()
        busy = {seat.answer: seat for seat in self._seats if seat.task}
        coming = [seat.arrival for seat in self._seats if not seat.is_there]
        if not busy and not coming:
            threading.Event().wait(timeout_s)
            return ()
        self.ray.wait([*busy, *coming], num_returns=1, timeout=timeout_s)
        self._greet()
        if not busy:
            return ()
        ready, _ = self.ray.wait(list(busy), num_returns=len(busy), timeout=0)
        return [self._outcome(busy[answer]) for answer in ready]

    def _outcome(self, seat: _Seat) -> Happening:
        task, seat.task = seat.task, ""
        try:
            return happening(answer_of(self.ray.get(seat.answer)))
        except self.ray.exceptions.RayActorError as error:
            self._drop(seat)
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

    def _wait_for_first(self) -> None:
        """Until a worker is there.

        Raises:
            EngineFailed: if none comes.
        """
        until = time.monotonic() + FIRST_WORKER_S
        while not self.free_slots():
            if time.monotonic() > until:
                self.close()
                raise EngineFailed(
                    f"The cluster has had no room for a worker with {self._asked()} for "
                    f"{FIRST_WORKER_S:.0f} s.",
                    hint="Ask for fewer --threads or --gpus.",
                )
            self.poll(1.0)

    def _asked(self) -> str:
        memory = self._options.get("memory", 0) >> 20
        gpus = self._options.get("num_gpus", 0)
        more = (f" and {gpus:g} GPUs" if gpus else "") + (f" and {memory} MB" if memory else "")
        return f"{self.threads} CPUs{more}"

    def _fill(self) -> None:
        """Ask the cluster for the actors that are missing."""
        while len(self._seats) < self.n_workers:
            name = f"actor-{self._begun}"
            self._begun += 1
            actor = self._kind.remote(name, threads=self.threads, work=self.work)
            self._seats.append(_Seat(name, actor, actor.__ray_ready__.remote()))

    def _greet(self) -> None:
        """Note which of the actors that were asked for have come.

        Raises:
            EngineFailed: if one after another cannot begin.
        """
        coming = {seat.arrival: seat for seat in self._seats if not seat.is_there}
        for seat, error in self._answers(coming, 0.0):
            if error is None:
                seat.is_there, self._failed = True, 0
                continue
            self._failed += 1
            if self._failed >= MOST_FAILED:
                self.close()
                raise EngineFailed(
                    f"No worker can begin on the cluster ({str(error).splitlines()[-1]}).",
                    hint="Is the same version of dubbing installed on every machine?",
                ) from error

    def _answers(
        self, calls: Mapping[Any, _Seat], timeout_s: float
    ) -> list[tuple[_Seat, Exception | None]]:
        """Actors that answered their call, or what ended them; those have no seat any more."""
        if not calls:
            return []
        answered, _ = self.ray.wait(list(calls), num_returns=len(calls), timeout=timeout_s)
        found: list[tuple[_Seat, Exception | None]] = []
        for call in answered:
            try:
                self.ray.get(call)
            except self.ray.exceptions.RayError as error:
                self._drop(calls[call])
                found.append((calls[call], error))
            else:
                found.append((calls[call], None))
        return found

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
