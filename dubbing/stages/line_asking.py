"""Asks a speech engine about the candidates of one line: the timing stage's side of the talk.

Not a stage itself. An engine that takes durations is asked how long its phonemes last; one that says
whole lines says them, and is listened to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from dubbing.delivery import NEUTRAL
from dubbing.engines.speech import SpeaksWhole, TakesDurations
from dubbing.errors import BadSettings
from dubbing.pipeline import Run
from dubbing.registry import identity
from dubbing.settings import TimingSettings
from dubbing.timeline import FRAME_MS, Candidate, DurationPlan, Line, Timeline, Translation
from dubbing.timing.bounds import Bending
from dubbing.timing.evidence import shipped_aligner
from dubbing.timing.isochrony import Fit, Limits, Option, Slot
from dubbing.timing.lipsync import (
    BALANCE,
    OWN_WORDS,
    Followed,
    Performance,
    Window,
    follow_lips,
)
from dubbing.timing.prompter import Prompter
from dubbing.timing.same_words import symbol_times
from dubbing.timing.spoken import Spoken, spread
from dubbing.timing.visemes import sounds
from dubbing.translation.candidates import REVIEWER
from dubbing.voice.casting import PACER, speaking_voice
from dubbing.voice.whole_lines import NOTED_SPEED, Speakers, WholeLinePrompter, limits_for

Floats = npt.NDArray[np.float64]
LIPS_FASTEST, LIPS_SLOWEST = 0.65, 1.5
"""The lips use not quite all that the limits allow: what is left costs more clarity than it gains."""
OWN_FASTEST, OWN_SLOWEST = 0.6, 1.6
"""Where the mouth says this very language, what is left is worth it: the borders come a third nearer."""


class NothingToSay(Exception):
    """No candidate of a line has a sound in it."""


@dataclass(slots=True)
class Asker:
    """Asks about one line, within limits; keeps what was asked in ``tried``."""

    line: Line
    prompter: Prompter | WholeLinePrompter
    limits: Limits
    most_pauses: int
    """How many pauses may be put into the line where its mouth rests."""
    bounds: tuple[float, float] = (LIPS_FASTEST, LIPS_SLOWEST)
    """Least and greatest share of their natural lengths to which mouth and original may bend sounds."""
    tried: list[tuple[Candidate, Spoken]] = field(default_factory=list)

    def options(self) -> Iterator[Option]:
        """Options as they are asked for.

        Raises:
            NothingToSay: if there is none.
        """
        assert self.line.translation is not None
        for candidate in _worth_trying(self.line.translation):
            said = self.prompter.said(candidate.text)
            if said is not None:
                self.tried.append((candidate, said))
                yield said.option
        if not self.tried:
            raise NothingToSay

    def followed(
        self, said: Spoken, fit: Fit, where: Window, original: Performance, strength: float
    ) -> Followed | None:
        """The line as its mouth or the original's sound has it, sought from the lengths of ``fit`` on."""
        option = said.option
        rate = self.limits.max_rate if "rate" in fit.rungs else 1.0
        fastest, slowest = self.bounds
        if len(fit.frames) != len(option.symbols):  # a pause was put in: spread over the same time
            fit = replace(fit, frames=spread(option.natural, sum(fit.frames)))
        return follow_lips(
            option,
            fit,
            where,
            original,
            bending=Bending(
                max(self.limits.fastest, fastest), min(self.limits.slowest, slowest), rate
            ),
            look=shipped_aligner().look,
            balance=replace(BALANCE if original.borders is None else OWN_WORDS, strength=strength),
        )

    def symbol_times(self, said: Spoken, fit: Fit, borders_ms: Floats) -> Floats:
        """When symbols shall begin, so that sounds are heard at ``borders_ms``: float64 ``[T + 1]``."""
        frames = said.frames(fit)
        begins, _ = self.prompter.heard(said.symbols, frames)
        heard_ms = FRAME_MS * (begins - sum(frames[: said.first]))
        found = sounds(said.option.symbols)
        return symbol_times(found, borders_ms, heard_ms, FRAME_MS * said.unheard)

    def heard_as(self, said: Spoken, fit: Fit) -> Spoken:
        """The same, corrected by where it is heard when it is bent so."""
        return said.heard_as(self.prompter.heard(said.symbols, said.frames(fit)), fit)

    def cut(self, said: Spoken, fit: Fit) -> Spoken:
        """The beginning of a text that is cut to the frames of ``fit``."""
        # what an engine said as a whole goes on with the next word: one frame of it is faded out
        is_whole = isinstance(self.prompter, WholeLinePrompter)
        return said.cut_to(len(fit.frames), 1.0 if is_whole else said.natural[-1])

    def with_sound(self, plan: DurationPlan) -> DurationPlan:
        """The plan with what the engine said of it, if it says whole lines."""
        if not isinstance(self.prompter, WholeLinePrompter):
            return plan
        line = self.prompter.lines[plan.text]
        asked_anew = abs(line.speed / self.prompter.usual_speed - 1) > NOTED_SPEED
        rungs = (*plan.rungs, "speed") if asked_anew else plan.rungs
        return replace(plan, whole=line.sound, speed=line.speed, rungs=rungs)


