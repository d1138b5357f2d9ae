"""How Chinese characters are read: pypinyin, and a table of phrases that it or jieba's words get wrong.

A reading depends on the word (银行, 行走), so words come first (jieba), then their syllables (pypinyin).
``chinese_readings.yaml`` holds more phrases; they are told to both.
"""

from __future__ import annotations

import logging
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@cache
def prepare() -> None:
    """Tell jieba and pypinyin the phrases of the table, once per process."""
    import jieba
    from pypinyin import load_phrases_dict
    from pypinyin.contrib.tone_convert import to_tone

    jieba.setLogLevel(logging.ERROR)
    jieba.initialize()
    text = files("dubbing.language").joinpath("chinese_readings.yaml").read_text(encoding="utf-8")
    phrases: dict[str, str] = yaml.safe_load(text)
    for phrase in phrases:
        jieba.add_word(phrase)
    load_phrases_dict(
        {phrase: [[to_tone(one)] for one in said.split()] for phrase, said in phrases.items()}
    )


def pinyin(text: str) -> list[str]:
    """The syllable of every character, its tone as a figure; other characters as they are."""
    import jieba
    from pypinyin import Style, lazy_pinyin

    prepare()
    syllables: list[str] = []
    for word in jieba.lcut(text):
        said = lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True, errors=_apart)
        syllables += said
    return syllables


def _apart(run: str) -> Any:
    """Other characters, one by one."""
    return list(run)
