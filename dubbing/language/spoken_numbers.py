"""Numbers in words, by language: num2words, and indic-numtowords for Hindi.

A number is read as its language writes it: ``1.234,5`` in Spanish, ``1,234.5`` in English, ``1 234,5``
in French, ``1'234.5`` in Switzerland.
"""

from __future__ import annotations

import re
import unicodedata

from dubbing.language.spoken_rules_table import Rules, rules

GROUP = r"[.,'’\u2009\u202f\u00a0 ]"
NUMBER = re.compile(
    rf"(?:\d{{1,3}}(?P<mark>{GROUP})\d{{3}}(?:(?P=mark)\d{{3}})*(?!\d)|\d+)(?:[.,]\d+)?"
)
INDIAN = re.compile(r"\b\d{1,2}(?:,\d{2})+,\d{3}\b")
"""Lakh and crore: 1,00,000."""
SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
POWERS = str.maketrans(SUPERSCRIPTS, "0123456789")
CHINESE_DIGITS = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
FIRST_YEAR, LAST_YEAR = 1100, 2099
"""Four figures that English reads as a year, two by two."""
HINDI_HUNDREDS = re.compile(r"1[1-9]\d\d")
"""Years and sums that Hindi counts in hundreds: उन्नीस सौ सैंतालीस."""
MOST_DIGITS = 15
"""A longer number is read digit by digit."""
MASCULINE_ENDS = {"es": (("veintiuno", "veintiún"), ("uno", "un")), "it": (("uno", "un"),)}
PLURALS = {"es": ("s",), "pt-br": ("s",), "it": ("i", "e"), "fr": ("s", "x")}
GENDERED = re.compile(
    rf"(?P<number>{NUMBER.pattern})(?P<space> )(?P<noun>[^\W\d_]+)(?=(?P<rest>.?))"
)
FEMININE_ENDS = {
    "es": (("uno", "una"),),
    "fr": (("un", "une"),),
    "it": (("uno", "una"),),
    "pt-br": (("um", "uma"), ("dois", "duas")),
}
HUNDREDS = {"es": re.compile(r"ientos\b"), "pt-br": re.compile(r"entos\b")}
"""Hundreds have a gender, up to the millions, which are counted themselves."""
MILLIONS = re.compile(r".*(?:millones|millón|milhões|milhão|bilhões|bilhão|billones|billón)")
GROUPS = re.compile(r"\d{1,3}(?:[. \u202f\u00a0]\d{3})+")
BEFORE_S = re.compile(r"s[^aeiouàèéìòù]|z|gn|ps|x|y", re.IGNORECASE)
"""Nouns before which Italian says *uno*."""


def number_in_words(written: str, language: str) -> str:
    """One number in words: marks of thousands dropped, the fraction digit by digit.

    >>> number_in_words("1,234.50", "en")
    'one thousand two hundred and thirty four point five zero'
    """
    words = rules(language)
    if _is_year(written, language):
        return _year(int(written))
    whole, fraction = split_number(written, words.decimal)
    said = cardinal(whole, language)
    if fraction:
        digits = re.findall(r"\d", fraction)  # 3.141 592 is grouped behind its point, too
        said += f" {words.point} " + " ".join(cardinal(digit, language) for digit in digits)
    return said


def counted(written: str, noun: str, language: str) -> str:
    """A number before a noun: ``21`` and *libras* as *veintiuna*, ``1`` and *kilo* as *un*."""
    whole, fraction = split_number(written, rules(language).decimal)
    said = number_in_words(written, language) if fraction else cardinal(whole, language)
    if fraction:
        return said
    return feminine(said, language) if _is_feminine(noun, language) else masculine(said, language)


def masculine(said: str, language: str) -> str:
    """A number before a masculine noun: *veintiún*, *un*."""
    for old, new in MASCULINE_ENDS.get(language, ()):
        said = re.sub(rf"{old}$", new, said)
    return said


def before_noun(written: str, noun: str, language: str) -> str:
    """A number before a word of the text that may be its noun; the gender is what the ending says.

    >>> before_noun("21", "libras", "es")
    'veintiuna'
    """
    said = number_in_words(written, language)
    words = rules(language)
    digits = re.sub(r"[. \u202f\u00a0]", "", written) if GROUPS.fullmatch(written) else written
    if len(noun) < 3 or noun in words.no_nouns or not digits.isdigit():
        return said
    if language == "fr":
        return feminine(said, language) if _is_feminine(noun, language) else said
    if int(digits) > 1 and not noun.endswith(PLURALS[language]):
        return said
    if _ends_feminine(int(digits), noun, language):
        return feminine(said, language)
    return said if language == "it" and BEFORE_S.match(noun) else masculine(said, language)


