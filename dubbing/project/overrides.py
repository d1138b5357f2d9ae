"""Reviewers' decisions and frozen lines, laid over the document.

The runner does it between two stages (:attr:`dubbing.pipeline.Stage.follows_decisions`). What is written
here is not asked for again: a line that has a plan keeps it, one that has a take is not spoken again,
and a mix that is there keeps its levels for all lines that it knows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from dubbing.delivery import Delivery
from dubbing.errors import UsageError
from dubbing.flags import FOUND_IN_REPORT, without
from dubbing.language.script import as_written, to_simplified
from dubbing.project.state import ProjectState
from dubbing.registry import Engines
from dubbing.review.decision import LineDecision
from dubbing.review.locks import kept_timeline
from dubbing.settings import Profile, TranslateSettings
from dubbing.timeline import (
    Candidate,
    Decision,
    Line,
    Mix,
    Span,
    Timeline,
    Translation,
    Voice,
)
from dubbing.translation.candidates import REVIEWER
from dubbing.translation.checks import translation_flags
from dubbing.translation.doubts import PREFIX, divided, doubts, faults_of, with_faults
from dubbing.translation.glossary import terms_in
from dubbing.translation.register import wrong_register
from dubbing.voice.emotion import asked_for
from dubbing.voice.standing import is_backed
from dubbing.workspace import Workspace

LAID_OVER = (
    *("lines.translation", "lines.delivery", "lines.voice", "lines.decision"),
    *("lines.plan", "lines.take", "lines.flags", "mix"),
)
"""Fields of the document that decisions and frozen lines fill."""
ALL = "all"
PLACE = "this line"


class Overrides:
    """Decisions and frozen lines of a project, and what is needed to do them."""

    def __init__(
        self,
        project: ProjectState,
        profile: Profile,
        workspace: Workspace,
        engines: Engines,
        note: Callable[[str], None] = lambda message: None,
    ) -> None:
        """Keep them; ``note`` tells what a person should know."""
        self.project, self.profile, self.engines = project, profile, engines
        self._as_made = _AsMade(workspace, note)

    def laid_over(self, timeline: Timeline) -> Timeline:
        """The document with all decisions; one on a line that is not there any more is left out.

        Raises:
            UsageError: if a voice was chosen that there is not, or a slot that cannot be.
        """
        timeline = timeline.with_lines(self._line(timeline, line) for line in timeline.lines)
        if not self.project.mix_of:
            return timeline
        return replace(timeline, mix=self._as_made.mix(self.project.mix_of, timeline))

    def _line(self, timeline: Timeline, line: Line) -> Line:
        wish = self.project.decisions.get(line.id)
        stays = self._as_made.line(self.project.frozen.get(line.id), line.id)
        if stays is not None:
            return _frozen(timeline, line, stays, wish or LineDecision())
        return line if wish is None else self.directed(timeline, line, wish)

    def directed(self, timeline: Timeline, line: Line, wish: LineDecision) -> Line:
        """A line as it was decided to be, to be planned and spoken again.

        Raises:
            UsageError: if a voice was chosen that there is not, or a slot that cannot be.
        """
        written = self.profile.mux.written
        translation = _decided_text(timeline, line, wish.text, self.profile.translate, written)
        faults, accepted = divided(faults_of(translation), wish.flags_accepted)
        if accepted and translation is not None:
            # the text is meant: no other candidate replaces it
            translation = replace(translation, engine=REVIEWER)
        return replace(
            line,
            translation=_with_faults(translation, faults),
            delivery=_delivered(line, wish),
            voice=_voice(timeline, line, wish.voice, self.engines),
            decision=_decision(timeline, line, wish, accepted),
        )


class _AsMade:
    """Timelines of earlier runs, read once."""

    def __init__(self, workspace: Workspace, note: Callable[[str], None]) -> None:
        self.workspace, self.note = workspace, note
        self._known: dict[str, Timeline] = {}

    def line(self, path: str | None, line_id: str) -> Line | None:
        """A line as it was made; ``None`` if it was not, or it cannot be used any more."""
        if path is None:
            return None
        made = self._timeline(path)
        line = next((line for line in made.lines if line.id == line_id), None)
        return line if line is not None and self._is_usable(made, line) else None

    def _is_usable(self, made: Timeline, line: Line) -> bool:
        """Whether its sound is there, and whoever was cloned for it still allows it."""
        if line.take is None:
            return True
        return self.workspace.holds(line.take.sound) and is_backed(made.voice_of(line))

    def mix(self, path: str, now: Timeline) -> Mix | None:
        """The mix as it was made, without the lines that change and the voices that are others now."""
        timeline = self._timeline(path)
        if timeline.mix is None:
            return None
        stays = {line.id for line in now.lines if line.take is not None}
        voices = {speaker.id: speaker.voice for speaker in timeline.speakers}
        same = {s.id for s in now.speakers if s.id in voices and s.voice == voices[s.id]}
        return replace(
            timeline.mix,
            lines=tuple(item for item in timeline.mix.lines if item.line in stays),
            speakers=tuple(item for item in timeline.mix.speakers if item.speaker in same),
        )

    def _timeline(self, path: str) -> Timeline:
        if path not in self._known:
            self._known[path] = self._read(path)
        return self._known[path]

    def _read(self, path: str) -> Timeline:
        kept = kept_timeline(self.workspace, path)
        if kept is None:
            self.note(f"The kept lines in {path} are damaged or gone; they are made again.")
        return kept or Timeline("")


def _frozen(timeline: Timeline, line: Line, stays: Line, wish: LineDecision) -> Line:
    """The line as it was made; who it belongs to and where it lies are told by now's document.

    Only which faults of its text are flags follows the decision of now.
    """
    before = stays.decision.flags_accepted if stays.decision else ()
    faults, accepted = divided((*faults_of(stays.translation), *before), wish.flags_accepted)
    others = [flag for flag in stays.flags if not flag.startswith(PREFIX)]
    return replace(
        line,
        translation=_with_faults(stays.translation, faults),
        delivery=stays.delivery,
        voice=stays.voice,
        decision=_decision(timeline, line, wish, accepted, is_kept=True),
        plan=stays.plan,
        take=stays.take,
        flags=(*doubts(faults), *without(tuple(others), FOUND_IN_REPORT)),
    )


def _decided_text(
    timeline: Timeline,
    line: Line,
    text: str | None,
    settings: TranslateSettings,
    written: str | None,
) -> Translation | None:
    """The text that was decided on first; the candidates that lost stay to be looked at.

    A candidate of the program keeps its origin and its faults whoever chose it; what a person typed
    is checked as the program's own texts are.
    """
    if text is None:
        return line.translation
    text = " ".join(text.split())
    others = line.translation.candidates if line.translation else ()
    own = next((c for c in others if text in (c.text, as_written(c.text, written))), None)
    text = own.text if own is not None else text
    plain = text if written is None else to_simplified(text)
    chosen = own or Candidate(text, 0.0, _faults(timeline, line, plain, settings), REVIEWER)
    left = tuple(c for c in others if c.text != text)
    return Translation(text, (replace(chosen, whole=""), *left), REVIEWER, doubts(chosen.flags))


def _faults(
    timeline: Timeline, line: Line, text: str, settings: TranslateSettings
) -> tuple[str, ...]:
    source, target = timeline.language_of(line), timeline.target_language
    terms = terms_in(line.text, settings.glossary)
    faults = translation_flags(line.text, text, source, target, terms)
    register = settings.registers.get(line.speaker, settings.registers.get(ALL, ""))
    return (*faults, f"not {register}") if wrong_register(text, target, register) else faults


def _with_faults(translation: Translation | None, faults: tuple[str, ...]) -> Translation | None:
    if translation is None or not translation.candidates:
        return translation
    return with_faults(translation, faults)


def _delivered(line: Line, wish: LineDecision) -> Delivery | None:
    if wish.emotion is None:
        return line.delivery
    return asked_for(wish.emotion.label, wish.emotion.intensity, 1.0, PLACE)


def _voice(timeline: Timeline, line: Line, name: str | None, engines: Engines) -> Voice | None:
    usual = timeline.speaker(line.speaker).voice
    if name is None or usual is None or name == usual.name:
        return None
    if usual.pacer or usual.sample is not None:
        raise UsageError(
            f"The engine '{usual.engine}' has no voices to choose from for single lines.",
            hint="Take the voice out of the decision.",
        )
    speech = engines.get("speech", usual.engine)
    known = [voice.name for voice in speech.voices(timeline.target_language)]
    if name not in known:
        raise UsageError(f"There is no voice {name}.", hint=f"Known: {', '.join(known)}.")
    return Voice(usual.engine, name, 0.0, f"chosen for {PLACE}", accent=usual.accent)


def _decision(
    timeline: Timeline,
    line: Line,
    wish: LineDecision,
    accepted: tuple[str, ...],
    *,
    is_kept: bool = False,
) -> Decision:
    return Decision(
        verdict=wish.verdict or "",
        slot=_slot(timeline, line, wish),
        lip_strength=wish.lip_strength,
        note=wish.note,
        by=wish.by,
        at=wish.at,
        asked=wish.asked,
        is_kept=is_kept,
        flags_accepted=accepted,
    )


def _slot(timeline: Timeline, line: Line, wish: LineDecision) -> Span | None:
    if wish.start_ms is None and wish.end_ms is None:
        return None
    start_ms = line.span.start_ms if wish.start_ms is None else wish.start_ms
    end_ms = line.span.end_ms if wish.end_ms is None else wish.end_ms
    if end_ms <= start_ms:
        raise UsageError(
            f"The time of line {timeline.number_of(line.id)} would end before it begins "
            f"({start_ms}-{end_ms} ms)."
        )
    return Span(start_ms, end_ms)
