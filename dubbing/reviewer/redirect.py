"""From new decisions to a new dub.

Only the lines change that were decided on, and those that get another time from them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from dubbing.job import Job, run_job
from dubbing.language.script import as_written
from dubbing.outputs import output_of_kept
from dubbing.progress import Listener, silence
from dubbing.registry import Engines
from dubbing.review.decision import LineDecision
from dubbing.review.decisions_file import (
    Decisions,
    decisions_held,
    read_decisions,
    write_decisions,
)
from dubbing.review.job_file import read_job
from dubbing.review.locks import settle, touched
from dubbing.timeline import Line, Timeline
from dubbing.workspace import Workspace

REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A new dub, and the lines that were made again, by their ids, as they were before.

    ``moved`` are other lines that got another time from them.
    """

    timeline: Timeline
    before: dict[str, Line]
    moved: tuple[str, ...] = ()


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
                wish = said_otherwise(lines[line], decision, decisions, timeline.written)
                decisions = decisions.decided(line, wish)
        write_decisions(root, target, decisions)
    return decisions


def _check_is_seen(decisions: Decisions, lines: Iterable[str], seen: int) -> None:
    if seen > decisions.revision or any(decisions.last_change(line) > seen for line in lines):
        raise Outrun


def said_otherwise(
    line: Line, decision: LineDecision | None, decisions: Decisions, written: str | None = None
) -> LineDecision | None:
    """A rejection as a wish: the best candidate that was not said and turned down before.

    Its text is in the characters that the reviewer sees (``written``).
    """
    if decision is None or decision.verdict != REJECTED or decision.wishes:
        return decision
    if line.translation is None:
        return decision
    before = decisions.lines.get(line.id)
    refused = dict.fromkeys((*(before.refused if before else ()), line.spoken_text))
    left = [c.text for c in line.translation.candidates if c.text not in refused and not c.whole]
    text = as_written(left[0], written) if left else None
    said = {"text": text, "refused": tuple(refused), "flags_accepted": ()}
    return decision.model_copy(update=said)


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
    before = Workspace(root).finished_timeline(target)
    changed = touched(before, settle(root, target))
    done = run_job(
        Job(job.source, target, place, root, job.recipe, cast=job.cast, people=job.people),
        job.profile,
        engines or Engines(job.profile.threads),
        listener,
    )
    return Outcome(done, {line.id: line for line in changed}, _moved(before, done, changed))


def _moved(before: Timeline, done: Timeline, changed: Iterable[Line]) -> tuple[str, ...]:
    """The other lines that are said otherwise, since their neighbours leave them another time."""
    plans = {line.id: line.plan for line in before.lines}
    decided = {line.id for line in changed}
    return tuple(
        line.id
        for line in done.lines
        if line.id not in decided and line.plan != plans.get(line.id, line.plan)
    )
