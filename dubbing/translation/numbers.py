"""Which numbers a text speaks of, in digits or in words.

To compare a sentence with its translation: ``twenty-five``, ``25``, ``veinticinco`` and ``二十五`` are
the same. Nought and one are left out where they are words: articles, pronouns and figures of speech.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from dubbing.language.spoken_rules_table import rules

BY_CHARACTERS = ("zh", "ja")
DIGITS = re.compile(r"\d[\d.,\u00a0\u202f]*\d|\d")
GROUPED = re.compile(r"\d{1,3}([.,\u00a0\u202f])\d{3}(\1\d{3})*")
CHARACTER_DIGITS = dict(
    zip("零〇一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)
)
CHARACTER_TENS = {"十": 10, "百": 100, "千": 1000}
CHARACTER_MYRIADS = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
CHARACTERS = "".join((*CHARACTER_DIGITS, *CHARACTER_TENS, *CHARACTER_MYRIADS))
CHARACTER_NUMBER = re.compile(rf"(?:(\d+(?:\.\d+)?)|([{CHARACTERS}]+))([{CHARACTERS}]*)")
NO_NUMBERS = re.compile(
    "万一|千万别|千万不|(?<![二三四五六七八九])十分(?!钟|之)|百分之百|(?<![十百千万零])一[些下样直起定般点切会共再旦边面生时向概半致]|统一|唯一|万分|乱七八糟|三心二意|"
    "七上八下|九死一生|千方百计|成千上万|数以千计|五颜六色|四面八方|五花八门|一五一十|不三不四|"
    "一两|两三|三四|三五|四五|五六|六七|七八|八九(?!十)|[一三]刻|半|星期[一二三四五六]|周[一二三四五六]|礼拜[一二三四五六]|二手|两口子|两难|第三者|四处|四周|万岁|百姓|千里迢迢"
)
"""Words and sayings in Chinese whose characters count nothing."""
MONTH = re.compile(r"(十[一二]|[一二三四五六七八九十]|1[0-2]|[1-9])月")
"""A month may be a name in one language and a number in the other."""
LARGE_WORDS = {
    "en": {"thousand": 1e3, "million": 1e6, "billion": 1e9},
    "es": {"mil": 1e3, "millón": 1e6, "millones": 1e6},
    "fr": {"mille": 1e3, "million": 1e6, "millions": 1e6, "milliard": 1e9, "milliards": 1e9},
    "it": {"mila": 1e3, "mille": 1e3, "milione": 1e6, "milioni": 1e6, "miliardi": 1e9},
    "pt-br": {"mil": 1e3, "milhão": 1e6, "milhões": 1e6, "bilhões": 1e9},
}
LONGEST_WORDS = 6
PER_CENT = re.compile(r"\b(?:per ?cento?|pour cent|por ciento|por cento)\b")
OR_TWO = re.compile(r"\b(?:one )?or two\b")
A_LARGE = re.compile(r"\ban?(?= (?:hundred|thousand|million|billion)\b)")
WORD = re.compile(r"[^\W\d_]+")


def said_numbers(text: str, language: str) -> frozenset[float]:
    """Values of all numbers in ``text``; words for nought and one do not count."""
    text = unicodedata.normalize("NFKC", text)
    if language in BY_CHARACTERS:
        return frozenset(_by_characters(MONTH.sub(" ", NO_NUMBERS.sub(" ", text))))
    found = set(_in_digits(text, language))
    if language in LARGE_WORDS:
        found |= set(_in_words(text.casefold(), language))
    return frozenset(found)


def numbers_in_digits(text: str, language: str) -> frozenset[float]:
    """Values of those that are written in digits."""
    return said_numbers(text, language) - said_numbers(re.sub(r"\d", "", text), language)


def _in_digits(text: str, language: str) -> list[float]:
    """``1,200`` is 1200, ``7:30`` is 7 and 30, ``3.5 million`` is 3500000."""
    found = []
    for match in DIGITS.finditer(text):
        value = _value(match[0])
        after = WORD.match(text[match.end() :].lstrip())
        times = LARGE_WORDS.get(language, {}).get(after[0].casefold(), 1.0) if after else 1.0
        found.append(value * times)
    return found


def _value(digits: str) -> float:
    if GROUPED.fullmatch(digits):
        return float(re.sub(r"\D", "", digits))
    plain = digits.replace(",", ".")
    return float(plain) if plain.count(".") <= 1 else float(re.sub(r"\D", "", digits))


def _in_words(text: str, language: str) -> list[float]:
    table, large = _table(language), LARGE_WORDS[language]
    words = WORD.findall(A_LARGE.sub("one", OR_TWO.sub(" ", PER_CENT.sub(" ", text))))
    found: list[float] = []
    at = 0
    while at < len(words):
        value, used = _longest(words[at:], table)
        at += used or 1
        if not used:
            continue
        while at < len(words) and words[at] in large:
            value, at = value * large[words[at]], at + 1
            at += words[at : at + 1] == ["and"]
            rest, used = _longest(words[at:], table)
            if used and rest < 1000:
                value, at = value + rest, at + used
        if value > 1:
            found.append(value)
    return found


def _longest(words: list[str], table: dict[tuple[str, ...], int]) -> tuple[float, int]:
    """The number that the most words from the first on make, and how many these are."""
    for n in range(min(LONGEST_WORDS, len(words)), 0, -1):
        value = table.get(tuple(words[:n]))
        if value is not None:
            return float(value), n
    return 0.0, 0


FEMININE = {
    "es": (("(cient|quinient)os$", r"\1as"),),
    "pt-br": (("^dois$", "duas"), ("(zent|cent|quinhent)os$", r"\1as")),
}
"""How numbers end before a feminine noun."""


@cache
def _table(language: str) -> dict[tuple[str, ...], int]:
    """Words of 0 to 999, and of 1000 by itself where it has a word of its own."""
    from num2words import num2words

    table: dict[tuple[str, ...], int] = {}
    for number in range(1000):
        words = WORD.findall(num2words(number, lang=rules(language).num2words).casefold())
        table[tuple(words)] = number
        table.setdefault(tuple(word for word in words if word != "and"), number)
    for masculine, feminine in FEMININE.get(language, ()):
        for spelt, number in list(table.items()):
            table[tuple(re.sub(masculine, feminine, word) for word in spelt)] = number
    if language != "en":
        table[WORD.findall(num2words(1000, lang=rules(language).num2words))[0],] = 1000
    return table


def _by_characters(text: str) -> list[float]:
    """``3万``, ``二十五``, ``一九八四``, ``三点五``; a lone 一 or 零 does not count."""
    text = re.sub(rf"([{CHARACTERS}]+)点([{CHARACTERS}]+)(?![分钟{CHARACTERS}])", _decimal, text)
    text = re.sub(rf"百分之(?=[{CHARACTERS}\d])", " ", text)
    found = []
    for match in CHARACTER_NUMBER.finditer(re.sub(r"(?<=\d),(?=\d{3})", "", text)):
        value = _tail(float(match[1]), match[3]) if match[1] else _characters(match[2])
        if match[1] or value > 1:
            found.append(value)
    return found


def _decimal(match: re.Match[str]) -> str:
    """``三点五`` as ``3.5``; a time of day has its minutes beyond nine."""
    whole, parts = _characters(match[1]), match[2]
    if any(char not in CHARACTER_DIGITS for char in parts):
        return f"{whole:g} {_characters(parts):g}"
    return f"{whole:g}.{''.join(str(CHARACTER_DIGITS[char]) for char in parts)}"


def _tail(value: float, characters: str) -> float:
    """Digits with a unit behind them: ``3万``, ``1.2亿``."""
    for char in characters:
        value *= CHARACTER_TENS.get(char, CHARACTER_MYRIADS.get(char, 1))
    return value


def _characters(text: str) -> float:
    if all(char in CHARACTER_DIGITS for char in text):  # read digit by digit: 一九八四
        return float("".join(str(CHARACTER_DIGITS[char]) for char in text))
    total = section = digit = 0
    for char in text:
        if char in CHARACTER_DIGITS:
            digit = CHARACTER_DIGITS[char]
        elif char in CHARACTER_TENS:
            section, digit = section + (digit or 1) * CHARACTER_TENS[char], 0
        else:
            total, section, digit = (
                total + (section + digit or 1) * CHARACTER_MYRIADS[char],
                0,
                0,
            )
    return float(total + section + digit)
