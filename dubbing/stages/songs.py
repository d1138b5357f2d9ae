"""Find lines that are sung, laughed or cried; they stay, since speaking them would be no dubbing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dubbing.acoustics.laughter import is_laughed
from dubbing.acoustics.singing import is_sung
from dubbing.acoustics.wordless import LAUGHED, kind_of
from dubbing.pipeline import Run, stage
from dubbing.settings import SongsSettings
from dubbing.soundtrack.dialogue import speech_in
from dubbing.timeline import Line, Timeline

SUNG = "sung"
DOUBTED = 0.45
"""Words that the recogniser believes less than this on average may be a laugh."""


@stage(
    reads=(
        "media",
        "dialogue",
        "voice_channels",
        "source_language",
        "lines.id",
        "lines.span",
        "lines.text",
        "lines.words",
    ),
    writes=("lines.kept",),
    version=2,
)
def songs(timeline: Timeline, run: Run, settings: SongsSettings) -> Timeline:
    """Fill ``kept`` of lines that are sung or hold no word, unless they shall be dubbed."""
    lines = []
    for number, line in enumerate(timeline.lines, start=1):
        lines.append(replace(line, kept=_why(timeline, run, line) if settings.keep else ""))
        run.progress(number, len(timeline.lines), unit="lines")
    kept = [line.kept for line in lines if line.kept]
    if kept:
        kinds = " or ".join(dict.fromkeys(kept))
        run.note(
            f"{len(kept)} of {len(lines)} lines are {kinds} and stay as they are (--dub-songs)."
        )
    return timeline.with_lines(lines)


def _why(timeline: Timeline, run: Run, line: Line) -> str:
    """Why a line stays as it is; empty if it is to be dubbed."""
    if kind := kind_of(line.text, timeline.source_language):
        return kind
    voice = speech_in(timeline, run.workspace, line.span)
    if is_sung(voice):
        return SUNG
    return LAUGHED if _is_doubted(line) and is_laughed(voice) else ""


def _is_doubted(line: Line) -> bool:
    return bool(np.mean([word.probability for word in line.words] or [0.0]) < DOUBTED)
