"""Where sentences and clauses end, word by word, as a recogniser punctuates them."""

from __future__ import annotations

import re
from collections.abc import Iterable

SENTENCE_MARKS = tuple(".!?。！？…।؟")
UNSPACED_MARKS = "!?。！？…"
CLAUSE_MARKS = tuple(",;:，、；：—–،")
CLOSING = "\"'”’»)]」』】》）"
ABBREVIATIONS = frozenset(
    """mr mrs ms dr prof st jr sr vs etc vol fig inc ltd co gen col sgt capt lt rev hon e.g i.e
    a.m p.m u.s u.k u.n ph.d b.c a.d sra srta ud uds pág núm aprox mme mlle cf p.ex env sig dott
    ing avv bzw z.b usw nr""".split()  # noqa: SIM905 - a table of words reads best as words
)

WITHOUT_SPACES = ("zh", "zh-hant", "ja")
"""Languages that put none between sentences."""
UNSPACED_SENTENCE = re.compile(
    rf"[^{UNSPACED_MARKS}]*[{UNSPACED_MARKS}]+[{re.escape(CLOSING)}]*|[^{UNSPACED_MARKS}]+"
)


def clause_break(word: str, language: str) -> int:
    """2 if a sentence ends with this word, 1 if a clause does, else 0.

    ``word`` is one word with its punctuation; abbreviations, initials and numbers with a point do
    not end a sentence.
    """
    del language  # one table serves all: their abbreviations do not collide
    bare = word.strip().rstrip(CLOSING)
    if bare.endswith(SENTENCE_MARKS):
        return 0 if bare.endswith(".") and _is_abbreviation(bare) else 2
    return 1 if bare.endswith(CLAUSE_MARKS) else 0


def ends_sentence(word: str, language: str) -> bool:
    """Whether a sentence ends with this word."""
    return clause_break(word, language) == 2


def sentences_of(text: str, language: str) -> tuple[str, ...]:
    """The sentences of a text, one after the other, without the white space between them."""
    if language in WITHOUT_SPACES:
        return tuple(found for part in UNSPACED_SENTENCE.findall(text) if (found := part.strip()))
    parts: list[list[str]] = [[]]
    for word in text.split():
        parts[-1].append(word)
        if ends_sentence(word, language):
            parts.append([])
    return tuple(" ".join(part) for part in parts if part)


def joined_sentences(sentences: Iterable[str], language: str) -> str:
    """Sentences as one text."""
    return ("" if language in WITHOUT_SPACES else " ").join(sentences)


def _is_abbreviation(word: str) -> bool:
    if word.endswith("..."):
        return False
    stem = word[:-1].lstrip("\"'“‘«([¿¡").lower()
    is_initial = len(stem) == 1 and stem.isalpha() and stem != "i"
    return stem in ABBREVIATIONS or is_initial
