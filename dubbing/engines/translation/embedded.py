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
from dubbing.engines.translation.firefox import Firefox
from dubbing.engines.translation.gemma import TUNED, Gemma, TunedGemma
from dubbing.settings import NO_OPTIONS, EngineOptions


class Embedded:
    """Firefox where a model of the pair is there, Gemma for all else, tuned where it is."""

    version = 2
    parts = (Gemma, TunedGemma, Firefox)
    """Engines that do the work; their versions count as well."""
    weights = (*Gemma.weights, *TunedGemma.weights, *Firefox.weights)
    takes_options: tuple[str, ...] = ()
    style = Style.EXAMPLES
    doubtful_below = Gemma.doubtful_below

    def __init__(self, threads: int = 2, options: EngineOptions = NO_OPTIONS) -> None:
        """Load nothing yet."""
        del options
        self._threads = threads
        self._loaded: dict[type, Any] = {}

    @staticmethod
    def content(options: EngineOptions) -> str:
        """Tells the Firefox models that are there from all others, for cache keys."""
        return Firefox.content(options)

    def has_direct(self, source: str, target: str) -> bool:
        """Whether there is a Firefox model of this very pair."""
        return self._firefox.has_direct(source, target)

    def supports(self, source: str, target: str) -> bool:
        """Every target that can be spoken."""
        return Gemma.supports(self, source, target)  # type: ignore[arg-type]

    def translate(
        self, passages: Sequence[Passage], request: Request
    ) -> tuple[tuple[Hypothesis, ...], ...]:
        """Hypotheses of each passage, best first."""
        pair = request.source, request.target
        # one that copied would copy again, and all of its translations are of one length
        is_usual = request.length is Length.USUAL and not request.was_copied
        by_firefox = is_usual and self.has_direct(*pair)
        engine: Translator = self._firefox if by_firefox else self._gemma(*pair)
        return engine.translate(passages, request)

    def score(self, pairs: Sequence[Pair], source: str, target: str) -> tuple[float, ...]:
        """By Gemma."""
        return self._gemma(source, target).score(pairs, source, target)

    def _gemma(self, source: str, target: str) -> Gemma:
        gemma: Gemma = self._get(TunedGemma if TUNED.get(source) == target else Gemma)
        return gemma

    @property
    def _firefox(self) -> Firefox:
        firefox: Firefox = self._get(Firefox)
        return firefox

    def _get(self, kind: type[Gemma] | type[Firefox]) -> Any:
        if kind not in self._loaded:
            self._loaded[kind] = kind(threads=self._threads)
        return self._loaded[kind]
