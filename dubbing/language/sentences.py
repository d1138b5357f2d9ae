"""Where sentences and clauses end, word by word, as a recogniser punctuates them."""

from __future__ import annotations

SENTENCE_MARKS = tuple(".!?。！？…।؟")
CLAUSE_MARKS = tuple(",;:，、；：—–،")
CLOSING = "\"'”’»)]」』】》）"
ABBREVIATIONS = frozenset(
    """mr mrs ms dr prof st jr sr vs etc vol fig inc ltd co gen col sgt capt lt rev hon e.g i.e
    a.m p.m u.s u.k u.n ph.d b.c a.d sra srta ud uds pág núm aprox mme mlle cf p.ex env sig dott
    ing avv bzw z.b usw nr""".split()  # noqa: SIM905 - a table of words reads best as words
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


def _is_abbreviation(word: str) -> bool:
    if word.endswith("..."):
        return False
    stem = word[:-1].lstrip("\"'“‘«([¿¡").lower()
    is_initial = len(stem) == 1 and stem.isalpha() and stem != "i"
    return stem in ABBREVIATIONS or is_initial
