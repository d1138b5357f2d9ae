"""The store: whole whatever happens, and each task goes to one driver only."""

from __future__ import annotations

import multiprocessing
import sqlite3
import time
from collections import Counter
from pathlib import Path

import pytest

from dubbing.batch.lease import Lease
from dubbing.batch.plan_store import known_films, take_in
from dubbing.batch.queue import Queue, cancel, retry
from dubbing.batch.store import FILE_NAME, Store
from dubbing.batch.tasks import Kind, Receipt, State
from dubbing.errors import UsageError, WorkspaceError
from tests.batch.made import planned, states, wanted


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "batch", create=True)


def receipt(task: str, kind: Kind = Kind.DUB) -> Receipt:
    step = {"stage": "mix", "seconds": 3.0, "reused": False}
    return Receipt(task, kind, "f", "zh", 3.0, time.time(), film_ms=1500, stages=(step,))


def finish(queue: Queue, most: int = 1) -> list[str]:
    claims = queue.claim(most)
    queue.done([(claim.id, receipt(claim.key, claim.kind)) for claim in claims])
    return [f"{claim.film} {claim.target}".strip() for claim in claims]


def test_dubs_wait_for_their_analysis_and_films_run_side_by_side(store: Store) -> None:
    take_in(store, planned(*(wanted(f, t) for f in "ab" for t in ("zh", "es"))))
    queue = Queue(store, "me")
    assert finish(queue, 9) == ["a", "b"]
    assert finish(queue, 9) == ["a zh", "b zh"]  # two dubs of one film never at once
    assert finish(queue, 9) == ["a es", "b es"]
    assert finish(queue, 9) == []
    assert queue.left() == (0, None)


def test_what_is_urgent_comes_first(store: Store) -> None:
    take_in(store, planned(wanted("a", "zh"), wanted("b", "zh", priority=1), wanted("c", "zh")))
    queue = Queue(store, "me")
    assert [finish(queue)[0] for _ in range(6)] == ["b", "b zh", "a", "a zh", "c", "c zh"]


def test_a_failed_analysis_ends_its_dubs_and_no_others(store: Store) -> None:
    take_in(store, planned(wanted("a", "zh"), wanted("b", "zh")))
    queue = Queue(store, "me")
    (claim,) = queue.claim(1)
    queue.give_up(claim.id, State.FAILED, "NoSpeech", "Nobody speaks.")
    assert states(store) == {"a analysis": "failed", "a zh": "failed", "b analysis": "ready",
                             "b zh": "waiting"}  # fmt: skip
    assert retry(store) == 2
    assert states(store)["a zh"] == "waiting"
    assert [finish(queue)[0] for _ in range(4)] == ["a", "a zh", "b", "b zh"]


def test_retrying_a_dub_retries_what_it_needs(store: Store) -> None:
    take_in(store, planned(wanted("a", "zh"), wanted("a", "es")))
    queue = Queue(store, "me")
    (claim,) = queue.claim(1)
    queue.give_up(claim.id, State.FAILED, "NoSpeech", "Nobody speaks.")
    (dub,) = store.base.execute("SELECT id FROM tasks WHERE target = 'es'").fetchone()
    assert retry(store, [dub]) == 1
    assert states(store) == {"a analysis": "ready", "a zh": "failed", "a es": "waiting"}


def test_an_episode_that_fails_does_not_hold_up_the_series(store: Store) -> None:
    take_in(store, planned(*(wanted(f"ep{n}", "zh", series="s") for n in range(2))))
    queue = Queue(store, "me")
    (first,) = queue.claim(1)
    queue.give_up(first.id, State.FAILED, "NoSpeech", "Nobody speaks.")
    # its analysis, its casting (which followed the failed one), its dub
    assert [finish(queue)[0] for _ in range(3)] == ["ep1", "ep1 zh", "ep1 zh"]
    assert queue.left()[0] == 0


def test_what_rests_is_not_claimed_before_its_time(store: Store) -> None:
    take_in(store, planned(wanted("a", "zh")))
    queue = Queue(store, "me")
    (claim,) = queue.claim(1)
    queue.again(claim.id, "EngineFailed", "The server is down.", after_s=100, lost=False)
    assert queue.claim(1) == []
    assert len(queue.claim(1, now_s=time.time() + 101)) == 1
    assert queue.attempts_of(claim.id) == (2, 0)


def test_cancelled_tasks_take_with_them_what_needs_them(store: Store) -> None:
    take_in(store, planned(wanted("a", "zh"), wanted("b", "zh")))
    queue = Queue(store, "me")
    (claim,) = queue.claim(1)
    assert cancel(store) == 4
    assert queue.to_cancel() == [claim.key]
    queue.give_up(claim.id, State.CANCELLED, "Cancelled", "")
    assert set(states(store).values()) == {"cancelled"}
    assert retry(store) == 4
    assert states(store)["b analysis"] == "ready"


