"""Spoken forms by rules: num2words for the numbers, tables for what stands around them."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict

CLOCK = re.compile(r"\b([01]?\d|2[0-3])(?::|\s?h\s?)([0-5]\d)\b")
DATE = re.compile(r"\b(0?[1-9]|[12]\d|3[01])[/.](0?[1-9]|1[0-2])[/.](\d{4})\b")
MINUS = re.compile(r"(?<![\w%])[-−](?=\d)")
ORDINAL = re.compile(r"\b(\d{1,4})(?:\s?([ºª°])(?!\s?[CF]\b)|(er|re|e|ère|ème)\b)")
"""``1º``, ``3ª``, ``1er``, ``2e``; a degree sign before C or F is one."""
RANGE = re.compile(r"(?<=\d)\s*[-–]\s*(?=\d)")
NUMBER = re.compile(r"(?:\d{1,3}(?:[.,\u202f\u00a0 ]\d{3})+(?!\d)|\d+)(?:[.,]\d+)?")
ORDINAL_LANGUAGES = ("es", "fr", "it", "pt-br")
CHINESE_DIGITS = dict(zip("0123456789", "零一二三四五六七八九", strict=True))


class Rules(BaseModel):
    """The words of one language, as in ``spoken_rules.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    num2words: str
    decimal: str
    point: str
    percent: str
    minus: str
    at: str
    dot: str
    to: str
    clock: str
    full_hour: str
    date: str
    months: tuple[str, ...]
    money: dict[str, str]
    units: dict[str, str]
    titles: dict[str, str]


@cache
def rules(language: str) -> Rules:
    """The rules of a language; those of English where there are none."""
    text = files("dubbing.language").joinpath("spoken_rules.yaml").read_text(encoding="utf-8")
    tables = yaml.safe_load(text)
    return Rules.model_validate(tables.get(language, tables["en"]))


def spoken_by_rules(text: str, language: str) -> str:
    """``text`` with dates, times, money, percentages, units and numbers in words."""
    words = rules(language)
    for written, said in words.titles.items():
        text = re.sub(rf"(?<!\w){re.escape(written)}(?!\w)", said, text)
    text = DATE.sub(lambda m: _date(m, words), text)
    text = CLOCK.sub(lambda m: _clock(m, words), text)
    text = MINUS.sub(f"{words.minus} ", text)
    text = RANGE.sub(f" {words.to} ", text)
    text = _money(text, words)
    text = re.sub(r"(\d)\s*%", rf"\1 {words.percent}", text)
    text = _units(text, words)
    return NUMBER.sub(lambda m: _number(m[0], words), text)


def spell_numbers(text: str, language: str) -> str:
    """Whatever digits are left, one by one or as numbers, in words."""
    if language == "zh":
        return re.sub(r"\d", lambda m: CHINESE_DIGITS.get(m[0], str(int(m[0]))), plain_digits(text))
    words = rules(language)
    text = NUMBER.sub(lambda m: f" {_number(m[0], words)} ", plain_digits(text))
    return re.sub(r"\d", "", text)


def plain_digits(text: str) -> str:
    """Digits of all scripts (full width, Devanagari, ³ …) as ASCII."""
    return "".join(_plain_digit(char) for char in text)


def _plain_digit(char: str) -> str:
    import unicodedata

    value = unicodedata.digit(char, None)
    return char if value is None else str(value)


def _date(match: re.Match[str], words: Rules) -> str:
    month = words.months[int(match[2]) - 1]
    return words.date.format(day=int(match[1]), month=month, year=match[3])


def _clock(match: re.Match[str], words: Rules) -> str:
    form = words.clock if int(match[2]) else words.full_hour
    return form.format(hour=int(match[1]), minute=int(match[2]))


def spell_ordinals(text: str, language: str) -> str:
    """``1º``, ``3ª`` and French ``2e`` in words; must see them before they are normalised."""
    if language not in ORDINAL_LANGUAGES:
        return text
    return ORDINAL.sub(lambda match: _ordinal(match, language), text)


def _ordinal(match: re.Match[str], language: str) -> str:
    from num2words import num2words

    if bool(match[3]) != (language == "fr"):
        return match[0]
    said = str(num2words(int(match[1]), lang=rules(language).num2words, to="ordinal"))
    if match[3] in ("re", "ère"):
        return said.replace("premier", "première")
    return re.sub(r"o(?= |$)", "a", said) if match[2] == "ª" else said


def _money(text: str, words: Rules) -> str:
    """The sign, before or after the number, becomes a word after it."""
    for sign, name in words.money.items():
        text = re.sub(rf"{re.escape(sign)}\s*({NUMBER.pattern})", rf"\1 {name}", text)
        text = re.sub(rf"(\d)\s*{re.escape(sign)}", rf"\1 {name}", text)
    return text


def _units(text: str, words: Rules) -> str:
    for unit, name in words.units.items():
        text = re.sub(rf"(\d)\s*{re.escape(unit)}(?![\w/])", rf"\1 {name}", text)
    return text


def _number(written: str, words: Rules) -> str:
    """One number in words: thousands marks dropped, the fraction digit by digit."""
    whole, fraction = _split(written, words.decimal)
    said = _cardinal(whole, words)
    if fraction:
        digits = re.findall(r"\d", fraction)  # 3.141 592 is grouped behind its point, too
        said += f" {words.point} " + " ".join(_cardinal(digit, words) for digit in digits)
    return said


def _split(written: str, decimal: str) -> tuple[str, str]:
    """``1.234,5`` as ("1234", "5"); a mark before exactly three digits groups thousands."""
    head, mark, tail = written.rpartition(decimal)
    if mark and not (len(tail) == 3 and len(head) <= 3 and decimal == "."):
        return re.sub(r"\D", "", head) or "0", tail
    other = "." if decimal == "," else ","
    head, mark, tail = written.rpartition(other)
    if mark and len(tail) != 3:
        return re.sub(r"\D", "", head) or "0", tail
    return re.sub(r"\D", "", written), ""


def _cardinal(digits: str, words: Rules) -> str:
    if words.num2words == "hi":
        return _hindi(digits)
    from num2words import num2words

    try:
        said: str = num2words(int(digits), lang=words.num2words)
    except (NotImplementedError, OverflowError, IndexError, KeyError):
        said = " ".join(num2words(int(digit), lang=words.num2words) for digit in digits)
    return said


def _hindi(digits: str) -> str:
    """num2words knows no Hindi."""
    from indic_numtowords import num2words

    said: list[str] | str = num2words(digits, lang="hi", variations=True)
    return said if isinstance(said, str) else said[0]
