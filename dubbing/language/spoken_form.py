"""Text as it is said: numbers, money, dates, times, units, acronyms.

Four steps: what has no sound is taken out (:mod:`dubbing.language.unspoken`); what the grammars would
misread is put in words (:mod:`dubbing.language.spoken_words`); what holds a figure or a sign goes
through a grammar, and nothing else does, so that a sentence of mere words comes back as it is; and
whatever digits are left are spelled. Chinese, English and Japanese use WeText's finite-state grammars
(WeTextProcessing), the other languages rules over num2words. A speech engine that meets a digit reads
it in the wrong language or not at all.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import groupby
from typing import Any

from dubbing.language.phone_numbers import spell_phone_numbers
from dubbing.language.spoken_rules import (
    plain_digits,
    rules,
    spell_numbers,
    spell_ordinals,
    spoken_by_rules,
)
from dubbing.language.spoken_words import in_words
from dubbing.language.unspoken import without_unspoken

GRAMMARS = ("zh", "en", "ja")
CJK = ("zh", "ja")
"""Compatibility forms are their punctuation; elsewhere they are stray."""
ADDRESS = re.compile(r"\S+@\S+\.\w+|https?://\S+|www\.\S+")
LONG_NUMBER = re.compile(r"\d{16,}")
INDIAN_NUMBER = re.compile(r"\b\d{1,2}(?:,\d{2})+,\d{3}\b")
"""Lakh and crore: 1,00,000."""
NAME_WITH_NUMBER = re.compile(r"(?<=[A-Za-z])-(?=\d)")
"""COVID-19 and F-16 have no minus in them."""
PERCENT_RANGE = re.compile(r"(?<=%)\s*[-–~]\s*(?=\d)")
SIGNS = re.compile(r"[\d$€£¥₹%&@=+°℃℉§]|(?<!\w)(?:Dr|Mr|Mrs|Ms|Prof|St|Jr|Sr|vs)\.")
TOKEN = re.compile(r"\s*\S+\s*$|\s*\S+")
MARK = re.compile(r"[.!?,;:…\"”)]\s*$")
CLAUSE = re.compile(r"[^。！？；，、\n]+[。！？；，、\n]*|[。！？；，、\n]+")
CELSIUS = re.compile(r"(?<![\d.])(-)?(\d+(?:\.\d+)?)\s?(?:℃|°C)")
DIGIT_RANGE = re.compile(r"(?<![\d-])(\d{1,3})-(\d{1,3})(?![\d-])")
SPACED_PERCENT = re.compile(r"(?<=\d)\s+%")
ACRONYM = re.compile(r"(?<!\w)[A-Z]{2,5}(?!\w)")
SPEAKABLE = re.compile(r"(?:[^AEIOUY]|[BCDFGPT][LR]|[CPST]H|S[CPT])?[AEIOUY].*")
ACRONYM_LANGUAGES = ("es", "fr", "it", "pt-br")
"""Those whose rules in espeak-ng read FBI as if it were a word."""


def spoken_form(text: str, language: str) -> str:
    """Write out everything that is not read letter by letter; no digit is left.

    >>> spoken_form("It costs $3.50 & that's all.", "en")
    "It costs three point five dollars and that's all."
    """
    text = without_unspoken(text, language)
    text = spell_ordinals(in_words(text, language), language)
    text = (
        unicodedata.normalize("NFKC", text) if language not in CJK else _tight_signs(text, language)
    )
    text = INDIAN_NUMBER.sub(lambda match: match[0].replace(",", ""), plain_digits(text))
    text = NAME_WITH_NUMBER.sub(" ", spell_phone_numbers(text, language))
    text = PERCENT_RANGE.sub(rules(language).to, text) if language in CJK else text
    text = _spelled_acronyms(text) if language in ACRONYM_LANGUAGES else text
    text = ADDRESS.sub(lambda match: _spelled_address(match[0], language), text)
    text = LONG_NUMBER.sub(lambda match: " ".join(match[0]), text)
    text = _by_grammar(text, language) if language in GRAMMARS else spoken_by_rules(text, language)
    return re.sub(r"\s+", " ", spell_numbers(text, language)).strip()


def _tight_signs(text: str, language: str) -> str:
    """Signs beside their numbers, and degrees and ranges as the language has them."""
    text = SPACED_PERCENT.sub("%", text)
    if language == "zh":
        return text.replace("〇", "零")
    text = CELSIUS.sub(lambda m: f"{'マイナス' if m[1] else ''}摂氏{m[2]}度", text)
    return DIGIT_RANGE.sub(r"\1の\2", text)


def _spelled_acronyms(text: str) -> str:
    """Letters apart where no word can begin so."""
    return ACRONYM.sub(
        lambda match: match[0] if SPEAKABLE.fullmatch(match[0]) else " ".join(match[0]), text
    )


def _by_grammar(text: str, language: str) -> str:
    """WeText's reading of the parts that hold a figure or a sign; all else stays as it is."""
    parts = _parts(text) if language in CJK else _windows(text)
    return "".join(_normalized(part, language) if SIGNS.search(part) else part for part in parts)


def _parts(text: str) -> list[str]:
    """Clauses of a text without spaces, each with its mark."""
    return CLAUSE.findall(text)


def _windows(text: str) -> list[str]:
    """Runs of tokens with a figure or a sign, and the words beside them; between them the others.

    A word beside a number may belong to it (*May 5*, *5 pm*), unless a mark stands between.
    """
    tokens = TOKEN.findall(text)
    odd = [bool(SIGNS.search(token)) for token in tokens]
    taken = [
        is_odd
        or (n > 0 and odd[n - 1] and not MARK.search(tokens[n - 1]))
        or (n + 1 < len(odd) and odd[n + 1] and not MARK.search(token))
        for n, (token, is_odd) in enumerate(zip(tokens, odd, strict=True))
    ]
    groups = groupby(zip(tokens, taken, strict=True), key=lambda pair: pair[1])
    return ["".join(token for token, _ in group) for _, group in groups]


def _normalized(text: str, language: str) -> str:
    """WeText's reading; the rules' where its grammar stumbles (it asserts on some odd tokens)."""
    body = text.strip()
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    if not body:
        return text
    try:
        normalized: str = _grammar(language).normalize(body)
    except (AssertionError, IndexError, KeyError):
        normalized = spoken_by_rules(body, language)
    normalized = normalized.replace("\\", "")  # it escapes quotation marks
    return before + (normalized.replace("〇", "ゼロ") if language == "ja" else normalized) + after


def _spelled_address(address: str, language: str) -> str:
    words = rules(language)
    bare = re.sub(r"^https?://", "", address).rstrip("/.,;")
    tail = address[len(address.rstrip(".,;")) :]
    spoken = bare.replace("@", f" {words.at} ").replace(".", f" {words.dot} ").replace("/", " ")
    return re.sub(r"[-_~?=&#%+:]", " ", spoken) + tail


@cache
def _grammar(language: str) -> Any:
    from wetext import Normalizer

    return Normalizer(lang=language, operator="tn")
