"""The default where the machine has room for it: Qwen where it keeps the meaning best, else ``embedded``.

Which pairs Qwen takes was measured (``benchmarks/translation.json``). A line gets its greedy translation,
or that of Firefox's model where one of the pair is there. Where the checks find a fault in that, Qwen
searches more widely and by single sentences, and the small translators offer theirs below it. They also
judge: how well a source follows from a translation is told by Gemma, at a tenth of what Qwen would take.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

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
WIDER = 4
"""Beams of a second try, and where more than the usual search is asked for."""
USUAL_BEAMS = 3
"""Of the default profile: no more are asked for, so the greedy translation will do."""
BELOW = 0.6
"""In log-probability a token, how far a small translator's best is put below Qwen's best."""


class Strong:
    """Qwen for the pairs that it is best at, ``embedded`` for all else."""

    version = 2
    parts = (Qwen, Embedded)
    """Engines that do the work; their versions count as well."""
    weights = (*Qwen.weights, *Embedded.weights)
    takes_options: tuple[str, ...] = ()
    style = Style.DIALOGUE
    least_at_once = Qwen.least_at_once
    tries_harder = True
    doubtful_below = -2.2
    """Of Gemma's reverse scores: 2 % of 135 Chinese and Spanish lines that Qwen translated have less, and
    all of 135 with the translation of another line; a wrong word or a turned role hardly ever has."""

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
        """The greedy hypothesis of each passage; several of other lengths, and where that was faulty."""
        if request.length is Length.USUAL and not request.was_faulty:
            if self._small.has_direct(request.source, request.target):
                return self._small.translate(passages, request)
            n = 1 if request.beam_size <= USUAL_BEAMS else WIDER
            return self._qwen.translate(passages, replace(request, beam_size=n, n_best=n))
        if not request.was_faulty:
            return self._qwen.translate(passages, request)
        wider = replace(request, beam_size=WIDER, n_best=WIDER)
        found = self._qwen.translate(passages, wider)
        by_sentences = self._by_sentences(passages, request)
        small = self._small.translate(passages, replace(request, was_faulty=False))
        return tuple(
            ranked((h.text, h.score) for h in (*mine, *joined, *_below(mine, theirs)))
            for mine, joined, theirs in zip(found, by_sentences, small, strict=True)
        )

    def score(self, pairs: Sequence[Pair], source: str, target: str) -> tuple[float, ...]:
        """By Gemma."""
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