def asker_for(
    timeline: Timeline, run: Run, settings: TimingSettings, line: Line, slot: Slot
) -> Asker:
    """Who asks the engine of the settings about a line.

    Raises:
        BadSettings: if the engine can neither be told durations nor say whole lines.
    """
    speech = run.engines.get("speech", settings.engine, settings.engine_options)
    if isinstance(speech, TakesDurations):
        limits = limits_for(settings, is_whole=False)
        prompter = _prompter(timeline, run, settings, line)
        is_own = timeline.is_in_target(line)
        bounds = (OWN_FASTEST, OWN_SLOWEST) if is_own else (LIPS_FASTEST, LIPS_SLOWEST)
        return Asker(line, prompter, limits, settings.most_added_pauses, bounds)
    if isinstance(speech, SpeaksWhole):
        limits = limits_for(settings, is_whole=True)
        return Asker(line, _listener(timeline, run, settings, line, slot), limits, most_pauses=0)
    raise BadSettings(f"The engine '{settings.engine}' can not be told how to speak.")


def _prompter(timeline: Timeline, run: Run, settings: TimingSettings, line: Line) -> Prompter:
    voice = timeline.voice_of(line)
    assert voice is not None
    return Prompter(
        partial(run.engines.get, "speech", settings.engine, settings.engine_options),
        identity("speech", settings.engine, settings.engine_options),
        timeline.target_language,
        speaking_voice(voice, run.workspace),
        run,
        settings.pronunciations,
        1.0 if line.delivery is None else line.delivery.rate,
        voice.accent,
    )


def _listener(
    timeline: Timeline, run: Run, settings: TimingSettings, line: Line, slot: Slot
) -> WholeLinePrompter:
    voice = timeline.voice_of(line)
    assert voice is not None
    speakers = Speakers(
        identity("speech", settings.engine, settings.engine_options),
        partial(run.engines.get, "speech", settings.engine, settings.engine_options),
        speaking_voice(voice, run.workspace),
        identity("speech", PACER),
        partial(run.engines.get, "speech", PACER),
        voice.pacer,
    )
    delivery = line.delivery or NEUTRAL
    return WholeLinePrompter(speakers, timeline.target_language, delivery, slot, run.workspace, run)


def _worth_trying(translation: Translation) -> list[Candidate]:
    """The chosen one, then all others without fault.

    What a person decided has no stand-in, nor has the part of a whole.
    """
    chosen, *others = translation.candidates
    if chosen.whole or chosen.flags or translation.engine == REVIEWER:
        return [chosen]
    return [chosen, *(other for other in others if not other.flags and not other.whole)]
