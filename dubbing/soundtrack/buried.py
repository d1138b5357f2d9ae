"""Lines whose original voice hardly stands out from music and noise: it cannot be taken out whole."""

from __future__ import annotations

from collections.abc import Iterator

from dubbing.arrays import Audio
from dubbing.media.loudness import line_loudness_lufs
from dubbing.soundtrack.dialogue import dialogue_in, original_in
from dubbing.timeline import Line, Span, Timeline
from dubbing.workspace import Workspace

STANDS_OUT_DB = 3.0
"""With music as loud as the voice, a tenth of the voice (-10 dB) stays; with noise a sixtieth."""
MOST_NUMBERS = 12


def buried_lines(timeline: Timeline, workspace: Workspace) -> Iterator[int]:
    """Numbers (from 1) of the lines whose separated dialogue is hardly louder than all else there."""
    for number, line in enumerate(timeline.lines, start=1):
        if is_buried(timeline, workspace, line):
            yield number


def is_buried(timeline: Timeline, workspace: Workspace, line: Line) -> bool:
    """Whether the line's voice hardly stands out; never where dialogue was not separated."""
    if timeline.dialogue is None:
        return False
    above_db = above_bed_db(timeline, workspace, line.span)
    return above_db is not None and above_db < STANDS_OUT_DB


def above_bed_db(timeline: Timeline, workspace: Workspace, span: Span) -> float | None:
    """How much louder the dialogue of a span is than the rest; ``None`` if one of them is silent."""
    voice, whole = dialogue_in(timeline, workspace, span), original_in(timeline, workspace, span)
    n = min(voice.n_samples, whole.n_samples)
    bed = Audio(whole.samples[:, :n] - voice.samples[:, :n], whole.rate_hz)
    levels = line_loudness_lufs(voice), line_loudness_lufs(bed)
    return None if levels[0] is None or levels[1] is None else levels[0] - levels[1]


def buried_note(numbers: list[int], n_lines: int) -> str:
    """What a user is told of them; empty if there is none."""
    if not numbers:
        return ""
    named = ", ".join(map(str, numbers[:MOST_NUMBERS])) + " …" * (len(numbers) > MOST_NUMBERS)
    return (
        f"In {len(numbers)} of {n_lines} lines music or noise is about as loud as the voice: {named}. "
        "Their words may be misheard, and under music some of the original voice stays; where "
        "demucs is installed, a profile may name it (separate: {engine: demucs})."
    )
