"""The driver: gives tasks to an executor, takes what becomes of them, and leaves every step in the store.

It may be killed at any moment. What had finished has its receipt; what had not is begun again by the next
driver, whose stages find what the last one left in the workspace.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from dubbing.batch.executors import Broke, Executor, Finished, Happening, Lost
from dubbing.batch.failures import TIME_LIMIT, WORKER_LOST, Failure, failure_of
from dubbing.batch.guards import Guards
from dubbing.batch.hand_over import HandOver
from dubbing.batch.hosts import NONE_GIVEN, Permissions
from dubbing.batch.lease import Lease
from dubbing.batch.queue import Claim, Queue
from dubbing.batch.resume import resume
from dubbing.batch.store import Store
from dubbing.batch.tasks import State, read_receipt
from dubbing.errors import DiskFull, DubbingError

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Policy:
    """How patient a driver is."""

    attempts: int = 4
    """How often a task is begun before what might have passed is taken for lasting."""
    losses: int = 3
    """So many workers may die over a task before it is set aside."""
    first_rest_s: float = 5.0
    """Rest after the first failure; each further one doubles it."""
    longest_rest_s: float = 300.0
    time_limit_s: float = 0.0
    """Longest that a task may take; 0 sets no limit."""
    guards: Guards = field(default_factory=Guards)
    patience_s: float = 600.0
    """How long nothing can begin for want of disk before the driver ends."""
    tick_s: float = 0.5
    """How long it waits for something to happen before it looks around."""

    def rest_s(self, attempt: int, chance: random.Random) -> float:
        """How long a task rests after so many attempts; spread, lest all come back at once."""
        rest = min(self.longest_rest_s, self.first_rest_s * 2.0 ** max(0, attempt - 1))
        return rest * chance.uniform(0.75, 1.25)


@dataclass(slots=True)
class _Running:
    claim: Claim
    began_s: float


class Driver:
    """Takes a batch to its end; used once."""

    def __init__(
        self,
        store: Store,
        executor: Executor,
        policy: Policy | None = None,
        *,
        storage: str = "",
        permissions: Permissions = NONE_GIVEN,
        tell: Tell = lambda text: None,
        each_tick: Callable[[], None] = lambda: None,
    ) -> None:
        """Begin nothing yet.

        Args:
            store: the batch.
            executor: who does the work; it is closed at the end.
            policy: how patient to be.
            storage: address of what all machines reach, if they share no disk.
            permissions: what the command line permits the manifest.
            tell: is told, in one sentence, what a person should know.
            each_tick: is called every few moments, for tables and metrics.
        """
        self.store, self.executor, self.policy = store, executor, policy or Policy()
        self.tell, self.each_tick = tell, each_tick
        self.hand_over = HandOver(store, storage, permissions)
        self.running: dict[str, _Running] = {}
        self.chance = random.Random()  # noqa: S311 - spreads retries, guards nothing
        self._refused_since: float | None = None
        self._refusal = ""

    def run(self) -> None:
        """Work until nothing can be begun any more, or until it is interrupted.

        Raises:
            WorkspaceError: if another driver works on this batch.
            DiskFull: if the disk had no room for a long time.
        """
        with Lease(self.store) as lease:
            self.queue = Queue(self.store, lease.id)
            resume(self.store, self.queue)
            try:
                self._work(lease)
            finally:
                # unfinished tasks are not failures: they are given back as they were
                self.executor.close()
                self.queue.put_back_all()

    def _work(self, lease: Lease) -> None:
        while True:
            lease.renew(self._refusal)
            self._begin_tasks()
            if not self.running and self._is_over():
                self.each_tick()
                return
            self._take(self.executor.poll(self._pause_s()))
            self._stop_what_is_to_end()
            self.each_tick()

    def _is_over(self) -> bool:
        if self.store.is_paused:
            return False
        left, _ = self.queue.left()
        return left == 0

    def _pause_s(self) -> float:
        """How long to wait for the executor: not at all while there is more to hand out."""
        if self.running or self._refusal or self.store.is_paused or not self.executor.free_slots():
            return self.policy.tick_s
        _, next_s = self.queue.left()
        return max(0.0, min(self.policy.tick_s, (next_s or 0.0) - time.time()))

    # -- beginning -------------------------------------------------------------------------------

    def _begin_tasks(self) -> None:
        free = self.executor.free_slots()
        if free <= 0 or self.store.is_paused:
            return
        claims = self.queue.claim(free)
        placed: list[tuple[int, str]] = []
        for number, claim in enumerate(claims):
            refusal = self._refused(claim)
            if refusal:
                self.queue.put_back(item.id for item in claims[number:])
                break
            self._submit(claim, placed)
        if placed:
            self.queue.placed(placed)

    def _submit(self, claim: Claim, placed: list[tuple[int, str]]) -> None:
        try:
            order = self.hand_over.order(claim)
        except (DubbingError, OSError) as error:
            self._failed(claim, failure_of(error))
            return
        placed.append((claim.id, self.executor.submit(order)))
        self.running[claim.key] = _Running(claim, time.monotonic())

    def _refused(self, claim: Claim) -> str:
        guards = self.policy.guards
        refusal = guards.refusal(self.store.folder, claim.kind, is_first=not self.running)
        now_s = time.monotonic()
        if not refusal:
            self._refused_since, self._refusal = None, ""
            return ""
        if refusal != self._refusal and not self._refusal:
            self.tell(f"Waiting: {refusal}")
        self._refusal = refusal
        self._refused_since = self._refused_since or now_s
        if not self.running and now_s - self._refused_since > self.policy.patience_s:
            raise DiskFull(refusal, hint="Free some space and run the same command again.")
        return refusal

    # -- ending ----------------------------------------------------------------------------------

    def _take(self, happened: Sequence[Happening]) -> None:
        finished = []
        for item in happened:
            running = self.running.pop(item.task, None)
            if running is None:
                continue  # it was cancelled while its answer was on the way
            if isinstance(item, Finished):
                try:
                    finished.append((running.claim.id, self.hand_over.kept(item.receipt)))
                except (DubbingError, OSError) as error:
                    self._failed(running.claim, failure_of(error))
            elif isinstance(item, Broke):
                self._failed(running.claim, item.failure)
            else:
                self._lost(running.claim, item)
        if finished:
            self.queue.done(finished)

    def _failed(self, claim: Claim, failure: Failure) -> None:
        attempts, _ = self.queue.attempts_of(claim.id)
        if failure.may_pass and attempts < self.policy.attempts:
            rest_s = self.policy.rest_s(attempts, self.chance)
            self.tell(f"{_name(claim)}: {failure.message} Again in {rest_s:.0f} s.")
            self.queue.again(claim.id, failure.kind, failure.message, after_s=rest_s, lost=False)
            return
        self.tell(f"{_name(claim)} failed: {failure.message}")
        self.queue.give_up(claim.id, State.FAILED, failure.kind, failure.message)

    def _lost(self, claim: Claim, lost: Lost) -> None:
        """A worker is gone: its task may have finished, or be what kills workers."""
        receipt = read_receipt(self.store.folder, claim.key)
        if receipt is not None:
            self.queue.done([(claim.id, receipt)])
            return
        _, losses = self.queue.attempts_of(claim.id)
        if losses + 1 >= self.policy.losses:
            told = f"It took {losses + 1} workers with it, at last: {lost.why}."
            self.tell(f"{_name(claim)} is set aside. {told}")
            self.queue.give_up(claim.id, State.SET_ASIDE, WORKER_LOST, told)
            return
        rest_s = self.policy.rest_s(losses + 1, self.chance)
        self.queue.again(claim.id, WORKER_LOST, lost.why, after_s=rest_s, lost=True)

    def _stop_what_is_to_end(self) -> None:
        for key in self.queue.to_cancel():
            running = self.running.pop(key, None)
            if running is not None:
                self.executor.cancel(key)
                told = "It was cancelled."
                self.queue.give_up(running.claim.id, State.CANCELLED, "Cancelled", told)
        limit_s = self.policy.time_limit_s
        if not limit_s:
            return
        now_s = time.monotonic()
        for key, running in list(self.running.items()):
            if now_s - running.began_s > limit_s:
                self.executor.cancel(key)
                del self.running[key]
                told = f"It took longer than {limit_s:g} s."
                self._failed(running.claim, Failure(TIME_LIMIT, told, may_pass=True))


def _name(claim: Claim) -> str:
    return f"{claim.film} ({claim.target})" if claim.target else f"{claim.film} ({claim.kind})"
