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

from dubbing.language.abbreviations import abbreviations_in_words, numerals_in_words
from dubbing.language.drawn_out import RUN, drawn_in
from dubbing.language.spoken_numbers import cardinal, ordinal

CONSONANTS = "bcdfghjklmnpqrstvwxyzñç"
STAMMER = re.compile(
    rf"(?<![\w'’-])((?:[{CONSONANTS}]{{1,3}}[-–—]\s?)+)(?=([^\W\d_]+(?:['’][^\W\d_]+)?))", re.I
)
"""Consonants before a hyphen; *I-I*, *so-so* and *re-read* are read well as they are."""
VOWELS = "aeiouyàáâãäåèéêëìíîïòóôõöùúûüœæ"
TO_VOWEL = re.compile(rf"[^{VOWELS}]*[{VOWELS}]+", re.IGNORECASE)
VULGAR = {"½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3", "⅕": "1/5", "⅛": "1/8", "⅜": "3/8",
          "⅝": "5/8", "⅞": "7/8", "⅙": "1/6", "⅚": "5/6", "⅖": "2/5", "⅗": "3/5", "⅘": "4/5"}  # fmt: skip
VULGAR_FRACTION = re.compile(rf"(?:(\d+)\s?)?([{''.join(VULGAR)}])(\s+(?=[^\W\d_]))?")
FRACTION = re.compile(r"(?<![\d/.,:-])(?:(\d{1,3})\s)?([1-3]/[234])(?![\d/.,]*\d)")
ALL_DAY = re.compile(r"\b24/7\b")
SLASH = re.compile(r"(?<![\d/.])(\d{1,3})/(\d{1,3})(?![\d/])")
OUT_OF = frozenset({"10", "20", "100"})
"""English says *seven out of ten*, but *seven eighths*."""
DECADE = re.compile(r"(?<![\w.])['’]?(\d{2})?(\d)0['’]?s\b")
DECADE_MARK = re.compile(r"(?<!\w)['’](?=\d0\b)")
TENS = ("", "tens", "twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties",
        "nineties")  # fmt: skip
NUMERO = re.compile(r"\b[Nn](?:\.?\s?[º°o]|[or]?s?\.)\s?(?=\d)|№\s?(?=\d)|#(?=\d)")
DOTTED_ORDINAL = re.compile(r"(\d)\.(?=[ºª])")
ABOUT = re.compile(r"(?<![\d%℃\s])~\s?(?=\d)|(?<![\d%℃])(?<=\s)~\s?(?=\d)|^~\s?(?=\d)")
FEET = re.compile(r"(?<![\w.])(\d{1,2})\s?['′’]\s?(\d{1,2})(?:\"|″|”|''|(?!\w))")
INCHES = re.compile(r"\b((?:ft|feet|foot) (?:\d|1[01]))\sin\b")
LONE_FEET = re.compile(r"(?<![\w.])(\d{1,2})[’'](?=[\s,.]|$)")
AMPERSAND = re.compile(r"\s*&\s*")
BETWEEN_WORDS = re.compile(
    r"(?<=[^\W\d_]{2})/(?=[^\W\d_]{2})|(?<=\b[A-Zaeoy])/(?=[^\W\d_])|(?<=[\u0900-\u097f])/(?=[\u0900-\u097f])"
)
"""The slash of *and/or* has no sound."""
LETTER_TO_FIGURE = re.compile(r"(?<=[^\W\d_])(?=\d)")
FIGURE_TO_LETTER = re.compile(r"(?<=\d)(?=[^\W\d_])(?![\u0900-\u097f])")
FORMULA = re.compile(r"(?<![\w-])(?=[A-Z\d]*[A-Z])(?=[A-Z\d]*\d)[A-Z\d]{2,8}(?![\w])")
"""Capitals and figures in one: *H2SO4*, *MP3*, *B2B*."""
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
    doubled: tuple[str, ...] = ()
    """Words whose doubled vowel may be what is drawn out."""
    halves: str = ""
    """What stands for a half before a thing: *half a cup*."""
    century: str = ""
    """Pattern of the words for a century, beside which a Roman numeral stands."""
    mixed: dict[str, str] = {}
    """Wholes with a fraction that have words of their own; {n} and {next} are the whole and one more."""
    halved: str = ""
    """Pattern of what is counted in such words after a decimal, too: 1.5 lakh."""


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
    text = drawn_in(text, language, table.doubled)
    text = DECADE_MARK.sub("", text) if language != "en" else text
    text = NUMERO.sub(f"{table.number} ", DOTTED_ORDINAL.sub(r"\1", text))
    text = ABOUT.sub(f"{table.about} ", text)
    text = _halved(text, table) if table.halved else text
    text = VULGAR_FRACTION.sub(lambda match: _vulgar(match, table), text)
    text = ALL_DAY.sub("24 7", text)
    text = FRACTION.sub(lambda match: _fraction(match[1], match[2], table), text)
    text = BETWEEN_WORDS.sub(" ", AMPERSAND.sub(f" {table.ampersand} ", text))
    if language == "en":
        text = DECADE.sub(_decade, FEET.sub(r"\1 foot \2", text))
        text = INCHES.sub(r"\1 inches", text)
        text = LONE_FEET.sub(r"\1 feet", text) if text.count("'") + text.count("’") == 1 else text
    text = abbreviations_in_words(text, language)
    text = numerals_in_words(text, language, table.century)
    return FORMULA.sub(_formula, text) if language in LATIN_LETTERS else text


