"""Syllables of what is said, and how many of them a second people say in each language."""

from __future__ import annotations

import re
from itertools import pairwise

from dubbing.language.phoneme_classes import SymbolKind, kind

GLIDES = re.compile("[ɪʊ](?=[aeoɐɑɛɔə])|(?<=[aeoɐɑɛɔə])[ɪʊ]")
"""In these languages espeak writes the weak half of a diphthong so."""
WITH_GLIDES = ("es", "it", "pt-br")
NO_SOUND = (SymbolKind.STRESS, SymbolKind.LENGTH)
USUAL_PER_S = {"zh": 5.18, "en": 6.19, "es": 7.82, "fr": 7.18, "it": 6.99, "ja": 7.84}
"""Mean of people reading aloud, without pauses (Pellegrino, Coupé and Marsico 2011, table 1)."""


def syllables(symbols: str, language: str) -> int:
    """Syllables of a line in Kokoro's symbols: its vowels, a diphthong counted once.

    Chinese writes a diphthong as two vowels on end (what follows a syllable is a tone, a space or a
    consonant), the others as one symbol or with a glide. In Japanese vowels are counted, which are morae
    but for the final n and the first half of long consonants.
    """
    sounding = "".join(symbol for symbol in symbols if kind(symbol) not in NO_SOUND)
    if language in WITH_GLIDES:
        sounding = GLIDES.sub("", sounding)
    vowels = [kind(symbol) is SymbolKind.VOWEL for symbol in sounding]
    if language == "zh":
        return sum(is_vowel and not before for before, is_vowel in pairwise([False, *vowels]))
    return sum(vowels)
