"""Texts compared by how they sound: what a recogniser spells otherwise is not misheard.

Homophones, numbers in digits or words, and names in another spelling have the same sounds; tones and
stress are left out, for a recogniser chooses its words by their context and not by their tone.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from dubbing.errors import UnknownLanguage
from dubbing.language.g2p import to_phonemes
from dubbing.language.speech_text import comparable
from dubbing.language.spoken_form import spoken_form

PROSODY = "ˈˌː→↗↘↓"


def sound_error_rate(meant: str, heard: str, language: str) -> float:
    """Edits between the sounds of two texts over the sounds of the first, at most 1."""
    from rapidfuzz.distance import Levenshtein

    wanted, got = sounds(meant, language), sounds(heard, language)
    return min(1.0, Levenshtein.distance(wanted, got) / max(1, len(wanted)))


@lru_cache(maxsize=256)
def sounds(text: str, language: str) -> str:
    """The phonemes of a text, in one line; its letters where no pronunciation rules are known."""
    plain = unicodedata.normalize("NFKC", text)
    try:
        phonemes = to_phonemes(spoken_form(plain, language), language)
    except UnknownLanguage:
        return comparable(plain, language)
    return "".join(
        symbol
        for symbol in phonemes
        if symbol not in PROSODY and unicodedata.category(symbol)[0] == "L"
    )
