"""Words for what is written otherwise: interjections, stammers, fractions, decades, signs, borders.

They come before the grammars, which read *Shh* by its letters, *1990s* in seconds and *N-no* as letters.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from itertools import groupby

import yaml
from pydantic import BaseModel, ConfigDict

from dubbing.language.spoken_rules import rules

STAMMER = re.compile(r"\b([^\W\d_]{1,3})-(?=\1)(?=([^\W\d_]+))", re.IGNORECASE)
VOWELS = "aeiouyàáâãäåèéêëìíîïòóôõöùúûüœæ"
TO_VOWEL = re.compile(rf"[^{VOWELS}]*[{VOWELS}]+", re.IGNORECASE)
VULGAR = {"½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3"}
VULGAR_FRACTION = re.compile(r"(?:(\d+)\s?)?([½¼¾⅓⅔])(\s+(?=[^\W\d_]))?")
FRACTION = re.compile(r"(?<![\d/.,:])(?:(\d{1,3})\s)?([1-3]/[234])(?![\d/.,]*\d)")
ALL_DAY = re.compile(r"\b24/7\b")
SLASH = re.compile(r"(?<![\d/.])(\d{1,3})/(\d{1,3})(?![\d/])")
DECADE = re.compile(r"(?<![\w.])['’]?(\d{2})?(\d)0['’]?s\b")
TENS = ("", "tens", "twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties",
        "nineties")  # fmt: skip
NUMERO = re.compile(r"\b[Nn](?:\.?\s?[º°o]|[or]?s?\.)\s?(?=\d)|№\s?(?=\d)|#(?=\d)")
DOTTED_ORDINAL = re.compile(r"(\d)\.(?=[ºª])")
ABOUT = re.compile(r"~\s?(?=\d)")
FEET = re.compile(r"(?<![\w.])(\d{1,2})\s?['′’]\s?(\d{1,2})(?:\"|″|”|''|(?!\w))")
EQUALS = re.compile(r"(?<=\w)\s*=\s*(?=\w)")
AMPERSAND = re.compile(r"\s*&\s*")
LETTER_TO_FIGURE = re.compile(r"(?<=[^\W\d_])(?=\d)")
FIGURE_TO_CAPITAL = re.compile(r"(?<=\d)(?=[A-Z](?![a-z]))(?!(?:C|F|K|W|V|A|J|N|L)\b)")
ROMAN = "M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"
ENGLISH_ROMAN = re.compile(rf"\b([A-Z][a-z]+)\s+(?=[IVX]{{2,}}\b)({ROMAN})\b")
COUNTED = frozenset(
    {"War", "Part", "Chapter", "Act", "Volume", "Type", "Phase", "Stage", "Episode", "Season", "Level",
     "Book", "Class", "Section", "Title"}
)  # fmt: skip
"""What is counted; other names before a Roman numeral are a ruler's."""
ROMAN_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
LATIN_LETTERS = ("en", "es", "fr", "it", "pt-br", "hi")


