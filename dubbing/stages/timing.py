"""Decide when each phoneme sounds.

For every line the natural lengths of each candidate translation come from the speech engine's own
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
from dubbing.timeline import FRAME_MS, Candidate, DurationPlan, Line, Span, Timeline
from dubbing.timing.bounds import is_silent
from dubbing.timing.isochrony import Fit, Limits, Option, Slot, fit_line
from dubbing.workspace import digest


@stage(
    reads=("media", "target_language", "speakers", "lines"),
    writes=("lines.plan", "lines.flags"),
    version=4,
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
    planner = _Planner(timeline, run, settings, speech)
    free_from_ms = 0
    lines: list[Line] = []
    for number, line in enumerate(timeline.lines):
        planned = planner.plan(line, number, free_from_ms)
        lines.append(planned)
        if planned.plan is not None and "spill" in planned.plan.rungs:
            free_from_ms = planned.plan.span.end_ms + settings.gap_ms
        run.progress(number + 1, len(timeline.lines), unit="lines")
    return timeline.with_lines(lines)


class _Planner:
    """What all lines of one film share while they are planned."""

    def __init__(
        self, timeline: Timeline, run: Run, settings: TimingSettings, speech: TakesDurations
    ) -> None:
        self.timeline = timeline
        self.run = run
        self.settings = settings
        self.speech = speech
        self.limits = Limits(
            settings.fastest,
            settings.slowest,
            settings.comfortable_fast,
            settings.comfortable_slow,
            settings.max_rate,
        )

    def plan(self, line: Line, number: int, free_from_ms: int) -> Line:
        """The line with its plan and the flags that the plan earns."""
        if line.translation is None:
            return replace(line, plan=None)
        start_ms = max(line.span.start_ms, free_from_ms)
        tried: list[tuple[Candidate, Spoken]] = []
        options = self._options(line, tried)
        try:
            fit = fit_line(options, self._slot(line, number, start_ms), self.limits)
        except NothingToSay:
            return replace(line, plan=None, flags=(*line.translation.flags, "nothing to say"))
        candidate, said = tried[fit.option]
        plan = said.plan(candidate.text, fit, start_ms)
        late = ("starts late",) if start_ms > line.span.start_ms else ()
        doubts = tuple(f"translation: {flag}" for flag in candidate.flags)
        return replace(line, plan=plan, flags=(*doubts, *late, *_flags(plan)))

    def _options(self, line: Line, tried: list[tuple[Candidate, Spoken]]) -> Iterator[Option]:
        """Options as they are asked for; what was asked for is noted in ``tried``."""
        assert line.translation is not None
        for candidate in _worth_trying(line.translation.candidates):
            spoken = self._spoken(candidate.text, line.speaker)
            if spoken is not None:
                tried.append((candidate, spoken))
                yield spoken.option
        if not tried:
            raise NothingToSay

    def _slot(self, line: Line, number: int, start_ms: int) -> Slot:
        wanted = max(1, (line.span.end_ms - start_ms) // FRAME_MS)
        following = self.timeline.lines[number + 1 :]
        media = self.timeline.media
        assert media is not None
        until_ms = (
            following[0].span.start_ms - self.settings.gap_ms if following else media.duration_ms
        )
        return Slot(wanted, max(wanted, (until_ms - start_ms) // FRAME_MS))

    def _spoken(self, text: str, speaker_id: str) -> Spoken | None:
        """A text in the speaker's voice with its natural lengths, remembered; ``None`` if mute."""
        language = self.timeline.target_language
        voice = self.timeline.speaker(speaker_id).voice
        assert voice is not None
        key = digest([self.run.stage_name, 2, self.settings.engine, language, voice.name, text])
        known = self.run.recall(key)
        if known is None:
            speech: Speech = self.run.engines.get("speech", self.settings.engine)
            symbols = speech.phonemes(spoken_form(text, language), language)
            known = [symbols, *self._measured(symbols, voice.name)]
            self.run.remember(key, known)
        if not known[1]:
            return None
        return Spoken(known[0], known[1], (known[2], known[3]))

    def _measured(self, symbols: str, voice: str) -> tuple[list[float], float, float]:
        """Natural lengths, and where sound is heard in them."""
        if all(map(is_silent, symbols)):
            return [], 0.0, 0.0
        natural = [round(float(n), 3) for n in self.speech.durations(symbols, voice)]
        return natural, *self.speech.heard(symbols, voice, [max(1, round(n)) for n in natural])


class NothingToSay(Exception):
    """No candidate of a line has a sound in it."""


class Spoken:
    """A text as the engine would say it: symbols, lengths, and where it is heard."""

    def __init__(self, symbols: str, natural: Sequence[float], heard: tuple[float, float]) -> None:
        """``natural`` has one length for each symbol and one for either end; ``heard`` in frames."""
        self.symbols = symbols
        self.natural = tuple(natural)
        sounding = [i for i, symbol in enumerate(symbols) if not is_silent(symbol)]
        self.first, self.last = sounding[0] + 1, sounding[-1] + 2
        inner = sum(max(1, round(n)) for n in self.natural[self.first : self.last])
        self.fade_frames = round(inner - (heard[1] - heard[0]))

    @property
    def _cut_frames(self) -> int:
        """How much of the last symbol is no matter for the solver: its silent part."""
        return max(0, min(self.fade_frames, round(self.natural[self.last - 1]) - 1))

    @property
    def option(self) -> Option:
        """The part that fills the slot: the sounding symbols, the last without its silence."""
        natural = self.natural[self.first : self.last]
        heard_last = max(1.0, natural[-1] - self._cut_frames)
        return Option(
            self.symbols[self.first - 1 : self.last - 1],
            (*natural[:-1], heard_last),
            self.fade_frames - self._cut_frames,
        )

    def plan(self, text: str, fit: Fit, start_ms: int) -> DurationPlan:
        """The plan that begins to sound at ``start_ms``.

        The silences before and after keep their natural length: with a shorter one before, Kokoro
        swallows the first sounds.
        """
        before = [max(1, round(n)) for n in self.natural[: self.first]]
        after = [max(1, round(n)) for n in self.natural[self.last :]]
        last = fit.frames[-1] + self._cut_frames
        heard = sum(fit.frames) + self._cut_frames - self.fade_frames
        return DurationPlan(
            text=text,
            symbols=self.symbols,
            frames=(*before, *fit.frames[:-1], last, *after),
            natural=self.natural,
            first=self.first,
            last=self.last,
            fade_frames=self.fade_frames,
            span=Span(start_ms, start_ms + max(1, heard) * FRAME_MS),
            rungs=fit.rungs,
            cost=round(fit.cost, 3),
        )


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
