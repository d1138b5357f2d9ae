"""What engines that drive CTranslate2's generator have in common: words kept out, hypotheses ranked."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from dubbing.engines.translation import Hypothesis, Passage
from dubbing.language.script import WORD

OTHER_SCRIPTS = ("zh", "ja", "hi", "ru")


def ranked(texts: Iterable[tuple[str, float]]) -> tuple[Hypothesis, ...]:
    """Distinct texts with the best of their scores, best first."""
    best: dict[str, float] = {}
    for text, score in texts:
        best[text] = max(best.get(text, -1e9), round(min(0.0, score), 4))
    in_order = sorted(best.items(), key=lambda item: -item[1])
    return tuple(Hypothesis(text, score) for text, score in in_order)


def source_words(passage: Passage, tokens: Callable[[str], list[str]]) -> list[list[str]]:
    """The words of the source, to be kept out of its translation.

    Names may stay, and what terms say; a word that both languages have is lost.
    """
    spoken = {word for _, term in passage.terms for word in WORD.findall(term)}
    words = {word for word in WORD.findall(passage.text) if word.islower()} - spoken
    return [tokens(f" {word}") for word in sorted(words)]
