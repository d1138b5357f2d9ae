"""Whose turn it is, and what became of it: every step from one state to another is a transaction."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dubbing.batch.store import Store
from dubbing.batch.tasks import Kind, Receipt, State

BLOCKED = "Blocked"
"""Kind of the error of a task that cannot begin because one before it did not succeed."""
PROMISED = (
    "SELECT e.task, COUNT(*) AS n FROM edges e JOIN tasks t ON t.id = e.needs"
    " WHERE t.state != 'done' AND (e.hard OR t.state IN ('waiting', 'ready', 'running'))"
    " GROUP BY e.task"
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A task that was given to a driver, with all that its worker must be told."""

    id: int
    key: str
    kind: Kind
    film: str
    target: str
    workspace: str
    payload: str
    settings: str
    attempt: int


class Queue:
    """The tasks of a store as one driver sees them."""

    def __init__(self, store: Store, driver: str) -> None:
        """Work under a driver's name."""
        self.store, self.driver = store, driver

    def claim(self, most: int, *, now_s: float | None = None) -> list[Claim]:
        """The next tasks, at most so many, marked as running; of one workspace, one at a time."""
        now_s = time.time() if now_s is None else now_s
        with self.store.change() as base:
            busy = {row[0] for row in base.execute(
                "SELECT workspace FROM tasks WHERE state = 'running'")}  # fmt: skip
            claims: list[Claim] = []
            rows = base.execute(
                "SELECT id, key, kind, film, target, workspace, payload, settings, attempts"
                " FROM tasks WHERE state = 'ready' AND wanted = 1 AND not_before <= ?"
                " ORDER BY priority DESC, position",
                (now_s,),
            )
            for row in rows:
                if len(claims) >= most:
                    break
                if row["workspace"] in busy:
                    continue
                busy.add(row["workspace"])
                claims.append(_claim(row))
            base.executemany(
                "UPDATE tasks SET state = 'running', attempts = attempts + 1, driver = ?,"
                " started = ?, ended = NULL, cancel = 0 WHERE id = ? AND state = 'ready'",
                [(self.driver, now_s, claim.id) for claim in claims],
            )
        return claims

    def placed(self, placed: Iterable[tuple[int, str]]) -> None:
        """Note which worker does which task."""
        now_s = time.time()
        placed = list(placed)
        with self.store.change() as base:
            base.executemany(
                "UPDATE tasks SET worker = ? WHERE id = ?", [(w, task) for task, w in placed]
            )
            base.executemany(
                "INSERT OR REPLACE INTO workers VALUES (?, ?, ?, ?)",
                [(worker, self.driver, now_s, task) for task, worker in placed],
            )

    def put_back(self, tasks: Iterable[int]) -> None:
        """Give claims back as if they had never been made."""
        with self.store.change() as base:
            base.executemany(
                "UPDATE tasks SET state = 'ready', attempts = attempts - 1, driver = NULL,"
                " worker = NULL WHERE id = ? AND state = 'running'",
                [(task,) for task in tasks],
            )

    def put_back_all(self) -> None:
        """Give back whatever this driver has claimed and not ended."""
        rows = self.store.base.execute(
            "SELECT id FROM tasks WHERE state = 'running' AND driver = ?", (self.driver,)
        )
        self.put_back([row[0] for row in rows])

    def done(self, finished: Sequence[tuple[int, Receipt]]) -> None:
        """Enter finished tasks, and make ready what waited for them."""
        with self.store.change() as base:
            for task, receipt in finished:
                enter_done(base, task, receipt)

    def again(self, task: int, error_kind: str, error: str, *, after_s: float, lost: bool) -> None:
        """A task rests for a while and is tried again."""
        with self.store.change() as base:
            _attempt(base, task, "lost" if lost else "failed", error)
            base.execute(
                "UPDATE tasks SET state = 'ready', not_before = ?, losses = losses + ?,"
                " error_kind = ?, error = ?, driver = NULL, ended = ? WHERE id = ?",
                (time.time() + after_s, int(lost), error_kind, error, time.time(), task),
            )

    def give_up(self, task: int, state: State, error_kind: str, error: str) -> None:
        """A task ends without success; what needs it ends with it."""
        with self.store.change() as base:
            _attempt(base, task, state, error)
            _end(base, [task], state, error_kind, error)

    def attempts_of(self, task: int) -> tuple[int, int]:
        """How often a task was begun, and how many workers died over it."""
        row = self.store.base.execute(
            "SELECT attempts, losses FROM tasks WHERE id = ?", (task,)
        ).fetchone()
        return int(row[0]), int(row[1])

    def to_cancel(self) -> list[str]:
        """Keys of running tasks that somebody wants to end."""
        rows = self.store.base.execute(
            "SELECT key FROM tasks WHERE state = 'running' AND cancel AND driver = ?",
            (self.driver,),
        )
        return [row[0] for row in rows]

    def left(self) -> tuple[int, float | None]:
        """How many tasks are ready or run, and when the next one that rests may (time of day)."""
        row = self.store.base.execute(
            "SELECT COUNT(*), MIN(CASE WHEN state = 'ready' THEN not_before END) FROM tasks"
            " WHERE wanted = 1 AND state IN ('ready', 'running')"
        ).fetchone()
        return int(row[0]), row[1]

    def recover(self) -> int:
        """Take back what a driver left running that is no more; gives back how many."""
        with self.store.change() as base:
            base.execute("DELETE FROM workers")
            return base.execute(
                "UPDATE tasks SET state = 'ready', driver = NULL, worker = NULL,"
                " attempts = attempts - 1 WHERE state = 'running'"
            ).rowcount


