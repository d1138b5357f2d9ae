"""Where words end in scripts that write no spaces: Chinese by jieba, Japanese by OpenJTalk."""

from __future__ import annotations

import logging
import re
from functools import cache
from itertools import pairwise
from typing import Any

NATIVE = (
    "\u3005-\u3007\u3021-\u3029\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\uff66-\uff9f\U00020000-\U0003ffff"
)
"""Han, hiragana and katakana, for a character class."""
KANA = re.compile("[\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f]")
CHANGE = re.compile("(?<=[\u3041-\u309f])(?=[^\u3041-\u309f])")
"""From hiragana to anything else a new phrase begins, most of the time."""
DEPENDENT = ("助詞", "助動詞", "記号")
DEPENDENT_GROUPS = ("接尾", "非自立")
PREFIX = "接頭詞"


def native_words(run: str, language: str) -> list[str]:
    """Words of a run of :data:`NATIVE` characters; phrases (bunsetsu) where it is Japanese."""
    if language.startswith("ja") or KANA.search(run):
        return _japanese(run)
    return [str(word) for word in _jieba().lcut(run)]


@cache
def _jieba() -> Any:
    import jieba

    jieba.setLogLevel(logging.ERROR)
    return jieba


def _japanese(run: str) -> list[str]:
    """A phrase begins with a word that stands by itself; particles and endings follow it."""
    import pyopenjtalk

    parts = [
        (str(p["string"]), str(p["pos"]), str(p["pos_group1"])) for p in _parsed(pyopenjtalk, run)
    ]
    if "".join(text for text, _, _ in parts) != run:  # it writes some numbers and letters anew
        return CHANGE.split(run)
    phrases = [parts[0][0]] if parts else [run]
    for before, this in pairwise(parts):
        if _depends(before, this):
            phrases[-1] += this[0]
        else:
            phrases.append(this[0])
    return phrases


def _parsed(openjtalk: Any, run: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = openjtalk.run_frontend(run)
    return found


def _depends(before: tuple[str, str, str], this: tuple[str, str, str]) -> bool:
    is_ending = this[1] in DEPENDENT or this[2] in DEPENDENT_GROUPS
    return is_ending or before[1] == PREFIX or (before[2] == "数" and this[2] == "数")
