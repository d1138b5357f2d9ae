"""Text as it is said: numbers, money, dates, times, units, acronyms.

Chinese, English and Japanese go through WeText's finite-state grammars (WeTextProcessing); the other
languages through rules over num2words. Whatever the grammars leave, no digit is ever left over: a
speech engine that meets one reads it in the wrong language or not at all.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any

from dubbing.language.phone_numbers import spell_phone_numbers
from dubbing.language.spoken_rules import (
    plain_digits,
    rules,
    spell_numbers,
    spell_ordinals,
    spoken_by_rules,
)

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
ACRONYM = re.compile(r"(?<!\w)[A-Z]{2,5}(?!\w)")
SPEAKABLE = re.compile(r"(?:[^AEIOUY]|[BCDFGPT][LR]|[CPST]H|S[CPT])?[AEIOUY].*")
ACRONYM_LANGUAGES = ("es", "fr", "it", "pt-br")
"""Those whose rules in espeak-ng read FBI as if it were a word."""


def spoken_form(text: str, language: str) -> str:
    """``text`` with everything written out that is not read letter by letter; no digits left."""
    text = spell_ordinals(text, language)
    text = unicodedata.normalize("NFKC", text) if language not in CJK else text
    text = INDIAN_NUMBER.sub(lambda match: match[0].replace(",", ""), plain_digits(text))
    text = NAME_WITH_NUMBER.sub(" ", spell_phone_numbers(text, language))
    text = PERCENT_RANGE.sub(rules(language).to, text) if language in CJK else text
    text = _spelled_acronyms(text) if language in ACRONYM_LANGUAGES else text
    text = ADDRESS.sub(lambda match: _spelled_address(match[0], language), text)
    text = LONG_NUMBER.sub(lambda match: " ".join(match[0]), text)
    text = _by_grammar(text, language) if language in GRAMMARS else spoken_by_rules(text, language)
    return re.sub(r"\s+", " ", spell_numbers(text, language)).strip()


def _spelled_acronyms(text: str) -> str:
    """Letters apart where no word can begin so."""
    return ACRONYM.sub(
        lambda match: match[0] if SPEAKABLE.fullmatch(match[0]) else " ".join(match[0]), text
    )


def _by_grammar(text: str, language: str) -> str:
    """WeText's reading; the rules' where its grammar stumbles (it asserts on some odd tokens)."""
    if not text.strip():
        return text
    try:
        said: str = _grammar(language).normalize(text)
    except (AssertionError, IndexError, KeyError):
        return spoken_by_rules(text, language)
    return said


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
