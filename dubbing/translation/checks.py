"""What is plainly wrong with a translation, told without knowing what it means.

Each check gives a flag in plain words; a candidate without flags is preferred to any with one, and
a line whose chosen candidate has flags is shown to the reviewer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from dubbing.language.languages import is_same_language, language
from dubbing.language.script import SCRIPTS, WORD, has_traditional, script_share
from dubbing.settings import Term
from dubbing.translation.glossary import lost_terms
from dubbing.translation.negation import says_the_opposite
from dubbing.translation.numbers import numbers_in_digits, said_numbers

LEAST_SCRIPT_SHARE = 0.5
SHORTEST, LONGEST = 0.35, 2.6
"""Bounds of translated over expected length."""
DENSITY = {"zh": 0.33, "ja": 0.48}
"""Characters for one character of a language that is written with letters, roughly."""
FEW_CHARACTERS = 12
MANY_CHARACTERS, SHORTEST_OF_LONG = 40, 0.45
"""Of 480 good translations of lines of this length, none is shorter than 0.54 of what is expected."""
REPEATED = 3
LATIN_WORD = re.compile(r"(?<![A-Za-z0-9])[A-Za-z\u00c0-\u024f]{3,}")
AT_HOME = {"app", "bug", "cosplay", "diy", "ipad", "iphone", "karaoke", "ppt", "vlog", "wifi"}
"""Latin words that are usual in other scripts, whatever the source says."""
LONGEST_INITIALS = 5
BREAKS_OFF = "source breaks off"
BROKEN_OFF = re.compile(r"(?:\.{2,}|…|[-–—])\s*$")
TRAILING = re.compile(r"(?:\.{2,}|…|[-–—。]{2,}|[-–—])\s*[”\"」]?\s*$")
ENGLISH_ALONE = frozenset(
    """the and with that this what when where which who why how you your they their them there here from
    have had would should could been being nobody somebody anybody everybody nothing something
    anything everything because before after about into out over under again never always not just
    than very much many any each every other another while until our was were""".split()  # noqa: SIM905 - a table of words reads best as words
)
"""Words of English that no language which the product speaks with Latin letters has."""
COPIED_SHARE = 0.6
LEAST_WORDS = 3


def translation_flags(
    source_text: str, text: str, source: str, target: str, terms: Sequence[Term] = ()
) -> tuple[str, ...]:
    """Names of the faults found; empty if none.

    Args:
        source_text: what was said.
        text: a translation of it.
        source: its language.
        target: that of the translation.
        terms: those of the glossary that occur in ``source_text``.
    """
    if is_same_language(source, target):  # another wording is meant
        return ("empty",) if not re.search(r"\w", text) else ()
    found = {
        "empty": not re.search(r"\w", text),
        "untranslated": _untranslated(source_text, text, target),
        "wrong script": target == "zh" and has_traditional(text),
        "number lost": _numbers_differ(source_text, text, source, target),
        "says the opposite": says_the_opposite(source_text, text, source, target),
        "repetitive": _repetitive(source_text, text),
        "odd length": _odd_length(source_text, text, source, target),
        "source words left": _left_over(source_text, text, source, target),
        "foreign words": _invents_foreign(source_text, text, target),
        BREAKS_OFF: _finishes(source_text, text),
        "prompt leak": _leaks(source_text, text, source, target),
    }
    flags = tuple(name for name, is_so in found.items() if is_so)
    return flags + tuple(f"term: {term.target}" for term in lost_terms(text, terms, target))


def _untranslated(source_text: str, text: str, target: str) -> bool:
    same = _letters(source_text) == _letters(text) and len(_letters(text)) > 3
    return same or script_share(text, target) < LEAST_SCRIPT_SHARE or _copied(source_text, text)


def _copied(source_text: str, text: str) -> bool:
    """Most words are those of the source, and not because they are names."""
    there = {word.casefold() for word in WORD.findall(source_text)}
    words = {word.casefold() for word in WORD.findall(text) if not word[0].isupper()}
    return len(words) >= LEAST_WORDS and len(words & there) / len(words) > COPIED_SHARE


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text).casefold()


def _numbers_differ(source_text: str, text: str, source: str, target: str) -> bool:
    """A number of the source is not there, or one is there in digits that the source does not have.

    Minutes may be said as halves and quarters, hours by a clock of twelve, tens as dozens.
    """
    told, said = said_numbers(source_text, source), said_numbers(text, target)
    may_vanish = {0.0, 1.0, 15.0, 30.0, 45.0, 50.0} if _halves(text, target) else {0.0, 1.0}
    lost = {n for n in told - said if not _by_another_clock(n, said)} - may_vanish
    fresh = numbers_in_digits(text, target) - told
    invented = {n for n in fresh if not _by_another_clock(n, told)} - may_vanish
    return bool(lost) or bool(invented and told)


def _by_another_clock(hour: float, others: frozenset[float]) -> bool:
    return (hour + 12 in others and hour <= 12) or (hour - 12 in others and 12 < hour <= 24)


HALVES = {
    "zh": "半|刻",
    "ja": "半",
    "es": r"\bmedi[ao]\b|cuarto",
    "fr": r"\bdemi|quart|moitié",
    "it": r"\bmezz[ao]\b|quarto|metà",
    "pt-br": r"\bmei[ao]\b|metade",
    "en": r"\bhalf\b|quarter",
    "hi": "साढ़े|आध|डेढ़|ढाई",
}


def _halves(text: str, target: str) -> bool:
    return target in HALVES and re.search(HALVES[target], text.casefold()) is not None


def _repetitive(source_text: str, text: str) -> bool:
    """The same two or more characters or words three times in a row, unless the source does so too."""
    return _stammers(text, 2) and not _stammers(source_text, 1)


def _stammers(text: str, shortest: int) -> bool:
    plain = re.sub(r"[\W_]+", " ", text.casefold())
    spaced = re.search(rf"\b(\S.{{{shortest - 1},}}?)(?:\s+\1\b){{{REPEATED - 1},}}", plain)
    joined = re.search(rf"([^\W\d]{{{shortest},}}?)\1{{{REPEATED - 1},}}", plain)
    return spaced is not None or joined is not None


def _odd_length(source_text: str, text: str, source: str, target: str) -> bool:
    """Far too short or too long for its source; a long source that lost a clause is too short sooner."""
    if len(source_text) < FEW_CHARACTERS:
        return False
    expected = len(source_text) / DENSITY.get(source, 1.0) * DENSITY.get(target, 1.0)
    shortest = SHORTEST_OF_LONG if len(source_text) >= MANY_CHARACTERS else SHORTEST
    return not shortest * expected <= len(text) <= LONGEST * expected


def _left_over(source_text: str, text: str, source: str, target: str) -> bool:
    """Words of the source stand among letters of another script, or English ones in a like script.

    Names may stay.
    """
    if target in SCRIPTS:
        there = {word.casefold() for word in LATIN_WORD.findall(source_text)}
        return any(word in there for word in LATIN_WORD.findall(text) if word.islower())
    if source != "en" or target == "en":
        return False
    told, said = (
        ENGLISH_ALONE.intersection(WORD.findall(some.casefold())) for some in (source_text, text)
    )
    return not told.isdisjoint(said)


def _invents_foreign(source_text: str, text: str, target: str) -> bool:
    """Whether text in another script has Latin words that the source lacks; initials may be new."""
    if target not in SCRIPTS:
        return False
    there = {word.casefold() for word in LATIN_WORD.findall(source_text)} | AT_HOME
    return any(
        word.casefold() not in there and not (word.isupper() and len(word) <= LONGEST_INITIALS)
        for word in LATIN_WORD.findall(text)
    )


def _finishes(source_text: str, text: str) -> bool:
    """The source breaks off within a word or sentence, and the translation has made an end of it."""
    return BROKEN_OFF.search(source_text) is not None and TRAILING.search(text) is None


def _leaks(source_text: str, text: str, source: str, target: str) -> bool:
    """Words of an engine's instructions came out with the translation."""
    names = "|".join(re.escape(language(code).name) for code in (source, target))
    pattern = re.compile(rf"(?:{names}|translation|译文|翻译)\s*[:：]|<\w+>|```", re.IGNORECASE)
    return pattern.search(text) is not None and pattern.search(source_text) is None
