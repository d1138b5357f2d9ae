"""Whether a text is written as its language is."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from dubbing.language.languages import HONG_KONG, TAIWAN

SCRIPTS = {
    "zh": r"[\u3400-\u9fff]",
    "ja": r"[\u3040-\u30ff\u3400-\u9fff]",
    "hi": r"[\u0900-\u097f]",
    "ru": r"[\u0400-\u04ff]",
    "ko": r"[\uac00-\ud7af]",
}
LATIN = r"[A-Za-z\u00c0-\u024f]"
SIMPLIFYING = "t2s"
CONVERSIONS = {TAIWAN: "s2twp", HONG_KONG: "s2hk"}
WORD = re.compile(r"[^\W\d_]{2,}")
"""Two letters or more, of any script."""


def script_share(text: str, language: str) -> float:
    """Share of letters that belong to the script of ``language``; 1.0 if there are no letters."""
    letters = [char for char in text if char.isalpha() or "\u0900" <= char <= "\u097f"]
    if not letters:
        return 1.0
    own = re.compile(SCRIPTS.get(language, LATIN))
    return sum(1 for char in letters if own.match(char)) / len(letters)


def to_simplified(text: str) -> str:
    """Chinese text in simplified characters (OpenCC, t2s).

    A character whose simplified form lies outside Unicode's first plane stays as it is: hardly any
    font shows such forms and no pronunciation table knows them.
    """
    simplified: str = _converter(SIMPLIFYING).convert(text)
    if len(simplified) != len(text) or all(ord(char) <= 0xFFFF for char in simplified):
        return simplified
    pairs = zip(text, simplified, strict=True)
    return "".join(old if ord(new) > 0xFFFF else new for old, new in pairs)


def has_traditional(text: str) -> bool:
    """Whether any character would change when simplified."""
    return to_simplified(text) != text


def as_written(text: str, written: str | None) -> str:
    """Chinese text in the characters and words of a place, as :class:`Language` names it (OpenCC)."""
    if written is None:
        return text
    shown: str = _converter(CONVERSIONS[written]).convert(text)
    return shown


@cache
def _converter(conversion: str) -> Any:
    from opencc import OpenCC

    return OpenCC(conversion)
