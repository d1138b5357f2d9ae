"""What a batch will take: time, disk and memory, from speeds that were measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from dubbing.batch.places import is_url
from dubbing.batch.plan import Plan, shared_stages
from dubbing.batch.store import Store
from dubbing.batch.tasks import Kind
from dubbing.errors import DubbingError
from dubbing.pipeline import load_stages
from dubbing.settings import load_recipe

LEAST_RUNS = 3
"""So many runs of a stage in this batch outweigh the shipped figures."""


@dataclass(frozen=True, slots=True)
class Speeds:
    """Seconds of work a second of film, by stage, and where the figures are from."""

    by_stage: Mapping[str, float]
    origin: str
    memory_mb: int
    disk_mb_a_minute: float
    loading_s: float


@dataclass(frozen=True, slots=True)
class TaskEstimate:
    """What one task takes; ``None`` where the film's length is not known."""

    task: str
    film: str
    kind: Kind
    target: str
    film_s: float | None
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a batch takes as a whole, and each task of it."""

    tasks: tuple[TaskEstimate, ...]
    seconds: float
    """Wall time with the given number of workers."""
    disk_mb: float
    memory_mb: float
    unknown_films: int
    origin: str


@cache
def shipped_speeds() -> Mapping[str, Any]:
    """The figures that come with the program."""
    text = (files("dubbing.batch") / "speeds.yaml").read_text(encoding="utf-8")
    plain: Mapping[str, Any] = yaml.safe_load(text)
    return plain


def speeds_of(store: Store | None) -> Speeds:
    """Measured speeds: the batch's own where it has enough runs, else those that are shipped."""
    shipped = shipped_speeds()
    by_stage = dict(shipped["seconds_a_film_second"])
    origin = f"shipped figures of {shipped['date']} ({shipped['measured_on']})"
    if store is not None:
        own = {
            row["stage"]: row["seconds"] / row["film_s"]
            for row in store.base.execute("SELECT * FROM speeds WHERE film_s > 0")
            if row["runs"] >= LEAST_RUNS
        }
        by_stage |= own
        if own:
            origin = f"{len(own)} stages as they ran in this batch; else {origin}"
    return Speeds(
        by_stage, origin, shipped["memory_mb"], shipped["disk_mb_a_film_minute"],
        shipped["loading_s"],
    )  # fmt: skip


def film_seconds(source: str) -> float | None:
    """Length of a film that lies on a disk; ``None`` if it cannot be told without fetching it."""
    from dubbing.media.probe import probe

    if is_url(source):
        return None
    try:
        return probe(Path(source)).duration_ms / 1000
    except DubbingError:
        return None


def estimate(
    plan: Plan, lengths: Mapping[str, float | None], speeds: Speeds, workers: int, recipe: str
) -> Estimate:
    """What a plan takes on so many workers.

    Args:
        plan: its tasks.
        lengths: seconds of film by task key.
        speeds: how fast stages are.
        workers: how many tasks run side by side, each as fast as the speeds say.
        recipe: by which films are dubbed.
    """
    stages = load_stages(load_recipe(recipe))
    shared = [s.name for s in shared_stages(stages)]
    factors = {
        Kind.ANALYSIS: _factor(shared, speeds),
        Kind.CASTING: _factor(["voices"], speeds),
        Kind.DUB: _factor([s.name for s in stages if s.name not in shared], speeds),
    }
    tasks = []
    for task in plan.tasks.values():
        film_s = lengths.get(task.key)
        seconds = None if film_s is None else film_s * factors[task.kind]
        tasks.append(TaskEstimate(task.key, task.film, task.kind, task.target, film_s, seconds))
    total = sum(item.seconds or 0.0 for item in tasks)
    films = [item for item in tasks if item.kind is Kind.ANALYSIS]
    minutes = sum((item.film_s or 0.0) for item in films) / 60
    longest = _longest_chain(tasks)
    return Estimate(
        tasks=tuple(tasks),
        seconds=max(total / max(1, workers), longest) + speeds.loading_s,
        disk_mb=minutes * speeds.disk_mb_a_minute,
        memory_mb=workers * speeds.memory_mb,
        unknown_films=sum(1 for item in films if item.film_s is None),
        origin=speeds.origin,
    )


def _factor(stages: Iterable[str], speeds: Speeds) -> float:
    return sum(speeds.by_stage.get(stage, 0.0) for stage in stages)


def _longest_chain(tasks: Iterable[TaskEstimate]) -> float:
    """One film's tasks run one after another, whatever the number of workers."""
    by_film: dict[str, float] = {}
    for item in tasks:
        by_film[item.film] = by_film.get(item.film, 0.0) + (item.seconds or 0.0)
    return max(by_film.values(), default=0.0)
