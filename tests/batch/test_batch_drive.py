"""The driver: what may pass is tried again, what cannot is not, and one bad film stops nobody."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from dubbing.batch import guards
from dubbing.batch.drive import Driver, Policy
from dubbing.batch.failures import Failure, failure_of
from dubbing.batch.guards import Guards, workers_for
from dubbing.batch.lease import Lease
from dubbing.batch.queue import cancel
from dubbing.batch.store import Store
from dubbing.batch.tasks import Kind, Order, Receipt, receipt_path
from dubbing.errors import (
    BadSettings,
    DiskFull,
    EngineFailed,
    NoSpeech,
    StageFailed,
    WeightsMissing,
    WorkspaceError,
)
from tests.batch.made import HASTY, Script, Scripted, done, season, states, store_of

PASSING = Failure("EngineFailed", "The server is down.", may_pass=True)
LASTING = Failure("NoSpeech", "Nobody speaks.", may_pass=False)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return store_of(season(tmp_path), tmp_path / "b")


def drive(store: Store, script: Script, policy: Policy = HASTY) -> Scripted:
    executor = Scripted(script)
    Driver(store, executor, policy).run()
    assert executor.closed
    assert store.faults() == []
    return executor


def in_turn(*outcomes: Callable[[Order], Receipt | Failure | str | None]) -> Script:
    """For every task, one outcome after another; the last one for ever."""
    seen: Counter[str] = Counter()

    def script(order: Order) -> Receipt | Failure | str | None:
        seen[order.task] += 1
        return outcomes[min(seen[order.task], len(outcomes)) - 1](order)

    return script


def test_all_is_done_each_once(store: Store) -> None:
    executor = drive(store, done)
    assert set(states(store).values()) == {"done"}
    assert Counter(Counter(o.task for o in executor.orders).values()) == {1: 6}
    assert executor.orders[0].kind is Kind.ANALYSIS


def test_what_may_pass_is_tried_again_with_ever_longer_rests(store: Store) -> None:
    drive(store, in_turn(lambda o: PASSING, lambda o: PASSING, done))
    assert set(states(store).values()) == {"done"}
    policy, chance = Policy(), random.Random(1)
    rests = [policy.rest_s(n, chance) for n in range(1, 12)]
    assert rests[0] < 7
    assert rests[3] > 15
    assert max(rests) <= 375


def test_what_never_passes_ends_after_its_attempts(store: Store) -> None:
    executor = drive(store, lambda o: PASSING)
    assert set(states(store).values()) == {"failed"}
    assert Counter(Counter(o.task for o in executor.orders).values()) == {HASTY.attempts: 2}


def test_bad_input_is_not_tried_again_and_stops_nobody(store: Store) -> None:
    def script(order: Order) -> Receipt | Failure:
        return LASTING if "ep0" in order.film else done(order)

    executor = drive(store, script)
    assert sum("ep0" in order.film for order in executor.orders) == 1
    told = states(store)
    assert told["films/ep0.mp4 zh"] == "failed"
    assert told["films/ep1.mp4 es"] == "done"


def test_what_kills_its_workers_is_set_aside(store: Store) -> None:
    def script(order: Order) -> Receipt | str:
        poison = order.kind is Kind.DUB and order.payload["target"] == "zh"
        return "signal 9" if poison else done(order)

    executor = drive(store, script)
    told = states(store)
    assert told["films/ep0.mp4 zh"] == "set aside"
    assert told["films/ep0.mp4 es"] == "done"
    assert sum(o.payload["target"] == "zh" and o.kind is Kind.DUB for o in executor.orders) == 6


def test_a_worker_lost_after_its_receipt_costs_nothing(store: Store) -> None:
    def script(order: Order) -> str:
        receipt = done(order)
        from dubbing.batch.tasks import write_receipt

        write_receipt(Path(order.folder), receipt)
        return "signal 9"

    executor = drive(store, script)
    assert set(states(store).values()) == {"done"}
    assert len(executor.orders) == 6


def test_a_task_that_takes_too_long_is_stopped(store: Store) -> None:
    executor = drive(
        store,
        lambda o: None if "ep0" in o.film else done(o),
        replace(HASTY, time_limit_s=0.05, attempts=2),
    )
    assert len(executor.cancelled) == 2
    row = store.base.execute("SELECT error_kind, error FROM tasks WHERE film = 'films/ep0.mp4'")
    assert tuple(row.fetchone()) == ("TimeLimit", "It took longer than 0.05 s.")
    assert states(store)["films/ep1.mp4 zh"] == "done"


def test_cancelled_while_it_runs(store: Store) -> None:
    def later() -> None:
        time.sleep(0.2)
        with Store(store.folder) as other:
            cancel(other)

    helper = threading.Thread(target=later)
    helper.start()
    executor = drive(store, lambda order: None)
    helper.join()
    assert len(executor.cancelled) == 2
    assert set(states(store).values()) == {"cancelled"}


def test_paused_nothing_new_begins(store: Store) -> None:
    store.pause(True)
    moments: list[float] = []

    def later() -> None:
        time.sleep(0.3)
        moments.append(time.time())
        with Store(store.folder) as other:
            other.pause(False)

    helper = threading.Thread(target=later)
    helper.start()
    begun: list[float] = []

    def script(order: Order) -> Receipt:
        begun.append(time.time())
        return done(order)

    drive(store, script)
    helper.join()
    assert min(begun) > moments[0]


def test_without_disk_nothing_begins_and_the_driver_says_so(store: Store) -> None:
    told: list[str] = []
    executor = Scripted(done)
    policy = replace(HASTY, guards=Guards(disk_mb=10**9, memory_mb=0), patience_s=0.1)
    with pytest.raises(DiskFull, match="free disk"):
        Driver(store, executor, policy, tell=told.append).run()
    assert executor.closed
    assert not executor.orders
    assert len(told) == 1
    assert "ready" in states(store).values()


def test_without_memory_one_task_runs_at_a_time(store: Store) -> None:
    most = 0

    def script(order: Order) -> Receipt:
        nonlocal most
        most = max(most, len(executor.waiting) + 1)
        return done(order)

    executor = Scripted(script)
    Driver(store, executor, replace(HASTY, guards=Guards(0, memory_mb=10**9))).run()
    assert most == 1
    assert set(states(store).values()) == {"done"}


def test_the_machine_has_room_for_at_least_one_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    assert workers_for(10**9)[0] == 1
    workers, threads = workers_for(1)
    assert workers * threads >= 1
    assert guards.MB == 1 << 20


def test_an_interruption_gives_tasks_back_and_the_next_driver_goes_on(store: Store) -> None:
    seen = 0

    def script(order: Order) -> Receipt | None:
        nonlocal seen
        seen += 1
        if seen == 3:
            raise KeyboardInterrupt
        return done(order)

    with pytest.raises(KeyboardInterrupt):
        drive(store, script)
    assert "running" not in states(store).values()
    first = sum(state == "done" for state in states(store).values())
    executor = drive(store, done)
    assert len(executor.orders) == 6 - first
    assert set(states(store).values()) == {"done"}


def test_a_driver_that_was_killed_left_receipts_behind(store: Store, tmp_path: Path) -> None:
    drive(store, done)
    with store.change() as base:  # as if it had been killed before it was told
        base.execute("UPDATE tasks SET state = 'running'")
        base.execute("UPDATE tasks SET state = 'waiting' WHERE target = 'zh'")
    assert drive(store, done).orders == []
    fresh = store_of(season(tmp_path), tmp_path / "b")
    assert drive(fresh, done).orders == []


def test_what_was_lost_from_the_disk_is_made_again(store: Store, tmp_path: Path) -> None:
    drive(store, done)
    (tmp_path / "out/ep0.zh.mp4").unlink()
    (tmp_path / "out/ep1.es.mp4").write_text("cut")
    again = drive(store, done).orders
    assert {(o.film, o.payload["target"]) for o in again} == {
        ("films/ep0.mp4", "zh"), ("films/ep1.mp4", "es")}  # fmt: skip
    key = again[0].task
    receipt_path(store.folder, key).write_text("{")
    assert [o.task for o in drive(store, done).orders] == [key]


def test_a_second_driver_says_so(store: Store) -> None:
    executor = Scripted(done)
    other = Store(store.folder)
    with Lease(other), pytest.raises(WorkspaceError, match="Another driver"):
        Driver(store, executor, HASTY).run()
    assert not executor.orders


@pytest.mark.parametrize(
    ("error", "may_pass"),
    [
        (EngineFailed("x"), True),
        (OSError("x"), True),
        (MemoryError(), True),
        (WorkspaceError("locked"), True),
        (DiskFull("x"), True),
        (NoSpeech("x"), False),
        (BadSettings("x"), False),
        (WeightsMissing("x"), False),
        (ValueError("x"), False),
        (StageFailed("x"), False),
    ],
)
def test_which_failures_may_pass(error: Exception, may_pass: bool) -> None:
    assert failure_of(error).may_pass is may_pass
    wrapped = StageFailed("The stage failed.")
    wrapped.__cause__ = error
    assert failure_of(wrapped).may_pass is may_pass
    assert Failure.loads(failure_of(error).dumps()) == failure_of(error)
