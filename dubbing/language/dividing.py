"""A text cut into pieces for several lines: after marks, near where the lengths of the lines put it."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from dubbing.language.script import SCRIPTS

BORDERS_TRIED = 5
"""Places near the proportional one that are tried for each cut."""
MARK = re.compile(r"(?:[,;:.!?](?=[\s”\"’»」』）)]|$)|[，、；：。！？—…])[”\"’»」』）)]*")
"""``3.5`` and ``10:30`` are not cut; a closing quotation mark stays with what it closes."""
Score = Callable[[Sequence[tuple[str, str]]], Sequence[float]]


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to cut: the pieces, and how far the cuts lie from where the lengths would have them."""

    pieces: tuple[str, ...]
    strain: float


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


def divided_by_halves(text: str, shares: Sequence[float], target: str) -> tuple[str, ...]:
    """Cut a text into pieces for any number of lines; lines for which it is too short get nothing.

    Args:
        text: what is said in all lines together.
        shares: how long each line lasts, in any unit.
        target: language of the text.
    """
    n = len(shares)
    if n == 1 or not text:
        return (text, *[""] * (n - 1))
    first = max(1, min(n - 1, _middle(shares)))
    both = (sum(shares[:first]) or 1.0, sum(shares[first:]) or 1.0)
    halves = divided(text, ["", ""], both, target, None)
    if halves is None:
        longest = max(range(n), key=shares.__getitem__)
        return tuple(text if place == longest else "" for place in range(n))
    return (
        *divided_by_halves(halves[0], shares[:first], target),
        *divided_by_halves(halves[1], shares[first:], target),
    )


def _middle(shares: Sequence[float]) -> int:
    """How many of the shares make about a half."""
    half, total = sum(shares) / 2, 0.0
    for count, share in enumerate(shares):
        if total + share / 2 > half:
            return count
        total += share
    return len(shares) - 1


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

        jieba.setLogLevel(logging.ERROR)
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