class Words(BaseModel):
    """The words of one language, as in ``spoken_words.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    interjections: dict[str, str]
    fractions: dict[str, str]
    and_a: dict[str, str]
    over: str
    number: str
    about: str
    ampersand: str
    halves: str = ""
    """What stands for a half before a thing: *half a cup*."""
    century: str = ""
    """Pattern of the words for a century, beside which a Roman numeral stands."""


@cache
def words(language: str) -> Words:
    """Return the words of a language; those of English where there are none."""
    text = files("dubbing.language").joinpath("spoken_words.yaml").read_text(encoding="utf-8")
    tables = yaml.safe_load(text)
    return Words.model_validate(tables.get(language, tables["en"]))


def in_words(text: str, language: str) -> str:
    """Write out what the grammars would misread.

    >>> in_words("N-no. Shh! The 1990s, 24/7.", "en")
    'no no. shush! The nineteen nineties, 24 7.'
    """
    table = words(language)
    text = STAMMER.sub(_stammer, text)
    text = _interjections(table).sub(lambda match: _as_written(match, table), text)
    text = NUMERO.sub(f"{table.number} ", DOTTED_ORDINAL.sub(r"\1", text))
    text = ABOUT.sub(f"{table.about} ", text)
    text = VULGAR_FRACTION.sub(lambda match: _vulgar(match, table), text)
    text = ALL_DAY.sub("24 7", text)
    text = FRACTION.sub(lambda match: _fraction(match[1], match[2], table), text)
    if language == "en":
        text = EQUALS.sub(" equals ", FEET.sub(r"\1 foot \2", text))
        text = ENGLISH_ROMAN.sub(_english_roman, DECADE.sub(_decade, text))
    else:
        text = AMPERSAND.sub(f" {table.ampersand} ", text)
        text = _slashes(text, table) if language in LATIN_LETTERS else text
        text = _centuries(text, language, table)
    if language in LATIN_LETTERS:
        text = FIGURE_TO_CAPITAL.sub(" ", LETTER_TO_FIGURE.sub(" ", text))
    return text


def _stammer(match: re.Match[str]) -> str:
    """The beginning of the word up to its first vowel: ``W-what`` as *wha what*."""
    opening = TO_VOWEL.match(match[2])
    return f"{opening[0].lower() if opening else match[1]} "


@cache
def _drawn_out(name: str) -> str:
    """Pattern of an interjection however long: ``mm`` as two or more of them, ``sh`` as ``s+h+``."""
    return "".join(f"{letter}{{{len(list(run))},}}" for letter, run in groupby(name))


@cache
def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    alternatives = "|".join(map(_drawn_out, names))
    return re.compile(rf"(?<![\w'’.])({alternatives})(?![\w'’])", re.IGNORECASE)


def _interjections(table: Words) -> re.Pattern[str]:
    return _pattern(tuple(table.interjections))


def _as_written(match: re.Match[str], table: Words) -> str:
    """An interjection in the spelling that reads right; ``SH`` in capitals is an abbreviation."""
    written = match[1]
    if written.isupper() and len(written) == len(set(written)):
        return match[0]
    names = table.interjections
    return next(names[name] for name in names if re.fullmatch(_drawn_out(name), written.lower()))


def _vulgar(match: re.Match[str], table: Words) -> str:
    whole, sign, thing = match[1], VULGAR[match[2]], match[3] or ""
    if whole is None and sign == "1/2" and thing and table.halves:
        return f"{table.halves}{thing}"
    return _fraction(whole, sign, table) + thing


def _fraction(whole: str | None, fraction: str, table: Words) -> str:
    if fraction not in table.fractions:
        return f"{whole} {fraction}" if whole else fraction
    return f"{whole} {table.and_a[fraction]}" if whole else table.fractions[fraction]


def _slashes(text: str, table: Words) -> str:
    return SLASH.sub(rf"\1 {table.over} \2", text)


def _decade(match: re.Match[str]) -> str:
    """``1990s`` and ``'90s``; ``2000s`` and ``1900s`` are counted in hundreds."""
    from num2words import num2words

    century, ten = match[1], int(match[2])
    if century is None:
        return TENS[ten] if ten > 1 else match[0]
    spoken = str(num2words(int(century)))
    if ten == 0:
        return "two thousands" if century == "20" else f"{spoken} hundreds"
    return f"{spoken} {TENS[ten]}"


def _english_roman(match: re.Match[str]) -> str:
    from num2words import num2words

    value = _roman(match[2])
    if match[1] in COUNTED:
        return f"{match[1]} {num2words(value)}"
    return f"{match[1]} the {num2words(value, to='ordinal')}"


def _centuries(text: str, language: str, table: Words) -> str:
    """``siglo XXI`` and ``XXI secolo``: a numeral beside the word for a century."""
    if not table.century:
        return text
    after = re.compile(rf"\b({table.century})\s+(?=[IVX])({ROMAN})\b", re.IGNORECASE)
    before = re.compile(rf"\b(?=[IVX])({ROMAN})[eº]?\s+({table.century})\b")
    text = after.sub(lambda m: f"{m[1]} {_numeral(m[2].upper(), language, ordinal=False)}", text)
    return before.sub(lambda m: f"{_numeral(m[1], language, ordinal=True)} {m[2]}", text)


def _numeral(roman: str, language: str, *, ordinal: bool) -> str:
    from num2words import num2words

    kind = "ordinal" if ordinal else "cardinal"
    return str(num2words(_roman(roman), lang=rules(language).num2words, to=kind))


def _roman(numeral: str) -> int:
    values = [ROMAN_VALUES[letter] for letter in numeral]
    signs = [-1 if b > a else 1 for a, b in zip(values, [*values[1:], 0], strict=True)]
    return sum(sign * value for sign, value in zip(signs, values, strict=True))
