"""Takes a plan into the store: what is new is added, what is known keeps its state."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from dubbing.batch.plan import Plan
from dubbing.batch.queue import blocked_again, count_waits
from dubbing.batch.store import Store


def known_films(store: Store) -> dict[str, tuple[str, str]]:
    """Stamp and identity of the films that were looked at before."""
    rows = store.base.execute("SELECT source, stamp, identity FROM films")
    return {row["source"]: (row["stamp"], row["identity"]) for row in rows}


def take_in(store: Store, plan: Plan, films: dict[str, tuple[str, str]] | None = None) -> None:
    """Make the store's tasks and jobs those of a plan.

    A task that the plan does not hold any more is kept with its state, but not wanted; if the next plan
    holds it again, it goes on from there.
    """
    with store.change() as base:
        base.execute("UPDATE tasks SET wanted = 0")
        base.executemany("INSERT OR IGNORE INTO settings VALUES (?, ?)", plan.settings.items())
        base.executemany(
            "INSERT INTO tasks (key, kind, film, target, workspace, priority, position, payload,"
            " settings) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (key) DO UPDATE SET wanted = 1, film = excluded.film,"
            " priority = excluded.priority, position = excluded.position,"
            " payload = excluded.payload, settings = excluded.settings",
            (
                (t.key, t.kind, t.film, t.target, t.workspace, t.priority, t.position, t.payload,
                 t.settings)
                for t in plan.tasks.values()
            ),
        )  # fmt: skip
        ids = {row[0]: row[1] for row in base.execute("SELECT key, id FROM tasks WHERE wanted")}
        base.executemany("INSERT OR REPLACE INTO edges VALUES (?, ?, ?)", _edges(plan, ids))
        base.execute("DELETE FROM jobs")
        base.executemany("INSERT INTO jobs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", _jobs(plan, ids))
        base.executemany(
            "INSERT OR REPLACE INTO films VALUES (?, ?, ?)",
            ((source, *told) for source, told in (films or {}).items()),
        )
        _wanted_needs_too(base)
        count_waits(base)
        blocked_again(base)


def _edges(plan: Plan, ids: dict[str, int]) -> Iterable[tuple[int, int, int]]:
    for task in plan.tasks.values():
        for key in task.needs:
            yield ids[key], ids[task.key], 1
        for key in task.follows:
            yield ids[key], ids[task.key], 0


def _jobs(plan: Plan, ids: dict[str, int]) -> Iterable[tuple[object, ...]]:
    for position, job in enumerate(plan.jobs):
        wanted = job.wanted
        yield (
            position,
            wanted.film,
            wanted.source,
            wanted.target,
            wanted.output,
            json.dumps(dict(wanted.labels), ensure_ascii=False),
            wanted.series,
            ids.get(job.task),
            job.problem,
        )


def _wanted_needs_too(base: sqlite3.Connection) -> None:
    """A changed graph may leave an edge to a task that is no longer wanted; it binds nobody."""
    base.execute(
        "DELETE FROM edges WHERE needs IN (SELECT id FROM tasks WHERE NOT wanted)"
        " AND task IN (SELECT id FROM tasks WHERE wanted)"
    )