def slashes_in_words(text: str, language: str) -> str:
    """``7/10`` that is neither a date nor a fraction of the table."""
    table = words(language)
    if language == "en":
        return SLASH.sub(_english_slash, text)
    return SLASH.sub(rf"\1 {table.over} \2", text) if language in LATIN_LETTERS else text


def letters_from_figures(text: str, language: str) -> str:
    """A space between a letter and a figure: ``G7``, ``5G``; Hindi's endings stay at their numbers."""
    if language not in LATIN_LETTERS:
        return text
    return FIGURE_TO_LETTER.sub(" ", LETTER_TO_FIGURE.sub(" ", text))


def _english_slash(match: re.Match[str]) -> str:
    above, below = match[1], match[2]
    if above == below:
        return f"{above} {below}"
    if below in OUT_OF and above != "1":
        return f"{above} out of {below}"
    if int(above) < int(below) <= 16 and int(below) > 1:
        part = ordinal(int(below), "en")
        return f"{cardinal(above, 'en')} {part if above == '1' else part + 's'}"
    return f"{above} over {below}"


def _formula(match: re.Match[str]) -> str:
    """Letters and numbers apart; units and sizes (``16GB``, ``4K``) stay whole."""
    written = match[0]
    if re.fullmatch(r"\d{1,2}H\d\d", written):
        return written
    if re.fullmatch(r"\d+[A-Z]{1,3}", written) and not re.fullmatch(r"\d+[DGX]", written):
        return written
    return " ".join(re.findall(r"\d+|[A-Z]", written))


def _stammer(match: re.Match[str]) -> str:
    """The beginning of the word up to its first vowel: ``W-w-what`` as *wha wha what*."""
    pieces, word = re.findall(r"[^\W\d_]+", match[1]), match[2]
    if not all(word.casefold().startswith(piece.casefold()) for piece in pieces):
        return match[0]
    opening = TO_VOWEL.match(re.sub(r"['’]", "", word))
    if not opening:
        return match[0]
    return f"{opening[0].lower()} " * len(pieces)


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
    if written.isupper() and not _is_shouted(match):
        return match[0]
    names = table.interjections
    return next(names[name] for name in names if re.fullmatch(_drawn_out(name), written.lower()))


def _is_shouted(match: re.Match[str]) -> bool:
    """Whether capitals are no abbreviation: SHHH and HMM! are sounds, SSH and MM are letters."""
    after = match.string[match.end() :]
    is_doubled = len(match[1]) > len(set(match[1]))
    return RUN.search(match[1]) is not None or (is_doubled and after.startswith(("!", "…", "..")))


def _vulgar(match: re.Match[str], table: Words) -> str:
    whole, sign, thing = match[1], VULGAR[match[2]], match[3] or ""
    if whole is None and sign == "1/2" and thing and table.halves:
        return f"{table.halves}{thing}"
    return _fraction(whole, sign, table) + thing


def _fraction(whole: str | None, fraction: str, table: Words) -> str:
    if whole and (said := _mixed(whole, fraction, table)):
        return said
    if fraction not in table.fractions:
        return f"{whole} {fraction}" if whole else fraction
    return f"{whole} {table.and_a[fraction]}" if whole else table.fractions[fraction]


def _mixed(whole: str, fraction: str, table: Words) -> str:
    """Hindi डेढ़, ढाई, साढ़े तीन; empty where there is no such word."""
    said = table.mixed.get(f"{whole} {fraction}") or table.mixed.get(fraction, "")
    return said.format(n=whole, next=int(whole) + 1)


def _halved(text: str, table: Words) -> str:
    """``1.5 लाख`` and ``2.5 करोड़``."""
    counted = re.compile(rf"(?<![\d.,])(₹?)\s?(\d{{1,2}})\.5(\s?(?:{table.halved})\w*)")

    def said(match: re.Match[str]) -> str:
        if match[2] == "0":
            return match[0]
        rupees = " रुपये" if match[1] else ""
        return _mixed(match[2], "1/2", table) + match[3] + rupees

    return counted.sub(said, text)


def _decade(match: re.Match[str]) -> str:
    """``1990s`` and ``'90s``; ``2000s`` and ``1900s`` are counted in hundreds."""
    century, ten = match[1], int(match[2])
    if century is None:
        return TENS[ten] if ten > 1 else match[0]
    spoken = cardinal(century, "en")
    if ten == 0:
        return "two thousands" if century == "20" else f"{spoken} hundreds"
    return f"{spoken} {TENS[ten]}"
