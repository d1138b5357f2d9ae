"""Subtitles laid on lines by time: each cue's words on one line, or divided over the lines it spans.

A cue belongs to the line that it overlaps most. Lines that no cue belongs to take their part of the cue
that spans them; a line of another cue takes its part only after the end of a sentence, since cues stay on
screen longer than is spoken. What overlaps no line goes to one that is near.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from dubbing.engines.translation import Passage
from dubbing.engines.translation.written.cues import Cue
from dubbing.engines.translation.written.spoken import turns_of
from dubbing.language.dividing import divided_by_halves

NEAR_MS = 500
"""A cue that overlaps no line belongs to one that is this near."""
FREE_NEAR_MS = 1500
"""A line that has no cue may be this far from it."""
LEAST_COVERED = 0.5
"""A line of which so much is under a cue is spanned by it."""
LEAST_TAIL_MS, LEAST_TAIL = 600, 0.3
"""A cue reaches into the next cue's line if so much of it is there; less may be lingering."""
NEAR_SENTENCE_END = 0.2
"""How far, in parts of the text, the end of a sentence may be from where the times would have it."""
SENTENCE_END = re.compile(r"[.!?…][”\"’»)]*\s+|[。！？][”」』）]*")
DENSE = ("zh", "ja")
SEVERAL = 2
MS_PER_LETTER, LEAST_MS = 60, 1000
"""For how long a cue is shown that ends before it begins: as long as it takes to read."""


@dataclass(frozen=True, slots=True)
class Laid:
    """What each line says, and which cues and lines found nothing.

    lost: numbers of cues that no line takes; without: numbers of lines that no cue belongs to, not
    even one that holds only notes.
    """

    texts: tuple[str, ...]
    lost: tuple[int, ...]
    without: tuple[int, ...]


def with_true_end(cue: Cue) -> Cue:
    """Return a cue that ends after it begins."""
    if cue.end_ms > cue.start_ms:
        return cue
    letters = sum(map(len, cue.rows))
    end_ms = cue.start_ms + max(LEAST_MS, MS_PER_LETTER * letters)
    return Cue(cue.start_ms, end_ms, cue.rows, cue.name)


def lay(cues: Sequence[Cue], lines: Sequence[Passage], target: str) -> Laid:
    """Lay cues on lines.

    Args:
        cues: in the order of time, each with its rows and a true end.
        lines: all lines of the film, in the order of time.
        target: language of the cues.
    """
    homes = _homes(cues, lines)
    taken = frozenset(home for home in homes if home is not None)
    texts: list[list[str]] = [[] for _ in lines]
    for cue, home in zip(cues, homes, strict=True):
        if home is not None and cue.rows:
            for line, text in _shares(cue, home, lines, taken, target):
                texts[line].append(text)
    silenced = {home for cue, home in zip(cues, homes, strict=True) if not cue.rows}
    between = "" if target in DENSE else " "
    return Laid(
        tuple(_joined(parts, between) for parts in texts),
        tuple(n for n, home in enumerate(homes) if home is None and cues[n].rows),
        tuple(n for n, parts in enumerate(texts) if not parts and n not in silenced),
    )


def _joined(parts: Sequence[str], between: str) -> str:
    """Parts of one line; in scripts without spaces, one stands only beside letters of others."""
    text = ""
    for part in parts:
        dense = not between and text[-1:].isascii() is False and part[:1].isascii() is False
        text += ("" if not text or dense else " ") + part
    return text


# -- to which line a cue belongs ------------------------------------------------------------------


def _homes(cues: Sequence[Cue], lines: Sequence[Passage]) -> list[int | None]:
    starts = [line.start_ms for line in lines]
    longest_ms = max((line.end_ms - line.start_ms for line in lines), default=0)

    def around(cue: Cue, near_ms: int) -> tuple[int, int]:
        first = bisect_left(starts, cue.start_ms - near_ms - longest_ms)
        return first, bisect_left(starts, cue.end_ms + near_ms)

    homes = [_most_overlapped(cue, lines, range(*around(cue, NEAR_MS))) for cue in cues]
    taken = {home for home in homes if home is not None}
    following = _following(homes, len(lines))
    before = -1
    for number, cue in enumerate(cues):
        if homes[number] is None and cue.rows:
            first, last = around(cue, FREE_NEAR_MS)
            among = range(max(first, before + 1), min(last, following[number]))
            homes[number] = _nearest_free(cue, lines, taken, among)
            taken.update(home for home in homes[number : number + 1] if home is not None)
        home = homes[number]
        before = before if home is None else home
    return _given_to_free(homes, cues, lines)


