"""Japanese words that OpenJTalk reads as others, in kana before it sees them: 八百 is not *yao*."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

import yaml


def as_read(text: str) -> str:
    """Return a text with the words of ``japanese_readings.yaml`` in kana.

    >>> as_read("八百円と八百屋")
    'はっぴゃく円と八百屋'
    """
    for pattern, kana in _readings():
        text = pattern.sub(kana, text)
    return text


@cache
def _readings() -> tuple[tuple[re.Pattern[str], str], ...]:
    text = files("dubbing.language").joinpath("japanese_readings.yaml").read_text(encoding="utf-8")
    return tuple((re.compile(pattern), kana) for pattern, kana in yaml.safe_load(text).items())
