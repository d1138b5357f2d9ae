"""What kind of sound each of Kokoro's symbols stands for; decides what may be stretched."""

from __future__ import annotations

from enum import Enum, auto
from functools import cache


class SymbolKind(Enum):
    """Kinds of symbols, by how they behave in time."""

    VOWEL = auto()
    GLIDE = auto()
    CONSONANT = auto()
    BILABIAL = auto()
    """Lips closed: m, b, p."""
    LENGTH = auto()
    STRESS = auto()
    TONE = auto()
    SPACE = auto()
    PAUSE = auto()


MEMBERS = {
    # A I O Q S T W Y and ᵊ are Kokoro's own: diphthongs as in day, my, go (US), go (UK), now, boy,
    # the shortest schwa; S and T are consonants, see below
    SymbolKind.VOWEL: "AIOQWYᵊaeiouyɑɐɒæɔəɚɛɜɨɪɯøœʊʌɤᵻ",
    SymbolKind.GLIDE: "jwɥɰʋ",
    SymbolKind.BILABIAL: "mbp",
    SymbolKind.CONSONANT: "STʣʥʦʨꭧcdfhklnqrstvxzβɕçɖðʤɟɡʝŋɳɲɴɸθɹɾɻʁɽʂʃʈʧɣχʎʒʔ",
    # what only colours its neighbour has a length of its own in Kokoro, but no sound of its own
    SymbolKind.LENGTH: "ː̃ᵝʰʲ",
    SymbolKind.STRESS: "ˈˌ",
    SymbolKind.TONE: "↓→↗↘",
    SymbolKind.SPACE: " ",
    SymbolKind.PAUSE: ';:,.!?—…"()“”',
}


@cache
def _table() -> dict[str, SymbolKind]:
    return {symbol: kind for kind, symbols in MEMBERS.items() for symbol in symbols}


def kind(symbol: str) -> SymbolKind:
    """The kind of one symbol.

    Raises:
        KeyError: if Kokoro does not know the symbol.
    """
    return _table()[symbol]
