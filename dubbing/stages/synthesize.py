"""Speak every planned line, mark it as synthetic, and measure where its speech begins and ends.

The watermark lies on the film's clock: a line that is moved is marked again, but not spoken again.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from dubbing.arrays import Audio, ms_to_samples
from dubbing.delivery import NEUTRAL, Delivery
from dubbing.engines.speech import TakesDurations, VoiceName
from dubbing.language.script import as_written
from dubbing.media.loudness import line_loudness_lufs
from dubbing.media.sound_file import keep_sound, read_sound
from dubbing.memo_keys import memo_key
from dubbing.metrics.onsets import speech_extent_ms
from dubbing.pipeline import Run, stage
from dubbing.registry import identity
from dubbing.settings import SynthesizeSettings
from dubbing.timeline import Artifact, DurationPlan, Line, Span, Take, Timeline
from dubbing.voice.casting import speaking_voice
from dubbing.voice.whole_lines import as_planned
from dubbing.watermark.marker import with_mark
from dubbing.watermark.pattern import NAME


@stage(
    reads=(
        "speakers",
        "lines.id",
        "lines.speaker",
        "lines.voice",
        "lines.delivery",
        "lines.plan",
        "lines.take",
    ),
    writes=("lines.take",),
    version=8,
    engine_roles=("speech",),
)
def synthesize(timeline: Timeline, run: Run, settings: SynthesizeSettings) -> Timeline:
    """Fill ``take`` of every planned line that has none; what was spoken before is not spoken again."""
    lines: list[Line] = []
    for number, line in enumerate(timeline.lines):
        take = line.take
        if take is None and line.plan is not None:
            take = _take(timeline, line, line.plan, run, settings)
        lines.append(replace(line, take=take))
        said = as_written(line.spoken_text, run.profile.mux.written)
        run.progress(number + 1, len(timeline.lines), said, "lines")
    return timeline.with_lines(lines)


def _take(
    timeline: Timeline, line: Line, plan: DurationPlan, run: Run, settings: SynthesizeSettings
) -> Take:
    voice = timeline.voice_of(line)
    assert voice is not None
    speaks = speaking_voice(voice, run.workspace)
    delivery = line.delivery or NEUTRAL
    engine = identity("speech", settings.engine, settings.engine_options)
    key = memo_key("take", 4, [engine], str(speaks), *_as_planned(plan), _as_heard(delivery))
    known = run.recall(key)
    if known is None or not run.workspace.holds(Artifact(**known["sound"])):
        audio = _spoken(plan, speaks, delivery, run, settings)
        known = _described(audio, plan, run)
        run.remember(key, known)
    take = _placed(known, plan)
    return with_watermark(take, run) if settings.watermark else take


def with_watermark(take: Take, run: Run) -> Take:
    """The same take with the watermark, as the film's time has it."""
    key = memo_key("marked take", 1, [], NAME, take.sound.sha256, take.start_ms)
    known = run.recall(key)
    if known is None or not run.workspace.holds(Artifact(**known)):
        audio = read_sound(run.workspace.path(take.sound))
        first = ms_to_samples(take.start_ms, audio.rate_hz)
        spans = [(first, first + audio.n_samples)]
        sound = Audio(with_mark(audio.samples, audio.rate_hz, first, spans), audio.rate_hz)
        known = asdict(keep_sound(run.workspace, sound, subtype="PCM_24"))
        run.remember(key, known)
    return replace(take, sound=Artifact(**known), is_marked=True)


def _as_planned(plan: DurationPlan) -> tuple[Any, ...]:
    """What of a plan changes the sound: where a line was said as a whole, also what is stretched."""
    stretched = () if plan.whole is None else (plan.whole.sha256, plan.natural)
    return (plan.symbols, plan.frames, *stretched)


def _spoken(
    plan: DurationPlan,
    voice: VoiceName,
    delivery: Delivery,
    run: Run,
    settings: SynthesizeSettings,
) -> Audio:
    """With the lengths of the plan: told to the engine, or stretched out of what it said."""
    if plan.whole is not None:
        return as_planned(plan, run.workspace)
    speech: TakesDurations = run.engines.get("speech", settings.engine, settings.engine_options)
    return speech.speak(plan.symbols, voice, plan.frames, delivery)


def _as_heard(delivery: Delivery) -> dict[str, Any]:
    """What of a delivery changes the sound, once the plan is made."""
    return asdict(replace(delivery, reason="", is_chosen=False, rate=1.0))


def _described(audio: Audio, plan: DurationPlan, run: Run) -> dict[str, object]:
    """The sound as an artifact, and what was measured on it (times from its first sample)."""
    expected = (plan.lead_ms, plan.lead_ms + plan.span.duration_ms)
    begins_ms, ends_ms = speech_extent_ms(audio, expected)
    return {
        "sound": asdict(keep_sound(run.workspace, audio, subtype="PCM_24")),
        "n_samples": audio.n_samples,
        "rate_hz": audio.rate_hz,
        "begins_ms": begins_ms,
        "ends_ms": ends_ms,
        "lufs": line_loudness_lufs(audio),
    }


def _placed(known: dict[str, object], plan: DurationPlan) -> Take:
    """Lay the take so that its first sound is heard when the plan says."""
    begins_ms, ends_ms = int(str(known["begins_ms"])), int(str(known["ends_ms"]))
    start_ms = plan.span.start_ms - begins_ms
    sound = known["sound"]
    assert isinstance(sound, dict)
    lufs = known["lufs"]
    return Take(
        sound=Artifact(**sound),
        start_ms=start_ms,
        n_samples=int(str(known["n_samples"])),
        rate_hz=int(str(known["rate_hz"])),
        speech=Span(plan.span.start_ms, start_ms + ends_ms),
        measured_lufs=None if lufs is None else round(float(str(lufs)), 2),
    )
