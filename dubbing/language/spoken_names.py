"""Names with signs and figures in them: *C#*, *.NET*, *AT&T*, *i7-9700K*, *1080p*, *7-Eleven*, *10x*.

They come before everything else: what follows takes a ``#`` for a mark of a tag, a hyphen between
figures for a range, and a point before a word for a slip.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import yaml
from pydantic import BaseModel, ConfigDict

from dubbing.language.spoken_rules_table import rules

NOTE = re.compile(r"(?<![\w#])([A-G])([#♯♭])(?![\w#])")
DIGITS_APART = re.compile(r"(?<![\w-])\d{1,2}(?:-\d{1,2}){2}(?![A-Za-z\d-])")
"""9-1-1, and the houses of Japan."""
MODEL = re.compile(r"(?<![\w$€£.])([A-Za-z]{1,4}\d{1,4})-(?=\d)")
"""The hyphen of *i7-9700K* and *R2-10* means nothing."""
LINES = re.compile(r"(?<![\w.,])(\d{3,4})p(?!\w)", re.IGNORECASE)
"""A picture of so many lines."""
TIMES = re.compile(r"(?<![\w.,])(\d+(?:[.,]\d+)?)x(?![\w+=*/])(?!\s*[+=*/])")
PLUS_AFTER = re.compile(r"(?<=[A-Za-z0-9])\+{1,2}(?![\w+])")
LATIN_AND = re.compile(r"(?<=[A-Za-z])\s?&\s?(?=[A-Za-z])")
CHARGE = re.compile(r"(?<=[A-Za-z\u2080-\u2089])([²³]?)([⁺⁻])(?![⁰-⁹¹²³])")
"""Of an ion: Fe²⁺."""
PRICE_END = re.compile(r"(?<=\d)/[-–—](?!\d)")
"""Indian prices end so: ₹500/-."""
WITHOUT_SPACES = ("zh", "ja")
DIGITS = "零一二三四五六七八九"
THOUSANDS = re.compile(r"(?<![\w.,$€£¥₹])(?!(?:2|4|5|8|10)K)(\d{1,3}(?:[.,]\d{1,2})?)K(?![\w+-])")
"""*100K views*; 4K and 8K are pictures, 5K and 10K races."""


class Names(BaseModel):
    """Names and words for signs of one language, as in ``spoken_names.yaml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    names: dict[str, str]
    sharp: str
    flat: str
    times: str
    joined: str
    spelled: tuple[str, ...] = ()


def names_in_words(text: str, language: str) -> str:
    """Write out names and the signs in them.

    >>> names_in_words("C#, .NET, i7-9700K, 10x", "en")
    'C sharp, dot NET, i7 9700K, 10 times'
    """
    table = names_of(language)
    text = _pattern(language).sub(lambda match: table.names[match[0]], text)
    text = NOTE.sub(lambda match: _note(match, table, language), text)
    text = _file_ending().sub(f"{rules(language).dot} ", text)
    between = "の" if language == "ja" else " "
    text = DIGITS_APART.sub(lambda match: match[0].replace("-", between), text)
    text = PRICE_END.sub("", MODEL.sub(r"\1 ", text))
    text = LINES.sub(lambda match: _lines(match[1], language), text)
    text = TIMES.sub(rf"\1{_space(language)}{table.times}", text)
    text = THOUSANDS.sub(lambda match: _thousands(match[1]), text)
    text = CHARGE.sub(lambda match: _charge(match, language), text)
    if language in WITHOUT_SPACES:
        plus = rules(language).signs["+"]
        text = PLUS_AFTER.sub(lambda match: plus * len(match[0]), text)
        text = LATIN_AND.sub(f" {table.joined} ", text)
    return text


@cache
def names_of(language: str) -> Names:
    """Return the names of a language; those of English where there are none."""
    tables = _tables()
    return Names.model_validate(tables.get(language, tables["en"]))


@cache
def _tables() -> dict[str, object]:
    text = files("dubbing.language").joinpath("spoken_names.yaml").read_text(encoding="utf-8")
    tables: dict[str, object] = yaml.safe_load(text)
    return tables


@cache
def _pattern(language: str) -> re.Pattern[str]:
    names = sorted(names_of(language).names, key=len, reverse=True)
    before = r"A-Za-z\d" if language in WITHOUT_SPACES else r"\w"
    return re.compile(
        rf"(?<![{before}.:/·])(?:{'|'.join(map(re.escape, names))})(?![A-Za-z\d:/·#+])"
    )


@cache
def _file_ending() -> re.Pattern[str]:
    endings = _tables()["files"]
    assert isinstance(endings, list), "a list in the table"
    return re.compile(rf"(?<![^\s(\"'“«])\.(?=(?:{'|'.join(endings)})(?!\w))")


def _space(language: str) -> str:
    return "" if language in WITHOUT_SPACES else " "


def _note(match: re.Match[str], table: Names, language: str) -> str:
    """``C#`` after its letter; Chinese says the sign of a note first."""
    said = table.flat if match[2] == "♭" else table.sharp
    return f"{said}{match[1]}" if language == "zh" else f"{match[1]} {said}"


def _lines(written: str, language: str) -> str:
    """*ten eighty p* in English, by digits in Chinese."""
    if language == "zh":
        return "".join(DIGITS[int(digit)] for digit in written) + "P"
    if language != "en" or written.endswith("00"):
        return f"{written} P"
    return f"{written[:-2]} {written[-2:]} P"


def _thousands(written: str) -> str:
    """The whole number: languages count it by thousands, by lakhs, or by ten thousands."""
    return str(round(float(written.replace(",", ".")) * 1000))


def _charge(match: re.Match[str], language: str) -> str:
    signs = rules(language).signs
    sign = signs["+"] if match[2] == "⁺" else rules(language).minus
    count = {"": "", "²": "2 ", "³": "3 "}[match[1]]
    return f" {count}{sign}" if language not in WITHOUT_SPACES else f"{count.strip()}{sign}"
