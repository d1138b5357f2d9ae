"""Find out how many voices there are and who speaks when; no line mixes two of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from dubbing.diarization.turns import Interval, divided, turns_of, windows_of
from dubbing.diarization.voices import Labels, Vectors, group_voices, in_order, means
from dubbing.engines.speakers import FindsTurns, SpeakerEmbedder, Turn
from dubbing.media.sound_file import read_sound
from dubbing.mixing.ducking import merge
from dubbing.pipeline import Run, stage
from dubbing.settings import TurnsSettings
from dubbing.timeline import Line, Timeline
from dubbing.workspace import digest

GAP_MS = 300
"""Lines closer than this are listened to in one go."""
MARGIN_MS = 100
LONGEST_MS = 120_000
"""Who talks without a pause is listened to in parts."""


@stage(
    reads=("media", "lines.id", "lines.span", "lines.text", "lines.words"),
    writes=("lines",),
    version=1,
    engine_roles=("speakers",),
)
def turns(timeline: Timeline, run: Run, settings: TurnsSettings) -> Timeline:
    """Divide lines where the voice changes; ``speaker`` of each is its voice, ``S1`` the first."""
    engine = run.engines.get("speakers", settings.engine, settings.engine_options)
    if isinstance(engine, FindsTurns):
        assert timeline.media is not None
        assert timeline.media.speech is not None
        sound = run.workspace.path(timeline.media.speech)
        return timeline.with_lines(_divided(timeline, engine.turns(sound, settings.count)))
    return timeline.with_lines(_divided(timeline, _by_voice(timeline, run, settings)))


def _by_voice(timeline: Timeline, run: Run, settings: TurnsSettings) -> list[Turn]:
    """Turns from windows whose voices are grouped."""
    regions = _regions(timeline)
    windows = [windows_of(region) for region in regions]
    vectors = [
        _vectors(timeline, run, settings, r, w) for r, w in zip(regions, windows, strict=True)
    ]
    everything = np.concatenate(vectors)
    phrases = _phrases(timeline, [window for own in windows for window in own])
    labels = group_voices(everything, phrases, settings.threshold, settings.count)
    centres = means(everything, labels)
    return [
        turn
        for region, own, found in zip(regions, windows, vectors, strict=True)
        for turn in turns_of(region, own, (found @ centres.T).astype(np.float64))
    ]


def _regions(timeline: Timeline) -> list[Interval]:
    """Where lines are spoken, in parts of two minutes at most."""
    spans = [
        (max(0, line.span.start_ms - MARGIN_MS), line.span.end_ms + MARGIN_MS)
        for line in timeline.lines
    ]
    return [
        (first, min(first + LONGEST_MS, end_ms))
        for start_ms, end_ms in merge(spans, GAP_MS)
        for first in range(start_ms, end_ms, LONGEST_MS)
    ]


def _phrases(timeline: Timeline, windows: Sequence[Interval]) -> Labels:
    """Which line each window lies in most, as numbers without gaps."""
    middles = np.array([(line.span.start_ms + line.span.end_ms) / 2 for line in timeline.lines])
    halves = np.array([line.span.duration_ms / 2 for line in timeline.lines])
    centres = np.array([(start_ms + end_ms) / 2 for start_ms, end_ms in windows])
    outside = np.abs(centres[:, None] - middles[None, :]) - halves[None, :]
    return in_order(outside.argmin(axis=1))


def _vectors(
    timeline: Timeline,
    run: Run,
    settings: TurnsSettings,
    region: Interval,
    windows: list[Interval],
) -> Vectors:
    """Voices of the windows of a region, float32 ``[n, 256]``."""
    assert timeline.media is not None
    assert timeline.media.speech is not None
    key = digest([run.stage_key, region])
    known = run.recall(key)
    if known is None:
        embedder: SpeakerEmbedder = run.engines.get("speakers", settings.engine)
        audio = read_sound(run.workspace.path(timeline.media.speech), *region)
        local = [(start - region[0], end - region[0]) for start, end in windows]
        found = embedder.embed_windows(audio, local)
        known = [[round(float(v), 4) for v in row] for row in found]
        run.remember(key, known)
        run.progress(region[1] / 1000, timeline.media.duration_ms / 1000, unit="s")
    return np.array(known, dtype=np.float32)


def _divided(timeline: Timeline, spoken: Sequence[Turn]) -> list[Line]:
    parts: list[tuple[Line, int]] = []
    for line in timeline.lines:
        near = [
            t for t in spoken if t.end_ms > line.span.start_ms and t.start_ms < line.span.end_ms
        ]
        parts += divided(line, near)
    order = {voice: rank for rank, voice in enumerate(dict.fromkeys(v for _, v in parts), start=1)}
    return [replace(line, speaker=f"S{order[voice]}") for line, voice in parts]
