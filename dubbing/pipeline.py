"""Runs a recipe: order, cache keys, progress, resume.

A stage is a plain function ``(timeline, run, settings) -> timeline`` with a declaration of the
fields it reads and writes. Its key is the hash of what it reads, its version, its own settings and
its engines; if the workspace remembers a result under that key, the result is grafted into the
document and the stage does not run. Killed at any moment and started again, a run goes on.
"""

from __future__ import annotations

import errno
import importlib
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dubbing import timeline_json
from dubbing.errors import BadSettings, DubbingError, StageFailed, WorkspaceError
from dubbing.film_identity import film_identity
from dubbing.media.ffmpeg_choice import current_ffmpeg
from dubbing.memo_keys import Identity, MemoKey, memo_key
from dubbing.models.catalogue import weights_id
from dubbing.progress import Event, Listener, silence
from dubbing.project.overrides import LAID_OVER, Overrides
from dubbing.project.state import Field as ProjectField
from dubbing.project.state import ProjectState
from dubbing.registry import Engines, identity, package_id
from dubbing.settings import Profile
from dubbing.timeline import Artifact, Step, Timeline
from dubbing.workspace import DISK_FULL_CODES, Workspace, explain_os_error

NO_ROOM_BYTES = 1 << 16
NOTHING_DECIDED = ProjectState()
StageFunction = Callable[[Timeline, "Run", Any], Timeline]
CheckFunction = Callable[[Timeline, "Run", Any], None]


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage and what it declares: ``reads``/``writes`` are fields like ``lines.plan``."""

    name: str
    function: StageFunction
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    version: int
    engine_roles: tuple[str, ...]
    """Roles of the engine that its own settings name."""
    engines_of: tuple[tuple[str, str], ...]
    """Engines that another stage's settings name: role and stage."""
    fixed_engines: tuple[tuple[str, str], ...]
    """Engines that it uses whatever the settings say: role and name."""
    weights: tuple[str, ...]
    """Small trained weights that it uses beside its engines, by their names in the catalogue."""
    packages: tuple[str, ...]
    """Installed packages whose own weights it uses."""
    settings_of: tuple[str, ...]
    """Settings of other stages that it reads, like ``timing.gap_ms``."""
    outside: tuple[str, ...]
    """What it depends on beside the document: ``source`` (the file), ``output`` (path), ``ffmpeg``."""
    project: tuple[ProjectField, ...]
    """Fields of the project's state that it reads; it sees no others."""
    follows_decisions: bool
    """Whether reviewers' decisions are laid over the document before it begins."""
    check: CheckFunction | None
    """Refuses a remembered result that must not be used any more (by a ``DubbingError``)."""
    early: tuple[str, CheckFunction] | None
    """Refuses what cannot be (by a ``DubbingError``) as soon as the named stage is done."""


def stage(  # noqa: PLR0913 - a declaration names everything that a result depends on
    *,
    reads: Sequence[str],
    writes: Sequence[str],
    version: int,
    engine_roles: Sequence[str] = (),
    engines_of: Sequence[tuple[str, str]] = (),
    fixed_engines: Sequence[tuple[str, str]] = (),
    weights: Sequence[str] = (),
    packages: Sequence[str] = (),
    settings_of: Sequence[str] = (),
    outside: Sequence[str] = (),
    project: Sequence[ProjectField] = (),
    follows_decisions: bool = False,
    check: CheckFunction | None = None,
    early: tuple[str, CheckFunction] | None = None,
) -> Callable[[StageFunction], Stage]:
    """Declare a stage; the settings field ``engine`` names the engine of each role."""

    def declare(function: StageFunction) -> Stage:
        name = function.__name__
        return Stage(
            name=name,
            function=function,
            reads=tuple(reads),
            writes=tuple(writes),
            version=version,
            engine_roles=tuple(engine_roles),
            engines_of=tuple(engines_of),
            fixed_engines=tuple(fixed_engines),
            weights=tuple(weights),
            packages=tuple(packages),
            settings_of=tuple(settings_of),
            outside=tuple(outside),
            project=tuple(project),
            follows_decisions=follows_decisions,
            check=check,
            early=early,
        )

    return declare


