"""How long a text will take a voice, told from the texts whose time is known.

The page counts the same units while a person types, so that it can say whether a line fits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from dubbing.timeline import Candidate

BY_CHARACTER = ("zh", "ja")
IDEOGRAPH = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
WORD = re.compile(r"[\w'’]+")
VOWELS = re.compile("[aeiouyœæøıаеёиоуыэюяєіїαεηιουω]+", re.IGNORECASE)
DEVANAGARI = re.compile("[\u0904-\u0939\u0958-\u0961\u0972-\u097f]")
ENOUGH_TEXTS, ENOUGH_UNITS = 4, 3
"""From so many texts of so different lengths a silence beside the units can be told."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Time of a text: ``extra_ms`` and ``ms_per_unit`` for each of its units."""

    ms_per_unit: float
    extra_ms: float


def units(text: str, language: str) -> int:
    """Characters in Chinese and Japanese, elsewhere syllables, as groups of vowels."""
    if language.partition("-")[0] in BY_CHARACTER:
        digits = sum(char.isdigit() for char in text)
        return len(IDEOGRAPH.findall(text)) + digits
    return sum(_syllables(word) for word in WORD.findall(text))


def _syllables(word: str) -> int:
    bare = "".join(c for c in unicodedata.normalize("NFD", word) if not "\u0300" <= c <= "\u036f")
    return max(1, len(VOWELS.findall(bare)) + len(DEVANAGARI.findall(bare)))


def pace(candidates: Iterable[Candidate], language: str) -> Pace | None:
    """The pace of a voice by least squares over texts it was timed with; ``None`` if there are none."""
    known = {
        (units(c.text, language), c.natural_ms)
        for c in candidates
        if c.natural_ms and units(c.text, language)
    }
    if not known:
        return None
    counts = np.array([count for count, _ in known], dtype=np.float64)
    times_ms = np.array([time_ms for _, time_ms in known], dtype=np.float64)
    if len(known) >= ENOUGH_TEXTS and np.ptp(counts) >= ENOUGH_UNITS:
        slope, extra = np.polyfit(counts, times_ms, 1)
        if slope > 0 and extra >= 0:
            return Pace(round(float(slope), 1), round(float(extra), 1))
    return Pace(round(float(times_ms.sum() / counts.sum()), 1), 0.0)
