"""The bench on which single lines are made again while somebody waits: engines stay warm.

A line goes through the same stages as in a run of the whole film, with all other lines as they are; what
is heard then is what a render of the film will hold.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dubbing.errors import DubbingError
from dubbing.film_identity import film_identity
from dubbing.language.spoken_form import spoken_form
from dubbing.media.sound_file import write_sound
from dubbing.outputs import output_of_kept
from dubbing.pipeline import NOTHING_DECIDED, Run
from dubbing.progress import Listener, silence
from dubbing.project.overrides import Overrides
from dubbing.project.state import ProjectState
from dubbing.registry import Engines
from dubbing.review.decision import LineDecision
from dubbing.review.decisions_file import Decisions, read_decisions
from dubbing.review.job_file import KeptJob, read_job
from dubbing.review.locks import lock_accepted, settle, touched, with_kept
from dubbing.reviewer.document import ProjectDocument
from dubbing.reviewer.redirect import make_anew
from dubbing.soundtrack.render import rendered_between
from dubbing.stages.mix import with_missing_lines
from dubbing.stages.synthesize import synthesize
from dubbing.stages.timing import replanned
from dubbing.stages.voice_prompter import prompter_of
from dubbing.stages.voices import check_cast
from dubbing.timeline import Line, Timeline
from dubbing.timing.evidence import shipped_aligner
from dubbing.voice import consent
from dubbing.voice.casting import speaking_voice
from dubbing.voice.casting_file import read_cast
from dubbing.voice.emotion import asked_for
from dubbing.workspace import Workspace

SAVED_AS = (99, "review")
"""Number and name of the document that is saved after every line: it counts as the newest."""
MARGIN_MS = 400
"""A patch lasts so much longer than what it changes: fades and the room are in it."""
PATCHES = "patches"


@dataclass(frozen=True, slots=True)
class Patch:
    """A piece of the finished sound that replaces the dub's until the film is rendered."""

    line: str
    path: Path
    start_ms: int
    end_ms: int

    def document(self) -> dict[str, Any]:
        """As the page is told."""
        return {
            "url": f"/media/patch/{self.path.name}",
            "start_ms": self.start_ms,
            "end_ms": self.end_ms,
        }