@dataclass(slots=True)
class Run:
    """What a stage may use beside the document and its settings."""

    workspace: Workspace
    source: Path
    output: Path | None = None
    engines: Engines = field(default_factory=Engines)
    listener: Listener = silence
    profile: Profile = field(default_factory=Profile)
    """Settings of all stages; a stage that reads another's declares it (``settings_of``)."""
    stage_name: str = ""
    stage_key: MemoKey | None = None
    project: ProjectState = NOTHING_DECIDED
    """What people decided of this film; a stage sees of it what it declares (``project``)."""
    fresh: bool = False
    """Ignore what is remembered (``--force``)."""
    maker: Path | None = None
    """For whom the output is recorded (:mod:`dubbing.outputs`); ``None`` is the workspace."""

    def seen_by(self, item: Stage, key: MemoKey | None = None) -> Run:
        """The same run as a stage sees it."""
        return replace(
            self, stage_name=item.name, stage_key=key, project=self.project.only(item.project)
        )

    def progress(self, done: float, total: float, message: str = "", unit: str = "") -> None:
        """Tell how far the stage is."""
        self.listener(Event("progress", self.stage_name, message, done, total, unit))

    def note(self, message: str) -> None:
        """Tell something that a person should know."""
        self.listener(Event("note", self.stage_name, message))

    def part_key(self, *parts: Any) -> MemoKey:
        """Return the key of a part of this stage's result, which depends on all that the whole does."""
        assert self.stage_key is not None, "outside a recipe there is no stage to be part of"
        return memo_key(self.stage_name, 1, (), self.stage_key, *parts)

    def recall(self, key: MemoKey) -> Any | None:
        """A part result of this stage, unless everything is to be made again."""
        return None if self.fresh else self.workspace.recall(key)

    def remember(self, key: MemoKey, value: Any) -> None:
        """Keep a part result, so that an interruption does not lose it."""
        self.workspace.remember(key, value)


def load_stages(names: Sequence[str]) -> tuple[Stage, ...]:
    """The stages of a recipe, checked: nobody reads what nobody wrote.

    Raises:
        BadSettings: naming the stage and what it lacks.
    """
    stages = tuple(_load_stage(name) for name in names)
    written = {"target_language"}
    for item in stages:
        written.update(LAID_OVER if item.follows_decisions else ())
        for wanted in item.reads:
            if wanted not in written and wanted.partition(".")[0] not in written:
                raise BadSettings(
                    f"Stage '{item.name}' needs {wanted}, which no earlier stage writes.",
                    hint="Check the order in the recipe.",
                )
        written.update(item.writes)
    return stages


