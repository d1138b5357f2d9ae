"""What subtitles say more than once: captions that roll, and doubled cues.

Live and automatic captions roll: each cue shows again what the one before it said, and adds some words.
Only these are new.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from dubbing.engines.translation.written.cues import Cue

TOUCHING_MS = 120
"""Cues of a rolling caption follow each other without a pause."""
LEAST_REPEATED = 3
"""A person may well say two words twice in a row; more letters in dense scripts."""
LEAST_DENSE = 5
SEVERAL = 2


def without_repeats(cues: Sequence[Cue]) -> tuple[Cue, ...]:
    """Return cues, in the order of time, of which each says only what the one before has not said.

    A cue that adds nothing stays, without rows: its words are in the one before it.
    """
    pairs = [(a, b) for a, b in pairwise(cues) if a.rows and b.rows and _touches(a, b)]
    rolls = any(_moved_up(a, b) for a, b in pairs) or sum(_grew(a, b) for a, b in pairs) >= SEVERAL
    told = list(cues[:1])
    for before, cue in pairwise(cues):
        touches = bool(before.rows) and bool(cue.rows) and _touches(before, cue)
        told.append(replace(cue, rows=_new_rows(before, cue, rolls)) if touches else cue)
    return tuple(told)


def _touches(before: Cue, cue: Cue) -> bool:
    return cue.start_ms - before.end_ms <= TOUCHING_MS


def _moved_up(before: Cue, cue: Cue) -> int:
    """How many of the last rows stand above a new one."""
    most = min(len(before.rows), len(cue.rows) - 1)
    return next((n for n in range(most, 0, -1) if before.rows[-n:] == cue.rows[:n]), 0)


def _grew(before: Cue, cue: Cue) -> bool:
    """Whether words were added at the end."""
    told, said = " ".join(before.rows), " ".join(cue.rows)
    at_border = not said[len(told) :][:1].isalnum() or (not told.isascii() and " " not in said)
    return len(said) > len(told) and said.startswith(told) and at_border


def _new_rows(before: Cue, cue: Cue, rolls: bool) -> tuple[str, ...]:
    told, said = " ".join(before.rows), " ".join(cue.rows)
    is_sure = rolls or cue.start_ms < before.end_ms - TOUCHING_MS
    if moved := _moved_up(before, cue):
        return cue.rows[moved:]
    if _grew(before, cue) and (is_sure or _is_long(told)):
        return (said[len(told) :].strip(),)
    is_left = told.endswith(said) if rolls else told == said
    return () if is_left and (is_sure or _is_long(said)) else cue.rows


def _is_long(text: str) -> bool:
    return len(text.split()) >= LEAST_REPEATED or (
        len(text) >= LEAST_DENSE and not text.isascii() and " " not in text
    )
