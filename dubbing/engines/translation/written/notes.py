"""What of a person's file found no place, and how it was understood: one sentence for the console."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

MOST_NAMED = 30


def one_note(name: str, parts: Sequence[str]) -> str:
    """Join what there is to say of a file; empty if that is nothing."""
    said = [part for part in parts if part]
    return f"{name}: {'; '.join(said)}." if said else ""


def lost_cues(starts_ms: Sequence[int], n_cues: int) -> str:
    """Name the times of cues that no line takes.

    >>> lost_cues([6900, 600_000], 5)
    '2 of 5 cues belong to no line (6.9 s, 10:00)'
    """
    if not starts_ms:
        return ""
    return f"{_counted(len(starts_ms), n_cues, 'cue')} to no line ({times(starts_ms)})"


def times(starts_ms: Sequence[int]) -> str:
    """Say several times."""
    return _listed(list(map(clock, starts_ms)))


def lost_rows(rows: Sequence[int], n_rows: int, what: str) -> str:
    """Name the rows of a table, or the units of a document, that no line has."""
    if not rows:
        return ""
    return f"{_counted(len(rows), n_rows, what)} to no line ({ranges(rows)})"


def lines_without(numbers: Sequence[int], n_lines: int) -> str:
    """Name the lines that a file has no text for, counted from 0."""
    if not numbers:
        return ""
    said = ranges([number + 1 for number in numbers])
    have = "has" if len(numbers) == 1 else "have"
    return f"{len(numbers)} of {n_lines} {_plural('line', n_lines)} {have} no text in it ({said})"


def clock(ms: int) -> str:
    """Say a time: ``6.9 s``, ``10:00``, ``1:02:03``."""
    sign, seconds = ("-" if ms < 0 else ""), abs(ms) / 1000
    if seconds < 60:
        return f"{sign}{seconds:.1f} s"
    whole = int(seconds)
    hours, minutes = whole // 3600, whole // 60 % 60
    return (
        f"{sign}{hours}:{minutes:02}:{whole % 60:02}"
        if hours
        else f"{sign}{minutes}:{whole % 60:02}"
    )


def ranges(numbers: Sequence[int]) -> str:
    """Say numbers in order with runs shortened: ``1, 3-5``."""
    ends = [-1, *(n for n, (a, b) in enumerate(pairwise(numbers)) if b != a + 1), len(numbers) - 1]
    runs = [(numbers[a + 1], numbers[b]) for a, b in pairwise(ends)]
    return _listed([str(first) if first == last else f"{first}-{last}" for first, last in runs])


def _listed(names: Sequence[str]) -> str:
    beyond = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {beyond} more" if beyond > 0 else "")


def _counted(n: int, total: int, what: str) -> str:
    return f"{n} of {total} {_plural(what, total)} {'belongs' if n == 1 else 'belong'}"


def _plural(what: str, count: int) -> str:
    return what if count == 1 else f"{what}s"
