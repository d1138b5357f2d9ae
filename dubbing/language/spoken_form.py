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

from dubbing.language.spoken_rules import plain_digits, rules, spell_numbers, spoken_by_rules

GRAMMARS = ("zh", "en", "ja")
CJK = ("zh", "ja")
"""Compatibility forms are their punctuation; elsewhere they are stray."""
ADDRESS = re.compile(r"\S+@\S+\.\w+|https?://\S+|www\.\S+")
LONG_NUMBER = re.compile(r"\d{16,}")


def spoken_form(text: str, language: str) -> str:
    """``text`` with everything written out that is not read letter by letter; no digits left."""
    text = unicodedata.normalize("NFKC", text) if language not in CJK else text
    text = plain_digits(text)
    text = ADDRESS.sub(lambda match: _spelled_address(match[0], language), text)
    text = LONG_NUMBER.sub(lambda match: " ".join(match[0]), text)
    text = _by_grammar(text, language) if language in GRAMMARS else spoken_by_rules(text, language)
    return re.sub(r"\s+", " ", spell_numbers(text, language)).strip()


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
