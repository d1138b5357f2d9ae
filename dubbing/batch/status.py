"""Where a batch stands: counts, and a row for each film and language."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dubbing.batch.store import Store
from dubbing.batch.tasks import UNDONE, State
from dubbing.batch.worker import log_path

TAIL_BYTES = 4096


@dataclass(frozen=True, slots=True)
class JobRow:
    """A film and language, and how far they are."""

    film: str
    target: str
    state: str
    stage: str
    """What is at work now; empty if nothing is."""
    attempts: int
    seconds: float
    """Of the dub's own task, as far as it is done."""
    output: str
    error: str
    labels: Mapping[str, str]
    task: str


@dataclass(frozen=True, slots=True)
class Status:
    """A batch at one moment."""

    title: str
    paused: bool
    driver: str
    """Who drives it; empty if nobody does."""
    note: str
    tasks: Mapping[str, int]
    """How many tasks are in each state."""
    jobs: Mapping[str, int]
    seconds: float
    """Of all finished tasks together."""

    @property
    def failed(self) -> bool:
        """Whether anything did not succeed."""
        return any(self.jobs.get(state, 0) for state in (*UNDONE, "unreadable"))

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do."""
        return not any(self.tasks.get(s, 0) for s in (State.WAITING, State.READY, State.RUNNING))


def status(store: Store) -> Status:
    """The batch as a whole."""
    base = store.base
    tasks = base.execute("SELECT state, COUNT(*) FROM tasks WHERE wanted = 1 GROUP BY state")
    jobs = base.execute(
        "SELECT COALESCE(t.state, 'unreadable'), COUNT(*) FROM jobs j"
        " LEFT JOIN tasks t ON t.id = j.task GROUP BY 1"
    )
    driver = base.execute(
        "SELECT host, pid, note FROM drivers WHERE lease_until > ?", (time.time(),)
    ).fetchone()
    (seconds,) = base.execute("SELECT COALESCE(SUM(seconds), 0) FROM tasks").fetchone()
    return Status(
        title=store.title,
        paused=store.is_paused,
        driver=f"process {driver['pid']} on {driver['host']}" if driver is not None else "",
        note=driver["note"] if driver is not None else "",
        tasks=dict(tasks.fetchall()),
        jobs=dict(jobs.fetchall()),
        seconds=round(seconds, 3),
    )


def rows(store: Store) -> Iterator[JobRow]:
    """Every film and language, in the order of the manifest."""
    running = {
        row["workspace"]: row["key"]
        for row in store.base.execute("SELECT workspace, key FROM tasks WHERE state = 'running'")
    }
    for row in store.base.execute(
        "SELECT j.film, j.target, j.output, j.labels, j.problem, t.key, t.state, t.attempts,"
        " t.seconds, t.error, t.workspace FROM jobs j LEFT JOIN tasks t ON t.id = j.task"
        " ORDER BY j.position"
    ):
        key, state = row["key"] or "", row["state"] or "unreadable"
        working = running.get(row["workspace"], "")
        is_ours = working == key or state == State.WAITING
        yield JobRow(
            film=row["film"],
            target=row["target"],
            state=state,
            stage=current_stage(store.folder, working) if working and is_ours else "",
            attempts=row["attempts"] or 0,
            seconds=row["seconds"] or 0.0,
            output=row["output"],
            error=row["error"] or row["problem"],
            labels=json.loads(row["labels"]),
            task=key,
        )


def current_stage(folder: Path, task: str) -> str:
    """The stage that a running task is at, by the end of its log."""
    for entry in reversed(log_entries(folder, task, tail=True)):
        if entry.get("kind") == "stage-started":
            return str(entry.get("stage", ""))
        if entry.get("kind") == "began":
            return "beginning"
    return ""


def log_entries(folder: Path, task: str, *, tail: bool = False) -> list[dict[str, Any]]:
    """The log of a task, or its end; a line that is half written is left out."""
    try:
        with log_path(folder, task).open("rb") as file:
            if tail:
                file.seek(0, 2)
                file.seek(max(0, file.tell() - TAIL_BYTES))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return []
    entries = []
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            entries.append(entry)
    return entries


def find_tasks(store: Store, film: str, target: str | None) -> list[tuple[int, str]]:
    """Number and key of a film's tasks: those of one language, or all with the analysis."""
    found: dict[int, str] = {}
    for row in store.base.execute(
        "SELECT t.id, t.key, t.target FROM jobs j JOIN tasks d ON d.id = j.task"
        " JOIN tasks t ON t.workspace = d.workspace AND t.wanted = 1"
        " WHERE j.film = ? OR j.source = ?",
        (film, film),
    ):
        if target is None or row["target"] == target:
            found[row["id"]] = row["key"]
    return sorted(found.items())
