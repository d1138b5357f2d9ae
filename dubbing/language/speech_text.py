"""Texts in one form, to compare what was heard with what was meant."""

from __future__ import annotations

import unicodedata

from dubbing.language.script import to_simplified
from dubbing.language.spoken_form import spoken_form


def comparable(text: str, language: str) -> str:
    """Letters only: one width, one case, simplified characters, numbers as words, no spaces."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    spoken = spoken_form(folded, language)
    if language == "zh":
        spoken = to_simplified(spoken)
    return "".join(char for char in spoken.casefold() if unicodedata.category(char)[0] in "LMN")


def character_error_rate(reference: str, hypothesis: str, language: str) -> float:
    """Edits between two texts over the characters of the reference, both made comparable."""
    from rapidfuzz.distance import Levenshtein

    meant, heard = comparable(reference, language), comparable(hypothesis, language)
    return Levenshtein.distance(meant, heard) / max(1, len(meant))
