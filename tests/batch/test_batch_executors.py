"""Executors with real processes, and work that is rehearsed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from dubbing.batch.drive import Driver
from dubbing.batch.executors import Broke, Executor, Finished, Happening, Lost
from dubbing.batch.executors.local import LocalExecutor
from dubbing.batch.rehearsal import WORK
from dubbing.batch.tasks import Kind, Order, read_receipt
from dubbing.errors import EngineFailed
from tests.batch.made import HASTY, all_in_the_middle, film, season, states, store_of

WAIT_S = 60.0


def order(folder: Path, task: str, **told: object) -> Order:
    source = film(folder / f"{task}.film", **told)
    payload = {"source": str(source), "target": "zh", "outputs": [str(folder / f"{task}.out")]}
    return Order(task, Kind.DUB, task, str(folder), f"{task}.dub", payload, {})


def next_of(executor: Executor) -> Happening:
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until:
        for item in executor.poll(0.5):
            return item
    raise AssertionError("nothing happened")


def wait_for_slots(executor: Executor, wanted: int) -> None:
    """Until workers that were lost have been replaced."""
    until = time.monotonic() + WAIT_S
    while executor.free_slots() < wanted and time.monotonic() < until:
        assert list(executor.poll(0.1)) == []
    assert executor.free_slots() == wanted


@pytest.fixture
def local() -> Iterator[LocalExecutor]:
    executor = LocalExecutor(2, threads=1, work=WORK)
    yield executor
    executor.close()
    assert not any(psutil.pid_exists(pid) for pid in executor.pids())


@pytest.fixture(scope="module")
def ray_cluster() -> Iterator[None]:
    ray = pytest.importorskip("ray", reason="ray is not installed")
    ray.init("local", num_cpus=2, include_dashboard=False, log_to_driver=False,
             logging_level="ERROR")  # fmt: skip
    yield
    ray.shutdown()


@pytest.fixture
def on_ray(ray_cluster: None) -> Iterator[Executor]:
    from dubbing.batch.executors.ray import RayExecutor

    executor = RayExecutor(2, work=WORK)
    yield executor
    executor.close()


@pytest.fixture(params=["local", pytest.param("on_ray", marks=pytest.mark.slow)])
def executor(request: pytest.FixtureRequest) -> Executor:
    found: Executor = request.getfixturevalue(request.param)
    return found


def test_every_executor_keeps_the_protocol(executor: Executor, tmp_path: Path) -> None:
    wait_for_slots(executor, 2)
    assert list(executor.poll(0.0)) == []
    good = order(tmp_path, "good")
    assert executor.submit(good)
    assert executor.free_slots() == 1
    finished = next_of(executor)
    assert isinstance(finished, Finished)
    assert finished.task == "good"
    assert finished.receipt == read_receipt(tmp_path, "good")
    assert finished.receipt.outputs[0]["n_bytes"] == (tmp_path / "good.out").stat().st_size
    executor.submit(order(tmp_path, "bad", raises="EngineFailed"))
    broke = next_of(executor)
    assert isinstance(broke, Broke)
    assert (broke.failure.kind, broke.failure.may_pass) == ("EngineFailed", True)
    assert "Traceback" in broke.failure.trace
    executor.submit(order(tmp_path, "poison", kills=9))
    lost = next_of(executor)
    assert isinstance(lost, Lost)
    assert lost.task == "poison"
    wait_for_slots(executor, 2)
    executor.submit(order(tmp_path, "long", seconds=600))
    executor.submit(order(tmp_path, "short"))
    assert executor.free_slots() == 0
    assert next_of(executor).task == "short"
    executor.cancel("long")
    wait_for_slots(executor, 2)
    executor.submit(order(tmp_path, "after"))
    assert next_of(executor).task == "after"


def test_a_worker_serves_many_tasks(local: LocalExecutor, tmp_path: Path) -> None:
    names = set()
    for number in range(5):
        local.submit(order(tmp_path, f"t{number}"))
        item = next_of(local)
        assert isinstance(item, Finished)
        names.add(item.receipt.worker)
    assert len(names) == 1


def test_a_worker_killed_from_outside_is_replaced(local: LocalExecutor, tmp_path: Path) -> None:
    local.submit(order(tmp_path, "long", seconds=600))
    (pid,) = local.pids()
    os.kill(pid, signal.SIGKILL)
    lost = next_of(local)
    assert isinstance(lost, Lost)
    assert "signal 9" in lost.why
    local.submit(order(tmp_path, "next"))
    assert isinstance(next_of(local), Finished)
    (idle,) = local.pids()
    os.kill(idle, signal.SIGKILL)
    time.sleep(0.2)
    local.submit(order(tmp_path, "last"))
    item = next_of(local)
    if isinstance(item, Lost):  # its death came between two looks
        local.submit(order(tmp_path, "last"))
        item = next_of(local)
    assert isinstance(item, Finished)


DRIVER = """
import sys, time
from pathlib import Path
from dubbing.batch.executors.local import LocalExecutor
from dubbing.batch.rehearsal import WORK
from tests.batch.test_batch_executors import order
if __name__ == "__main__":
    executor = LocalExecutor(1, work=WORK)
    executor.submit(order(Path(sys.argv[1]), "long", seconds=600))
    print(*executor.pids(), flush=True)
    time.sleep(600)
