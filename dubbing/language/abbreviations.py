"""Abbreviations and Roman numerals in words."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import yaml

from dubbing.language.spoken_numbers import cardinal, ordinal
from dubbing.language.spoken_rules_table import rules

ONE_LETTER = re.compile(r"[A-Z]\.")
INITIALS = re.compile(r"(?<![\w.])(?:[A-ZÀ-Ý]\.\s?){2,}(?![a-zà-ÿ])")
STREET = re.compile(r"(?<=[A-Za-z] )St\.(?!\s+[A-Z])")
ROMAN = "M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"
RULER = re.compile(
    rf"\b([A-ZÀ-Ý][a-zà-ÿ]+)\s+(?=[IVX]{{2,}}(?:er|e|ère|ème)?\b)({ROMAN})(?:er|ère|ème|e)?\b(?!\.\w)"
)
ENGLISH_FIRST = r"(?=[.,;:)?!]|[’']s\b|$| of\b)"
"""*Tell Mary I love her*: the letter is a numeral only where no verb follows."""
ENGLISH_COUNTED = (
    "War|Part|Chapter|Act|Volume|Vol|Type|Phase|Stage|Episode|Season|Level|Book|Class|Section|Title|"
    "Article|Appendix|Rocky|Rambo|Bowl|Mark|Scene|Grade|Division|Figure|Table|Unit"
)
ENGLISH_CENTURY = re.compile(rf"\b(?=[IVX]{{2,}})({ROMAN})(?=\s+century\b)", re.IGNORECASE)
ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
SPOKEN_ORDINALS = {"es": 10, "pt-br": 10, "fr": 1, "it": 100, "en": 100}
"""Up to which ruler of a name the numeral is an ordinal."""
ROMAN_LANGUAGES = tuple(SPOKEN_ORDINALS)


def abbreviations_in_words(text: str, language: str) -> str:
    """*Mr.*, *etc.*, *p. ej.*, *M.*, *डॉ.* in words; a single letter only before a name.

    >>> abbreviations_in_words("Mr. Smith of St. Paul, etc.", "en")
    'Mister Smith of Saint Paul, et cetera'
    """
    table = rules(language)
    if language == "en":
        text = STREET.sub("Street", re.sub(r"\bSt\.(?=\s+[A-Z])", "Saint", text))
    pattern = _titles(language)
    if pattern is not None:
        text = pattern.sub(lambda match: table.titles[match[0]], text)
    before = _before_number(language)
    if before is not None:
        text = before.sub(lambda match: f"{table.before_number[match[1]]} ", text)
    return INITIALS.sub(_initials, text)


def numerals_in_words(text: str, language: str, century: str) -> str:
    """Roman numerals: *siglo XXI*, *Louis XIV*, *Chapter IV*."""
    if language not in ROMAN_LANGUAGES:
        return text
    if language == "en":
        text = ENGLISH_CENTURY.sub(lambda m: ordinal(roman_value(m[1].upper()), "en"), text)
    text = _centuries(text, language, century) if century else text
    nouns = ENGLISH_COUNTED if language == "en" else rules(language).counted
    case = re.NOFLAG if language == "en" else re.IGNORECASE
    counted = re.compile(rf"\b({nouns})\s+(?=[IVX])({ROMAN})\b(?!\.\w)", case)
    text = counted.sub(
        lambda m: (
            f"{m[1]} {cardinal(str(roman_value(m[2])), language)}" if m[2].isupper() else m[0]
        ),
        text,
    )
    text = RULER.sub(lambda m: _ruler(m, language), text)
    return _single_ruler(language).sub(lambda m: _ruler(m, language), text)


@cache
def _rulers_table() -> dict[str, list[str]]:
    text = files("dubbing.language").joinpath("rulers.yaml").read_text(encoding="utf-8")
    table: dict[str, list[str]] = yaml.safe_load(text)
    return table


@cache
def rulers() -> frozenset[str]:
    """Names of kings, queens and popes."""
    return frozenset(name for names in _rulers_table().values() for name in names)


@cache
def _single_ruler(language: str) -> re.Pattern[str]:
    """A single letter is a numeral after such names only: Malcolm X has none."""
    one = f"I{ENGLISH_FIRST}" if language == "en" else "I"
    names = "|".join(sorted(map(re.escape, rulers())))
    return re.compile(rf"\b({names})\s+({one}|[VX])(?:er)?\b(?!\.\w)")


@cache
def _titles(language: str) -> re.Pattern[str] | None:
    names = sorted(rules(language).titles, key=len, reverse=True)
    return re.compile("|".join(map(_title, names))) if names else None


def _title(name: str) -> str:
    """A single letter and a point, and ``w/``, only before a word."""
    if ONE_LETTER.fullmatch(name):
        return rf"(?<![\w.]){re.escape(name)}(?=\s+[A-ZÀ-Ý][a-zà-ÿ])"
    return rf"(?<![\w./]){re.escape(name)}(?![\w/])"


@cache
def _before_number(language: str) -> re.Pattern[str] | None:
    names = sorted(rules(language).before_number, key=len, reverse=True)
    alternatives = "|".join(map(re.escape, names))
    return re.compile(rf"(?<![\w.])({alternatives})\s?(?=[(+]?\d)") if names else None


def _initials(match: re.Match[str]) -> str:
    """``U.S.A.`` as *U S A*: points between letters are read as ends of sentences."""
    letters = " ".join(re.findall(r"[^\W\d_]", match[0]))
    end = "." if match.end() == len(match.string) else ""
    return letters + end + (" " if match[0].endswith(" ") else "")


def _ruler(match: re.Match[str], language: str) -> str:
    """An ordinal after the name of a ruler; *Star Trek II* is counted."""
    value = roman_value(match[2])
    if value == 0:
        return match[0]
    if value > SPOKEN_ORDINALS[language] or match[1] not in rulers():
        return f"{match[1]} {cardinal(str(value), language)}"
    article = "the " if language == "en" else ""
    said = ordinal(value, language)
    if match[1] in _rulers_table()["queens"] and language != "en":
        said = re.sub(r"premier$", "première", re.sub(r"o$", "a", said))
    return f"{match[1]} {article}{said}"


def _centuries(text: str, language: str, century: str) -> str:
    """``siglo XXI`` and ``XXI secolo``: a numeral beside the word for a century."""
    after = re.compile(rf"\b({century})\s+(?=[IVX])({ROMAN})\b", re.IGNORECASE)
    before = re.compile(rf"\b(?=[IVX])({ROMAN})(?:ème|er|[eº])?\s+({century})\b")
    text = after.sub(lambda m: f"{m[1]} {cardinal(str(roman_value(m[2].upper())), language)}", text)
    return before.sub(lambda m: f"{ordinal(roman_value(m[1]), language)} {m[2]}", text)


def roman_value(numeral: str) -> int:
    """The value of a Roman numeral in capitals."""
    values = [ROMAN_VALUES[letter] for letter in numeral]
    signs = [-1 if b > a else 1 for a, b in zip(values, [*values[1:], 0], strict=True)]
    return sum(sign * value for sign, value in zip(signs, values, strict=True))
