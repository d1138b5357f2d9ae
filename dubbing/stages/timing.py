"""Decide when each phoneme sounds.

For every line the natural lengths of its candidate translations come from the speech engine's own
duration model, or from what it said of the whole line (:mod:`dubbing.voice.whole_lines`); the ladder of
:mod:`dubbing.timing.isochrony` makes one of them fit the time there is. Where a mouth is seen to speak
the line, :mod:`dubbing.timing.lipsync` then lets it set every phoneme.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from dubbing.pipeline import Run, stage
from dubbing.settings import TimingSettings
from dubbing.stages.line_asking import Asker, NothingToSay, asker_for
from dubbing.timeline import FRAME_MS, DurationPlan, Line, Timeline
from dubbing.timing.isochrony import Fit, Slot, fit_line
from dubbing.timing.lips import Lips
from dubbing.timing.lipsync import Followed, Window, unmet_rests, window, with_pause
from dubbing.timing.spoken import Spoken
from dubbing.vision.mouths import Mouths
from dubbing.voice.casting import PACER

WORTH_REFINING_FRAMES = 2
NEAR_MS = 100
"""A line that ends so near to its mouth ends with it."""
WAYS_TO_PAUSE = 3
"""Word borders that are tried for one pause."""


@stage(
    reads=("media", "target_language", "speakers", "lines", "faces"),
    writes=("lines.plan", "lines.flags"),
    version=11,
    engine_roles=("speech",),
    fixed_engines=(("speech", PACER),),
    weights=("aligner",),
)
def timing(timeline: Timeline, run: Run, settings: TimingSettings) -> Timeline:
    """Fill ``plan`` of every translated line, in order, since a line that spills delays the next.

    A line that has a plan keeps it, and its neighbours leave it its time.

    Raises:
        BadSettings: if the engine can neither be told durations nor say whole lines.
    """
    free_from_ms = 0
    mouths = Mouths(run.workspace, timeline)
    lines: list[Line] = []
    for number, line in enumerate(timeline.lines):
        planned = line
        if line.plan is None and line.translation is not None:
            slot, start_ms = _slot(timeline, number, free_from_ms, settings.gap_ms)
            asker = asker_for(timeline, run, settings, line, slot)
            planned = _planned(asker, slot, (free_from_ms, start_ms), mouths, settings)
        lines.append(planned)
        if planned.plan is not None and not _talked_over(timeline, number, planned.plan):
            free_from_ms = planned.plan.span.end_ms + settings.gap_ms
        run.progress(number + 1, len(timeline.lines), unit="lines")
    return timeline.with_lines(lines)


def _planned(
    asker: Asker,
    slot: Slot,
    times_ms: tuple[int, int],
    mouths: Mouths,
    settings: TimingSettings,
) -> Line:
    """The line with its plan and the flags that the plan earns.

    ``times_ms``: from when on nobody else speaks, and when the line begins.
    """
    line, (free_from_ms, start_ms) = asker.line, times_ms
    assert line.translation is not None
    try:
        fit = fit_line(asker.options(), slot, asker.limits)
    except NothingToSay:
        return replace(line, flags=(*line.translation.flags, "nothing to say"))
    candidate, said = asker.tried[fit.option]
    fit, said = _refined(fit, said, slot, asker)
    earliest_ms = min(start_ms, free_from_ms)
    shown = _shown(mouths, line, fit, slot, (earliest_ms, start_ms), settings)
    if shown is None:
        plan = said.plan(candidate.text, fit, start_ms)
    else:
        plan = _still_true(_by_mouth(shown, fit, said, candidate.text, asker), line)
    plan = asker.with_sound(plan)
    late = ("starts late",) if start_ms > line.slot.start_ms else ()
    doubts = tuple(f"translation: {flag}" for flag in candidate.flags)
    return replace(line, plan=plan, flags=(*_rejected(line), *doubts, *late, *_flags(plan)))


def _rejected(line: Line) -> tuple[str, ...]:
    decided = line.decision is not None and line.decision.verdict == "rejected"
    return ("rejected",) if decided else ()


def _talked_over(timeline: Timeline, number: int, plan: DurationPlan) -> bool:
    """Whether the next line begins within this one in the film, and may do so in the dub."""
    following = timeline.lines[number + 1 : number + 2]
    within = any(n.span.start_ms < timeline.lines[number].span.end_ms for n in following)
    return within and "spill" not in plan.rungs


def _slot(timeline: Timeline, number: int, free_from_ms: int, gap_ms: int) -> tuple[Slot, int]:
    """From the line's start to the end of its mouth, and to where the next line begins; the start."""
    assert timeline.media is not None
    slot, following = timeline.lines[number].slot, timeline.lines[number + 1 : number + 2]
    start_ms = max(slot.start_ms, free_from_ms)
    until_ms = timeline.media.duration_ms
    for following_line in following:
        until_ms = _begins_ms(following_line) - gap_ms
    wanted = max(1, (slot.end_ms - start_ms) // FRAME_MS)
    most = (until_ms - start_ms) // FRAME_MS
    # nothing may sound after the film, nor into a line that stays as it is
    if not following or following[0].plan is not None:
        return Slot(max(1, min(wanted, most)), max(1, most), closed=True), start_ms
    return Slot(wanted, max(wanted, most)), start_ms


def _begins_ms(line: Line) -> int:
    """When a line that has its plan is heard, or that has none should be."""
    return line.slot.start_ms if line.plan is None else line.plan.span.start_ms


def _refined(fit: Fit, said: Spoken, slot: Slot, asker: Asker) -> tuple[Fit, Spoken]:
    """Look where the bent line is heard; if it misses its length, bend it once more.

    What is silent at the end of a line changes with its tempo, and with it what must be filled.
    """
    aimed = said.heard_frames(fit)
    said = asker.heard_as(said, fit)
    missed = abs(said.heard_frames(fit) - aimed) >= WORTH_REFINING_FRAMES
    if not missed or "early end" in fit.rungs:
        return fit, said
    again = fit_line([said.option], slot, asker.limits)
    spilt = ("spill",) if "spill" in again.rungs and "spill" not in fit.rungs else ()
    fit = replace(again, option=fit.option, rungs=(*fit.rungs, *spilt))
    return fit, asker.heard_as(said, fit)


# -- the mouth -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Shown:
    """A mouth in the window in which its line may lie."""

    where: Window
    lips: Lips
    start_ms: int
    strength: float


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
    strength = settings.lip_strength
    if line.decision is not None and line.decision.lip_strength is not None:
        strength = line.decision.lip_strength
    lips = mouths.of(line) if strength > 0 else None
    if lips is None:
        return None
    earliest_ms, start_ms = starts_ms
    where = window(fit, (start_ms - earliest_ms) // FRAME_MS, slot.most)
    seen = lips.between(start_ms - where.earlier * FRAME_MS, where.n_frames)
    return _Shown(where, seen, start_ms, strength)


def _by_mouth(shown: _Shown, fit: Fit, said: Spoken, text: str, asker: Asker) -> DurationPlan:
    """The plan that the mouth asks for, with pauses where it rests; as fitted if it asks nothing."""
    followed = asker.followed(said, fit, shown.where, shown.lips, shown.strength)
    if followed is None:
        return said.plan(text, fit, shown.start_ms)
    pauses = 0
    while pauses < asker.most_pauses:
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
    shown: _Shown, fit: Fit, said: Spoken, followed: Followed, asker: Asker
) -> tuple[Followed, Spoken] | None:
    """One more pause, if the mouth rests where the line has none and it costs less than before."""
    symbols = said.option.symbols
    rests = unmet_rests(followed, symbols, shown.where, shown.lips)
    if not rests:
        return None
    tried = []
    for paused in with_pause(symbols, followed.fit.frames, rests[0], WAYS_TO_PAUSE):
        other = asker.prompter.said_as(said.symbols.replace(symbols, paused, 1))
        if other is None:
            continue
        again = asker.followed(other, fit, shown.where, shown.lips, shown.strength)
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


def _flags(plan: DurationPlan) -> tuple[str, ...]:
    """What a reviewer should hear about: everything beyond borrowing and pauses."""
    told = {
        "early end": "ends early",
        "durations": "fast",
        "candidate": "another translation to fit",
        "rate": "very fast",
        "speed": "engine asked for another speed",
        "spill": "runs over",
    }
    return tuple(told[rung] for rung in plan.rungs if rung in told)
