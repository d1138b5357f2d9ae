"""The live review: takes decisions, keeps them at once, and has lines made again one after another."""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any

from dubbing.errors import DubbingError, UsageError
from dubbing.progress import Event
from dubbing.review.decision import LineDecision
from dubbing.review.locks import touched
from dubbing.reviewer.bench import Bench
from dubbing.reviewer.channel import Channel
from dubbing.reviewer.line_document import decision_document
from dubbing.reviewer.live_media import LiveMedia
from dubbing.reviewer.redirect import keep_decisions
from dubbing.reviewer.reviews import checked
from dubbing.timeline import Line

RENDER = ""
"""The job that makes the film, in the place of a line's id."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Decided:
    """A line, what is now decided of it, and the revision of all decisions."""

    line: str
    decision: LineDecision | None
    revision: int

    def document(self) -> dict[str, Any]:
        """As the page is told."""
        return {
            "line": self.line,
            "decision": decision_document(self.decision),
            "revision": self.revision,
        }


class Desk:
    """One dub under live review; all methods may be called from any thread."""

    def __init__(self, bench: Bench, channel: Channel, media: LiveMedia) -> None:
        """Nothing is made before :meth:`open`."""
        self.bench, self.channel, self.media = bench, channel, media
        self._lock = threading.Lock()
        self._asked = threading.Condition(self._lock)
        self._queue: list[str] = []
        self._closed = False
        works_as_here = copy_context().run  # with the ffmpeg that this dub or its user asks for
        self._worker = threading.Thread(
            target=works_as_here, args=(self._work,), name="redub", daemon=True
        )

    def open(self) -> None:
        """Begin to work: first on what was decided before and not made."""
        for line in self.bench.waiting():
            self._queue.append(line.id)
        self._worker.start()

    def close(self) -> None:
        """Finish the line that is being made, and stop."""
        with self._asked:
            self._closed = True
            self._asked.notify_all()
        self._worker.join(timeout=30)
        self.channel.close()

    # -- deciding --------------------------------------------------------------------------------

    def decide(self, line: str, decision: LineDecision | None, seen: int) -> Decided:
        """Keep a decision made by somebody who saw the revision ``seen``.

        Raises:
            UsageError: if there is no such line, or it cannot be done.
            Outrun: if another page decided on that line since.
        """
        found = self._line(line)
        with self._lock:
            before = self.bench.decisions()
            if decision is not None:
                known = before.lines.get(line)
                decision = checked(self.bench.timeline, found, decision, known)
            return self._kept(line, decision, before.revision, seen)

    def standing(self, line: str) -> Decided:
        """What is decided of a line now."""
        decisions = self.bench.decisions()
        return Decided(line, decisions.lines.get(line), decisions.revision)

    def _kept(self, line: str, decision: LineDecision | None, revision: int, seen: int) -> Decided:
        bench = self.bench
        decisions = keep_decisions(bench.root, bench.timeline, {line: decision}, seen)
        decided = Decided(line, decisions.lines.get(line), decisions.revision)
        if decisions.revision != revision:
            self.channel.tell({"type": "decision", **decided.document()})
        if any(other.id == line for other in touched(bench.timeline, decisions)):
            self._enqueue(line)
        elif line in self._queue:
            self._queue.remove(line)
            self._tell_job(line, "cancelled")
        elif decision is not None and decision.verdict == "accepted":
            self._enqueue(line)  # to be locked as it is
        return decided

    def _line(self, line_id: str) -> Line:
        for line in self.bench.timeline.lines:
            if line.id == line_id:
                return line
        raise UsageError("The dub does not have this line any more.")

    # -- making ----------------------------------------------------------------------------------

    def render(self) -> None:
        """Ask for the film; once, however often it is asked for."""
        with self._lock:
            self._enqueue(RENDER)

    def cancel(self, line: str) -> bool:
        """Take a line out of the queue; ``False`` if it is not there, or already being made."""
        with self._lock:
            if line not in self._queue:
                return False
            self._queue.remove(line)
        self._tell_job(line, "cancelled")
        return True

    def _enqueue(self, job: str) -> None:
        if job not in self._queue:
            self._queue.append(job)
            self._tell_job(job, "queued")
        self._asked.notify_all()

    def _work(self) -> None:
        try:
            self.bench.warm()
        except DubbingError as error:
            log.warning("%s", error)
        while (job := self._next()) is not None:
            self._tell_job(job, "running")
            try:
                self._make(job)
            except DubbingError as error:
                self._tell_job(job, "failed", str(error))
            except Exception as error:
                log.exception("a line could not be made")
                self._tell_job(job, "failed", f"{type(error).__name__}: {error}")
            else:
                self._tell_job(job, "done")
                self._again_if_changed(job)

    def _again_if_changed(self, job: str) -> None:
        """A line that was decided otherwise while it was being made is made once more."""
        with self._lock:
            if any(line.id == job for line in self.bench.waiting()):
                self._enqueue(job)

    def _next(self) -> str | None:
        with self._asked:
            while not self._queue and not self._closed:
                self._asked.wait()
            return None if self._closed else self._queue.pop(0)

    def _make(self, job: str) -> None:
        if job == RENDER:
            self.bench.render(self._render_progress)
            self.media.refresh(self.bench.timeline, self.bench.workspace)
            self._tell_film()
            return
        self._tell_lines({job, *(patch.line for patch in self.bench.redub(job))})

    def _tell_lines(self, lines: Collection[str]) -> None:
        for document in self.bench.line_documents(lines):
            patch = self.bench.patches.get(document["id"])
            told = None if patch is None else patch.document()
            self.channel.tell({"type": "line", "line": document, "patch": told})

    def _tell_film(self) -> None:
        told = self.media.document()
        peaks = told.pop("peaks")
        self.channel.tell({"type": "film", "media": told, "peaks": peaks})
        self._tell_lines({line.id for line in self.bench.timeline.lines})

    def _render_progress(self, event: Event) -> None:
        if event.kind in ("stage-started", "progress"):
            share = event.done / event.total if event.total else 0.0
            self._tell_job(RENDER, "running", event.stage, share)

    def _tell_job(
        self, job: str, state: str, message: str = "", share: float | None = None
    ) -> None:
        self.channel.tell(
            {
                "type": "job",
                "line": job or None,
                "state": state,
                "message": message,
                "share": share,
            }
        )