"""


def test_workers_end_with_a_driver_that_was_killed(tmp_path: Path) -> None:
    script = tmp_path / "driver.py"
    script.write_text(DRIVER)
    with subprocess.Popen(
        [sys.executable, str(script), str(tmp_path)], stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    ) as driver:  # fmt: skip
        assert driver.stdout is not None
        pid = int(driver.stdout.readline())
        time.sleep(1.0)
        assert psutil.pid_exists(pid)
        driver.kill()
    until = time.monotonic() + WAIT_S
    while psutil.pid_exists(pid) and time.monotonic() < until:
        time.sleep(0.1)
    assert not psutil.pid_exists(pid)


def test_a_batch_on_real_processes(tmp_path: Path) -> None:
    path = season(tmp_path, films=2)
    film(tmp_path / "films/bad.mp4", raises="NoSpeech", only="analysis")
    film(tmp_path / "films/flaky.mp4", raises="OSError", fails=1)
    film(tmp_path / "films/killer.mp4", kills=9, only="dub")
    film(tmp_path / "films/crash.mp4", kills=1, only="analysis")
    store = store_of(path, tmp_path / "b")
    Driver(store, LocalExecutor(2, threads=1, work=WORK), HASTY).run()
    told = states(store)
    assert told["films/bad.mp4 zh"] == "failed"
    assert told["films/killer.mp4 es"] == "set aside"
    for name in ("ep0", "ep1", "flaky", "crash"):
        assert told[f"films/{name}.mp4 es"] == "done"
        assert (tmp_path / f"out/{name}.es.mp4").exists()


@pytest.mark.slow
def test_a_batch_on_ray_with_both_workers_killed_in_the_middle(
    ray_cluster: None, tmp_path: Path
) -> None:
    from dubbing.batch.executors.ray import RayExecutor

    store = store_of(season(tmp_path, films=2, seconds=1.0), tmp_path / "b")
    killed: list[int] = []

    def kill_both() -> None:
        if not killed and all_in_the_middle(store, 2):
            for actor in filter(is_our_actor, psutil.process_iter(["cmdline"])):
                actor.kill()
                killed.append(actor.pid)

    Driver(store, RayExecutor(2, work=WORK), HASTY, each_tick=kill_both).run()
    assert len(killed) == 2
    assert set(states(store).values()) == {"done"}
    outcomes = store.base.execute("SELECT outcome, COUNT(*) FROM attempts GROUP BY 1")
    assert dict(outcomes.fetchall()) == {"done": 6, "lost": 2}


def is_our_actor(process: psutil.Process) -> bool:
    """Whether it is a Ray actor of ours that this test process began."""
    command = " ".join(process.info["cmdline"] or ())
    if "ray::Worker" not in command:
        return False
    return os.getpid() in {parent.pid for parent in process.parents()}


@pytest.mark.slow
def test_machines_that_share_no_disk_exchange_files_through_a_store(
    ray_cluster: None, tmp_path: Path
) -> None:
    from dubbing.batch.executors.ray import RayExecutor

    store = store_of(season(tmp_path, films=1), tmp_path / "apart")
    executor = RayExecutor(1, work="tests.batch.far_work:perform")
    Driver(store, executor, replace(HASTY, attempts=1), storage=f"file://{tmp_path}/exchange").run()
    assert set(states(store).values()) == {"done"}, store.base.execute(
        "SELECT error FROM tasks"
    ).fetchall()
    assert (tmp_path / "out/ep0.zh.mp4").read_text() == "dubbed: analysed"
    assert list((tmp_path / "exchange/work").rglob("memo/*"))


@pytest.mark.slow
def test_a_cluster_holds_as_many_workers_as_it_has_memory_for(ray_cluster: None) -> None:
    import ray

    from dubbing.batch.executors.ray import RayExecutor

    all_mb = int(ray.cluster_resources()["memory"]) >> 20
    for wanted_mb, workers in ((all_mb // 3, 2), (all_mb * 2 // 3, 1), (all_mb * 5, 1)):
        executor = RayExecutor(0, memory_mb=wanted_mb, work=WORK)
        assert executor.n_workers == workers
        wait_for_slots(executor, workers)
        executor.close()


@pytest.mark.slow
def test_a_cluster_without_room_or_without_our_package_is_told(
    ray_cluster: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dubbing.batch.executors import ray as on_a_cluster

    class Broken:
        def __init__(self, *told: object, **more: object) -> None:
            raise ModuleNotFoundError("No module named 'dubbing'")

    monkeypatch.setattr(on_a_cluster, "FIRST_WORKER_S", 2.0)
    with pytest.raises(EngineFailed, match=r"no room for a worker with 64 CPUs and [0-9]+ MB"):
        on_a_cluster.RayExecutor(1, threads=64, memory_mb=100)
    monkeypatch.setattr(on_a_cluster, "FIRST_WORKER_S", 60.0)
    monkeypatch.setattr(on_a_cluster, "Worker", Broken)
    with pytest.raises(EngineFailed, match="No module named 'dubbing'"):
        on_a_cluster.RayExecutor(1)
