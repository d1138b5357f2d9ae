"""Words drawn out for effect: *Nooooo*, *Sííí*, *Yessss*, *¡Goooool!*.

A voice reads *Nooooo* as *noo-oo*; the timing stage, not the spelling, says how long a sound is. A run of
three letters or more is written as the word is: two letters where the language doubles them, else one.
"""

from __future__ import annotations

import re

RUN = re.compile(r"([^\W\d_])\1{2,}", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
HINDI_RUN = re.compile(r"(?:(?<=([\u0900-\u0963]))|)([अआइईउऊएऐओऔ])\2{2,}")
"""नहींईईई: independent vowels after a word draw out its last sound."""
CRIES = {"a": "ah", "o": "oh", "e": "eh", "u": "ooh", "i": "ee"}
"""English vowels by themselves, which would be read by their names."""
FINAL_DOUBLES = "lsfz"
"""Consonants that English doubles at the end of a word: *well*, *yess*."""
VOWELS = "aeiouyàáâãäèéêëìíîïòóôõöùúûü"
ROMANCE_DOUBLES = {"es": "rl", "pt-br": "rs", "it": "bcdfglmnprstvz", "fr": "lmnprstfc"}
"""Consonants that are written twice between vowels."""


def drawn_in(text: str, language: str, doubled: tuple[str, ...] = ()) -> str:
    """Return the text with its drawn-out words as they are spelled.

    Args:
        text: what is written.
        language: its language.
        doubled: English words whose *oo* or *ee* may be the letters that are drawn out.

    >>> drawn_in("Nooooo! It's sooo goooood.", "en", ("good",))
    "No! It's so good."
    """
    if language in ("zh", "ja"):
        return text
    if language == "hi":
        text = HINDI_RUN.sub(lambda match: "" if match[1] else match[2], text)
    return WORD.sub(lambda match: _spelled(match[0], language, doubled), text)


def _spelled(word: str, language: str, doubled: tuple[str, ...]) -> str:
    if not RUN.search(word) or _is_no_word(word):
        return word
    if language == "en" and word.casefold()[0] in CRIES and len(set(word.casefold())) == 1:
        return CRIES[word.casefold()[0]]
    said = RUN.sub(lambda match: match[1] * _count(match, word, language, doubled), word)
    return said.capitalize() if said.isupper() else said  # shouted, no abbreviation


def _is_no_word(word: str) -> bool:
    """*Zzz*, *mmm* and *www*, *III* and *XIII*, *AAA*."""
    letters = set(word.casefold())
    is_hum = len(letters) == 1 and not letters & set(VOWELS)
    return is_hum or (word.isupper() and (letters <= set("ivxlcdm") or len(word) == 3))


def _count(run: re.Match[str], word: str, language: str, doubled: tuple[str, ...]) -> int:
    letter = run[1].casefold()
    before, after = word[: run.start()].casefold(), word[run.end() :].casefold()
    if language == "en" and letter in VOWELS:
        return 2 if RUN.sub(r"\1\1", word).casefold() in doubled else 1
    inside = bool(before and after and before[-1] in VOWELS and after[0] in VOWELS)
    if language == "en":
        at_end = not after and letter in FINAL_DOUBLES
        return 2 if inside or at_end else 1
    return 2 if inside and letter in ROMANCE_DOUBLES.get(language, "") else 1
