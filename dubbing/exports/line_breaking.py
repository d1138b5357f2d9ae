"""Words to rows, and long texts to the parts that are shown one after another.

One search serves both: cut into a number of parts so that none is too wide, the borders are good ones and
the parts are alike in length (dynamic programming over the words; exact).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from dubbing.exports.subtitle_rules import SubtitleRules
from dubbing.exports.words import Word, joined

UNLIKE = 10.0
"""What a part costs that is twice as long as its share, in the units of ``words.Border``."""
TOO_WIDE = 1000.0
"""What a character too many costs: more than any border."""
TOP_HEAVY = 0.5
"""Of two equal breaks the one with the longer lower row is better, as the guides have it."""

Excess = Callable[[int, int], float]


@dataclass(frozen=True, slots=True)
class Measured:
    """Words with their lengths, for asking how wide a part of them is."""

    words: tuple[Word, ...]
    rules: SubtitleRules
    ends: tuple[float, ...]
    """Length of all words up to each border, spaces among them."""

    def length(self, first: int, last: int) -> float:
        """Length of the row that words ``first`` to ``last`` (excluded) make."""
        if last <= first:
            return 0.0
        return self.ends[last] - self.ends[first] - self.rules.length(self.words[last - 1].space)

    def excess(self, first: int, last: int) -> float:
        """By how much a row is too wide."""
        return max(0.0, self.length(first, last) - self.rules.row_characters)


def measured(words: Sequence[Word], rules: SubtitleRules) -> Measured:
    """Measure words once."""
    ends = [0.0]
    for word in words:
        ends.append(ends[-1] + rules.length(word.text + word.space))
    return Measured(tuple(words), rules, tuple(ends))


def n_parts(words: Sequence[Word], rules: SubtitleRules, rows: int) -> int:
    """How many parts of ``rows`` rows a text needs at least."""
    n_rows = len(_filled_rows(measured(words, rules), 0, len(words)))
    return max(1, -(-n_rows // rows))


def parts(words: Sequence[Word], n: int, rules: SubtitleRules, rows: int) -> list[tuple[Word, ...]]:
    """The words in ``n`` parts (fewer if there are fewer words), each of which fits ``rows`` rows."""
    text = measured(words, rules)

    @cache
    def excess(first: int, last: int) -> float:
        return sum(text.excess(a, b) for a, b in _rows_within(text, first, last, rows))

    return [text.words[a:b] for a, b in _cut(text, n, excess)]


def rows(words: Sequence[Word], rules: SubtitleRules, most: int) -> tuple[str, ...]:
    """A part as rows: one if it fits, else as few as it needs, balanced and broken well.

    More than ``most`` only where single words are too wide to share a row otherwise.
    """
    text = measured(words, rules)
    needed = len(_filled_rows(text, 0, len(text.words)))
    n = needed if needed <= most else max(most, 1)
    return tuple(joined(text.words[a:b]) for a, b in _cut(text, n, text.excess))


def _filled_rows(text: Measured, first: int, last: int) -> list[tuple[int, int]]:
    """Every row as full as it gets: the fewest rows there can be."""
    found = []
    while first < last:
        end = first + 1
        while end < last and not text.excess(first, end + 1):
            end += 1
        found.append((first, end))
        first = end
    return found


def _rows_within(text: Measured, first: int, last: int, most: int) -> list[tuple[int, int]]:
    """Full rows, all that is left over in the last one."""
    found = _filled_rows(text, first, last)
    if len(found) <= most:
        return found
    return [*found[: most - 1], (found[most - 1][0], last)]


def _cut(text: Measured, n: int, excess: Excess) -> list[tuple[int, int]]:
    """The best cuts into ``n`` parts, as ranges of words."""
    n_words = len(text.words)
    n = min(max(1, n), max(1, n_words))
    share = text.ends[-1] / n or 1.0
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, (0,))}
    for part in range(1, n + 1):
        reachable = range(part, n_words - (n - part) + 1) if part < n else (n_words,)
        best = {last: _best_to(text, last, best, share, excess) for last in reachable}
    return list(pairwise(best[n_words][1]))


def _best_to(
    text: Measured,
    last: int,
    best: dict[int, tuple[float, tuple[int, ...]]],
    share: float,
    excess: Excess,
) -> tuple[float, tuple[int, ...]]:
    """The cheapest way to end a part with word ``last``."""
    return min(
        (cost + _cost(text, first, last, share, excess), (*cuts, last))
        for first, (cost, cuts) in best.items()
        if first < last
    )


def _cost(text: Measured, first: int, last: int, share: float, excess: Excess) -> float:
    length = text.length(first, last)
    unlike = UNLIKE * (length / share - 1) ** 2
    border = float(text.words[last - 1].border) if last < len(text.words) else 0.0
    top_heavy = TOP_HEAVY if first == 0 and length > share else 0.0
    return TOO_WIDE * excess(first, last) + unlike + border + top_heavy
