"""Workers on this machine: processes that keep their models from task to task.

Each has a pipe to the driver. A worker that dies is seen by its process, and a new one takes its place;
a driver that dies is seen by its workers, who end with all that they started.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from dubbing.batch.executors import Broke, Finished, Happening, Lost
from dubbing.batch.failures import Failure
from dubbing.batch.tasks import Kind, Order, Receipt
from dubbing.batch.worker import REAL_WORK, Worker, answer_of, own_group

CLOSING_S = 5.0


@dataclass(slots=True)
class _Seat:
    """A worker process, the pipe to it, and what it does."""

    name: str
    process: SpawnProcess
    pipe: Connection
    task: str = ""


class LocalExecutor:
    """So many worker processes, begun when they are first needed."""

    def __init__(
        self, workers: int, *, threads: int = 0, gpus: int = 0, work: str = REAL_WORK
    ) -> None:
        """Begin nothing yet.

        Args:
            workers: how many tasks run side by side.
            threads: CPU threads of each; 0 means all cores.
            gpus: how many GPUs there are to share; each worker sees one of them, or none.
            work: the function that does it, as ``module:function``.
        """
        self.n_workers, self.threads, self.gpus, self.work = workers, threads, gpus, work
        self._context = multiprocessing.get_context("spawn")
        self._seats: list[_Seat] = []
        self._begun = 0

    def free_slots(self) -> int:
        """How many workers have nothing to do."""
        return self.n_workers - sum(1 for seat in self._seats if seat.task)

    def submit(self, order: Order) -> str:
        """Give a task to a free worker."""
        seat = self._free_seat()
        seat.task = order.task
        with contextlib.suppress(OSError):  # it has died just now, which the next poll tells
            seat.pipe.send_bytes(order.dumps().encode())
        return seat.name

    def poll(self, timeout_s: float) -> Sequence[Happening]:
        """Answers that came, and workers that died."""
        busy = {seat.pipe: seat for seat in self._seats if seat.task}
        if not busy:
            if timeout_s:
                threading.Event().wait(timeout_s)
            return ()
        happened: list[Happening] = []
        for pipe in wait(list(busy), timeout_s):
            seat = busy[pipe]  # type: ignore[index]
            try:
                answer = answer_of(seat.pipe.recv_bytes().decode())
            except (EOFError, OSError):
                happened.append(self._died(seat))
                continue
            seat.task = ""
            happened.append(happening(answer))
        return happened

    def cancel(self, task: str) -> None:
        """Kill the worker of a task; there is no other way to stop a model at work."""
        for seat in [seat for seat in self._seats if seat.task == task]:
            self._end(seat)

    def close(self) -> None:
        """Let idle workers go and kill the others; what they had finished is kept."""
        idle = [seat for seat in self._seats if not seat.task]
        for seat in idle:
            seat.pipe.close()  # they end by themselves, and clean up behind them
        for seat in idle:
            seat.process.join(CLOSING_S)
        for seat in list(self._seats):
            self._end(seat)

    def pids(self) -> tuple[int, ...]:
        """Process ids of the workers, for whoever watches their memory."""
        return tuple(s.process.pid for s in self._seats if s.process.pid is not None)

    def _free_seat(self) -> _Seat:
        for seat in self._seats:
            if not seat.task and seat.process.is_alive():
                return seat
        for seat in [seat for seat in self._seats if not seat.task]:
            self._end(seat)  # it died while it had nothing to do
        return self._begin()

    def _begin(self) -> _Seat:
        number = self._begun
        self._begun += 1
        device = str(len(self._seats) % self.gpus) if self.gpus else ""
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=_serve,
            args=(theirs, f"worker-{number}", self.threads, self.work, device),
            name=f"dub-worker-{number}",
            daemon=True,
        )
        process.start()
        theirs.close()
        seat = _Seat(f"worker-{number}", process, ours)
        self._seats.append(seat)
        return seat

    def _died(self, seat: _Seat) -> Lost:
        seat.process.join(CLOSING_S)
        code = seat.process.exitcode
        why = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
        task = seat.task
        self._end(seat)
        return Lost(task, f"{seat.name} ended with {why}")

    def _end(self, seat: _Seat) -> None:
        """End a worker and whatever it started."""
        pid = seat.process.pid
        if pid is not None and seat.process.exitcode is None and sys.platform != "win32":
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
        seat.process.kill()
        seat.process.join(CLOSING_S)
        seat.pipe.close()
        self._seats.remove(seat)


def happening(answer: dict[str, object]) -> Happening:
    """What a worker's answer says."""
    task = str(answer["task"])
    if "done" in answer:
        plain = answer["done"]
        assert isinstance(plain, dict)
        return Finished(task, Receipt(**{**plain, "kind": Kind(plain["kind"])}))
    plain = answer["broke"]
    assert isinstance(plain, dict)
    return Broke(task, Failure(**plain))


def _serve(pipe: Connection, name: str, threads: int, work: str, device: str) -> None:
    """The life of a worker process."""
    own_group()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if device:
        os.environ["CUDA_VISIBLE_DEVICES"] = device
    threading.Thread(target=_end_with_driver, daemon=True).start()
    worker = Worker(name, threads=threads, work=work)
    while True:
        try:
            text = pipe.recv_bytes().decode()
            answer = worker.do(text)
            pipe.send_bytes(answer.encode())
        except (EOFError, OSError):
            return  # the driver is gone


def _end_with_driver() -> None:
    """Wait for the driver's end, then end with all that was started here."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    if sys.platform != "win32":
        os.killpg(0, signal.SIGKILL)
    os._exit(1)