def _given_to_free(
    homes: list[int | None], cues: Sequence[Cue], lines: Sequence[Passage]
) -> list[int | None]:
    """Move a cue to a free line from a line beside it that has several.

    It is moved where it begins nearer to the free line, or the others fit their line without it.
    Subtitles of another copy are shown a little early or late; a short line then loses its cue.
    """
    shown: list[list[int]] = [[] for _ in lines]
    for number, home in enumerate(homes):
        if home is not None and cues[number].rows:
            shown[home].append(number)
    for free, line in enumerate(lines):
        for beside, place in ((free + 1, 0), (free - 1, -1)):
            if shown[free] or not 0 <= beside < len(lines) or len(shown[beside]) < SEVERAL:
                continue
            cue, other = cues[shown[beside][place]], lines[beside]
            rest = cues[shown[beside][1 if place == 0 else -2]]
            off_ms = rest.start_ms - other.start_ms if place == 0 else rest.end_ms - other.end_ms
            away_ms = abs(cue.start_ms - line.start_ms)
            begins_nearer = away_ms < min(FREE_NEAR_MS, abs(cue.start_ms - other.start_ms))
            if begins_nearer or max(away_ms, abs(off_ms)) <= NEAR_MS:
                shown[free].append(shown[beside].pop(place))
                homes[shown[free][0]] = free
    return homes


def _following(homes: Sequence[int | None], n_lines: int) -> list[int]:
    """Of each cue, the line of the next cue that has one."""
    found, after = [], n_lines
    for home in reversed(homes):
        found.append(after)
        after = after if home is None else home
    return found[::-1]


def _most_overlapped(cue: Cue, lines: Sequence[Passage], among: range) -> int | None:
    best = max(among, key=lambda n: _overlap_ms(cue, lines[n]), default=None)
    return best if best is not None and _overlap_ms(cue, lines[best]) > -NEAR_MS else None


def _overlap_ms(cue: Cue, line: Passage) -> int:
    """Negative: the silence between them."""
    return min(cue.end_ms, line.end_ms) - max(cue.start_ms, line.start_ms)


def _nearest_free(cue: Cue, lines: Sequence[Passage], taken: set[int], among: range) -> int | None:
    free = [n for n in among if n not in taken and _overlap_ms(cue, lines[n]) > -FREE_NEAR_MS]
    return max(free, key=lambda n: _overlap_ms(cue, lines[n]), default=None)


# -- what a line takes of a cue -------------------------------------------------------------------


def _shares(
    cue: Cue, home: int, lines: Sequence[Passage], taken: frozenset[int], target: str
) -> list[tuple[int, str]]:
    """Lines and their parts of a cue, in the order of time."""
    spanned = _spanned(cue, home, lines, taken)
    rows = turns_of(cue.rows)
    if len(rows) == len(spanned) and rows != cue.rows:
        return list(zip(spanned, rows, strict=True))
    text = _joined(rows, "" if target in DENSE else " ")
    if len(spanned) > 1:
        lasting = [float(_overlap_ms(cue, lines[n])) for n in spanned]
        pieces = divided_by_halves(text, lasting, target)
    else:
        pieces = (text,)
    parts = [(n, piece) for n, piece in zip(spanned, pieces, strict=True) if piece]
    return _with_tail(cue, parts, lines, taken)


def _spanned(cue: Cue, home: int, lines: Sequence[Passage], taken: frozenset[int]) -> list[int]:
    """The line of a cue and those beside it that are under it and under no cue of their own."""

    def is_free(n: int) -> bool:
        line = lines[n]
        needed = LEAST_COVERED * (line.end_ms - line.start_ms)
        return n not in taken and _overlap_ms(cue, line) >= max(1.0, needed)

    first = last = home
    while first > 0 and is_free(first - 1):
        first -= 1
    while last + 1 < len(lines) and is_free(last + 1):
        last += 1
    return list(range(first, last + 1))


def _with_tail(
    cue: Cue, parts: list[tuple[int, str]], lines: Sequence[Passage], taken: frozenset[int]
) -> list[tuple[int, str]]:
    """The same with whole sentences moved to the line after or before, where the cue reaches into it."""
    (first, opening), (last, closing) = parts[0], parts[-1]
    share = _reach(cue, last, last + 1, lines, taken)
    cut = _sentence_cut(closing, 1 - share) if share else 0
    if cut:
        return [*parts[:-1], (last, closing[:cut].strip()), (last + 1, closing[cut:].strip())]
    share = _reach(cue, first, first - 1, lines, taken)
    cut = _sentence_cut(opening, share) if share else 0
    if cut:
        return [(first - 1, opening[:cut].strip()), (first, opening[cut:].strip()), *parts[1:]]
    return parts


def _reach(
    cue: Cue, line: int, beside: int, lines: Sequence[Passage], taken: frozenset[int]
) -> float:
    """Which part of a cue's time in two lines is in the one beside; 0 if it may only linger there."""
    if beside not in taken or not 0 <= beside < len(lines):
        return 0.0
    there_ms = _overlap_ms(cue, lines[beside])
    if there_ms < max(LEAST_TAIL_MS, LEAST_TAIL * (cue.end_ms - cue.start_ms)):
        return 0.0
    return there_ms / (there_ms + max(1, _overlap_ms(cue, lines[line])))


def _sentence_cut(text: str, wanted: float) -> int:
    """Where a sentence ends near a place of the text; 0 if none does."""
    ends = [
        found.end() for found in SENTENCE_END.finditer(text) if found.end() < len(text.rstrip())
    ]
    best = min(ends, key=lambda end: abs(end / len(text) - wanted), default=0)
    return best if best and abs(best / len(text) - wanted) <= NEAR_SENTENCE_END else 0
