"""Subtitles in two languages: the rows of the dub's language are kept, the others are left out.

The two may stand one above the other, in either order, in cues of their own at the same time, or in one
row with a stroke between them. Scripts tell Chinese from English; English and Spanish are told by their
small words and by letters and marks that only one of them has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from dubbing.engines.translation.written.cues import Cue
from dubbing.language.languages import language
from dubbing.language.text_language import BY_SCRIPT, evidence, language_of

SEVERAL = 2
LATIN_SCRIPT, OTHER = "Latin letters", "another language"
LEAST_SHARE = 0.5
"""Of all cues, so many have several rows where there are two languages."""
STROKE = re.compile(r"\s+[/|]\s+")
PLAIN_LEAD = 6
"""A cue in two languages among others in one: so much tells each half, which are about as long."""
SINGLE_LEAD = 4
"""So much tells that a row by itself is in the other language."""
MOST_UNLIKE = 2.0


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
    cues = _with_strokes_as_rows(cues, target)
    own, codes = _pair(cues, target)
    if own < 0:
        return _plain_cues(cues, target)
    other = codes[1 - own]
    is_latin = target not in BY_SCRIPT and other not in (*BY_SCRIPT, LATIN_SCRIPT)
    kept = tuple(
        replace(
            cue,
            rows=_leaning_side(cue.rows, target, other, own)
            if is_latin
            else _side(cue.rows, own, codes),
        )
        for cue in cues
    )
    return kept, OTHER if other == LATIN_SCRIPT else language(other).name


def _pair(cues: Sequence[Cue], target: str) -> tuple[int, list[str]]:
    """Which half of the cues is in the dub's language, and both languages; -1 if there are not two."""
    codes = [_code(" ".join(side)) for side in _sides(cues)]
    own = next((n for n, code in enumerate(codes) if code == target), -1)
    if own < 0 and target not in BY_SCRIPT and set(codes) & BY_SCRIPT.keys():
        own = next((n for n, code in enumerate(codes) if code == LATIN_SCRIPT), -1)
    is_latin = own >= 0 and codes[1 - own] == LATIN_SCRIPT and target not in BY_SCRIPT
    if own >= 0 and codes[0] != codes[1] and codes[1 - own] and not is_latin:
        return own, codes
    return _short_pair(cues, target) if codes and target not in BY_SCRIPT else (-1, [])


# -- two languages in Latin letters ---------------------------------------------------------------


def lead(text: str, own: str, other: str) -> float:
    """How much more in a text tells one language than another."""
    found = evidence(text)
    return found.get(own, 0) - found.get(other, 0)


def _short_pair(cues: Sequence[Cue], target: str) -> tuple[int, list[str]]:
    """The same of cues too short to tell a language by themselves, by what each half leans to."""
    several = [cue.rows for cue in cues if len(cue.rows) > 1]
    if len(several) < SEVERAL:
        return -1, []
    counts: dict[tuple[str, int], int] = {}
    for other in evidence(""):
        for rows in several:
            cut = len(rows) // 2
            leads = [lead(" ".join(part), target, other) for part in (rows[:cut], rows[cut:])]
            for own in (0, 1):
                if leads[own] > 0 > leads[1 - own]:
                    counts[other, own] = counts.get((other, own), 0) + 1
    (other, own), most = max(counts.items(), key=lambda item: item[1], default=(("", 0), 0))
    if most < SEVERAL or most < LEAST_SHARE * len(several):
        return -1, []
    return own, [target, other] if own == 0 else [other, target]


def _leaning_side(rows: tuple[str, ...], own: str, other: str, usual: int) -> tuple[str, ...]:
    """Rows of the dub's language, above or below; where nothing tells, where they usually stand."""
    if len(rows) < SEVERAL:
        is_other = any(
            language_of(row) == other or lead(row, other, own) >= SINGLE_LEAD for row in rows
        )
        return () if is_other and not any(lead(row, own, other) > 0 for row in rows) else rows

    def fits(way: tuple[int, int]) -> tuple[float, bool, float]:
        cut, place = way
        parts = rows[:cut], rows[cut:]
        told = lead(" ".join(parts[place]), own, other) + lead(
            " ".join(parts[1 - place]), other, own
        )
        return told, place == usual, -abs(cut - len(rows) / 2)

    ways = [(cut, place) for cut in range(1, len(rows)) for place in (0, 1)]
    cut, place = max(ways, key=fits)
    return rows[cut:] if place else rows[:cut]


def _plain_cues(cues: Sequence[Cue], target: str) -> tuple[tuple[Cue, ...], str]:
    """Cues of a film in one language, of which some plainly have a row in each of two."""
    if target in BY_SCRIPT:
        return tuple(cues), ""
    kept, others = [], []
    for cue in cues:
        rows, other = _plain_half(cue.rows, target)
        kept.append(replace(cue, rows=rows))
        others += [other] if other else []
    return tuple(kept), language(others[0]).name if others else ""


def _plain_half(rows: tuple[str, ...], target: str) -> tuple[tuple[str, ...], str]:
    if not rows or len(rows) % 2:
        return rows, ""
    halves = rows[: len(rows) // 2], rows[len(rows) // 2 :]
    texts = [" ".join(half) for half in halves]
    lengths = sorted(map(len, texts))
    if lengths[1] > MOST_UNLIKE * lengths[0]:
        return rows, ""
    for own in (0, 1):
        other = max(
            (code for code in evidence("") if code != target),
            key=lambda code: evidence(texts[1 - own])[code],
        )
        leads = lead(texts[own], target, other), lead(texts[1 - own], other, target)
        if min(leads) >= PLAIN_LEAD:
            return halves[own], other
    return rows, ""


def _with_strokes_as_rows(cues: Sequence[Cue], target: str) -> tuple[Cue, ...]:
    """``What? / ¿Qué?`` as two rows, where most cues are written so."""
    said = [cue for cue in cues if cue.rows]
    struck = [cue for cue in said if len(cue.rows) == 1 and len(STROKE.findall(cue.rows[0])) == 1]
    if not struck or len(struck) < LEAST_SHARE * len(said):
        return tuple(cues)
    apart = tuple(
        replace(cue, rows=tuple(part for row in cue.rows for part in STROKE.split(row)))
        for cue in cues
    )
    return apart if _pair(apart, target)[0] >= 0 else tuple(cues)


# -- any scripts ----------------------------------------------------------------------------------


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
