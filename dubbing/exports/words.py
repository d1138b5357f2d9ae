"""A text as words that may stand at the end of a row, and how good a place each is to break.

A word carries its punctuation: what closes stands with the word before, what opens with the word after,
as Unicode's line breaking (UAX 14) and the Japanese rules of kinsoku have it. Numbers stay whole.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import IntEnum

from dubbing.exports.subtitle_rules import SubtitleRules
from dubbing.exports.word_borders import NATIVE, native_words
from dubbing.language.sentences import CLOSING, clause_break

OPENING = "([{<«“‘‹¿¡（［｛「『【《〈〔‚„"
THOUSANDS = re.compile(r"\d{3}(?!\d)")
SPACELESS = re.compile(f"[{NATIVE}]")
_ALPHABETIC = rf"(?:(?![{NATIVE}])\w)"
TOKEN = re.compile(
    rf"(?P<word>(?:[-−+$€£¥₹#](?=\d))?{_ALPHABETIC}"
    rf"(?:{_ALPHABETIC}|['’.,:/&+@−-](?={_ALPHABETIC}))*[%％‰°℃]*)"
    rf"|(?P<space>\s+)|(?P<native>[{NATIVE}]+)|(?P<sign>.)",
    re.DOTALL,
)
NUMERALS = frozenset("零〇一二三四五六七八九十百千万亿两")


class Border(IntEnum):
    """What breaking after a word costs; a clause border is best, an article and its noun worst."""

    SENTENCE = 0
    CLAUSE = 1
    CONJUNCTION = 2
    PREPOSITION = 4
    WORD = 6
    NAME = 9
    LEANING = 12


@dataclass(frozen=True, slots=True)
class Word:
    """What is never divided; ``space`` stands after it unless a row ends there."""

    text: str
    space: str = ""
    border: Border = Border.WORD


def words_of(text: str, language: str, rules: SubtitleRules) -> tuple[Word, ...]:
    """The words of a plain text (one row, no controls) with what stands between them."""
    if SPACELESS.search(text):
        return _graded(_spaceless(text, language, rules), language, rules)
    return _graded(_spaced(text, rules), language, rules)


def joined(words: Iterable[Word]) -> str:
    """The words as one row."""
    return "".join(word.text + word.space for word in words).strip()


# -- languages that write spaces -----------------------------------------------------------------


def _spaced(text: str, rules: SubtitleRules) -> list[Word]:
    pieces: list[Word] = []
    for token in text.split(" "):
        if not token:
            continue
        if pieces and _belongs_before(pieces[-1].text, token, rules):
            pieces[-1] = replace(pieces[-1], text=f"{pieces[-1].text} {token}")
        else:
            pieces.append(Word(token, " "))
    return pieces


def _belongs_before(before: str, token: str, rules: SubtitleRules) -> bool:
    """``?`` after a French space, ``000`` of ``10 000``, a Hindi postposition, an opened quote."""
    is_sign = not any(char.isalnum() for char in token) and token[0] not in OPENING
    is_thousands = before[-1].isdigit() and bool(THOUSANDS.match(token))
    only_signs = not any(char.isalnum() for char in before)
    return is_sign or is_thousands or only_signs or _bare(token) in rules.clitics


# -- languages that do not -----------------------------------------------------------------------


def _spaceless(text: str, language: str, rules: SubtitleRules) -> list[Word]:
    pieces: list[Word] = []
    opened = ""
    for token, kind in _tokens(text, language):
        if kind == "space":
            if pieces and not opened:
                pieces[-1] = replace(pieces[-1], space=" ")
        elif kind == "sign" and _opens(token, pieces, opened):
            opened += token
        elif pieces and not opened and _clings(pieces[-1], token, kind, rules):
            pieces[-1] = replace(pieces[-1], text=pieces[-1].text + token)
        else:
            pieces.append(Word(opened + token))
            opened = ""
    return [*pieces, Word(opened)] if opened else pieces


def _tokens(text: str, language: str) -> Iterable[tuple[str, str]]:
    for match in TOKEN.finditer(text):
        kind = match.lastgroup or "sign"
        if kind == "native":
            yield from ((word, "native") for word in native_words(match[0], language))
        else:
            yield match[0], kind


def _opens(sign: str, before: list[Word], opened: str) -> bool:
    """Straight quotes say neither: an even number of them so far means that this one opens."""
    if sign in "\"'":
        so_far = "".join(word.text for word in before) + opened
        return so_far.count(sign) % 2 == 0
    return sign in OPENING


def _clings(before: Word, token: str, kind: str, rules: SubtitleRules) -> bool:
    if kind == "sign":
        return True
    is_number = before.text[-1] in NUMERALS and token[0] in NUMERALS
    return not before.space and (token in rules.clitics or is_number)


# -- how good a place each is --------------------------------------------------------------------


def _graded(pieces: list[Word], language: str, rules: SubtitleRules) -> tuple[Word, ...]:
    return tuple(
        replace(piece, border=_border(piece.text, after, language, rules))
        for piece, after in zip(pieces, [word.text for word in pieces[1:]] + [""], strict=True)
    )


def _border(text: str, after: str, language: str, rules: SubtitleRules) -> Border:
    strength = clause_break(text, language) or text.endswith(" -")
    this, following = _bare(text), _bare(after)
    if strength:
        return Border.SENTENCE if strength > 1 else Border.CLAUSE
    if this in rules.prepositions | rules.conjunctions or _counts(this, following):
        return Border.LEANING
    if following in rules.conjunctions:
        return Border.CONJUNCTION
    if following in rules.prepositions:
        return Border.PREPOSITION
    if this in rules.leaning:
        return Border.LEANING
    return Border.NAME if _is_name(text, after) else Border.WORD


def _bare(token: str) -> str:
    """A word without its punctuation, as the lists have it."""
    return token.strip(OPENING + CLOSING + "\"'.,;:!?…。，、；：！？।—–- ").casefold()


def _counts(this: str, following: str) -> bool:
    """A number stands with what is counted."""
    return (
        bool(this) and bool(following) and all(_is_digit(char) for char in this if char.isalnum())
    )


def _is_digit(char: str) -> bool:
    return char.isdigit() or char in NUMERALS


def _is_name(text: str, after: str) -> bool:
    """Two capitalised words on end: a first name and a last one."""
    return bool(after) and all(unicodedata.category(part[0]) == "Lu" for part in (text, after))
