"""Lay the takes over music and effects, each as loud as the line it replaces.

A line whose mood somebody chose is as loud as the mood has it, against the film's usual line.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from statistics import median

from dubbing.arrays import Audio, Samples
from dubbing.media.loudness import Loudness, line_loudness_lufs, programme_loudness
from dubbing.media.resample import resample
from dubbing.media.sound_file import SoundWriter, read_samples, read_sound, sound_format
from dubbing.mixing.ducking import merge
from dubbing.mixing.mixer import MixPlan, PlacedTake, dialogue_channels
from dubbing.mixing.mixer import mix as mix_blocks
from dubbing.pipeline import Run, stage
from dubbing.settings import MixSettings
from dubbing.timeline import Artifact, Line, Mix, Take, Timeline

LOUDEST_STEP_LU = 6.0
"""No line is set further than this from the median line of the film."""
QUIETEST_DIALOGUE_LUFS = -40.0
KEPT_WITHIN_LU = 0.5
"""The programme's loudness may change by this much."""
MOST_CORRECTION_DB = 6.0
PUMP_GAP_MS = 400
"""Ducks closer than this become one."""


@stage(reads=("media", "lines", "dialogue"), writes=("mix",), version=3)
def mix(timeline: Timeline, run: Run, settings: MixSettings) -> Timeline:
    """Make the finished sound; if it came out louder or softer than the original, once more."""
    assert timeline.media is not None
    assert timeline.media.sound is not None
    original = run.workspace.path(timeline.media.sound)
    before = programme_loudness(original)
    gains = _line_gains_db(timeline, run, original)
    sound, after = _mixed(timeline, run, settings, original, gains)
    correction = _correction_db(before, after) + _asked_lu(timeline)
    if gains and abs(correction) > KEPT_WITHIN_LU:
        gains = {line_id: gain + correction for line_id, gain in gains.items()}
        sound, after = _mixed(timeline, run, settings, original, gains)
    return replace(
        timeline,
        mix=Mix(sound, before.integrated_lufs, after.integrated_lufs, after.true_peak_dbtp),
    )


def _line_gains_db(timeline: Timeline, run: Run, original: Path) -> dict[str, float]:
    """For each take, the gain that makes it as loud as the original line, in dB."""
    dubbed = [line for line in timeline.lines if line.take is not None]
    heard = {line.id: _original_lufs(original, line) for line in dubbed}
    known = [level for level in heard.values() if level is not None]
    typical = max(median(known), QUIETEST_DIALOGUE_LUFS) if known else -23.0
    spread = 10 * math.log10(len(dialogue_channels(sound_format(original).n_channels)))
    gains = {}
    for line in dubbed:
        wanted = _wanted_lufs(line, heard[line.id], typical)
        wanted = min(max(wanted, typical - LOUDEST_STEP_LU), typical + LOUDEST_STEP_LU)
        assert line.take is not None
        if line.take.measured_lufs is not None:
            gains[line.id] = wanted - line.take.measured_lufs - spread
    return gains


def _wanted_lufs(line: Line, heard: float | None, typical: float) -> float:
    if line.delivery is not None and line.delivery.is_chosen:
        return typical + line.delivery.level_db
    return typical if heard is None else heard


def _asked_lu(timeline: Timeline) -> float:
    """How much louder the programme becomes because somebody asked for it."""
    dubbed = [line for line in timeline.lines if line.take is not None]
    powers = [
        10 ** (line.delivery.level_db / 10)
        if line.delivery is not None and line.delivery.is_chosen
        else 1.0
        for line in dubbed
    ]
    lengths = [line.span.duration_ms for line in dubbed]
    total = sum(power * length for power, length in zip(powers, lengths, strict=True))
    return 10 * math.log10(total / sum(lengths)) if dubbed else 0.0


def _original_lufs(original: Path, line: Line) -> float | None:
    return line_loudness_lufs(read_sound(original, line.span.start_ms, line.span.end_ms))


def _correction_db(before: Loudness, after: Loudness) -> float:
    if before.integrated_lufs is None or after.integrated_lufs is None:
        return 0.0
    wanted = before.integrated_lufs - after.integrated_lufs
    return min(max(wanted, -MOST_CORRECTION_DB), MOST_CORRECTION_DB)


def _mixed(
    timeline: Timeline,
    run: Run,
    settings: MixSettings,
    original: Path,
    gains_db: dict[str, float],
) -> tuple[Artifact, Loudness]:
    info = sound_format(original)
    plan = _plan(timeline, run, settings, gains_db, info.rate_hz)
    read = partial(read_samples, original)
    with run.workspace.new_file(".wav") as path:
        with SoundWriter(path, info.rate_hz, info.n_channels) as writer:
            for block in mix_blocks(read, info.n_samples, info.rate_hz, plan):
                writer.write(block)
                run.progress(
                    writer.n_samples / info.rate_hz, info.n_samples / info.rate_hz, "mixing", "s"
                )
        loudness = programme_loudness(path)
        return run.workspace.adopt(path), loudness


def _plan(
    timeline: Timeline,
    run: Run,
    settings: MixSettings,
    gains_db: dict[str, float],
    rate_hz: int,
) -> MixPlan:
    load = _loader(run, rate_hz)
    takes = [
        _placed(line.take, gains_db.get(line.id, 0.0), rate_hz, load)
        for line in timeline.lines
        if line.take is not None
    ]
    ramp = settings.fade_ms * rate_hz // 1000
    ducked = [
        interval for line in timeline.lines for interval in _ducked_ms(line, settings.fade_ms)
    ]
    return MixPlan(
        takes=tuple(takes),
        ducked=tuple(
            (a * rate_hz // 1000, b * rate_hz // 1000) for a, b in merge(ducked, PUMP_GAP_MS)
        ),
        floor=10 ** (settings.duck_db / 20),
        ramp=ramp,
        ceiling_dbtp=settings.ceiling_dbtp,
        dialogue=None
        if timeline.dialogue is None
        else partial(read_samples, run.workspace.path(timeline.dialogue)),
    )


def _ducked_ms(line: Line, margin_ms: int) -> list[tuple[int, int]]:
    """The original voice is down while it speaks, and while the dub does."""
    if line.take is None:
        return []
    spoken = line.take.speech
    return [
        (line.span.start_ms - margin_ms, line.span.end_ms + margin_ms),
        (spoken.start_ms, spoken.end_ms),
    ]


def _placed(
    take: Take, gain_db: float, rate_hz: int, load: Callable[[Artifact], Samples]
) -> PlacedTake:
    return PlacedTake(
        first=take.start_ms * rate_hz // 1000,
        n_samples=take.n_samples * rate_hz // take.rate_hz,
        gain=10 ** (gain_db / 20),
        load=partial(load, take.sound),
    )


def _loader(run: Run, rate_hz: int) -> Callable[[Artifact], Samples]:
    """Reads takes at the film's rate; a few are kept, since blocks share them."""

    @lru_cache(maxsize=8)
    def load(sound: Artifact) -> Samples:
        audio: Audio = resample(read_sound(run.workspace.path(sound)), rate_hz)
        samples: Samples = audio.mono().samples[0]
        return samples

    return load
