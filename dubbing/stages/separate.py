"""Tell the dialogue from music and effects where lines are spoken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from dubbing.arrays import Audio
from dubbing.engines.separation import Separator
from dubbing.media.sound_file import SoundFormat, SoundWriter, read_samples, sound_format
from dubbing.mixing.ducking import Interval, merge
from dubbing.mixing.mixer import dialogue_channels
from dubbing.pipeline import Run, stage
from dubbing.settings import SeparateSettings
from dubbing.timeline import Timeline

MARGIN_MS = 400
"""Breaths and reverberation around a line belong to it."""
GAP_MS = 1_500
"""Lines closer than this are separated in one go."""
LONGEST_S = 60
WARM_UP_S = 2
LOUDEST = 1 - 2**-15
"""Of 16 bits."""


@stage(
    reads=("media", "lines.id", "lines.span"),
    writes=("dialogue",),
    version=1,
    engine_roles=("separation",),
)
def separate(timeline: Timeline, run: Run, settings: SeparateSettings) -> Timeline:
    """Fill ``dialogue``; nothing if it is not wanted, or if nobody speaks."""
    if not settings.enabled or not timeline.lines:
        return replace(timeline, dialogue=None)
    assert timeline.media is not None
    assert timeline.media.sound is not None
    original = run.workspace.path(timeline.media.sound)
    info = sound_format(original)
    regions = _regions(timeline, info)
    separator: Separator = run.engines.get("separation", settings.engine)
    with run.workspace.new_file(".flac") as path:
        _write(path, info, regions, original, separator, run)
        return replace(timeline, dialogue=run.workspace.adopt(path))


def _regions(timeline: Timeline, info: SoundFormat) -> list[Interval]:
    """Where lines are spoken, in samples; long stretches in parts."""
    spans = [
        (max(0, line.span.start_ms - MARGIN_MS), line.span.end_ms + MARGIN_MS)
        for line in timeline.lines
    ]
    rate, longest = info.rate_hz, LONGEST_S * info.rate_hz
    regions = []
    for start_ms, end_ms in merge(spans, GAP_MS):
        first = start_ms * rate // 1000
        last = min(end_ms * rate // 1000, info.n_samples)
        regions += [(a, min(a + longest, last)) for a in range(first, last, longest)]
    return regions


def _write(
    path: Path,
    info: SoundFormat,
    regions: list[Interval],
    original: Path,
    separator: Separator,
    run: Run,
) -> None:
    """The dialogue of the regions, silence between; FLAC, since silence then costs nothing."""
    channels = list(dialogue_channels(info.n_channels))
    seconds = sum(last - first for first, last in regions) / info.rate_hz
    done = 0.0
    writer = SoundWriter(path, info.rate_hz, len(channels), subtype="PCM_16", container="FLAC")
    with writer:
        for first, last in regions:
            for silence in _silence(writer.n_samples, first, len(channels), info.rate_hz):
                writer.write(silence)
            warm_up = max(0, first - WARM_UP_S * info.rate_hz)
            heard = read_samples(original, warm_up, last)
            found = separator.dialogue(Audio(heard.samples[channels], info.rate_hz))
            kept = np.clip(found.samples[:, first - warm_up :], -1.0, LOUDEST)
            writer.write(Audio(kept, info.rate_hz))
            done += (last - first) / info.rate_hz
            run.progress(done, seconds, "dialogue", "s")
        for silence in _silence(writer.n_samples, info.n_samples, len(channels), info.rate_hz):
            writer.write(silence)


def _silence(first: int, last: int, n_channels: int, rate_hz: int) -> Iterator[Audio]:
    """In blocks, so that an hour of it takes no memory."""
    block = 10 * rate_hz
    for start in range(first, last, block):
        size = min(block, last - start)
        yield Audio(np.zeros((n_channels, size), dtype=np.float32), rate_hz)
