"""What the words of a line say of how its speaker feels, by small lexicons written for this project."""

from __future__ import annotations

import re
from functools import cache, partial
from importlib.resources import files

import yaml

WITHOUT_SPACES = ("zh", "ja")
TURNED_OFF = 3
"""Words after a negation that do not count."""
NOT = "not"
WORD = r"[^\s.,;:!?¡¿\"()—–-]+[?!]*"


def emotion_words(text: str, language: str) -> dict[str, int]:
    """How many words of each emotion a line has; empty if none, or if there is no lexicon.

    Args:
        text: the line.
        language: its code; ``pt-br`` is ``pt``.
    """
    lexicon = _lexicons().get(language.split("-", maxsplit=1)[0])
    if lexicon is None:
        return {}
    plain = text.casefold()
    if language in WITHOUT_SPACES:
        hits = partial(_hits_inside, plain, lexicon[NOT])
    else:
        hits = partial(_hits_among, re.findall(WORD, plain), lexicon[NOT])
    found = {emotion: sum(map(hits, stems)) for emotion, stems in lexicon.items() if emotion != NOT}
    return {emotion: count for emotion, count in found.items() if count}


def _hits_inside(text: str, negations: tuple[str, ...], stem: str) -> int:
    """Chinese and Japanese: a negation counts if it stands directly before (or after) the word."""
    return sum(
        text[max(0, hit.start() - 1) : hit.start()] not in negations
        and not text[hit.end() :].startswith(negations)
        for hit in re.finditer(re.escape(stem), text)
    )


def _hits_among(words: list[str], negations: tuple[str, ...], stem: str) -> int:
    """A stem of several words must be there word by word; only the last may go on."""
    *first, last = stem.split()
    size = len(first) + 1
    return sum(
        words[n : n + size - 1] == first
        and words[n + size - 1].startswith(last)
        and not _is_negated(words[:n], negations)
        for n in range(len(words) - size + 1)
    )


def _is_negated(before: list[str], negations: tuple[str, ...]) -> bool:
    return any(
        word == negation or (negation.startswith("n'") and word.endswith(negation))
        for word in before[-TURNED_OFF:]
        for negation in negations
    )


@cache
def _lexicons() -> dict[str, dict[str, tuple[str, ...]]]:
    text = files("dubbing.language").joinpath("emotion_words.yaml").read_text("utf-8")
    return {
        language: {emotion: tuple(words) for emotion, words in lexicon.items()}
        for language, lexicon in yaml.safe_load(text).items()
    }
