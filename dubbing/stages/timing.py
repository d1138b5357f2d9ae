"""Decide when each phoneme sounds.

For every line the natural lengths of its candidate translations come from the speech engine's own
duration model, or from what it said of the whole line (:mod:`dubbing.voice.whole_lines`); the ladder of
:mod:`dubbing.timing.isochrony` makes one of them fit the time there is. Where a mouth is seen to speak
the line, :mod:`dubbing.timing.lipsync` then lets it set every phoneme. Where the original says the very
words, its sound tells when (:mod:`dubbing.stages.own_words`), whether or not a mouth is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from dubbing.flags import Flag
from dubbing.language.unspoken import unsayable
from dubbing.metrics.mouth import own_time
from dubbing.pipeline import Run, stage
from dubbing.settings import TimingSettings
from dubbing.soundtrack.voice_activity import voice_level
from dubbing.stages.line_asking import Asker, NothingToSay, asker_for
from dubbing.stages.own_words import PACKAGE, OwnWords, own_words
from dubbing.timeline import FRAME_MS, DurationPlan, Line, Span, Timeline
from dubbing.timing.audible import NOTHING_TO_SAY, flagged, within
from dubbing.timing.isochrony import Fit, Slot, fit_line
from dubbing.timing.lips import unseen
from dubbing.timing.lipsync import Followed, Performance, Window, unmet_rests, window, with_pause
from dubbing.timing.noticed import noticed
from dubbing.timing.slots import Place, place
from dubbing.timing.spoken import Spoken
from dubbing.translation.doubts import doubts
from dubbing.vision.mouths import Mouths
from dubbing.voice.casting import PACER

WORTH_REFINING_FRAMES = 2
SOUND, LIPS = "sound", "lips"
"""What tells when each sound of a line is made."""
NEAR_MS = 100
"""A line that ends so near to its mouth ends with it."""
WAYS_TO_PAUSE = 3
"""Word borders that are tried for one pause."""
OVER = ("spill", "earlier", "squeeze", "overlap", "cut")
"""Rungs of a line that is longer than its time."""
TOO_LONG = {"earlier", "squeeze", "overlap", "cut"}
"""Rungs on which no time is left that a mouth could set."""


@stage(
    reads=(
        *("media", "dialogue", "voice_channels", "source_language", "target_language"),
        *("speakers", "lines", "faces"),
    ),
    writes=("lines.plan", "lines.flags"),
    version=17,
    engine_roles=("speech",),
    fixed_engines=(("speech", PACER),),
    weights=("aligner",),
    packages=(PACKAGE,),
    follows_decisions=True,
)
def timing(timeline: Timeline, run: Run, settings: TimingSettings) -> Timeline:
    """Fill ``plan`` of every translated line, in order, since a line that spills delays the next.

    A line that has a plan keeps it, and its neighbours leave it its time.

    Raises:
        BadSettings: if the engine can neither be told durations nor say whole lines.
    """
    return _with_plans(timeline, run, settings, lambda number, where: None)


def replanned(
    timeline: Timeline,
    run: Run,
    settings: TimingSettings,
    before: Timeline,
    locked: Collection[str],
) -> Timeline:
    """Plan a film in which some lines have lost their plans, as if all of it were planned again.

    A line that has a plan keeps it, with its take, where its time is the same as ``before``; ``locked``
    lines keep it anyway. The result is that of :func:`timing`, without the work.
    """
    now = [line if line.id in locked else replace(line, plan=None) for line in timeline.lines]
    was = [line if line.is_kept else replace(line, plan=None) for line in before.lines]
    assert timeline.media is not None
    film_ms = timeline.media.duration_ms

    def as_before(number: int, where: Place) -> Line | None:
        line = timeline.lines[number]
        if line.plan is None:
            return None
        then = place(was, before.lines[:number], film_ms, settings.gap_ms)
        return line if where == then else None

    done = _with_plans(timeline.with_lines(now), run, settings, as_before)
    return done.with_lines(
        line if line.plan == was.plan else replace(line, take=None)
        for line, was in zip(done.lines, timeline.lines, strict=True)
    )


def _with_plans(
    timeline: Timeline,
    run: Run,
    settings: TimingSettings,
    known: Callable[[int, Place], Line | None],
) -> Timeline:
    """Plan all lines that have no plan; ``known`` gives one that is planned in that place already."""
    assert timeline.media is not None
    mouths = Mouths(run.workspace, timeline)
    film_ms = timeline.media.duration_ms
    lines: list[Line] = []
    for number, line in enumerate(timeline.lines):
        planned = line
        if line.plan is None and line.translation is not None:
            where = place(timeline.lines, lines, film_ms, settings.gap_ms)
            planned = known(number, where) or _newly_planned(
                asker_for(timeline, run, settings, line, where.slot),
                where,
                film_ms,
                mouths,
                _Voice(timeline, run, number),
                settings,
            )
        lines.append(planned)
        run.progress(number + 1, len(timeline.lines), unit="lines")
    return timeline.with_lines(flagged(lines, film_ms))


def _newly_planned(
    asker: Asker,
    where: Place,
    film_ms: int,
    mouths: Mouths,
    voice: _Voice,
    settings: TimingSettings,
) -> Line:
    """The line with its plan and the flags that the plan earns."""
    line = asker.line
    assert line.translation is not None
    try:
        fit = fit_line(asker.options(), where.slot, asker.limits)
    except NothingToSay:
        return replace(line, flags=(*line.translation.flags, NOTHING_TO_SAY))
    candidate, said = asker.tried[fit.option]
    strength = _strength(line, settings)
    own = own_words(asker, said, voice.timeline, voice.run, voice.number) if strength > 0 else None
    if own is not None:
        said = own.said
        fit = replace(fit_line([said.option], where.slot, asker.limits), option=fit.option)
    fit, said = _refined(fit, said, where.slot, asker)
    if TOO_LONG & set(fit.rungs):
        plan = _too_long(fit, said, candidate.text, where, asker)
    else:
        if own is not None:
            own = replace(own, borders_ms=asker.symbol_times(said, fit, own.borders_ms))
        shown = _shown(mouths, voice, line, fit, where, strength, own)
        if shown is None:
            plan = said.plan(candidate.text, fit, where.start_ms)
        else:
            plan = _still_true(_by_mouth(shown, fit, said, candidate.text, asker), line)
    plan = within(asker.with_sound(plan), film_ms)
    earned = (
        *doubts(candidate.flags),
        *_unsaid(plan, asker),
        *noticed(plan, line.slot, asker.prompter.language),
    )
    return replace(line, plan=plan, flags=(*_rejected(line), *earned))


def _unsaid(plan: DurationPlan, asker: Asker) -> tuple[str, ...]:
    """A flag if the text has letters that nobody reads in its language."""
    return (Flag.NOT_SAYABLE,) if unsayable(plan.text, asker.prompter.language) else ()


def _too_long(fit: Fit, said: Spoken, text: str, where: Place, asker: Asker) -> DurationPlan:
    """The plan of a line that fills more than its time, and maybe only begins to be said."""
    if "cut" in fit.rungs:
        said = asker.heard_as(asker.cut(said, fit), fit)
    return said.plan(text, fit, where.start_ms - fit.earlier * FRAME_MS)


def _rejected(line: Line) -> tuple[str, ...]:
    decided = line.decision is not None and line.decision.verdict == "rejected"
    return ("rejected",) if decided else ()


def _refined(fit: Fit, said: Spoken, slot: Slot, asker: Asker) -> tuple[Fit, Spoken]:
    """Look where the bent line is heard; if it misses its length, bend it once more.

    What is silent at the end of a line changes with its tempo, and with it what must be filled.
    """
    if "cut" in fit.rungs:
        return fit, said
    aimed = said.heard_frames(fit)
    said = asker.heard_as(said, fit)
    missed = abs(said.heard_frames(fit) - aimed) >= WORTH_REFINING_FRAMES
    if not missed or "early end" in fit.rungs:
        return fit, said
    again = fit_line([said.option], slot, asker.limits)
    over = tuple(rung for rung in again.rungs if rung in OVER and rung not in fit.rungs)
    fit = replace(again, option=fit.option, rungs=(*fit.rungs, *over))
    return fit, said if "cut" in fit.rungs else asker.heard_as(said, fit)


# -- the mouth -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Shown:
    """The original in the window in which its line may be said."""

    where: Window
    original: Performance
    start_ms: int
    strength: float
    clearness: float | None
    """Of the original's own words; ``None`` where it says others, or is not clear."""

    @property
    def told_by(self) -> str:
        """What tells when each sound is made."""
        return LIPS if self.original.borders is None else SOUND