# -- by hand -------------------------------------------------------------------------------------


def retry(store: Store, tasks: Iterable[int] | None = None) -> int:
    """Give tasks that did not succeed a new start (all of them if ``None``); how many."""
    with store.change() as base:
        chosen = _chosen(base, tasks, "state IN ('failed', 'set aside', 'cancelled')")
        base.executemany(
            "UPDATE tasks SET state = 'waiting', attempts = 0, losses = 0, not_before = 0,"
            " error_kind = NULL, error = NULL, cancel = 0 WHERE id = ?",
            [(task,) for task in [*chosen, *_needed_by(base, chosen)]],
        )
        count_waits(base)
        blocked_again(base)
        return len(chosen)


def cancel(store: Store, tasks: Iterable[int] | None = None) -> int:
    """End tasks that have not ended; the driver stops those that run."""
    with store.change() as base:
        chosen = _chosen(base, tasks, "state IN ('waiting', 'ready', 'running')")
        marks = [(task,) for task in chosen]
        base.executemany("UPDATE tasks SET cancel = 1 WHERE id = ? AND state = 'running'", marks)
        waiting = [
            task
            for (task,) in marks
            if base.execute("SELECT state FROM tasks WHERE id = ?", (task,)).fetchone()[0]
            != State.RUNNING
        ]
        _end(base, waiting, State.CANCELLED, "Cancelled", "It was cancelled.")
        return len(chosen)


def _chosen(base: sqlite3.Connection, tasks: Iterable[int] | None, where: str) -> list[int]:
    rows = base.execute(f"SELECT id FROM tasks WHERE wanted AND {where}")  # noqa: S608 - our words
    found = [int(row[0]) for row in rows]
    if tasks is None:
        return found
    asked = set(tasks)
    return [task for task in found if task in asked]


def _needed_by(base: sqlite3.Connection, tasks: Sequence[int]) -> list[int]:
    """Tasks before these that did not succeed either: without them a new start is in vain."""
    found: list[int] = []
    left = list(tasks)
    while left:
        rows = base.execute(
            "SELECT t.id FROM edges e JOIN tasks t ON t.id = e.needs WHERE e.task = ? AND e.hard"
            " AND t.state IN ('failed', 'set aside', 'cancelled')",
            (left.pop(),),
        ).fetchall()
        new = [row[0] for row in rows if row[0] not in found]
        found += new
        left += new
    return found


# -- steps inside a transaction ------------------------------------------------------------------


def enter_done(base: sqlite3.Connection, task: int, receipt: Receipt) -> None:
    """A task is done: what it took, what it wrote, and who may begin now."""
    _attempt(base, task, "done", "")
    base.execute(
        "UPDATE tasks SET state = 'done', ended = ?, seconds = ?, error_kind = NULL,"
        " error = NULL, cancel = 0, worker = COALESCE(worker, ?) WHERE id = ?",
        (receipt.finished_s, receipt.seconds, receipt.worker, task),
    )
    base.executemany(
        "INSERT OR REPLACE INTO artifacts VALUES (?, ?, ?)",
        [(task, item["place"], item["n_bytes"]) for item in receipt.outputs],
    )
    base.executemany(
        "INSERT INTO speeds VALUES (?, ?, ?, 1) ON CONFLICT (stage) DO UPDATE SET"
        " seconds = seconds + excluded.seconds, film_s = film_s + excluded.film_s, runs = runs + 1",
        [
            (step["stage"], step["seconds"], receipt.film_ms / 1000)
            for step in receipt.stages
            if not step["reused"]
        ],
    )
    _one_less(base, task, hard_too=True)


