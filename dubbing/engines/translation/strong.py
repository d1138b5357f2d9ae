"""The default where the machine has room for it: Qwen where it keeps the meaning best, else ``embedded``.

Which pairs Qwen takes was measured (``benchmarks/translation.json``). It offers the best of its beams
for a line, or Firefox's model does where there is one of the pair. Where the checks find a fault in all
of them, Qwen searches more widely and by single sentences, and the small translators offer theirs below.

Qwen also scores how well the source follows from each translation. The choice by both scores keeps all
points of 72, 48, 42 and 73 % of the held-out lines (en-zh, en-es, en-fr, zh-en), the greedy translation
of 68, 37, 37 and 63 % (``benchmarks/meaning.json``). Gemma, which takes a tenth of the time, only scores
which piece of a sentence goes with which line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from types import MappingProxyType

from dubbing.engines.translation import (
    Hypothesis,
    Length,
    Pair,
    Passage,
    Request,
    Style,
    Translator,
)
from dubbing.engines.translation.decoding import ranked
from dubbing.engines.translation.embedded import Embedded
from dubbing.engines.translation.qwen import Qwen
from dubbing.language.sentences import sentences_of
from dubbing.settings import NO_OPTIONS, EngineOptions

PAIRS = frozenset(
    [("en", target) for target in ("zh", "es", "fr")]
    + [(source, "en") for source in ("zh", "es", "fr", "it")]
)
"""What Qwen translates better than the small ones."""
MAX_BEAMS = 4
"""Beams of a second try; a first one takes as many as are requested, and no more than these."""
BELOW = 0.6
"""In log-probability a token, how far a small translator's best is put below Qwen's best."""


class Strong:
    """Qwen for the pairs that it is best at, ``embedded`` for all else."""

    version = 3
    parts = (Qwen, Embedded)
    """Engines that do the work; their versions count as well."""
    weights = (*Qwen.weights, *Embedded.weights)
    takes_options: tuple[str, ...] = ()
    style = Style.DIALOGUE
    least_at_once = Qwen.least_at_once
    tries_harder = True
    doubtful_below: Mapping[str, float] = MappingProxyType({"en": -1.8, "zh": -3.0, "": -2.2})
    """Qwen's reverse scores, by the language of the source, under which the meaning is in doubt.

    Set on all of ``benchmarks/texts``, between the scores of its lines and those of lines with the
    translation of another one: a sign of gross errors, and hardly one of a wrong word.
    """

    def __init__(self, threads: int = 2, options: EngineOptions = NO_OPTIONS) -> None:
        """Load nothing yet."""
        del options
        self._threads = threads

    @cached_property
    def _qwen(self) -> Qwen:
        return Qwen(threads=self._threads)

    @cached_property
    def _small(self) -> Embedded:
        return Embedded(threads=self._threads)

    @staticmethod
    def content(options: EngineOptions) -> str:
        """Tells the Firefox models that are there from all others, for cache keys."""
        return Embedded.content(options)

    def supports(self, source: str, target: str) -> bool:
        """Every target that can be spoken."""
        return self._small.supports(source, target)

    def of_pair(self, source: str, target: str) -> Translator:
        """Itself for the pairs that Qwen is best at, else the small translators."""
        return self if (source, target) in PAIRS else self._small

    def translate(
        self, passages: Sequence[Passage], request: Request
    ) -> tuple[tuple[Hypothesis, ...], ...]:
        """Hypotheses of each passage, best first; more of them where the first were faulty."""
        if request.length is Length.USUAL and not request.was_faulty:
            if self._small.has_direct(request.source, request.target):
                return self._small.translate(passages, request)
            n = min(request.beam_size, MAX_BEAMS)
            return self._qwen.translate(passages, replace(request, beam_size=n, n_best=n))
        if not request.was_faulty:
            return self._qwen.translate(passages, request)
        wider = replace(request, beam_size=MAX_BEAMS, n_best=MAX_BEAMS)
        found = self._qwen.translate(passages, wider)
        by_sentences = self._by_sentences(passages, request)
        small = self._small.translate(passages, replace(request, was_faulty=False))
        return tuple(
            ranked((h.text, h.score) for h in (*mine, *joined, *_below(mine, theirs)))
            for mine, joined, theirs in zip(found, by_sentences, small, strict=True)
        )

    def score(self, pairs: Sequence[Pair], source: str, target: str) -> tuple[float, ...]:
        """By Qwen."""
        return self._qwen.score(pairs, source, target)

    def score_pieces(self, pairs: Sequence[Pair], source: str, target: str) -> tuple[float, ...]:
        """By Gemma: there are dozens of pieces for each line."""
        return self._small.score(pairs, source, target)

    def _by_sentences(
        self, passages: Sequence[Passage], request: Request
    ) -> list[tuple[Hypothesis, ...]]:
        """Translations of the passages with several sentences, each sentence by itself."""
        split = [_sentences(passage, request.source) for passage in passages]
        parts = [part for parts in split for part in parts]
        greedy = replace(request, beam_size=1, n_best=1, was_copied=False)
        found = iter(self._qwen.translate(parts, greedy))
        between = "" if request.target in ("zh", "ja") else " "
        return [_joined([next(found)[0] for _ in parts], between) for parts in split]


def _sentences(passage: Passage, source: str) -> list[Passage]:
    """The sentences of a passage; none if it is a single one."""
    if source in ("zh", "ja"):
        return []
    texts = sentences_of(passage.text, source)
    return [replace(passage, text=text) for text in texts] if len(texts) > 1 else []


def _joined(parts: Sequence[Hypothesis], between: str) -> tuple[Hypothesis, ...]:
    if not parts:
        return ()
    n_letters = max(1, sum(len(part.text) for part in parts))
    score = sum(part.score * len(part.text) for part in parts) / n_letters
    return (Hypothesis(between.join(part.text for part in parts), round(score, 4)),)


def _below(mine: Sequence[Hypothesis], theirs: Sequence[Hypothesis]) -> list[Hypothesis]:
    """The small translators' hypotheses, whose scores are of another scale, put below Qwen's best."""
    by = mine[0].score - BELOW - theirs[0].score
    return [Hypothesis(h.text, round(min(0.0, h.score + by), 4)) for h in theirs]
