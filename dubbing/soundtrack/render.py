"""From the document to a plan for the mixer: which sounds lie where, and how loud."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from dubbing.arrays import Audio, Samples, ms_to_samples
from dubbing.media.resample import resample
from dubbing.media.sound_file import SoundFormat, read_samples, read_sound, sound_format
from dubbing.mixing.ducking import merge
from dubbing.mixing.mixer import MARGIN_MS, MixPlan, PlacedTake, mix, shifted
from dubbing.soundtrack.dialogue import voice_channels
from dubbing.soundtrack.levels import with_curve
from dubbing.soundtrack.room import in_room, tail_samples
from dubbing.soundtrack.tone import with_tone
from dubbing.timeline import Line, LineMix, Mix, Take, Timeline
from dubbing.workspace import Workspace

FADE_IN_MS, FADE_OUT_MS = 50, 100
PUMP_GAP_MS = 400
"""Ducks closer than this become one."""


def mix_plan(
    timeline: Timeline,
    made: Mix,
    workspace: Workspace,
    rate_hz: int,
    *,
    speaker: str | None = None,
) -> MixPlan:
    """The mix as ``made`` describes it; with ``speaker``, only that one's takes are laid over."""
    gains = {item.line: item for item in made.lines}
    tones = {item.speaker: item.tone_db for item in made.speakers}
    load = _loader(workspace, rate_hz, made.reverberation_s)
    takes = [
        _placed(line.take, gains[line.id], tones.get(line.speaker, ()), rate_hz, made, load)
        for line in timeline.lines
        if line.take is not None and line.id in gains and speaker in (None, line.speaker)
    ]
    busy = [interval for line in timeline.lines for interval in ducked_ms(line, made.fade_ms)]
    found = timeline.dialogue
    return MixPlan(
        takes=tuple(takes),
        ducked=tuple(
            (a * rate_hz // 1000, b * rate_hz // 1000) for a, b in merge(busy, PUMP_GAP_MS)
        ),
        floor=10 ** (made.duck_db / 20),
        ramp=made.fade_ms * rate_hz // 1000,
        ceiling_dbtp=made.ceiling_dbtp,
        voice=tuple((item.channel, item.gain) for item in voice_channels(timeline, workspace)),
        dialogue=None if found is None else partial(padded_samples, workspace.path(found)),
        programme_gain=10 ** (made.programme_gain_db / 20),
    )


def film_samples(timeline: Timeline, info: SoundFormat) -> int:
    """Length of the finished sound in samples.

    It is as long as the original's. Where the picture goes on and a line is said beyond the original's
    end, it lasts until that has been heard.
    """
    assert timeline.media is not None
    ends_ms = [line.take.speech.end_ms for line in timeline.lines if line.take is not None]
    wanted_ms = min(max(ends_ms, default=0) + FADE_OUT_MS, timeline.media.duration_ms)
    return max(info.n_samples, ms_to_samples(wanted_ms, info.rate_hz))


def padded_samples(path: Path, first: int, last: int) -> Audio:
    """Samples ``first`` to ``last`` of a sound file, silent beyond its end."""
    audio = read_samples(path, first, last)
    missing = last - first - audio.n_samples
    if missing <= 0:
        return audio
    return Audio(np.pad(audio.samples, ((0, 0), (0, missing))), audio.rate_hz)


def rendered_between(
    timeline: Timeline, made: Mix, workspace: Workspace, start_ms: int, end_ms: int
) -> Audio:
    """A piece of the finished sound, without the rest of it."""
    assert timeline.media is not None
    assert timeline.media.sound is not None
    original = workspace.path(timeline.media.sound)
    info = sound_format(original)
    first = ms_to_samples(start_ms, info.rate_hz)
    last = min(ms_to_samples(end_ms, info.rate_hz), film_samples(timeline, info))
    around = ms_to_samples(MARGIN_MS, info.rate_hz)
    begin, end = max(0, first - around), min(last + around, film_samples(timeline, info))
    plan = shifted(mix_plan(timeline, made, workspace, info.rate_hz), begin)

    def read(a: int, b: int) -> Audio:
        return padded_samples(original, begin + a, begin + b)

    blocks = [block.samples for block in mix(read, end - begin, info.rate_hz, plan)]
    return Audio(np.concatenate(blocks, axis=1)[:, first - begin : last - begin], info.rate_hz)


def voices_between(
    timeline: Timeline, lines: Sequence[Line], workspace: Workspace, start_ms: int, end_ms: int
) -> Audio:
    """The takes of some lines as they are mixed (gain, tone, room), without anything else."""
    assert timeline.mix is not None
    info = sound_format(workspace.path(timeline.mix.sound))
    first, last = (ms_to_samples(ms, info.rate_hz) for ms in (start_ms, end_ms))
    alone = replace(timeline, lines=tuple(lines))
    plan = shifted(mix_plan(alone, timeline.mix, workspace, info.rate_hz), first)
    plan = replace(plan, ducked=(), dialogue=None)

    def nothing(begin: int, end: int) -> Audio:
        silent = np.zeros((info.n_channels, end - begin), dtype=np.float32)
        return Audio(silent, info.rate_hz)

    blocks = [block.samples for block in mix(nothing, last - first, info.rate_hz, plan)]
    return Audio(np.concatenate(blocks, axis=1), info.rate_hz)


def ducked_ms(line: Line, margin_ms: int) -> list[tuple[int, int]]:
    """The original voice is down while it speaks, and while the dub does."""
    if line.take is None:
        return []
    spoken = line.take.speech
    return [
        (line.span.start_ms - margin_ms, line.span.end_ms + margin_ms),
        (spoken.start_ms, spoken.end_ms),
    ]


def treated(take: Take, audio: Audio, tone_db: Sequence[float], curve_db: Sequence[float]) -> Audio:
    """A take with the film's tone, and the slow curve of its original; without the room."""
    return with_curve(with_tone(audio.mono(), tone_db), curve_db, *take.spoken_ms)


Load = Callable[[Take, tuple[float, ...], tuple[float, ...]], Samples]


def _placed(
    take: Take,
    line: LineMix,
    tone_db: tuple[float, ...],
    rate_hz: int,
    made: Mix,
    load: Load,
) -> PlacedTake:
    tail = tail_samples(made.reverberation_s, rate_hz)
    first_ms, last_ms = _heard_ms(take)
    return PlacedTake(
        first=ms_to_samples(take.start_ms + first_ms, rate_hz),
        n_samples=ms_to_samples(last_ms, rate_hz) - ms_to_samples(first_ms, rate_hz) + tail,
        gain=10 ** (line.gain_db / 20),
        load=partial(load, take, tone_db, line.curve_db),
        is_marked=take.is_marked,
    )


def _heard_ms(take: Take) -> tuple[int, int]:
    """The part of a take that is mixed: from a breath before its first sound to one after its last."""
    length_ms = take.n_samples * 1000 // take.rate_hz
    begins_ms, ends_ms = take.spoken_ms
    return max(0, begins_ms - FADE_IN_MS), min(length_ms, ends_ms + FADE_OUT_MS)


def _faded(audio: Audio) -> Audio:
    """With ramps at both ends: engines are not silent where they say nothing."""
    gain = np.ones(audio.n_samples, dtype=np.float32)
    for n_ms, part in ((FADE_IN_MS, slice(None)), (FADE_OUT_MS, slice(None, None, -1))):
        n = min(ms_to_samples(n_ms, audio.rate_hz), audio.n_samples)
        gain[part][:n] *= np.linspace(0, 1, n, dtype=np.float32) ** 2
    return Audio(audio.samples * gain, audio.rate_hz)


def _loader(workspace: Workspace, rate_hz: int, reverberation_s: float | None) -> Load:
    """Reads takes at the film's rate and treats them; a few are kept, since blocks share them."""

    @lru_cache(maxsize=8)
    def load(take: Take, tone_db: tuple[float, ...], curve_db: tuple[float, ...]) -> Samples:
        audio = resample(read_sound(workspace.path(take.sound)).mono(), rate_hz)
        heard = treated(take, audio, tone_db, curve_db).between(*_heard_ms(take))
        spoken = in_room(_faded(heard), reverberation_s)
        samples: Samples = spoken.samples[0]
        return samples

    return load
