"""Asking an engine for hypotheses and scores: in batches, each one remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from dubbing.engines.translation import (
    Hypothesis,
    Length,
    Pair,
    Passage,
    Request,
    Scores,
    ScoresPieces,
    Style,
    Translator,
)
from dubbing.language.script import SCRIPTS
from dubbing.memo_keys import Identity, MemoKey, memo_key
from dubbing.translation.checks import translation_flags

if TYPE_CHECKING:
    from dubbing.timing.prompter import Remembers

SCORED_AT_ONCE = 64
Scorer = Callable[[Sequence[Pair], str, str], tuple[float, ...]]


class Drafter:
    """One engine in one direction."""

    def __init__(
        self,
        translator: Translator,
        identity: Identity,
        request: Request,
        memo: Remembers,
        batch_size: int,
    ) -> None:
        """Remember whom to ask, and how hard it shall search."""
        self.translator, self.identity, self.request = translator, identity, request
        self.memo = memo
        self.batch_size = max(batch_size, getattr(translator, "least_at_once", 0))

    def drafts(
        self,
        passages: Sequence[Passage],
        length: Length = Length.USUAL,
        told: Callable[[int], None] = lambda n: None,
    ) -> dict[Passage, tuple[Hypothesis, ...]]:
        """Hypotheses of each different passage; ``told`` hears how many are done."""
        request = replace(self.request, length=length)
        found: dict[Passage, tuple[Hypothesis, ...]] = {}
        missing = []
        for passage in dict.fromkeys(passages):
            known = self.memo.recall(self._key(request, passage))
            if known is None:
                missing.append(passage)
            else:
                found[passage] = tuple(Hypothesis(text, score) for text, score in known)
        told(len(found))
        for batch in self._batches(missing):
            for passage, hypotheses in zip(batch, self._translate(batch, request), strict=True):
                found[passage] = hypotheses
                plain = [[h.text, h.score] for h in hypotheses]
                self.memo.remember(self._key(request, passage), plain)
            told(len(found))
        return found

    def can_reverse(self) -> bool:
        """Whether the engine can tell how well the source follows from a translation."""
        there = self.request
        return isinstance(self.translator, Scores) and self.translator.supports(
            there.target, there.source
        )

    @property
    def doubtful_below(self) -> float | None:
        """The reverse score that good translations hardly ever miss; ``None`` if it was not measured."""
        bound: float | Mapping[str, float] | None = getattr(self.translator, "doubtful_below", None)
        if isinstance(bound, Mapping):
            return bound.get(self.request.source, bound[""])
        return bound

    def reverse_scores(self, pairs: Sequence[Pair]) -> dict[Pair, float]:
        """Log-probability per token of the source, for pairs of a translation and its source."""
        assert isinstance(self.translator, Scores)
        return self._scores("score", self.translator.score, pairs)

    def piece_scores(self, pairs: Sequence[Pair]) -> dict[Pair, float]:
        """Log-probability per token of the source, for pairs of a piece and the line that it may say."""
        if not isinstance(self.translator, ScoresPieces):
            return self.reverse_scores(pairs)
        return self._scores("score pieces", self.translator.score_pieces, pairs)

    def _scores(self, name: str, score: Scorer, pairs: Sequence[Pair]) -> dict[Pair, float]:
        """Scores of each different pair, remembered under a name; pairs of like length together."""
        source, target = self.request.target, self.request.source
        keys = {
            pair: memo_key(name, 2, [self.identity], source, target, pair)
            for pair in dict.fromkeys(pairs)
        }
        found = {pair: self.memo.recall(key) for pair, key in keys.items()}
        missing = sorted(
            (p for p in found if found[p] is None), key=lambda p: len(p[0]) + len(p[1])
        )
        for start in range(0, len(missing), SCORED_AT_ONCE):
            batch = missing[start : start + SCORED_AT_ONCE]
            for pair, value in zip(batch, score(batch, source, target), strict=True):
                found[pair] = value
                self.memo.remember(keys[pair], value)
        return {pair: float(value or 0.0) for pair, value in found.items()}

    def _key(self, request: Request, passage: Passage) -> MemoKey:
        return memo_key("translate", 4, [self.identity], asdict(request), asdict(passage))

    def _batches(self, passages: list[Passage]) -> Iterator[list[Passage]]:
        """Passages of like length together: a batch lasts as long as its longest member."""
        if self.translator.style is Style.HUMAN:  # it places subtitles among all lines at once
            yield from [passages] if passages else []
            return
        if self.translator.style is not Style.INSTRUCTIONS:  # which reads them as a scene
            passages = sorted(passages, key=lambda p: len(p.text) + sum(map(_letters, p.examples)))
        for start in range(0, len(passages), self.batch_size):
            yield passages[start : start + self.batch_size]

    def _translate(
        self, passages: list[Passage], request: Request
    ) -> tuple[tuple[Hypothesis, ...], ...]:
        """What the engine gives; asked again where it copied the source or made faults."""
        found = list(self.translator.translate(passages, request))
        if self.translator.style is Style.HUMAN:
            return tuple(found)
        copied = [n for n, passage in enumerate(passages) if _is_copied(passage, found[n], request)]
        tries_harder = getattr(self.translator, "tries_harder", False)
        faulty = [
            n
            for n, passage in enumerate(passages)
            if tries_harder and n not in copied and _is_faulty(passage, found[n], request)
        ]
        for numbers, again in (
            (copied, replace(request, was_copied=True, was_faulty=tries_harder)),
            (faulty, replace(request, was_faulty=True)),
        ):
            if not numbers:
                continue
            second = self.translator.translate([passages[n] for n in numbers], again)
            for n, hypotheses in zip(numbers, second, strict=True):
                found[n] = (*hypotheses, *found[n])
        return tuple(found)


def _letters(pair: Pair) -> int:
    return len(pair[0]) + len(pair[1])


COPIED = {"untranslated"}
FOREIGN = {"source words left", "foreign words"}
"""Faults that go away where the engine may write letters of the target's own script alone."""


def _is_copied(passage: Passage, found: Sequence[Hypothesis], request: Request) -> bool:
    """Whether every hypothesis leaves the source as it is, or mixes other letters into its own."""
    source, target = request.source, request.target
    faults = COPIED | FOREIGN if target in SCRIPTS else COPIED
    return all(
        not faults.isdisjoint(translation_flags(passage.text, h.text, source, target))
        for h in found
    )


def _is_faulty(passage: Passage, found: Sequence[Hypothesis], request: Request) -> bool:
    """Whether the checks have something against every hypothesis."""
    source, target = request.source, request.target
    return all(translation_flags(passage.text, h.text, source, target) for h in found)