def _ends_feminine(count: int, noun: str, language: str) -> bool:
    """Whether the ending, or the table, says that a noun is feminine."""
    if _is_feminine(noun, language):
        return True
    ends = ("a", "as") if language != "it" else ("a",) if count == 1 else ("e",)
    return noun.endswith(ends) and not noun.startswith(rules(language).masculine_in_a)


def feminine(said: str, language: str) -> str:
    """A number in the gender of an hour: *veintiuna*, *duas*, *une*."""
    for old, new in FEMININE_ENDS.get(language, ()):
        said = re.sub(rf"{old}$", new, said)
    if language not in HUNDREDS:
        return said
    millions = MILLIONS.match(said)
    start = millions.end() if millions else 0
    ends = "ientas" if language == "es" else "entas"
    return said[:start] + HUNDREDS[language].sub(ends, said[start:])


def is_one(written: str, language: str) -> bool:
    """Whether a noun after the number is in the singular: one, in French anything below two."""
    whole, fraction = split_number(written, rules(language).decimal)
    if language == "fr":
        return int(whole) < 2
    return int(whole) == 1 and not fraction


def split_number(written: str, decimal: str) -> tuple[str, str]:
    """``1.234,5`` as ("1234", "5"); a mark before exactly three digits groups thousands."""
    written = re.sub(r"['’\s]", "", written)
    if written.count(decimal) > 1:
        return re.sub(r"\D", "", written), ""
    head, mark, tail = written.rpartition(decimal)
    if mark and not (len(tail) == 3 and len(head) <= 3 and decimal == "." and head != "0"):
        return re.sub(r"\D", "", head) or "0", tail
    other = "." if decimal == "," else ","
    head, mark, tail = written.rpartition(other)
    if mark and len(tail) != 3:
        return re.sub(r"\D", "", head) or "0", tail
    return re.sub(r"\D", "", written), ""


def cardinal(digits: str, language: str) -> str:
    """A whole number; one with a zero before it, or a very long one, digit by digit."""
    if len(digits) > 1 and (digits[0] == "0" or len(digits) > MOST_DIGITS):
        return " ".join(cardinal(digit, language) for digit in digits)
    if language == "hi":
        return _hindi(digits)
    from num2words import num2words

    return _plain(str(num2words(int(digits), lang=rules(language).num2words)), language)


def ordinal(value: int, language: str) -> str:
    """``21`` as *twenty first*; Hindi and the others without ordinals say the number."""
    if language == "hi":
        return _hindi(str(value))
    from num2words import num2words

    return _plain(str(num2words(value, lang=rules(language).num2words, to="ordinal")), language)


def spell_numbers(text: str, language: str) -> str:
    """Whatever digits are left, one by one or as numbers, in words."""
    text = plain_digits(text.translate(POWERS))
    if language == "zh":
        return re.sub(r"\d", lambda match: CHINESE_DIGITS[match[0]], text)
    return NUMBER.sub(lambda match: f" {number_in_words(match[0], language)} ", text)


def plain_digits(text: str) -> str:
    """Digits of all scripts (full width, Devanagari, subscripts) as ASCII, ⑩ and Ⅳ as numbers.

    Superscripts stay: they are powers.
    """
    return "".join(char if char.isascii() else _plain_digit(char) for char in text)


def _plain_digit(char: str) -> str:
    category = unicodedata.category(char)
    if category not in ("Nd", "No", "Nl") or char in SUPERSCRIPTS or char == "〇":
        return char
    value = unicodedata.numeric(char, None)
    if value is None or value != int(value):
        return char
    whole = str(int(value))
    return whole if category == "Nd" or "\u2080" <= char <= "\u2089" else f" {whole} "


def _is_year(written: str, language: str) -> bool:
    return (
        language == "en"
        and re.fullmatch(r"\d{4}", written) is not None
        and FIRST_YEAR <= int(written) <= LAST_YEAR
    )


def _year(value: int) -> str:
    from num2words import num2words

    return _plain(str(num2words(value, to="year")), "en").replace("oh ", "o ")


def _plain(said: str, language: str) -> str:
    """Numbers without commas and, in English, hyphens, which a voice would heed."""
    said = said.replace(",", "")
    return said.replace("-", " ") if language == "en" else said


def _is_feminine(noun: str, language: str) -> bool:
    names: Rules = rules(language)
    return any(noun == name or noun in (f"{name}s", _plural(name)) for name in names.feminine)


def _plural(noun: str) -> str:
    """Italian plurals of the feminine nouns of the table."""
    return noun[:-1] + "e" if noun.endswith("a") else noun


def _hindi(digits: str) -> str:
    """num2words knows no Hindi."""
    if HINDI_HUNDREDS.fullmatch(digits):
        rest = "" if digits[2:] == "00" else f" {_hindi(str(int(digits[2:])))}"
        return f"{_hindi(digits[:2])} सौ{rest}"
    from indic_numtowords import num2words

    said: list[str] | str = num2words(digits, lang="hi", variations=True)
    return said if isinstance(said, str) else said[0]