def test_a_second_plan_keeps_what_is_done(store: Store) -> None:
    take_in(store, planned(wanted("a", "zh")), {"a": ("stamp", "identity")})
    queue = Queue(store, "me")
    finish(queue)
    finish(queue)
    take_in(store, planned(wanted("a", "zh"), wanted("a", "es")))
    assert states(store) == {"a analysis": "done", "a zh": "done", "a es": "ready"}
    take_in(store, planned(wanted("b", "zh")))
    assert states(store) == {"b analysis": "ready", "b zh": "waiting"}
    take_in(store, planned(wanted("a", "zh")))
    assert set(states(store).values()) == {"done"}
    assert known_films(store) == {"a": ("stamp", "identity")}


def claimer(folder: str, name: str, results: multiprocessing.SimpleQueue[list[str]]) -> None:
    found = []
    with Store(Path(folder)) as store:
        queue = Queue(store, name)
        while claims := queue.claim(3):
            found += [claim.key for claim in claims]
            queue.done([(claim.id, receipt(claim.key, claim.kind)) for claim in claims])
    results.put(found)


def test_several_processes_never_get_one_task(store: Store) -> None:
    take_in(store, planned(*(wanted(f"film{n}", "zh") for n in range(60))))
    context = multiprocessing.get_context("spawn")
    results = context.SimpleQueue()
    processes = [
        context.Process(target=claimer, args=(str(store.folder), f"p{n}", results))
        for n in range(3)
    ]
    for process in processes:
        process.start()
    claimed = Counter(key for _ in processes for key in results.get())
    for process in processes:
        process.join()
    assert set(claimed.values()) == {1}
    assert len(claimed) + sum(s != "done" for s in states(store).values()) == 120
    assert store.faults() == []


def test_a_change_that_breaks_off_leaves_nothing(store: Store) -> None:
    take_in(store, planned(wanted("a", "zh")))
    with pytest.raises(sqlite3.IntegrityError), store.change() as base:
        base.executemany("UPDATE tasks SET state = ?", [("done",), ("no state",)])
    assert set(states(store).values()) == {"ready", "waiting"}


def test_a_newer_or_damaged_file_is_refused(store: Store) -> None:
    folder = store.folder
    store.base.execute("PRAGMA user_version = 99")
    store.close()
    with pytest.raises(WorkspaceError, match="Update dubbing"):
        Store(folder)
    for name in (FILE_NAME, f"{FILE_NAME}-wal"):
        (folder / name).unlink(missing_ok=True)
    (folder / FILE_NAME).write_bytes(b"no database at all" * 100)
    with pytest.raises(WorkspaceError, match="damaged"):
        Store(folder)
    with pytest.raises(WorkspaceError, match="no batch"):
        Store(folder / "elsewhere")


def test_only_one_driver(store: Store) -> None:
    with Lease(store), pytest.raises(WorkspaceError, match="Another driver \\(process"):
        Lease(Store(store.folder)).__enter__()
    with Lease(store):
        pass


def test_a_lease_of_another_machine_is_waited_out(store: Store) -> None:
    store.base.execute(
        "INSERT INTO drivers VALUES ('x', 'elsewhere', 1, 0, ?, '')", (time.time() + 100,)
    )
    with pytest.raises(WorkspaceError, match="elsewhere"):
        Lease(store).__enter__()
    store.base.execute("UPDATE drivers SET lease_until = ?", (time.time() - 1,))
    with Lease(store) as lease:
        store.base.execute("UPDATE drivers SET id = 'taken over'")
        lease._renewed = 0.0
        with pytest.raises(WorkspaceError, match="Another driver"):
            lease.renew()


def test_speeds_and_artifacts_are_kept(store: Store) -> None:
    take_in(store, planned(wanted("a", "zh")))
    queue = Queue(store, "me")
    (claim,) = queue.claim(1)
    queue.placed([(claim.id, "worker-0")])
    queue.done([(claim.id, receipt(claim.key))])
    row = store.base.execute("SELECT * FROM speeds").fetchone()
    assert (row["stage"], row["seconds"], row["film_s"]) == ("mix", 3.0, 1.5)
    outcome = store.base.execute("SELECT worker, outcome FROM attempts").fetchone()
    assert tuple(outcome) == ("worker-0", "done")


def test_readers_do_not_wait_for_a_writer(store: Store) -> None:
    take_in(store, planned(wanted("a", "zh")))
    with store.change() as base:
        base.execute("UPDATE tasks SET priority = 7")
        other = sqlite3.connect(store.folder / FILE_NAME, timeout=0.1)
        assert other.execute("SELECT MAX(priority) FROM tasks").fetchone() == (0,)
        other.close()


@pytest.mark.parametrize(("name", "is_taken"), [("notes.txt", False), (".DS_Store", True),
                                                ("results/ab/cd.json", True)])  # fmt: skip
def test_a_folder_of_the_users_is_no_batch(tmp_path: Path, name: str, is_taken: bool) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text("{}")
    if is_taken:
        Store(tmp_path, create=True).close()
        return
    with pytest.raises(UsageError, match="not the folder of a batch"):
        Store(tmp_path, create=True)
    assert [path.name for path in tmp_path.iterdir()] == [name]
