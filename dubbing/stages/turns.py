"""Find out how many voices there are and who speaks when; no line mixes two of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from dubbing.diarization.conversation import Heard, voice_turns
from dubbing.diarization.turns import Interval, divided, windows_of
from dubbing.diarization.voice_space import Vectors
from dubbing.engines.speakers import FindsTurns, SpeakerEmbedder, Turn
from dubbing.media.sound_file import read_sound
from dubbing.mixing.ducking import merge
from dubbing.pipeline import Run, stage
from dubbing.settings import TurnsSettings
from dubbing.timeline import Line, Timeline

GAP_MS = 300
"""Lines closer than this are listened to in one go."""
MARGIN_MS = 100
LONGEST_MS = 120_000
"""Who talks without a pause is listened to in parts."""


@stage(
    reads=("media", "lines.id", "lines.span", "lines.text", "lines.words"),
    writes=("lines",),
    version=2,
    engine_roles=("speakers",),
    weights=("voice-space",),
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
    heard = []
    for region in _regions(timeline):
        windows = windows_of(region)
        vectors = _vectors(timeline, run, settings, region, windows)
        heard.append(Heard(region, windows, vectors))
    return voice_turns(heard, settings.threshold, settings.count)


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
    key = run.part_key(region)
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
