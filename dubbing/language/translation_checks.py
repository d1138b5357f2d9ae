"""What is plainly wrong with a translation, told without knowing what it means.

Each check gives a flag in plain words; a candidate without flags is preferred to any with one, and
a line whose chosen candidate has flags is shown to the reviewer.
"""

from __future__ import annotations

import re
from collections import Counter

from dubbing.language.script import has_traditional, script_share

LEAST_SCRIPT_SHARE = 0.5
SHORTEST, LONGEST = 0.35, 2.6
"""Bounds of translated over expected length."""
DENSITY = {"zh": 0.33, "ja": 0.48}
"""Characters for one character of a language that is written with letters, roughly."""
FEW_CHARACTERS = 12
REPEATED = 4


def translation_flags(source_text: str, text: str, source: str, target: str) -> tuple[str, ...]:
    """Names of the faults found; empty if none."""
    found = {
        "empty": not re.search(r"\w", text),
        "untranslated": _untranslated(source_text, text, target),
        "wrong script": target == "zh" and has_traditional(text),
        "number lost": not _same_numbers(source_text, text),
        "repetitive": _repetitive(text),
        "odd length": _odd_length(source_text, text, source, target),
    }
    return tuple(name for name, is_so in found.items() if is_so)


def _untranslated(source_text: str, text: str, target: str) -> bool:
    same = _letters(source_text) == _letters(text) and len(_letters(text)) > 3
    return same or script_share(text, target) < LEAST_SCRIPT_SHARE


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text).casefold()


def _same_numbers(source_text: str, text: str) -> bool:
    """Digits of the source must be there, unless the target writes its numbers in words."""
    wanted = Counter(re.findall(r"\d+", source_text.replace(",", "")))
    given = Counter(re.findall(r"\d+", text.replace(",", "")))
    return not given or not wanted or not (given - wanted)


def _repetitive(text: str) -> bool:
    """The same two or more characters or words four times in a row."""
    return re.search(rf"(.{{2,}}?)\1{{{REPEATED - 1},}}", text) is not None


def _odd_length(source_text: str, text: str, source: str, target: str) -> bool:
    if len(source_text) < FEW_CHARACTERS:
        return False
    expected = len(source_text) / DENSITY.get(source, 1.0) * DENSITY.get(target, 1.0)
    return not SHORTEST * expected <= len(text) <= LONGEST * expected
