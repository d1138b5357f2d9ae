"""Sentences that run over several lines: translated whole, divided again where the speaker pauses."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from dubbing.engines.translation import Hypothesis
from dubbing.language.script import SCRIPTS
from dubbing.language.sentences import clause_break, ends_sentence
from dubbing.timeline import Line

LONGEST_GAP_MS = 2_000
"""A speaker who is silent for longer begins anew."""
MOST_LINES = 3
LONGEST_LETTERS = 220
MOST_WORDS, LEAST_WORDS = 20, 5
"""A sentence with more words is long; a part of it has at least so many."""
BORDERS_TRIED = 5
"""Places near the proportional one that are tried for each cut."""
MARK = re.compile(r"[,;:，、；：。.!?！？—…]")
Score = Callable[[Sequence[tuple[str, str]]], Sequence[float]]


def runs(lines: Sequence[Line], language: str) -> tuple[tuple[int, ...], ...]:
    """Numbers of lines that belong together: one sentence of one speaker, in several lines."""
    groups: list[list[int]] = []
    for number, line in enumerate(lines):
        before = lines[groups[-1][-1]] if groups else None
        goes_on = (
            before is not None
            and before.speaker == line.speaker
            and not ends_sentence(before.text.strip(), language)
            and line.span.start_ms - before.span.end_ms <= LONGEST_GAP_MS
            and len(groups[-1]) < MOST_LINES
            and sum(len(lines[i].text) for i in groups[-1]) + len(line.text) <= LONGEST_LETTERS
        )
        if goes_on:
            groups[-1].append(number)
        else:
            groups.append([number])
    return tuple(tuple(group) for group in groups)


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to cut: the pieces, and how far the cuts lie from where the lengths would have them."""

    pieces: tuple[str, ...]
    strain: float


def clauses_of(text: str, language: str) -> tuple[str, ...]:
    """A long sentence cut at its clause borders into parts of a usual length; none if it is not long."""
    words = text.split()
    if len(words) <= MOST_WORDS:
        return ()
    parts: list[list[str]] = [[]]
    for word in words:
        parts[-1].append(word)
        if clause_break(word, language) and len(parts[-1]) >= LEAST_WORDS:
            parts.append([])
    if len(parts[-1]) < LEAST_WORDS and len(parts) > 1:
        last = parts.pop()
        parts[-1] += last
    return tuple(" ".join(part) for part in parts) if len(parts) > 1 else ()


def joined_clauses(found: Sequence[Sequence[Hypothesis]], target: str) -> Hypothesis:
    """The best translation of each part, one after the other."""
    best = [hypotheses[0] for hypotheses in found]
    between = "" if target in ("zh", "ja") else " "
    n_letters = max(1, sum(len(h.text) for h in best))
    score = sum(h.score * len(h.text) for h in best) / n_letters
    return Hypothesis(between.join(h.text for h in best), round(score, 4))


def divided(
    text: str, told: Sequence[str], shares: Sequence[float], target: str, score: Score | None
) -> tuple[str, ...] | None:
    """A translation cut into as many pieces as the source has lines; ``None`` if it is too short.

    Args:
        text: the translation of all lines together.
        told: the lines of the source.
        shares: how long each line lasts, in any unit.
        target: language of the translation.
        score: tells how well a piece translates a line, where an engine can tell; else the pieces
            are cut after marks as near as may be to the proportions of ``shares``.
    """
    borders = _borders(text, target)
    if len(borders) < len(told) - 1:
        return None
    ways = _ways(text, borders, shares)[: BORDERS_TRIED ** min(2, len(told) - 1)]
    if not ways:
        return None
    if score is None:
        return ways[0].pieces
    pairs = [pair for way in ways for pair in zip(told, way.pieces, strict=True)]
    scores = list(score(pairs))
    n = len(told)
    sums = [sum(scores[k * n : (k + 1) * n]) - way.strain for k, way in enumerate(ways)]
    return ways[sums.index(max(sums))].pieces


def _borders(text: str, target: str) -> dict[int, float]:
    """Where the text may be cut, and what that costs: after a mark nothing, between words a little."""
    borders = {match.end(): 0.0 for match in MARK.finditer(text) if match.end() < len(text)}
    for place in _word_ends(text, target):
        if place not in borders and 0 < place < len(text) and not MARK.match(text[place]):
            borders[place] = 0.35
    return borders


def _word_ends(text: str, target: str) -> list[int]:
    if target not in SCRIPTS or target in ("hi", "ru", "ko"):
        return [match.end() for match in re.finditer(r"\S+(?=\s)", text)]
    if target == "zh":
        import jieba

        ends, at = [], 0
        for word in jieba.cut(text):
            at += len(word)
            ends.append(at)
        return ends
    return [
        match.end()
        for match in re.finditer(r"[はがをにでともて](?=[^はがをにでともてっゃゅょん。、])", text)
    ]


def _ways(text: str, borders: dict[int, float], shares: Sequence[float]) -> list[_Way]:
    """All ways to cut near the proportions, the least strained first."""
    total = sum(shares)
    wanted = [sum(shares[: k + 1]) / total * len(text) for k in range(len(shares) - 1)]
    near = sorted(
        {p for w in wanted for p in sorted(borders, key=lambda p: abs(p - w))[:BORDERS_TRIED]}
    )
    ways = []
    for cut in combinations(near, len(wanted)):
        edges = [0, *cut, len(text)]
        pieces = tuple(text[a:b].strip() for a, b in pairwise(edges))
        if all(re.search(r"\w", piece) for piece in pieces):
            off = sum(abs(p - w) / len(text) for p, w in zip(cut, wanted, strict=True))
            ways.append(_Way(pieces, 2.0 * off + sum(borders[p] for p in cut)))
    return sorted(ways, key=lambda way: way.strain)