def _one_less(base: sqlite3.Connection, task: int, *, hard_too: bool) -> None:
    followers = "SELECT task FROM edges WHERE needs = :task AND (:all OR NOT hard)"
    told = {"task": task, "all": int(hard_too)}
    base.execute(
        f"UPDATE tasks SET waits_for = waits_for - 1 WHERE id IN ({followers})"  # noqa: S608
        " AND waits_for > 0",
        told,
    )
    # the + keeps SQLite from walking through all that waits, instead of the few that follow
    base.execute(
        f"UPDATE tasks SET state = 'ready' WHERE id IN ({followers})"  # noqa: S608
        " AND waits_for = 0 AND +state = 'waiting'",
        told,
    )


def _end(
    base: sqlite3.Connection, tasks: Sequence[int], state: State, error_kind: str, error: str
) -> None:
    """End tasks without success, and all that need them."""
    left = [(task, state, error_kind, error) for task in tasks]
    while left:
        task, becomes, kind, told = left.pop()
        base.execute(
            "UPDATE tasks SET state = ?, ended = ?, error_kind = ?, error = ?, cancel = 0"
            " WHERE id = ?",
            (becomes, time.time(), kind, told, task),
        )
        _one_less(base, task, hard_too=False)
        rows = base.execute(
            "SELECT t.id FROM edges e JOIN tasks t ON t.id = e.task WHERE e.needs = ? AND e.hard"
            " AND t.state IN ('waiting', 'ready')",
            (task,),
        ).fetchall()
        follows = State.CANCELLED if becomes is State.CANCELLED else State.FAILED
        left += [(row[0], follows, BLOCKED, f"What it needs was not made: {told}") for row in rows]


def blocked_again(base: sqlite3.Connection) -> None:
    """End what waits for a task that has ended without success (a new plan may hold such)."""
    rows = base.execute(
        "SELECT DISTINCT t.id, n.state, n.error FROM tasks t JOIN edges e ON e.task = t.id"
        " JOIN tasks n ON n.id = e.needs WHERE e.hard AND t.wanted AND t.state = 'waiting'"
        " AND n.state IN ('failed', 'set aside', 'cancelled')"
    ).fetchall()
    for row in rows:
        state = State.CANCELLED if row[1] == State.CANCELLED else State.FAILED
        _end(base, [row[0]], state, BLOCKED, f"What it needs was not made: {row[2]}")


def count_waits(base: sqlite3.Connection) -> None:
    """Count again for how many tasks each one waits; what waits for none is ready."""
    base.execute("UPDATE tasks SET waits_for = 0 WHERE state IN ('waiting', 'ready')")
    base.execute(
        f"UPDATE tasks SET waits_for = p.n FROM ({PROMISED}) AS p WHERE p.task = tasks.id"  # noqa: S608
        " AND tasks.state IN ('waiting', 'ready')"
    )
    base.execute("UPDATE tasks SET state = 'ready' WHERE state = 'waiting' AND waits_for = 0")
    base.execute("UPDATE tasks SET state = 'waiting' WHERE state = 'ready' AND waits_for > 0")


def _attempt(base: sqlite3.Connection, task: int, outcome: str, error: str) -> None:
    base.execute(
        "INSERT INTO attempts SELECT id, COALESCE(started, ?2), ?2, COALESCE(worker, ''), ?3, ?4"
        " FROM tasks WHERE id = ?1",
        (task, time.time(), outcome, error),
    )


def _claim(row: sqlite3.Row) -> Claim:
    return Claim(
        id=row["id"],
        key=row["key"],
        kind=Kind(row["kind"]),
        film=row["film"],
        target=row["target"],
        workspace=row["workspace"],
        payload=row["payload"],
        settings=row["settings"],
        attempt=row["attempts"] + 1,
    )
