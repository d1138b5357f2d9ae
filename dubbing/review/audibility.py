"""Whether a line is heard in the finished file, by what is found there."""

from __future__ import annotations

from collections.abc import Iterable

from dubbing.timeline import Line, Timeline
from dubbing.timing.audible import CUT, NOT_IN_FILM, unheard

LEAST_MISSING_MS = 150
"""The end of speech is measured to about this."""
MOST_MISHEARD = 0.8
"""A line of which the recogniser gets so few characters right was not understood."""


def missing_from_file(
    line: Line, late_ms: float | None, error_rate: float | None, file_ms: int
) -> tuple[str, ...]:
    """The red flag of a line that is not heard in the file, or not to its end; empty for all others.

    Args:
        line: with its take.
        late_ms: how much later than mixed the take was found; ``None`` if its waveform is not there at
            a level at which it can be told from everything else.
        error_rate: the recogniser's; ``None`` where none listened.
        file_ms: length of the sound of the file.
    """
    assert line.take is not None
    spoken = line.take.speech
    if spoken.start_ms >= file_ms - LEAST_MISSING_MS < spoken.end_ms - LEAST_MISSING_MS:
        return (NOT_IN_FILM,)
    if spoken.end_ms > file_ms + LEAST_MISSING_MS:
        return (CUT,)
    is_misheard = error_rate is None or error_rate >= MOST_MISHEARD
    return (NOT_IN_FILM,) if late_ms is None and is_misheard else ()


def unheard_sentence(timeline: Timeline) -> str:
    """Which lines cannot be heard and why, for a person; empty if all are heard."""
    red = unheard(timeline.lines)
    if not red:
        return ""
    numbers = {line.id: number for number, line in enumerate(timeline.lines, start=1)}
    described = [f"line {numbers[line]} ({', '.join(flags)})" for line, flags in red.items()]
    subject = "1 line cannot" if len(red) == 1 else f"{len(red)} lines cannot"
    return f"{subject} be heard as written: {_listed(described)}."


def _listed(parts: Iterable[str], most: int = 12) -> str:
    parts = list(parts)
    more = f" and {len(parts) - most} more" if len(parts) > most else ""
    return ", ".join(parts[:most]) + more
