"""Find the channels that people speak in, and tell the dialogue there from music and effects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from dubbing.arrays import Audio
from dubbing.engines.separation import Separator
from dubbing.media.channels import channel_names
from dubbing.media.sound_file import (
    SoundFormat,
    SoundWriter,
    read_samples,
    read_sound,
    sound_format,
)
from dubbing.mixing.ducking import Interval, merge
from dubbing.pipeline import Run, stage
from dubbing.settings import SeparateSettings
from dubbing.soundtrack.buried import buried_lines, buried_note
from dubbing.soundtrack.voice_place import find_voice_channels
from dubbing.timeline import Timeline

MARGIN_MS = 400
"""Breaths and reverberation around a line belong to it."""
GAP_MS = 1_500
"""Lines closer than this are separated in one go."""
LONGEST_S = 60
WARM_UP_S = 2
LOUDEST = 1 - 2**-23
"""Of 24 bits: a film may be so quiet that 16 hold only its noise."""
MOST_HEARD = 60
"""So many lines tell which channels people speak in."""
LONGEST_GAP_MS = 5_000


@stage(
    reads=("media", "lines.id", "lines.span"),
    writes=("voice_channels", "dialogue"),
    version=2,
    engine_roles=("separation",),
)
def separate(timeline: Timeline, run: Run, settings: SeparateSettings) -> Timeline:
    """Fill ``voice_channels``, and ``dialogue`` if it is wanted and anybody speaks."""
    if not timeline.lines:
        return replace(timeline, voice_channels=(), dialogue=None)
    assert timeline.media is not None
    assert timeline.media.sound is not None
    original = run.workspace.path(timeline.media.sound)
    info = sound_format(original)
    voices = find_voice_channels(
        (read_sound(original, *span) for span in _some(_spoken(timeline))),
        (read_sound(original, *span) for span in _some(_unspoken(timeline))),
        timeline.media.channels or channel_names(f"{info.n_channels} channels"),
    )
    timeline = replace(timeline, voice_channels=voices, dialogue=None)
    if not settings.enabled:
        return timeline
    regions = _regions(timeline, info)
    separator: Separator = run.engines.get("separation", settings.engine)
    with run.workspace.new_file(".flac") as path:
        channels = [item.channel for item in voices]
        _write(path, info, channels, regions, original, separator, run)
        timeline = replace(timeline, dialogue=run.workspace.adopt(path))
    if note := buried_note(list(buried_lines(timeline, run.workspace)), len(timeline.lines)):
        run.note(note)
    return timeline


def _spoken(timeline: Timeline) -> list[Interval]:
    return [(line.span.start_ms, line.span.end_ms) for line in timeline.lines]


def _unspoken(timeline: Timeline) -> list[Interval]:
    """The stretches between lines, the first seconds of each."""
    assert timeline.media is not None
    busy = merge(_spoken(timeline), 0)
    starts = [0, *(end + MARGIN_MS for _, end in busy)]
    ends = [*(start - MARGIN_MS for start, _ in busy), timeline.media.duration_ms]
    gaps = zip(starts, ends, strict=True)
    return [(start, min(end, start + LONGEST_GAP_MS)) for start, end in gaps if end > start]


def _some(spans: Sequence[Interval]) -> Sequence[Interval]:
    """Enough of them, spread over the film."""
    return spans[:: -(-len(spans) // MOST_HEARD)] if spans else spans


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
    channels: list[int],
    regions: list[Interval],
    original: Path,
    separator: Separator,
    run: Run,
) -> None:
    """The dialogue of the regions, silence between; FLAC, since silence then costs nothing."""
    seconds = sum(last - first for first, last in regions) / info.rate_hz
    done = 0.0
    writer = SoundWriter(path, info.rate_hz, len(channels), subtype="PCM_24", container="FLAC")
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
