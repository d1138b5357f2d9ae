"""Find lines that are sung; they stay as they are, since a song is not dubbed by speaking it."""

from __future__ import annotations

from dataclasses import replace

from dubbing.acoustics.singing import is_sung
from dubbing.arrays import Audio
from dubbing.media.resample import resample
from dubbing.media.sound_file import read_sound
from dubbing.pipeline import Run, stage
from dubbing.settings import SongsSettings
from dubbing.timeline import Line, Timeline

RATE_HZ = 16_000
SUNG = "sung"


@stage(
    reads=("media", "dialogue", "lines.id", "lines.span"),
    writes=("lines.kept",),
    version=1,
)
def songs(timeline: Timeline, run: Run, settings: SongsSettings) -> Timeline:
    """Fill ``kept`` of lines that are sung, unless songs shall be dubbed."""
    lines = []
    for number, line in enumerate(timeline.lines, start=1):
        sung = settings.keep and is_sung(_voice(timeline, run, line))
        lines.append(replace(line, kept=SUNG if sung else ""))
        run.progress(number, len(timeline.lines), unit="lines")
    kept = sum(1 for line in lines if line.kept)
    if kept:
        run.note(f"{kept} of {len(lines)} lines are sung and stay as they are (--dub-songs).")
    return timeline.with_lines(lines)


def _voice(timeline: Timeline, run: Run, line: Line) -> Audio:
    """The line without its music, where that was taken away."""
    assert timeline.media is not None
    assert timeline.media.speech is not None
    if timeline.dialogue is None:
        path = run.workspace.path(timeline.media.speech)
        return read_sound(path, line.span.start_ms, line.span.end_ms)
    path = run.workspace.path(timeline.dialogue)
    return resample(read_sound(path, line.span.start_ms, line.span.end_ms).mono(), RATE_HZ)
