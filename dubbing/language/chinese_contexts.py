"""Readings of Chinese characters by what stands around them: 他得走 *dei*, 跑得快 *de*, 五只 *zhī*.

The rules are those of grammar, in ``chinese_contexts.yaml``; words of the dictionary go before them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib.resources import files

import yaml

REACH = 24
"""Characters before and after that are looked at; more than any pattern spans."""
NUMBERS = "[零一二两三四五六七八九十百千万几半数双每这那哪某另多少整]"
PERSON = "(?:[我你您他她它谁咱]们?|大家|自己|人家|别人)"
END = "(?=[。！？，、；…!?,.\\s了吧呢吗啊呀嘛]|$)"


def in_context(text: str, place: int) -> str:
    """Return the syllable of the character at a place of a sentence; empty where no rule fits.

    >>> in_context("他得走了", 1)
    'dei3'
    """
    for reading, fits in _rules().get(text[place], ()):
        if fits(text, place):
            return reading
    return ""


@cache
def _rules() -> dict[str, tuple[tuple[str, Callable[[str, int], bool]], ...]]:
    path = files("dubbing.language").joinpath("chinese_contexts.yaml")
    table: dict[str, list[list[str]]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {
        char: tuple((reading, _rule(pattern, char)) for reading, pattern in rows)
        for char, rows in table.items()
    }


def _rule(pattern: str, char: str) -> Callable[[str, int], bool]:
    """Whether some match of a pattern has its character at that place."""
    named = pattern.replace("{num}", NUMBERS).replace("{pron}", PERSON).replace("{end}", END)
    compiled = re.compile(
        named.replace("_", f"(?P<at>{char})", 1)
        if named.count("_") == 1
        else _numbered(named, char)
    )

    def fits(text: str, place: int) -> bool:
        near = compiled.finditer(text, max(0, place - REACH), place + REACH)
        return any(place in _places(match) for match in near)

    return fits


def _numbered(pattern: str, char: str) -> str:
    """Each ``_`` as a group of its own: alternatives each mark their character."""
    parts = pattern.split("_")
    groups = "".join(f"(?P<at{n}>{char}){part}" for n, part in enumerate(parts[1:]))
    return parts[0] + groups


def _places(match: re.Match[str]) -> set[int]:
    return {match.start(name) for name in match.groupdict() if name.startswith("at")} - {-1}
