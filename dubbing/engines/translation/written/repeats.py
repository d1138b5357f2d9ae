"""What subtitles say more than once: captions that roll, doubled cues, and the same in two languages.

Live and automatic captions roll: each cue shows again what the one before it said, and adds some words.
Only these are new. Of subtitles in two languages those of the dub are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from dubbing.engines.translation.written.cues import Cue
from dubbing.language.languages import language
from dubbing.language.text_language import BY_SCRIPT, language_of

TOUCHING_MS = 120
"""Cues of a rolling caption follow each other without a pause."""
LEAST_REPEATED = 3
"""A person may well say two words twice in a row; more letters in dense scripts."""
LEAST_DENSE = 5
SEVERAL = 2
LATIN_SCRIPT, OTHER = "Latin letters", "another language"
LEAST_SHARE = 0.5
"""Of all cues, so many have several rows where there are two languages."""


# -- captions that roll --------------------------------------------------------------------------


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


# -- two languages -------------------------------------------------------------------------------


def shown_together(cues: Iterable[Cue]) -> tuple[Cue, ...]:
    """Return cues in the order of time, those of exactly the same time as one, each of its rows once."""
    ordered = sorted(cues, key=lambda cue: (cue.start_ms, cue.end_ms))
    groups = (tuple(group) for _, group in groupby(ordered, lambda cue: (cue.start_ms, cue.end_ms)))
    return tuple(
        replace(group[0], rows=tuple(dict.fromkeys(row for cue in group for row in cue.rows)))
        if len(group) > 1
        else group[0]
        for group in groups
    )


def in_one_language(cues: Sequence[Cue], target: str) -> tuple[tuple[Cue, ...], str]:
    """Return the cues with the rows in the language of the dub alone, and the name of what is left out.

    Whether there are two languages is asked of the whole file: a single row may well be a name or an
    exclamation that looks like another language.
    """
    codes = [_code(" ".join(side)) for side in _sides(cues)]
    own = next((n for n, code in enumerate(codes) if code == target), -1)
    if own < 0 and target not in BY_SCRIPT and set(codes) & BY_SCRIPT.keys():
        own = next((n for n, code in enumerate(codes) if code == LATIN_SCRIPT), -1)
    if (
        own < 0
        or codes[0] == codes[1]
        or codes[1 - own] == ""
        or (codes[1 - own] == LATIN_SCRIPT and target not in BY_SCRIPT)
    ):
        return tuple(cues), ""
    other = codes[1 - own]
    kept = tuple(replace(cue, rows=_side(cue.rows, own, codes)) for cue in cues)
    return kept, OTHER if other == LATIN_SCRIPT else language(other).name


def _code(text: str) -> str:
    """Language of a text, or that it is written in Latin letters; empty if it has none of either."""
    return language_of(text) or (
        LATIN_SCRIPT if len(re.findall(r"[A-Za-z]+", text)) >= SEVERAL else ""
    )


def _sides(cues: Sequence[Cue]) -> tuple[list[str], list[str]]:
    """The upper and the lower halves of all cues of several rows, if most cues have several."""
    several = [cue.rows for cue in cues if len(cue.rows) > 1]
    if len(several) < LEAST_SHARE * sum(bool(cue.rows) for cue in cues):
        return [], []
    upper = [row for rows in several for row in rows[: len(rows) // 2]]
    lower = [row for rows in several for row in rows[(len(rows) + 1) // 2 :]]
    return upper, lower


def _side(rows: tuple[str, ...], own: int, codes: Sequence[str]) -> tuple[str, ...]:
    """Rows of the dub's language: by what each row shows, else by where they stand."""
    if len(rows) < SEVERAL:
        is_other = any(language_of(row) == codes[1 - own] for row in rows)
        return () if is_other else rows

    def fits(cut: int) -> tuple[int, float]:
        parts = rows[:cut], rows[cut:]
        right = sum(_code(" ".join(part)) == code for part, code in zip(parts, codes, strict=True))
        return right, -abs(cut - len(rows) / 2)

    best = max(range(1, len(rows)), key=fits)
    return rows[best:] if own else rows[:best]
