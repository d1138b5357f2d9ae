"""Decide when each phoneme sounds.

For every line the natural lengths of each candidate translation come from the speech engine's own
duration model; the ladder of :mod:`dubbing.timing.isochrony` makes one of them fit the time there is.
"""

from __future__ import annotations

from collections.abc import Sequence
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

LEAD_FRAMES = 4
"""Kokoro wants a little silence before the first sound, or swallows its attack."""
TAIL_FRAMES = 6
FULL_STOP_FRAMES = 8
"""A closing mark longer than this is only silence."""


@stage(
    reads=("media", "target_language", "speakers", "lines"),
    writes=("lines.plan", "lines.flags"),
    version=1,
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
        spoken = [
            (candidate, Spoken(*self._natural(candidate.text, line.speaker)))
            for candidate in _worth_trying(line.translation.candidates)
        ]
        sayable = [(candidate, said) for candidate, said in spoken if said.sounds]
        if not sayable:
            return replace(line, plan=None, flags=(*line.translation.flags, "nothing to say"))
        start_ms = max(line.span.start_ms, free_from_ms)
        slot = self._slot(line, number, start_ms)
        fit = fit_line([said.option for _, said in sayable], slot, self.limits)
        candidate, said = sayable[fit.option]
        plan = said.plan(candidate.text, fit, start_ms)
        late = ("starts late",) if start_ms > line.span.start_ms else ()
        doubts = tuple(f"translation: {flag}" for flag in candidate.flags)
        return replace(line, plan=plan, flags=(*doubts, *late, *_flags(plan)))

    def _slot(self, line: Line, number: int, start_ms: int) -> Slot:
        wanted = max(1, (line.span.end_ms - start_ms) // FRAME_MS)
        following = self.timeline.lines[number + 1 :]
        media = self.timeline.media
        assert media is not None
        until_ms = (
            following[0].span.start_ms - self.settings.gap_ms if following else media.duration_ms
        )
        return Slot(wanted, max(wanted, (until_ms - start_ms) // FRAME_MS))

    def _natural(self, text: str, speaker_id: str) -> tuple[str, tuple[float, ...]]:
        """Symbols of a text and their natural lengths in the speaker's voice, remembered."""
        language = self.timeline.target_language
        voice = self.timeline.speaker(speaker_id).voice
        assert voice is not None
        key = digest([self.run.stage_name, 1, self.settings.engine, language, voice.name, text])
        known = self.run.recall(key)
        if known is None:
            speech: Speech = self.run.engines.get("speech", self.settings.engine)
            symbols = speech.phonemes(spoken_form(text, language), language)
            known = [symbols, self._lengths(symbols, voice.name)]
            self.run.remember(key, known)
        return known[0], tuple(known[1])

    def _lengths(self, symbols: str, voice: str) -> list[float]:
        if not symbols:
            return [1.0, 1.0]
        return [round(float(n), 3) for n in self.speech.durations(symbols, voice)]


class Spoken:
    """A text as the engine would say it: symbols, lengths, and which of them sound."""

    def __init__(self, symbols: str, natural: Sequence[float]) -> None:
        """``natural`` has one length for each symbol and one for either end."""
        self.symbols = symbols
        self.natural = tuple(natural)
        sounding = [i for i, symbol in enumerate(symbols) if not is_silent(symbol)]
        self.sounds = bool(sounding)
        self.first = sounding[0] + 1 if sounding else 0
        self.last = sounding[-1] + 2 if sounding else 0

    @property
    def option(self) -> Option:
        """The part that fills the slot: from the first sound to the last."""
        return Option(
            self.symbols[self.first - 1 : self.last - 1], self.natural[self.first : self.last]
        )

    def plan(self, text: str, fit: Fit, start_ms: int) -> DurationPlan:
        """The plan that begins to sound at ``start_ms``."""
        opening = [min(round(n), FULL_STOP_FRAMES) for n in self.natural[1 : self.first]]
        closing = [min(round(n), FULL_STOP_FRAMES) for n in self.natural[self.last : -1]]
        lead = min(LEAD_FRAMES, max(1, round(self.natural[0])))
        tail = min(TAIL_FRAMES, max(1, round(self.natural[-1])))
        outer = (max(1, n) for n in opening), (max(1, n) for n in closing)
        return DurationPlan(
            text=text,
            symbols=self.symbols,
            frames=(lead, *outer[0], *fit.frames, *outer[1], tail),
            natural=self.natural,
            first=self.first,
            last=self.last,
            span=Span(start_ms, start_ms + sum(fit.frames) * FRAME_MS),
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
