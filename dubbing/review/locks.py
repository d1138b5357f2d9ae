"""Which lines of a dub stay as they were accepted, and the mix that all others are set beside.

Whoever makes a dub of decisions (``dub``, ``dub apply``, the live review) settles them first, so that the
same decisions give the same film: a line is locked as it was when it was accepted, all others are planned
again in the film as it now is, and every level is measured against the mix that was reviewed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from dubbing import timeline_json
from dubbing.content_hash import content_sha256
from dubbing.errors import WorkspaceError
from dubbing.review.decisions_file import (
    Decisions,
    decisions_held,
    read_decisions,
    write_decisions,
)
from dubbing.timeline import Artifact, Decision, Line, Mix, Timeline
from dubbing.workspace import Workspace, read_timeline


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


def settle(root: Path, target: str) -> Decisions:
    """Lock accepted lines as they are in the finished dub, and name its mix; return the decisions.

    An accepted line that is still to change is locked after it has been made.
    """
    workspace = Workspace(root)
    with decisions_held(root, target):
        decisions = read_decisions(root, target)
        if not decisions.lines:
            return decisions
        try:
            timeline = workspace.finished_timeline(target)
        except WorkspaceError:
            return decisions
        changing = {line.id for line in touched(timeline, decisions)}
        made = [line.id for line in timeline.lines if line.take and line.id not in changing]
        ready = set(made) & set(decisions.unlocked)
        is_base = _is_base(timeline.mix, _mix_of(workspace, decisions.mix_of))
        if ready or not is_base:
            path = snapshot(workspace, timeline)
            mix_of = decisions.mix_of if is_base else path
            decisions = decisions.with_locks(path, ready).model_copy(update={"mix_of": mix_of})
            write_decisions(root, target, decisions)
        return decisions


def lock_accepted(root: Path, timeline: Timeline) -> None:
    """Lock what was accepted, as it is in this timeline."""
    target = timeline.target_language
    with decisions_held(root, target):
        decisions = read_decisions(root, target)
        if decisions.unlocked:
            made = snapshot(Workspace(root), timeline)
            write_decisions(root, target, decisions.with_locks(made, decisions.unlocked))


def with_kept(timeline: Timeline, locked: Collection[str]) -> Timeline:
    """The timeline in which each line says whether it is locked."""
    return timeline.with_lines(
        line if line.is_kept == (line.id in locked) else _with_kept(line, line.id in locked)
        for line in timeline.lines
    )


def _with_kept(line: Line, kept: bool) -> Line:
    return replace(line, decision=replace(line.decision or Decision(), is_kept=kept))


def kept_timeline(workspace: Workspace, path: str) -> Timeline | None:
    """Return a timeline that :func:`snapshot` kept; ``None`` if it is gone or, by its name, damaged."""
    file = workspace.path_of(path)
    try:
        return read_timeline(file) if content_sha256(file) == file.stem else None
    except OSError:
        return None


def _mix_of(workspace: Workspace, path: str) -> Mix | None:
    kept = kept_timeline(workspace, path) if path else None
    return None if kept is None else kept.mix


def _is_base(mix: Mix | None, base: Mix | None) -> bool:
    """Whether a mix has the levels of ``base`` for what does not belong to single lines."""
    if mix is None or base is None:
        return mix is base
    return _levels(mix) == _levels(base)


def _levels(mix: Mix) -> Mix:
    """A mix without its lines, and without what was measured of its sound."""
    return replace(
        mix,
        sound=Artifact("", "", 0),
        lines=(),
        dub_lufs=None,
        dialogue_lufs=None,
        true_peak_dbtp=None,
        original_lufs=None,
    )
