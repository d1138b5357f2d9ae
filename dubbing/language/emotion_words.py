"""What the words of a line say of how its speaker feels, by small lexicons written for this project."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import yaml

WITHOUT_SPACES = ("zh", "ja")
TURNED_OFF = 3
"""Words after a negation that do not count."""
NOT = "not"


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
        return _contained(plain, lexicon)
    return _counted(plain, lexicon)


def _contained(text: str, lexicon: dict[str, tuple[str, ...]]) -> dict[str, int]:
    """Chinese and Japanese: a negation counts if it stands directly before (or after) the word."""
    found: dict[str, int] = {}
    for emotion, stems in lexicon.items():
        if emotion == NOT:
            continue
        for stem in stems:
            for hit in re.finditer(re.escape(stem), text):
                before, after = text[max(0, hit.start() - 1) : hit.start()], text[hit.end() :]
                if before in lexicon[NOT] or after.startswith(lexicon[NOT]):
                    continue
                found[emotion] = found.get(emotion, 0) + 1
    return found


def _counted(text: str, lexicon: dict[str, tuple[str, ...]]) -> dict[str, int]:
    words = re.findall(r"[^\s.,;:!?¡¿\"()—–-]+[?!]*", text)
    found: dict[str, int] = {}
    for emotion, stems in lexicon.items():
        if emotion == NOT:
            continue
        for stem in stems:
            parts = stem.split()
            for number in range(len(words) - len(parts) + 1):
                here = words[number : number + len(parts)]
                exact = here[:-1] == parts[:-1] and here[-1].startswith(parts[-1])
                if exact and not _is_negated(words[:number], lexicon[NOT]):
                    found[emotion] = found.get(emotion, 0) + 1
    return found


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
