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

from dubbing.language.chinese_contexts import in_context
from dubbing.language.script import to_simplified


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
    return [syllable for _, said in words_read(text) for syllable in said]


def words_read(text: str) -> list[tuple[str, list[str]]]:
    """Return the words of a sentence, and the syllables of each as :func:`pinyin` has them.

    Words of the dictionary are read as it says; of all others, the context is asked first.
    """
    import jieba
    from pypinyin import Style, lazy_pinyin
    from pypinyin.constants import PHRASES_DICT

    prepare()
    found, position = [], 0
    for word in jieba.lcut(text):
        said = lazy_pinyin(word, style=Style.TONE3, neutral_tone_with_five=True, errors=_apart)
        if word not in PHRASES_DICT:
            said = [in_context(text, position + n) or syllable for n, syllable in enumerate(said)]
        found.append((word, said))
        position += len(word)
    return found


@cache
def has_reading(char: str) -> bool:
    """Whether a character has a Mandarin syllable; rare ones and 兙, which is read as two, have none."""
    from misaki.zh import ZHG2P
    from pypinyin import Style, lazy_pinyin

    plain = to_simplified(char)
    said = lazy_pinyin(plain, style=Style.TONE3, neutral_tone_with_five=True, errors="ignore")
    try:
        return bool("".join(map(ZHG2P.py2ipa, said)))
    except ValueError:
        return False


def _apart(run: str) -> Any:
    """Other characters, one by one."""
    return list(run)
