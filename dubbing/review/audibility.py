"""Whether a line is heard in the finished file, by what is found there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dubbing.review.report_document import Measured
from dubbing.timeline import Line, Timeline
from dubbing.timing.audible import CUT, NOT_IN_FILM, unheard

LEAST_MISSING_MS = 150
"""The end of speech is measured to about this."""
MOST_MISHEARD = 0.8
"""A line that a recogniser gets so wrong was not understood by it."""
MOST_LISTED = 12


def checked_in_file(timeline: Timeline, measured: Sequence[Measured], file_ms: int) -> Timeline:
    """The timeline with a red flag on each line that is not heard in its file, or not to its end."""
    by_line = {item.line: item for item in measured}
    return timeline.with_lines(
        _checked(line, by_line[line.id], file_ms) if line.id in by_line else line
        for line in timeline.lines
    )


def _checked(line: Line, measured: Measured, file_ms: int) -> Line:
    flag = missing_from_file(line, measured, file_ms)
    return line if not flag or flag in line.flags else replace(line, flags=(*line.flags, flag))


def missing_from_file(line: Line, measured: Measured, file_ms: int) -> str:
    """The red flag of a line as it was found in a file of this length; empty if it is heard.

    A take is found by its waveform, unless something louder covers it. Not found and not understood by
    the recogniser either, it is not heard.
    """
    assert line.take is not None
    spoken = line.take.speech
    if spoken.start_ms >= file_ms:
        return NOT_IN_FILM
    if spoken.end_ms > file_ms + LEAST_MISSING_MS:
        return CUT
    is_misheard = measured.error_rate is None or measured.error_rate >= MOST_MISHEARD
    return NOT_IN_FILM if measured.start_error_ms is None and is_misheard else ""


def unheard_sentence(timeline: Timeline) -> str:
    """Which lines cannot be heard and why, for a person; empty if all are heard."""
    red = unheard(timeline.lines)
    if not red:
        return ""
    numbers = {line.id: number for number, line in enumerate(timeline.lines, start=1)}
    described = [f"line {numbers[line]} ({', '.join(flags)})" for line, flags in red.items()]
    listed = ", ".join(described[:MOST_LISTED])
    more = f" and {len(red) - MOST_LISTED} more" if len(red) > MOST_LISTED else ""
    subject = "1 line is" if len(red) == 1 else f"{len(red)} lines are"
    return f"{subject} not heard as written: {listed}{more}."