class Bench:
    """One dub under review. One thing is made at a time; whoever else asks waits."""

    def __init__(
        self, root: Path, target: str, engines: Engines | None = None, output: Path | None = None
    ) -> None:
        """Read the dub; ``output`` is where it is rendered to if not where it was.

        Raises:
            WorkspaceError: if the workspace does not hold all of it.
            UsageError: if it names an output that is not trusted.
        """
        self.root, self.target = root, target
        self.job: KeptJob = read_job(root, target)
        self.output = output_of_kept(root, self.job.output, output)
        self.engines = engines or Engines(self.job.profile.threads)
        self.workspace = Workspace(root)
        self.patches: dict[str, Patch] = {}
        self._busy = threading.Lock()
        self._versions = 0
        self._read()

    def _read(self) -> None:
        self.timeline = self.workspace.finished_timeline(self.target)
        undirected = self.workspace.timeline_after(self.target, "delivery")
        self._undirected = {line.id: line for line in undirected.lines}

    # -- what is there ---------------------------------------------------------------------------

    def decisions(self) -> Decisions:
        """All that was decided so far."""
        return read_decisions(self.root, self.target)

    def waiting(self) -> list[Line]:
        """Lines that are not yet as they were decided to be."""
        return touched(self.timeline, self.decisions())

    def document(self) -> ProjectDocument:
        """The dub for the page."""
        found = ProjectDocument(self.timeline, self.workspace, self.decisions())
        # what was measured on the finished file is not true of them any more
        for line in self.patches:
            found.measured.pop(line, None)
        return found

    def line_documents(self, wanted: Collection[str]) -> list[dict[str, Any]]:
        """Some lines for the page, by their ids."""
        document = self.document()
        return [
            document.line(line, number)
            for number, line in enumerate(self.timeline.lines, start=1)
            if line.id in wanted
        ]

    def natural_ms(self, line_id: str, text: str) -> int | None:
        """How long the line's voice takes for a text; ``None`` if it is busy, or cannot be asked."""
        if not self._busy.acquire(timeout=0.5):
            return None
        try:
            voice = self.timeline.voice_of(self._line(line_id))
            assert voice is not None
            return prompter_of(voice, self.target, self._run("timing")).natural_ms(text)
        except DubbingError:
            return None
        finally:
            self._busy.release()

    def _line(self, line_id: str) -> Line:
        return next(line for line in self.timeline.lines if line.id == line_id)

    def warm(self) -> None:
        """Load what a first edit needs, before it is asked for: a planned line is spoken once more."""
        planned = next((line for line in self.timeline.lines if line.plan is not None), None)
        voice = None if planned is None else self.timeline.voice_of(planned)
        if planned is None or planned.plan is None or voice is None or voice.pacer:
            return
        with self._busy:
            speech = self.engines.get("speech", voice.engine)
            speech.phonemes(spoken_form(planned.plan.text, self.target), self.target)
            shipped_aligner()
            speech.speak(
                planned.plan.symbols,
                speaking_voice(voice, self.workspace),
                planned.plan.frames,
                asked_for("happy", None, 1.0, "nobody"),
            )

    # -- what is made ----------------------------------------------------------------------------

    def redub(self, line_id: str) -> list[Patch]:
        """Make one line as it was decided to be; gives the pieces of sound that change.

        A line that is so already is only locked, if it was accepted.

        Raises:
            WorkspaceError: if another run is working in the workspace.
            DubbingError: whatever the stages raise.
        """
        with self._busy, self.workspace:
            locked = settle(self.root, self.target).locked
            if all(line.id != line_id for line in self.waiting()):
                return []
            wish = self.decisions().lines.get(line_id) or LineDecision()
            before, self.timeline = self.timeline, self._with_line_anew(line_id, wish, locked)
            lock_accepted(self.root, self.timeline)
            return self._patched(before)

    def _with_line_anew(
        self, line_id: str, wish: LineDecision, locked: Collection[str]
    ) -> Timeline:
        """The film with a line as it was decided to be, and others that get another time from it."""
        profile, before = self.job.profile, self.timeline
        check_voices(self.root, self.job, before)
        overrides = Overrides(NOTHING_DECIDED, profile, self.workspace, self.engines)
        fresh = overrides.directed(before, self._undirected[line_id], wish)
        timeline = before.with_lines(
            _as_now(fresh, line) if line.id == line_id else line for line in before.lines
        )
        others = set(locked) - {line_id}
        timeline = replanned(timeline, self._run("timing"), profile.timing, before, others)
        timeline = with_kept(timeline, others)
        gone = {line.id for line in timeline.lines if line.take is None}
        timeline = synthesize.function(timeline, self._run("synthesize"), profile.synthesize)
        assert timeline.mix is not None
        kept = tuple(item for item in timeline.mix.lines if item.line not in gone)
        timeline = replace(timeline, mix=replace(timeline.mix, lines=kept))
        made = with_missing_lines(timeline, self._run("mix"), profile.mix)
        timeline = replace(timeline, mix=made)
        self.workspace.save_timeline(*SAVED_AS, timeline)
        return timeline

    def _run(self, stage: str, listener: Listener = silence) -> Run:
        return Run(
            self.workspace,
            self.job.source,
            self.output,
            self.engines,
            listener,
            self.job.profile,
            stage,
        )

    def _patched(self, before: Timeline) -> list[Patch]:
        """The pieces around all lines that changed, and earlier pieces that they reach into."""
        pieces = {
            now.id: _extent(was, now)
            for was, now in zip(before.lines, self.timeline.lines, strict=True)
            if was.take != now.take
        }
        changed = list(pieces.values())
        for patch in self.patches.values():
            known = (patch.start_ms, patch.end_ms)
            if patch.line in pieces:
                pieces[patch.line] = _joined(pieces[patch.line], known)
            elif any(start < patch.end_ms and end > patch.start_ms for start, end in changed):
                pieces[patch.line] = known
        return [self._patch(line, *piece) for line, piece in pieces.items()]

    def _patch(self, line_id: str, start_ms: int, end_ms: int) -> Patch:
        assert self.timeline.media is not None
        assert self.timeline.mix is not None
        start_ms, end_ms = max(0, start_ms), min(end_ms, self.timeline.media.duration_ms)
        audio = rendered_between(self.timeline, self.timeline.mix, self.workspace, start_ms, end_ms)
        self._versions += 1
        folder = self.root / PATCHES / self.target
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{line_id}-{self._versions}.wav"
        write_sound(path, audio, subtype="PCM_16")
        old = self.patches.get(line_id)
        if old is not None and old.path != path:
            old.path.unlink(missing_ok=True)
        self.patches[line_id] = Patch(line_id, path, start_ms, end_ms)
        return self.patches[line_id]

    def render(self, listener: Listener) -> None:
        """Make the film of all that was decided.

        Raises:
            DubbingError: whatever a run raises.
        """
        with self._busy:
            make_anew(self.root, self.target, self.engines, listener, self.output)
            self._read()
            for patch in self.patches.values():
                patch.path.unlink(missing_ok=True)
            self.patches.clear()


def check_voices(root: Path, job: KeptJob, timeline: Timeline) -> None:
    """Refuse to speak with a cloned voice whose consent does not count any more.

    Raises:
        ConsentRefused: naming person and reason.
    """
    if all(s.voice is None or s.voice.own is None for s in timeline.speakers):
        return
    cast = {**read_cast(root), **job.cast}
    given = consent.load(root / consent.FILE_NAME, film_identity(job.source))
    project = ProjectState(cast=cast, consents=tuple(given))
    check_cast(timeline, Run(Workspace(root), job.source, project=project), job.profile.voices)


def _as_now(fresh: Line, now: Line) -> Line:
    """What was decided, on the line as it stands now; who speaks it is told by now's document."""
    return replace(fresh, speaker=now.speaker, plan=None, take=None, flags=())


def _joined(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return min(one[0], other[0]), max(one[1], other[1])


def _extent(*lines: Line) -> tuple[int, int]:
    """From the first to the last moment at which a change of a line can be heard."""
    spans: Sequence[Any] = [
        span
        for line in lines
        for span in (line.span, line.take.speech if line.take else None)
        if span is not None
    ]
    starts, ends = [span.start_ms for span in spans], [span.end_ms for span in spans]
    return min(starts) - MARGIN_MS, max(ends) + MARGIN_MS
