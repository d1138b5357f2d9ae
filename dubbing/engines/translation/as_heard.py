"""Nothing is translated: a film that is dubbed into its own language keeps its words as heard."""

from __future__ import annotations

from collections.abc import Sequence

from dubbing.engines.translation import Hypothesis, Passage, Request, Style
from dubbing.language.languages import is_same_language


class AsHeard:
    """The identity, for dialogue that is spoken again by another voice."""

    version = 1
    weights = ()
    takes_options: tuple[str, ...] = ()
    style = Style.VERBATIM

    def __init__(self, threads: int = 1) -> None:
        """Load nothing: there is nothing to load."""
        del threads

    def supports(self, source: str, target: str) -> bool:
        """Whether both are one language; its varieties count as one."""
        return is_same_language(source, target)

    def translate(
        self, passages: Sequence[Passage], request: Request
    ) -> tuple[tuple[Hypothesis, ...], ...]:
        """Each passage as it is."""
        del request
        return tuple((Hypothesis(passage.text.strip(), 0.0),) for passage in passages)
