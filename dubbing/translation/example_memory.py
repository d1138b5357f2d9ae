"""Sentence pairs that are like the one to be translated: a base model follows what it is shown.

An inverted index with BM25 (Robertson and Zaragoza 2009) over words and their beginnings, so that
"walked" finds "walking"; of pairs that say nearly the same only one is shown (maximal marginal relevance,
Carbonell and Goldstein 1998). 27,000 pairs are indexed in half a second.
"""

from __future__ import annotations

import gzip
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise

import numpy as np
import numpy.typing as npt

K1, B = 1.2, 0.75
STEM = 4
"""Letters of a word's beginning that count as its stem."""
CONSIDERED = 48
SAMENESS = 0.8
"""How much likeness to an example already chosen counts against one."""
WORD = re.compile(r"[\w']+")
UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Example:
    """A pair, and how like the query its source is: 1 is the query itself."""

    source: str
    target: str
    likeness: float


class ExampleMemory:
    """Pairs of one direction."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Index the pairs by their sources."""
        self.pairs = tuple(pairs)
        counts = [Counter(_terms(source)) for source, _ in self.pairs]
        lengths = np.array([sum(count.values()) for count in counts], dtype=np.float32)
        usual = float(lengths.mean()) if len(lengths) else 1.0
        norm = K1 * (1 - B + B * lengths / max(usual, 1e-9))
        postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, count in enumerate(counts):
            for term, times in count.items():
                postings[term].append((number, times))
        self._postings: dict[str, tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]] = {}
        for term, found in postings.items():
            numbers = np.array([number for number, _ in found])
            often = np.array([n for _, n in found], dtype=np.float32)
            rarity = math.log(1 + (len(counts) - len(found) + 0.5) / (len(found) + 0.5))
            weights = rarity * often * (K1 + 1) / (often + norm[numbers])
            self._postings[term] = (numbers, weights.astype(np.float32))

    def __len__(self) -> int:
        """Number of pairs."""
        return len(self.pairs)

    def like(self, sentence: str, n: int, *, least: float = 0.0) -> tuple[Example, ...]:
        """Up to ``n`` examples, the most like last, none below ``least`` likeness.

        The sentence itself is never among them: what is known word for word is an answer, not an example
        (see :meth:`known`).
        """
        scores = self._scores(sentence)
        own = float(self._self_score(sentence))
        chosen: list[tuple[float, int]] = []
        shown: list[set[str]] = []
        candidates = self._best(scores)
        while candidates and len(chosen) < n:
            worth = [
                scores[i] / own
                - SAMENESS * max((_overlap(self._terms(i), s) for s in shown), default=0)
                for i in candidates
            ]
            place = int(np.argmax(worth))
            number = candidates.pop(place)
            if _same(self.pairs[number][0], sentence) or scores[number] / own < least:
                continue
            chosen.append((float(scores[number] / own), number))
            shown.append(self._terms(number))
        chosen.sort()
        return tuple(Example(*self.pairs[i], round(min(1.0, score), 3)) for score, i in chosen)

    def known(self, sentence: str) -> tuple[str, ...]:
        """Translations of this very sentence, if it is in the memory."""
        candidates = self._best(self._scores(sentence))
        return tuple(self.pairs[i][1] for i in candidates if _same(self.pairs[i][0], sentence))

    def _scores(self, sentence: str) -> npt.NDArray[np.float32]:
        scores = np.zeros(len(self.pairs), dtype=np.float32)
        for term in set(_terms(sentence)):
            if term in self._postings:
                numbers, weights = self._postings[term]
                scores[numbers] += weights
        return scores

    def _self_score(self, sentence: str) -> float:
        """What the sentence would score if it were in the memory."""
        terms = Counter(_terms(sentence))
        most = math.log(1 + len(self.pairs) + 0.5)
        total = 0.0
        for term, times in terms.items():
            known = self._postings.get(term)
            n = len(known[0]) if known else 0
            rarity = math.log(1 + (len(self.pairs) - n + 0.5) / (n + 0.5)) if n else most
            total += rarity * times * (K1 + 1) / (times + K1)
        return max(total, 1e-6)

    def _best(self, scores: npt.NDArray[np.float32]) -> list[int]:
        n = min(CONSIDERED, int((scores > 0).sum()))
        if n == 0:
            return []
        best = np.argpartition(-scores, n - 1)[:n]
        return [int(i) for i in best[np.argsort(-scores[best], kind="stable")]]

    def _terms(self, number: int) -> set[str]:
        return set(_terms(self.pairs[number][0]))


def _terms(sentence: str) -> list[str]:
    """Words and beginnings of the longer ones; characters and their pairs where no spaces part words."""
    terms: list[str] = []
    for word in (word.strip("'") for word in WORD.findall(sentence.casefold())):
        if UNSPACED.search(word):
            terms += [*word, *(a + b for a, b in pairwise(word))]
        else:
            terms += [word, word[:STEM] + "~"] if len(word) > STEM else [word]
    return terms


def _overlap(one: set[str], other: set[str]) -> float:
    return len(one & other) / max(1, len(one | other))


def _same(one: str, other: str) -> bool:
    return WORD.findall(one.casefold()) == WORD.findall(other.casefold())


@cache
def shipped_memory(source: str, target: str) -> ExampleMemory | None:
    """The memory that ships for a pair of languages, in whichever direction it was stored."""
    for one, other in ((source, target), (target, source)):
        path = files("dubbing.translation").joinpath(f"memory/{one}-{other}.tsv.gz")
        if path.is_file():
            rows = _rows(path.read_bytes())
            return ExampleMemory((a, b) if one == source else (b, a) for a, b in rows)
    return None


def _rows(packed: bytes) -> Sequence[tuple[str, str]]:
    lines = gzip.decompress(packed).decode("utf-8").splitlines()
    return [(line.split("\t")[0], line.split("\t")[1]) for line in lines]
