"""From what is wanted to a graph of tasks in which nothing is done twice.

    film ─ analysis ─┬─ dub zh        everything before the first stage that knows the target
                     ├─ dub es        language is the analysis, made once a film
                     └─ dub ja
    a series:  analysis 1 ─ casting 1 ─ dub 1
                               │         each episode's casting knows the people of all before
               analysis 2 ─ casting 2 ─ dub 2

The key of a task is the hash of the film's content, of the settings that it reads, and of the engines and
weights that these name. So two names for one film, or one film in two entries, end in the same tasks;
where their outputs differ, the dub is written once and copied. Other weights make other tasks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from dubbing.batch.films import Identify
from dubbing.batch.manifest import Asked, Wanted
from dubbing.batch.tasks import Kind, Task
from dubbing.errors import DubbingError
from dubbing.pipeline import Stage, load_stages, made_by
from dubbing.registry import identity
from dubbing.settings import Profile, load_recipe
from dubbing.workspace import digest

RECIPE = "dub"


@dataclass(frozen=True, slots=True)
class PlannedJob:
    """A film and language of the manifest, and the task that makes it."""

    wanted: Wanted
    task: str
    problem: str = ""
    """Why its film cannot even be looked at; then there is no task."""


@dataclass(slots=True)
class Plan:
    """All tasks by key, in order, all jobs, and each profile once."""

    tasks: dict[str, Task] = field(default_factory=dict)
    jobs: list[PlannedJob] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)

    def by_source(self, lengths: Mapping[str, float | None]) -> dict[str, float | None]:
        """Lengths of films, given by where the films lie, by task."""
        return {
            key: lengths.get(json.loads(task.payload)["source"]) for key, task in self.tasks.items()
        }


def shared_stages(stages: Sequence[Stage]) -> tuple[Stage, ...]:
    """The stages before the first that knows the target language or where the output goes."""
    shared = []
    for item in stages:
        if "target_language" in item.reads or "output" in item.outside:
            break
        shared.append(item)
    return tuple(shared)


def make_plan(
    asked: Asked, identify: Identify, *, recipe: str = RECIPE, stages: Sequence[Stage] = ()
) -> Plan:
    """The graph of a manifest's tasks.

    Args:
        asked: the manifest.
        identify: tells the content of a film at a place.
        recipe: by which films are dubbed.
        stages: its stages, if they are loaded already.

    Raises:
        BadSettings: if the recipe is none.
    """
    planner = _Planner(recipe, tuple(stages) or load_stages(load_recipe(recipe)), asked)
    for wanted in asked.jobs:
        try:
            planner.add(wanted, identify(wanted.source))
        except DubbingError as error:  # one bad film never stops the rest
            planner.plan.jobs.append(PlannedJob(wanted, "", str(error)))
    return planner.plan


class _Planner:
    def __init__(self, recipe: str, stages: Sequence[Stage], asked: Asked) -> None:
        self.recipe, self.asked = recipe, asked
        self.shared = shared_stages(stages)
        self.rest = tuple(stages[len(self.shared) :])
        self.plan = Plan()
        self.digests: dict[int, tuple[str, str, str]] = {}
        self.series: dict[tuple[str, str], _Episodes] = {}
        self.outputs: dict[str, list[str]] = {}
        self.engine_identity = cache(identity)

    def add(self, wanted: Wanted, identity: str) -> None:
        """The tasks of one film and language, as far as they are not there yet."""
        shared, rest, whole = self._digests(wanted.profile)
        consents = sorted(wanted.consents)
        analysis = digest([Kind.ANALYSIS, self.recipe, identity, shared, consents, wanted.names])
        workspace = f"{_slug(wanted.source)}-{analysis[:12]}.dub"
        job = _Job(wanted, analysis, workspace, whole)
        known = self.plan.tasks.get(analysis)
        if known is None:
            self._put(job, analysis, Kind.ANALYSIS, until=self.shared[-1].name)
        elif wanted.priority > known.priority:
            self.plan.tasks[analysis] = replace(known, priority=wanted.priority)
        casting = self._casting(job) if wanted.series else None
        suffix = PurePosixPath(wanted.output).suffix.lower()
        chain = casting.chain if casting else ""
        key = digest([Kind.DUB, analysis, wanted.target, rest, suffix, chain, wanted.cast])
        self._dub(job, key, casting)
        self.plan.jobs.append(PlannedJob(wanted, key))

    def _dub(self, job: _Job, key: str, casting: _Casting | None) -> None:
        wanted = job.wanted
        outputs = self.outputs.setdefault(key, [])
        if wanted.output not in outputs:
            outputs.append(wanted.output)
        known = self.plan.tasks.get(key)
        if known is None:
            self._put(job, key, Kind.DUB, outputs=outputs, casting=casting.task if casting else "")
            needs = (job.analysis, casting.task) if casting else (job.analysis,)
            self.plan.tasks[key] = replace(self.plan.tasks[key], needs=needs)
            return
        payload = {**json.loads(known.payload), "outputs": outputs}
        self.plan.tasks[key] = replace(
            known,
            priority=max(wanted.priority, known.priority),
            payload=json.dumps(payload, ensure_ascii=False),
        )

    def _casting(self, job: _Job) -> _Casting:
        """The casting of this episode, which follows those of all episodes before it."""
        wanted, threshold = job.wanted, self.asked.series_threshold
        episodes = self.series.setdefault((wanted.series, wanted.target), _Episodes())
        if job.analysis in episodes.by_analysis:
            return episodes.by_analysis[job.analysis]
        voices = wanted.profile.voices.model_dump(mode="json")
        chain = digest([episodes.chain, job.analysis, voices, wanted.cast, threshold])
        key = digest([Kind.CASTING, wanted.target, chain])
        self._put(job, key, Kind.CASTING, earlier=list(episodes.tasks), threshold=threshold)
        self.plan.tasks[key] = replace(
            self.plan.tasks[key], needs=(job.analysis,), follows=tuple(episodes.tasks[-1:])
        )
        episodes.chain = chain
        episodes.tasks.append(key)
        episodes.by_analysis[job.analysis] = _Casting(key, chain)
        return episodes.by_analysis[job.analysis]

    def _put(self, job: _Job, key: str, kind: Kind, **told: Any) -> None:
        wanted = job.wanted
        payload = {
            "source": wanted.source,
            "target": wanted.target,
            "recipe": self.recipe,
            "consents": list(wanted.consents),
            "voices": dict(wanted.cast),
            "names": dict(wanted.names),
            **told,
        }
        self.plan.tasks[key] = Task(
            key=key,
            kind=kind,
            film=wanted.film,
            target="" if kind is Kind.ANALYSIS else wanted.target,
            workspace=job.workspace,
            priority=wanted.priority,
            position=len(self.plan.tasks),
            payload=json.dumps(payload, ensure_ascii=False),
            settings=job.settings,
        )

    def _digests(self, profile: Profile) -> tuple[str, str, str]:
        """Hashes of what the analysis reads, of what the rest reads, and of all, which is kept."""
        if id(profile) not in self.digests:
            whole = json.dumps(profile.model_dump(mode="json"), sort_keys=True)
            name = digest(whole)
            self.plan.settings[name] = whole
            self.digests[id(profile)] = (
                digest(self._made_by(self.shared, profile)),
                digest(self._made_by(self.rest, profile)),
                name,
            )
        return self.digests[id(profile)]

    def _made_by(self, stages: Iterable[Stage], profile: Profile) -> list[Any]:
        return [made_by(stage, profile, self.engine_identity) for stage in stages]


@dataclass(frozen=True, slots=True)
class _Job:
    """A wanted dub and what all tasks of its film have in common."""

    wanted: Wanted
    analysis: str
    workspace: str
    settings: str


@dataclass(frozen=True, slots=True)
class _Casting:
    task: str
    chain: str


@dataclass(slots=True)
class _Episodes:
    """What is planned of a series so far; ``chain`` changes with each episode, in order."""

    chain: str = ""
    tasks: list[str] = field(default_factory=list)
    by_analysis: dict[str, _Casting] = field(default_factory=dict)


def _slug(source: str) -> str:
    """A folder name that a person recognises the film by."""
    return re.sub(r"[^\w-]+", "_", Path(source).stem)[:40].strip("_") or "film"