def _load_stage(name: str) -> Stage:
    if not name.isidentifier():
        raise BadSettings(f"There is no stage '{name}'.")
    try:
        module = importlib.import_module(f"dubbing.stages.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"dubbing.stages.{name}":
            raise
        raise BadSettings(f"There is no stage '{name}'.") from error
    found = getattr(module, name, None)
    if not isinstance(found, Stage):
        raise BadSettings(f"There is no stage '{name}'.")
    return found


def stage_key(
    item: Stage,
    timeline: Timeline,
    profile: Profile,
    outside: Mapping[str, str],
    project: ProjectState = NOTHING_DECIDED,
) -> MemoKey:
    """Hash of all that a stage's result depends on."""
    plain = timeline_json.to_plain(timeline)
    made = made_by(item, profile)
    return memo_key(
        item.name,
        item.version,
        made.pop("makers"),
        made,
        {path: timeline_json.select(plain, path) for path in item.reads},
        {name: outside[name] for name in item.outside},
        {name: project.for_key(name) for name in item.project},
    )


def made_by(
    item: Stage, profile: Profile, identify: Callable[[str, str, Any], Identity] = identity
) -> dict[str, Any]:
    """What a stage's result depends on beside its film: program, settings, engines and their weights.

    ``identify`` tells an engine's identity; who asks for many stages may keep the answers.

    Raises:
        UnknownEngine: if there is no such engine.
        EngineUnavailable: if its package is not installed.
    """
    return {
        "stage": item.name,
        "version": item.version,
        "settings": profile.of(item.name).model_dump(mode="json"),
        "settings_of": {path: setting(profile, path) for path in item.settings_of},
        "makers": [
            *(identify(role, name, options) for role, name, options in engines_used(item, profile)),
            *map(weights_id, item.weights),
            *map(package_id, item.packages),
        ],
    }


def engines_used(item: Stage, profile: Profile) -> Iterator[tuple[str, str, Any]]:
    """Role, name and options of every engine that a stage may ask."""
    named = [*((role, item.name) for role in item.engine_roles), *item.engines_of]
    for role, stage_name in named:
        settings: Any = profile.of(stage_name)
        yield role, settings.engine, getattr(settings, "engine_options", None)
    for role, name in item.fixed_engines:
        yield role, name, None


def setting(profile: Profile, path: str) -> Any:
    """The value of ``timing.gap_ms`` as JSON has it."""
    stage_name, _, name = path.partition(".")
    return profile.of(stage_name).model_dump(mode="json")[name]


def run_stages(
    stages: Sequence[Stage],
    timeline: Timeline,
    run: Run,
    profile: Profile,
    *,
    fresh_from: str | None = None,
) -> Timeline:
    """Take the document through the stages, reusing every result that is still right.

    Args:
        stages: what :func:`load_stages` gave.
        timeline: the document to begin with; for a new film, only its target language is set.
        run: workspace, engines and listener.
        profile: the settings of all stages.
        fresh_from: name of the stage from which on nothing remembered is used.
    """
    outside = {
        "source": film_identity(run.source, run.listener),
        "output": str(run.output or ""),
        "ffmpeg": current_ffmpeg().identity,
    }
    run.profile = profile
    overrides = Overrides(run.project, profile, run.workspace, run.engines, run.note)
    for number, item in enumerate(stages, start=1):
        run.fresh = run.fresh or item.name == fresh_from
        if item.follows_decisions:
            timeline = overrides.laid_over(timeline)
        timeline = _run_stage(item, timeline, run, outside)
        run.workspace.save_timeline(number, item.name, timeline)
        for later in stages[number:]:
            if later.early is not None and later.early[0] == item.name:
                later.early[1](timeline, run.seen_by(later), profile.of(later.name))
    return timeline


def _run_stage(item: Stage, timeline: Timeline, run: Run, outside: Mapping[str, str]) -> Timeline:
    settings: Any = run.profile.of(item.name)
    key = stage_key(item, timeline, run.profile, outside, run.project)
    run = run.seen_by(item, key)
    run.listener(Event("stage-started", item.name))
    began = time.monotonic()
    reused = _reused(item, timeline, run, key)
    if reused is not None:
        timeline = reused
    else:
        timeline = _call(item, timeline, run, settings)
        plain = timeline_json.to_plain(timeline)
        run.remember(key, {path: timeline_json.select(plain, path) for path in item.writes})
    seconds = time.monotonic() - began
    is_reused = reused is not None
    run.listener(Event("stage-finished", item.name, seconds=seconds, reused=is_reused))
    engine = getattr(settings, "engine", "")
    step = Step(item.name, item.version, key, engine, round(seconds, 3), is_reused)
    return replace(timeline, history=(*timeline.history, step))


def _reused(item: Stage, timeline: Timeline, run: Run, key: MemoKey) -> Timeline | None:
    """Return the document with what is remembered of a stage; ``None`` if it must run (again)."""
    remembered = run.recall(key)
    if remembered is None:
        return None
    if _still_there(remembered, run.workspace):
        with suppress(WorkspaceError, KeyError, TypeError, AttributeError):
            grafted = timeline_json.graft(
                timeline, {path: remembered[path] for path in item.writes}
            )
            return grafted if _may_be_used(item, grafted, run) else None
    run.note(f"A file of the stage '{item.name}' is damaged or gone; it is made again.")
    return None


def _may_be_used(item: Stage, remembered: Timeline, run: Run) -> bool:
    """Return whether the stage's own check lets a remembered result pass."""
    if item.check is None:
        return True
    try:
        item.check(remembered, run, run.profile.of(item.name))
    except DubbingError:
        return False
    return True


def _call(item: Stage, timeline: Timeline, run: Run, settings: Any) -> Timeline:
    """Run a stage; name it in unexpected failures, with the cause chained for ``--debug``."""
    root = run.workspace.root
    try:
        return item.function(timeline, run, settings)
    except DubbingError:
        raise
    except MemoryError as error:
        raise StageFailed(f"There was not enough memory for the stage '{item.name}'.") from error
    except Exception as error:
        if isinstance(error, OSError) and error.errno in DISK_FULL_CODES:
            raise explain_os_error(error, root) from error
        if shutil.disk_usage(root).free < NO_ROOM_BYTES:  # libraries hide the reason
            raise explain_os_error(OSError(errno.ENOSPC, ""), root) from error
        raise StageFailed(
            f"The stage '{item.name}' failed: {type(error).__name__}: {error}.",
            hint=f"What is finished is kept in {root}; run the same command with --debug.",
        ) from error


def _still_there(value: Any, workspace: Workspace) -> bool:
    """Whether every file that a remembered result speaks of is there, whole."""
    if isinstance(value, dict):
        if value.keys() == {"path", "sha256", "n_bytes"}:
            return workspace.holds(Artifact(**value))
        if value.keys() == {"path", "n_bytes"}:
            path = Path(value["path"])
            return path.is_file() and path.stat().st_size == value["n_bytes"]
        return all(_still_there(item, workspace) for item in value.values())
    if isinstance(value, list):
        return all(_still_there(item, workspace) for item in value)
    return True