@dataclass(frozen=True, slots=True)
class _Voice:
    """The original's voice in the time of one line."""

    timeline: Timeline
    run: Run
    number: int

    def level(self, begin_ms: int, n_frames: int) -> npt.NDArray[np.float64] | None:
        """Per frame from ``begin_ms`` on; ``None`` where speech does not stand out."""
        spans = [line.span for line in self.timeline.lines]
        own = own_time(spans, self.number)
        frames = Span(begin_ms, begin_ms + n_frames * FRAME_MS)
        return voice_level(self.timeline, self.run.workspace, spans[self.number], own, frames)


def _strength(line: Line, settings: TimingSettings) -> float:
    """How much the mouth counts for this line."""
    decided = None if line.decision is None else line.decision.lip_strength
    return settings.lip_strength if decided is None else decided


def _shown(
    mouths: Mouths,
    voice: _Voice,
    line: Line,
    fit: Fit,
    where: Place,
    strength: float,
    own: OwnWords | None,
) -> _Shown | None:
    """The mouth and the words of the original; ``None`` if they tell nothing or shall not count."""
    lips = mouths.of(line) if strength > 0 else None
    if lips is None and own is None:
        return None
    free = (where.start_ms - where.earliest_ms) // FRAME_MS
    frames = window(fit, free, where.slot.most)
    begin_ms = where.start_ms - frames.earlier * FRAME_MS
    n_frames = frames.n_frames
    seen = unseen(begin_ms, n_frames) if lips is None else lips.between(begin_ms, n_frames)
    borders = None if own is None else (own.borders_ms - begin_ms) / FRAME_MS
    original = Performance(seen, voice.level(begin_ms, n_frames), borders)
    clearness = None if own is None else own.clearness
    return _Shown(frames, original, where.start_ms, strength, clearness)


