"""What the words of a line say of how its speaker feels, by small lexicons written for this project."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

WITHOUT_SPACES = ("zh", "ja")
ELISIONS = ("fr", "it")
"""Languages in which a word may lean on the next with an apostrophe (``j'adore``)."""
NEGATED_AFTER = ("hi", "ja", "de")
NEGATED_BEFORE = ("en", "zh", "es", "fr", "it", "pt", "hi", "de")
REACH_WORDS, REACH_CHARS = 3, {"zh": 3, "ja": 6}
"""How near a negation must be to an emotion word of the same clause to turn it off."""
NOT, BUT = "not", "but"
WORD = re.compile(r"[^\s.,;:!?…¡¿\"“”„«»()\[\]।—–-]+[?!]*")
CLAUSE = re.compile(r"[^.,;:!?…¡¿、。।—–]+[?!]*")
SHOUTED = "?!"


@dataclass(frozen=True, slots=True)
class _Lexicon:
    """The entries of one language; ``emotions`` pairs each label with its patterns."""

    emotions: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]
    negations: tuple[str, ...]
    exceptions: tuple[tuple[str, ...], ...]


def emotion_words(text: str, language: str) -> dict[str, int]:
    """Count the words of each emotion in a line; empty if none, or if there is no lexicon.

    Args:
        text: the line.
        language: its code; ``pt-br`` is ``pt``.
    """
    code = language.split("-", maxsplit=1)[0]
    if code not in _sources():
        return {}
    lexicon, counts = _lexicon(code), dict[str, int]()
    count = _count_inside if code in WITHOUT_SPACES else _count_words
    for clause in CLAUSE.findall(_folded(text)):
        for label, number in count(clause, lexicon, code).items():
            counts[label] = counts.get(label, 0) + number
    return counts


# -- languages with spaces -----------------------------------------------------------------------


def _count_words(clause: str, lexicon: _Lexicon, code: str) -> dict[str, int]:
    words = _words(clause, code)
    for exception in lexicon.exceptions:
        for first in _places(words, exception):
            words[first : first + len(exception)] = [""] * len(exception)
    counts: dict[str, int] = {}
    for label, entries in lexicon.emotions:
        hits = sum(_hits(words, entry, lexicon.negations, code) for entry in entries)
        if hits:
            counts[label] = hits
    return counts


def _hits(words: Sequence[str], entry: Sequence[str], negations: Sequence[str], code: str) -> int:
    def is_affirmed(first: int) -> bool:
        last = first + len(entry)
        near: list[str] = []
        if code in NEGATED_BEFORE:
            near += words[max(0, first - REACH_WORDS) : first]
        if code in NEGATED_AFTER:
            near += words[last : last + REACH_WORDS]
        return not any(_matches(word, negation) for word in near for negation in negations)

    return sum(is_affirmed(first) for first in _places(words, entry))


def _places(words: Sequence[str], entry: Sequence[str]) -> list[int]:
    """Where the words of ``entry`` follow each other."""
    starts = range(len(words) - len(entry) + 1)
    return [n for n in starts if all(map(_matches, words[n : n + len(entry)], entry))]


def _matches(word: str, pattern: str) -> bool:
    """Whether a word is the pattern: ``joy*`` begins so, ``*n't`` ends so, ``help!`` is called out."""
    if pattern[-1] in SHOUTED:
        bare = pattern.rstrip(SHOUTED)
        return word.rstrip(SHOUTED) == bare and set(pattern[len(bare) :]) <= set(word[len(bare) :])
    word = word.rstrip(SHOUTED)
    if pattern.endswith("*"):
        return word.startswith(pattern[:-1])
    if pattern.startswith("*"):
        return word.endswith(pattern[1:])
    return word == pattern


# -- Chinese and Japanese ------------------------------------------------------------------------


def _count_inside(clause: str, lexicon: _Lexicon, code: str) -> dict[str, int]:
    """Count the entries in a clause, the longest first, no character twice."""
    for (exception,) in lexicon.exceptions:
        clause = clause.replace(exception, "\0" * len(exception))
    entries = [(entry, label) for label, listed in lexicon.emotions for (entry,) in listed]
    counts: dict[str, int] = {}
    taken = clause
    for entry, label in sorted(entries, key=lambda item: -len(item[0])):
        while (place := taken.find(entry)) >= 0:
            end = place + len(entry)
            taken = taken[:place] + "\0" * len(entry) + taken[end:]
            if not _is_negated(clause, place, end, lexicon.negations, code):
                counts[label] = counts.get(label, 0) + 1
    return counts


def _is_negated(clause: str, place: int, end: int, negations: Sequence[str], code: str) -> bool:
    reach = REACH_CHARS[code]
    near = (
        clause[end : end + reach]
        if code in NEGATED_AFTER
        else clause[max(0, place - reach) : place]
    )
    return any(negation in near for negation in negations)


# -- reading the lexicons ------------------------------------------------------------------------


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().replace("’", "'")


def _words(text: str, code: str) -> list[str]:
    if code in ELISIONS:
        text = text.replace("'", "' ")
    return WORD.findall(text)


@cache
def _lexicon(code: str) -> _Lexicon:
    source = _sources()[code]

    def patterns(entries: Sequence[str]) -> tuple[tuple[str, ...], ...]:
        if code in WITHOUT_SPACES:
            return tuple((_folded(entry),) for entry in entries)
        return tuple(tuple(_words(_folded(entry), code)) for entry in entries)

    return _Lexicon(
        emotions=tuple((k, patterns(v)) for k, v in source.items() if k not in (NOT, BUT)),
        negations=tuple(map(_folded, source[NOT])),
        exceptions=patterns(source[BUT]),
    )


@cache
def _sources() -> dict[str, Any]:
    text = files("dubbing.language").joinpath("emotion_words.yaml").read_text("utf-8")
    sources: dict[str, Any] = yaml.safe_load(text)
    return sources
