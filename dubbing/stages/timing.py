"""Decide when each phoneme sounds.

For every line the natural lengths of its candidate translations come from the speech engine's own
duration model; the ladder of :mod:`dubbing.timing.isochrony` makes one of them fit the time there is.
Where a mouth is seen to speak the line, :mod:`dubbing.timing.lipsync` then lets it set every phoneme.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from dubbing.engines.speech import TakesDurations
from dubbing.errors import BadSettings
from dubbing.pipeline import Run, stage
from dubbing.settings import TimingSettings
from dubbing.timeline import FRAME_MS, Candidate, DurationPlan, Line, Timeline
from dubbing.timing.bounds import Bending
from dubbing.timing.evidence import shipped_aligner
from dubbing.timing.isochrony import Fit, Limits, Option, Slot, fit_line
from dubbing.timing.lips import Lips
from dubbing.timing.lipsync import (
    Followed,
    Window,
    follow_lips,
    unmet_rests,
    window,
    with_pause,
)
from dubbing.timing.prompter import Prompter
from dubbing.timing.spoken import Spoken, spread
from dubbing.vision.mouths import Mouths
from dubbing.voice.casting import speaking_voice

WORTH_REFINING_FRAMES = 2
NEAR_MS = 100
"""A line that ends so near to its mouth ends with it."""
LIPS_FASTEST, LIPS_SLOWEST = 0.65, 1.5
"""The lips use not quite all that the limits allow: what is left costs more clarity than it gains."""
WAYS_TO_PAUSE = 3
"""Word borders that are tried for one pause."""


@stage(
    reads=("media", "target_language", "speakers", "lines", "faces"),
    writes=("lines.plan", "lines.flags"),
    version=9,
    engine_roles=("speech",),
    weights=("aligner",),
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
    mouths = Mouths(run.workspace, timeline)
    lines: list[Line] = []
    for number, line in enumerate(timeline.lines):
        asker = _Asker(timeline, run, settings, line)
        planned = _planned(timeline, number, free_from_ms, asker, mouths)
        lines.append(planned)
        if planned.plan is not None and not _talked_over(timeline, number, planned.plan):
            free_from_ms = planned.plan.span.end_ms + settings.gap_ms
        run.progress(number + 1, len(timeline.lines), unit="lines")
    return timeline.with_lines(lines)


def _planned(
    timeline: Timeline, number: int, free_from_ms: int, asker: _Asker, mouths: Mouths
) -> Line:
    """The line with its plan and the flags that the plan earns."""
    line = timeline.lines[number]
    if line.translation is None:
        return line
    start_ms = max(line.span.start_ms, free_from_ms)
    slot = _slot(timeline, number, start_ms, asker.settings.gap_ms)
    try:
        fit = fit_line(asker.options(), slot, asker.limits)
    except NothingToSay:
        return replace(line, flags=(*line.translation.flags, "nothing to say"))
    candidate, said = asker.tried[fit.option]
    fit, said = _refined(fit, said, slot, asker)
    earliest_ms = min(start_ms, free_from_ms)
    shown = _shown(mouths, line, fit, slot, (earliest_ms, start_ms), asker.settings)
    if shown is None:
        plan = said.plan(candidate.text, fit, start_ms)
    else:
        plan = _still_true(_by_mouth(shown, fit, said, candidate.text, asker), line)
    late = ("starts late",) if start_ms > line.span.start_ms else ()
    doubts = tuple(f"translation: {flag}" for flag in candidate.flags)
    return replace(line, plan=plan, flags=(*doubts, *late, *_flags(plan)))


def _talked_over(timeline: Timeline, number: int, plan: DurationPlan) -> bool:
    """Whether the next line begins within this one in the film, and may do so in the dub."""
    following = timeline.lines[number + 1 : number + 2]
    within = any(n.span.start_ms < timeline.lines[number].span.end_ms for n in following)
    return within and "spill" not in plan.rungs


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


def _refined(fit: Fit, said: Spoken, slot: Slot, asker: _Asker) -> tuple[Fit, Spoken]:
    """Look where the bent line is heard; if it misses its length, bend it once more.

    What is silent at the end of a line changes with its tempo, and with it what must be filled.
    """
    aimed = said.heard_frames(fit)
    said = asker.heard_as(said, fit)
    missed = abs(said.heard_frames(fit) - aimed) >= WORTH_REFINING_FRAMES
    if not missed or "early end" in fit.rungs:
        return fit, said
    again = fit_line([said.option], slot, asker.limits)
    fit = replace(again, option=fit.option, rungs=fit.rungs)
    return fit, asker.heard_as(said, fit)


# -- the mouth -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Shown:
    """A mouth in the window in which its line may lie."""

    where: Window
    lips: Lips
    start_ms: int
    strength: float
    most_pauses: int


def _shown(
    mouths: Mouths,
    line: Line,
    fit: Fit,
    slot: Slot,
    starts_ms: tuple[int, int],
    settings: TimingSettings,
) -> _Shown | None:
    """The mouth that speaks the line; ``None`` if it is not seen or shall not count.

    ``starts_ms``: the earliest time at which the line may begin, and the one it was fitted to.
    """
    lips = mouths.of(line) if settings.lip_strength > 0 else None
    if lips is None:
        return None
    earliest_ms, start_ms = starts_ms
    where = window(fit, (start_ms - earliest_ms) // FRAME_MS, slot.most)
    seen = lips.between(start_ms - where.earlier * FRAME_MS, where.n_frames)
    return _Shown(where, seen, start_ms, settings.lip_strength, settings.most_added_pauses)


def _by_mouth(shown: _Shown, fit: Fit, said: Spoken, text: str, asker: _Asker) -> DurationPlan:
    """The plan that the mouth asks for, with pauses where it rests; as fitted if it asks nothing."""
    followed = asker.followed(said, fit, shown)
    if followed is None:
        return said.plan(text, fit, shown.start_ms)
    pauses = 0
    while pauses < shown.most_pauses:
        better = _with_a_pause(shown, fit, said, followed, asker)
        if better is None:
            break
        followed, said = better
        pauses += 1
    said = asker.heard_as(said, followed.fit)
    return said.plan(
        text,
        followed.fit,
        shown.start_ms + followed.shift * FRAME_MS,
        lip_strength=shown.strength,
        added_pauses=pauses,
    )


def _with_a_pause(
    shown: _Shown, fit: Fit, said: Spoken, followed: Followed, asker: _Asker
) -> tuple[Followed, Spoken] | None:
    """One more pause, if the mouth rests where the line has none and it costs less than before."""
    symbols = said.option.symbols
    rests = unmet_rests(followed, symbols, shown.where, shown.lips)
    if not rests:
        return None
    tried = []
    for paused in with_pause(symbols, followed.fit.frames, rests[0], WAYS_TO_PAUSE):
        other = asker.prompter.said_as(said.symbols.replace(symbols, paused, 1))
        again = asker.followed(other, fit, shown) if other is not None else None
        if again is not None and other is not None:
            tried.append((again, other))
    best = min(tried, key=lambda one: one[0].fit.cost, default=None)
    return best if best is not None and best[0].fit.cost < followed.fit.cost else None


def _still_true(plan: DurationPlan, line: Line) -> DurationPlan:
    """The plan without concessions that the mouth has made good."""
    over_ms = plan.span.end_ms - line.span.end_ms
    good = {"early end"} if over_ms >= -NEAR_MS else set()
    good |= {"borrow"} if over_ms <= NEAR_MS else set()
    return replace(plan, rungs=tuple(rung for rung in plan.rungs if rung not in good))


class NothingToSay(Exception):
    """No candidate of a line has a sound in it."""


class _Asker:
    """Asks the speech engine about the candidates of one line."""

    def __init__(self, timeline: Timeline, run: Run, settings: TimingSettings, line: Line) -> None:
        self.settings, self.line = settings, line
        voice = timeline.speaker(line.speaker).voice
        assert voice is not None
        self.prompter = Prompter(
            lambda: run.engines.get("speech", settings.engine),
            settings.engine,
            timeline.target_language,
            speaking_voice(voice, run.workspace),
            run,
            settings.pronunciations,
        )
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
            said = self.prompter.said(candidate.text)
            if said is not None:
                self.tried.append((candidate, said))
                yield said.option
        if not self.tried:
            raise NothingToSay

    def followed(self, said: Spoken, fit: Fit, shown: _Shown) -> Followed | None:
        """The line as its mouth has it; the lengths of ``fit`` say where its sounds are sought."""
        option = said.option
        rate = self.limits.max_rate if "rate" in fit.rungs else 1.0
        if len(fit.frames) != len(option.symbols):  # a pause was put in: spread over the same time
            fit = replace(fit, frames=spread(option.natural, sum(fit.frames)))
        return follow_lips(
            option,
            fit,
            shown.where,
            shown.lips,
            bending=Bending(
                max(self.limits.fastest, LIPS_FASTEST), min(self.limits.slowest, LIPS_SLOWEST), rate
            ),
            strength=shown.strength,
            look=shipped_aligner().look,
        )

    def heard_as(self, said: Spoken, fit: Fit) -> Spoken:
        """The same, corrected by where it is heard when it is bent so."""
        return said.heard_as(self.prompter.heard(said.symbols, said.frames(fit)), fit)


def _worth_trying(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The chosen one, then all others without fault; the part of a whole has no stand-in."""
    chosen, *others = candidates
    if chosen.whole or chosen.flags:
        return [chosen]
    return [chosen, *(other for other in others if not other.flags and not other.whole)]


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