def _by_mouth(shown: _Shown, fit: Fit, said: Spoken, text: str, asker: Asker) -> DurationPlan:
    """The plan that the mouth asks for, with pauses where it rests; as fitted if it asks nothing."""
    followed = asker.followed(said, fit, shown.where, shown.original, shown.strength)
    if followed is None:
        return said.plan(text, fit, shown.start_ms)
    pauses = 0
    is_paused = shown.original.borders is not None  # as the original pauses
    while pauses < asker.most_pauses and not is_paused:
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
        told_by=shown.told_by,
        clearness=shown.clearness,
        added_pauses=pauses,
    )


def _with_a_pause(
    shown: _Shown, fit: Fit, said: Spoken, followed: Followed, asker: Asker
) -> tuple[Followed, Spoken] | None:
    """One more pause, if the mouth rests where the line has none and it costs less than before."""
    symbols = said.option.symbols
    rests = unmet_rests(followed, symbols, shown.where, shown.original)
    if not rests:
        return None
    tried = []
    for paused in with_pause(symbols, followed.fit.frames, rests[0], WAYS_TO_PAUSE):
        other = asker.prompter.said_as(said.symbols.replace(symbols, paused, 1))
        if other is None:
            continue
        again = asker.followed(other, fit, shown.where, shown.original, shown.strength)
        if again is not None:
            tried.append((again, other))
    best = min(tried, key=lambda one: one[0].fit.cost, default=None)
    return best if best is not None and best[0].fit.cost < followed.fit.cost else None


def _still_true(plan: DurationPlan, line: Line) -> DurationPlan:
    """The plan without concessions that the mouth has made good."""
    over_ms = plan.span.end_ms - line.slot.end_ms
    good = {"early end"} if over_ms >= -NEAR_MS else set()
    good |= {"borrow"} if over_ms <= NEAR_MS else set()
    return replace(plan, rungs=tuple(rung for rung in plan.rungs if rung not in good))
