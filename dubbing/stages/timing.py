"""Decide when each phoneme sounds.

For every line the natural lengths of its candidate translations come from the speech engine's own
duration model; the ladder of :mod:`dubbing.timing.isochrony` makes one of them fit the time there is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from dubbing.engines.speech import Speech, TakesDurations
from dubbing.errors import BadSettings
from dubbing.language.spoken_form import spoken_form
from dubbing.pipeline import Run, stage
from dubbing.settings import TimingSettings
from dubbing.timeline import FRAME_MS, Candidate, DurationPlan, Line, Timeline
from dubbing.timing.isochrony import Fit, Limits, Option, Slot, fit_line
from dubbing.timing.spoken import Heard, Spoken, spoken
from dubbing.workspace import digest

WORTH_REFINING_FRAMES = 2


@stage(
    reads=("media", "target_language", "speakers", "lines"),
    writes=("lines.plan", "lines.flags"),
    version=6,
    engine_roles=("speech",),
)
def timing(timeline: Timeline, run: Run, settings: TimingSettings) -> Timeline:
    """Fill ``plan`` of every translated line, in order, since a line that spills delays the next.

    Raises:
        BadSettings: if the engine cannot be told how long phonemes last.
    """
    speech = run.engines.get("speech", settings.engine)
    if not isinstance(speech, TakesDurations):
        raise BadSettings(f"The engine '{settings.engine}' does not take durations.")
    free_from_ms = 0
    lines: list[Line] = []
    for number, line in enumerate(timeline.lines):
        planned = _planned(timeline, number, free_from_ms, _Prompter(timeline, run, settings, line))
        lines.append(planned)
        if planned.plan is not None and "spill" in planned.plan.rungs:
            free_from_ms = planned.plan.span.end_ms + settings.gap_ms
        run.progress(number + 1, len(timeline.lines), unit="lines")
    return timeline.with_lines(lines)


def _planned(timeline: Timeline, number: int, free_from_ms: int, prompter: _Prompter) -> Line:
    """The line with its plan and the flags that the plan earns."""
    line = timeline.lines[number]
    if line.translation is None:
        return line
    start_ms = max(line.span.start_ms, free_from_ms)
    slot = _slot(timeline, number, start_ms, prompter.settings.gap_ms)
    try:
        fit = fit_line(prompter.options(), slot, prompter.limits)
    except NothingToSay:
        return replace(line, flags=(*line.translation.flags, "nothing to say"))
    candidate, said = prompter.tried[fit.option]
    fit, said = _refined(fit, said, slot, prompter)
    plan = said.plan(candidate.text, fit, start_ms)
    late = ("starts late",) if start_ms > line.span.start_ms else ()
    doubts = tuple(f"translation: {flag}" for flag in candidate.flags)
    return replace(line, plan=plan, flags=(*doubts, *late, *_flags(plan)))


def _slot(timeline: Timeline, number: int, start_ms: int, gap_ms: int) -> Slot:
    """From the line's start to the end of its mouth, and to where the next line begins."""
    assert timeline.media is not None
    line, following = timeline.lines[number], timeline.lines[number + 1 :]
    until_ms = following[0].span.start_ms - gap_ms if following else timeline.media.duration_ms
    wanted = max(1, (line.span.end_ms - start_ms) // FRAME_MS)
    most = (until_ms - start_ms) // FRAME_MS
    if not following:  # nothing may sound after the film
        return Slot(max(1, min(wanted, most)), max(1, most), closed=True)
    return Slot(wanted, max(wanted, most))


def _refined(fit: Fit, said: Spoken, slot: Slot, prompter: _Prompter) -> tuple[Fit, Spoken]:
    """Look where the bent line is heard; if it misses its length, bend it once more.

    What is silent at the end of a line changes with its tempo, and with it what must be filled.
    """
    aimed = said.heard_frames(fit)
    said = said.heard_as(prompter.heard(said.symbols, said.frames(fit)), fit)
    missed = abs(said.heard_frames(fit) - aimed) >= WORTH_REFINING_FRAMES
    if not missed or "early end" in fit.rungs:
        return fit, said
    again = fit_line([said.option], slot, prompter.limits)
    fit = replace(again, option=fit.option, rungs=fit.rungs)
    return fit, said.heard_as(prompter.heard(said.symbols, said.frames(fit)), fit)


class NothingToSay(Exception):
    """No candidate of a line has a sound in it."""


class _Prompter:
    """Asks the speech engine about the candidates of one line, and remembers the answers."""

    def __init__(self, timeline: Timeline, run: Run, settings: TimingSettings, line: Line) -> None:
        self.run, self.settings, self.line = run, settings, line
        self.language = timeline.target_language
        voice = timeline.speaker(line.speaker).voice
        assert voice is not None
        self.voice = voice.name
        self.tried: list[tuple[Candidate, Spoken]] = []
        self.limits = Limits(
            settings.fastest,
            settings.slowest,
            settings.comfortable_fast,
            settings.comfortable_slow,
            settings.max_rate,
        )

    def options(self) -> Iterator[Option]:
        """Options as they are asked for; what was asked for is kept in ``tried``."""
        assert self.line.translation is not None
        for candidate in _worth_trying(self.line.translation.candidates):
            said = self._spoken(candidate.text)
            if said is not None:
                self.tried.append((candidate, said))
                yield said.option
        if not self.tried:
            raise NothingToSay

    def heard(self, symbols: str, frames: Sequence[int]) -> Heard:
        """Where sound begins and ends when the symbols last so long."""
        key = digest(["heard", 1, self.settings.engine, self.voice, symbols, frames])
        known = self.run.recall(key)
        if known is None:
            known = list(self._speech.heard(symbols, self.voice, frames))
            self.run.remember(key, known)
        return known[0], known[1]

    @property
    def _speech(self) -> TakesDurations:
        speech: TakesDurations = self.run.engines.get("speech", self.settings.engine)
        return speech

    def _spoken(self, text: str) -> Spoken | None:
        key = digest(["natural", 3, self.settings.engine, self.language, self.voice, text])
        known = self.run.recall(key)
        if known is None:
            speech: Speech = self.run.engines.get("speech", self.settings.engine)
            symbols = speech.phonemes(spoken_form(text, self.language), self.language)
            known = [symbols, self._natural(symbols)]
            self.run.remember(key, known)
        symbols, natural = known
        if not symbols:
            return None
        return spoken(symbols, natural, self.heard(symbols, [max(1, round(n)) for n in natural]))

    def _natural(self, symbols: str) -> list[float]:
        if not symbols:
            return []
        return [round(float(n), 3) for n in self._speech.durations(symbols, self.voice)]


def _worth_trying(candidates: Sequence[Candidate]) -> list[Candidate]:
    """All candidates without fault; if there are none, the best of the faulty."""
    faultless = [candidate for candidate in candidates if not candidate.flags]
    return faultless or list(candidates[:1])


def _flags(plan: DurationPlan) -> tuple[str, ...]:
    """What a reviewer should hear about: everything beyond borrowing and pauses."""
    told = {
        "early end": "ends early",
        "durations": "fast",
        "candidate": "another translation to fit",
        "rate": "very fast",
        "spill": "runs over",
    }
    return tuple(told[rung] for rung in plan.rungs if rung in told)
