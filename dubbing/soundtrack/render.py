"""From the document to a plan for the mixer: which sounds lie where, and how loud."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial

from dubbing.arrays import Audio, Samples
from dubbing.media.resample import resample
from dubbing.media.sound_file import read_samples, read_sound
from dubbing.mixing.ducking import merge
from dubbing.mixing.mixer import MixPlan, PlacedTake
from dubbing.soundtrack.levels import with_curve
from dubbing.soundtrack.room import in_room, tail_samples
from dubbing.soundtrack.tone import with_tone
from dubbing.timeline import Line, LineMix, Mix, Take, Timeline
from dubbing.workspace import Workspace

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
        dialogue=None if found is None else partial(read_samples, workspace.path(found)),
        programme_gain=10 ** (made.programme_gain_db / 20),
    )


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
    spoken = (take.speech.start_ms - take.start_ms, take.speech.end_ms - take.start_ms)
    return with_curve(with_tone(audio.mono(), tone_db), curve_db, *spoken)


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
    return PlacedTake(
        first=take.start_ms * rate_hz // 1000,
        n_samples=take.n_samples * rate_hz // take.rate_hz + tail,
        gain=10 ** (line.gain_db / 20),
        load=partial(load, take, tone_db, line.curve_db),
    )


def _loader(workspace: Workspace, rate_hz: int, reverberation_s: float | None) -> Load:
    """Reads takes at the film's rate and treats them; a few are kept, since blocks share them."""

    @lru_cache(maxsize=8)
    def load(take: Take, tone_db: tuple[float, ...], curve_db: tuple[float, ...]) -> Samples:
        audio = resample(read_sound(workspace.path(take.sound)).mono(), rate_hz)
        spoken = in_room(treated(take, audio, tone_db, curve_db), reverberation_s)
        samples: Samples = spoken.samples[0]
        return samples

    return load
