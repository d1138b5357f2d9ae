"""From new decisions to a new dub in which only the lines change that were decided on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from dubbing import timeline_json
from dubbing.job import Job, run_job
from dubbing.outputs import output_of_kept
from dubbing.progress import Listener, silence
from dubbing.registry import Engines
from dubbing.review.decisions_file import (
    Decisions,
    decisions_held,
    read_decisions,
    write_decisions,
)
from dubbing.review.job_file import read_job
from dubbing.settings import DirectionSettings, LineDecision, Profile
from dubbing.timeline import Line, Timeline
from dubbing.workspace import Workspace

REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A new dub, and the ids of the lines that were made anew, as they were before."""

    timeline: Timeline
    before: dict[str, Line]


class Outrun(Exception):
    """Somebody else decided on the line meanwhile."""


def keep_decisions(
    root: Path,
    timeline: Timeline,
    new: Mapping[str, LineDecision | None],
    seen: int | None = None,
) -> Decisions:
    """Enter decisions; a line that is rejected without another wish says its next candidate.

    Args:
        root: the workspace.
        timeline: the dub.
        new: what was decided, by the lines' ids.
        seen: the revision that the reviewer had seen; ``None`` enters them whatever stands there.

    Raises:
        WorkspaceError: if somebody else is writing them.
        Outrun: if one of the lines was decided on since ``seen``, or ``seen`` is of another history.
    """
    lines = {line.id: line for line in timeline.lines}
    target = timeline.target_language
    with decisions_held(root, target):
        decisions = read_decisions(root, target)
        if seen is not None:
            _check_is_seen(decisions, new, seen)
        for line, decision in new.items():
            if line in lines:
                wish = said_otherwise(lines[line], decision, decisions)
                decisions = decisions.decided(line, wish)
        write_decisions(root, target, decisions)
    return decisions


def _check_is_seen(decisions: Decisions, lines: Iterable[str], seen: int) -> None:
    if seen > decisions.revision or any(decisions.last_change(line) > seen for line in lines):
        raise Outrun


def said_otherwise(
    line: Line, decision: LineDecision | None, decisions: Decisions
) -> LineDecision | None:
    """A rejection as a wish: the best candidate that was not said and turned down before."""
    if decision is None or decision.verdict != REJECTED or decision.wishes:
        return decision
    if line.translation is None:
        return decision
    before = decisions.lines.get(line.id)
    refused = dict.fromkeys((*(before.refused if before else ()), line.spoken_text))
    left = [c.text for c in line.translation.candidates if c.text not in refused and not c.whole]
    text = left[0] if left else None
    said = {"text": text, "refused": tuple(refused), "flags_accepted": ()}
    return decision.model_copy(update=said)


def touched(timeline: Timeline, decisions: Decisions) -> list[Line]:
    """The lines that are not as they were decided to be."""
    return [line for line in timeline.lines if _asked(line) != _wished(decisions, line.id)]


def _asked(line: Line) -> str:
    return "" if line.decision is None else line.decision.asked


def _wished(decisions: Decisions, line: str) -> str:
    decision = decisions.lines.get(line)
    return "" if decision is None else decision.asked


def snapshot(workspace: Workspace, timeline: Timeline) -> str:
    """The timeline as an artifact (its path), so that a later run can take lines from it."""
    with workspace.new_file(".json") as path:
        path.write_text(timeline_json.dumps(replace(timeline, history=())), encoding="utf-8")
        return workspace.adopt(path).path


def direction_of(
    timeline: Timeline, made: str, decisions: Decisions, changed: Iterable[Line]
) -> DirectionSettings:
    """What the direction stage is told: the decisions, and that all other lines stay as in ``made``."""
    gone = {line.id for line in changed}
    stays = [line.id for line in timeline.lines if line.take is not None and line.id not in gone]
    return DirectionSettings(lines=decisions.lines, kept=dict.fromkeys(stays, made), mix_of=made)


def engines_of(root: Path, target: str, servers: Collection[str] = ()) -> Engines:
    """Engines for a dub that is made again; what its workspace says of servers is not trusted.

    Args:
        root: the workspace.
        target: code of the target language.
        servers: hosts that the command line names.

    Raises:
        WorkspaceError: if the workspace does not say how the dub was made.
    """
    return Engines(read_job(root, target).profile.threads, servers=servers)


def place_of(root: Path, target: str, named: Path | None) -> Path:
    """Where the dub goes that is made again; see :func:`dubbing.outputs.output_of_kept`.

    Raises:
        WorkspaceError: if the workspace does not say how the dub was made.
        UsageError: if it names an output that is not trusted, and the command line names none.
    """
    return output_of_kept(root, read_job(root, target).output, named)


def make_anew(
    root: Path,
    target: str,
    engines: Engines | None = None,
    listener: Listener = silence,
    output: Path | None = None,
) -> Outcome:
    """Bring a dub up to what was decided, and lock the lines that were accepted.

    Args:
        root: the workspace.
        target: code of the target language.
        engines: loaded ones, if there are any.
        listener: called with every progress event.
        output: where the dub goes; ``None`` is where it was (see :func:`output_of_kept`).

    Raises:
        WorkspaceError: if the workspace does not say how the dub was made.
        UsageError: if it names an output that is not trusted.
        DubbingError: what :func:`dubbing.job.run_job` raises.
    """
    job = read_job(root, target)
    place = place_of(root, target, output)
    workspace = Workspace(root)
    timeline = workspace.finished_timeline(target)
    decisions = read_decisions(root, target)
    changed = touched(timeline, decisions)
    told = direction_of(timeline, snapshot(workspace, timeline), decisions, changed)
    done = run_job(
        Job(job.source, target, place, root, job.recipe),
        _directed(job.profile, told),
        engines or Engines(job.profile.threads),
        listener,
    )
    lock_accepted(root, done)
    return Outcome(done, {line.id: line for line in changed})


def _directed(profile: Profile, told: DirectionSettings) -> Profile:
    return profile.model_copy(update={"direction": told})


def lock_accepted(root: Path, timeline: Timeline) -> None:
    """Lock what was accepted, as it is in this timeline."""
    target = timeline.target_language
    with decisions_held(root, target):
        decisions = read_decisions(root, target)
        if decisions.unlocked:
            made = snapshot(Workspace(root), timeline)
            write_decisions(root, target, decisions.with_locks(made))
