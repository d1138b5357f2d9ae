"""What the mouth does for each sound, and how the symbols of a line group into sounds.

A viseme is described by what a camera sees: how far the lips are open, how wide or round they are,
whether they close (m, b, p) or touch the teeth (f, v), and how firmly the sound insists on it. The
description is the same for all languages, so what is learnt about a mouth in one holds in another.
Heights and rounding follow the IPA chart, their scale the lips of real speech (medians over the GRID
corpus); which sounds insist follows the coarticulation model of Cohen and Massaro 1993 (dominance): lips
rule p, f and w, while k and h take the mouth as it comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from dubbing.language.phoneme_classes import SymbolKind, kind

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Shape:
    """A mouth: ``opening`` 0..1, ``width`` -1 (round) .. 1 (spread), ``protrusion`` 0..1."""

    opening: float
    width: float = 0.0
    protrusion: float = 0.0


@dataclass(frozen=True, slots=True)
class Viseme:
    """A sound as the camera sees it: from ``start`` to ``end``, insisting by ``grip`` 0..1."""

    start: Shape
    end: Shape
    grip: float
    closes: bool = False
    """Both lips meet."""
    bites: bool = False
    """The lower lip meets the teeth."""


REST = Shape(0.02)
SPREAD = {"i": 0.6, "ɪ": 0.5, "ᵻ": 0.5, "e": 0.7, "ɨ": 0.45, "ɯ": 0.45}
NEUTRAL = {"ɛ": 0.8, "æ": 0.85, "a": 1.0, "ɑ": 0.9, "ɐ": 0.8, "ʌ": 0.65, "ə": 0.5, "ᵊ": 0.4}
NEUTRAL |= {"ɚ": 0.4, "ɜ": 0.45, "ɤ": 0.5}
ROUND = {"u": 0.2, "ʊ": 0.3, "o": 0.4, "ɔ": 0.5, "ɒ": 0.6, "y": 0.2, "ø": 0.35, "œ": 0.45}
DIPHTHONGS = {"A": "eɪ", "I": "aɪ", "W": "aʊ", "Y": "ɔɪ", "O": "oʊ", "Q": "əʊ"}
LIPS_OF_CONSONANTS = {
    "w": Viseme(Shape(0.1, -0.9, 0.9), Shape(0.15, -0.8, 0.8), 0.9),
    "ɥ": Viseme(Shape(0.1, -0.7, 0.8), Shape(0.15, -0.6, 0.8), 0.8),
    "ʋ": Viseme(Shape(0.2, -0.2, 0.2), Shape(0.2, -0.2, 0.2), 0.6, bites=True),
    "ɹ": Viseme(Shape(0.25, -0.4, 0.4), Shape(0.25, -0.4, 0.4), 0.6),
    "ɻ": Viseme(Shape(0.25, -0.4, 0.4), Shape(0.25, -0.4, 0.4), 0.6),
    "j": Viseme(Shape(0.5, 0.5), Shape(0.5, 0.5), 0.4),
}
"""Beside these, by place: see :func:`_table`. What counts is the gap between the lips, not the jaw:
an s or a t shows the teeth between open lips."""
HUSHING = "ʃʒʧʤʂʈꭧʨɕʥ"
TEETH_TOGETHER = "szcʦʣ"
TONGUE_BETWEEN = "θðT"
TONGUE_AT_TEETH = "tdnlrɾɽɖɳʎɲɟçʝS"
BEHIND = "kɡhxqŋɣχʁɴɰʔ"


@cache
def _table() -> dict[str, Viseme]:
    table = {s: _held(Shape(opening, 0.6), 0.6) for s, opening in SPREAD.items()}
    table |= {s: _held(Shape(opening, 0.15), 0.7) for s, opening in NEUTRAL.items()}
    table |= {s: _held(Shape(o, o - 1, 1 - o), 0.8) for s, o in ROUND.items()}
    for symbol, pair in DIPHTHONGS.items():
        table[symbol] = Viseme(table[pair[0]].start, table[pair[1]].start, 0.8)
    table |= {s: Viseme(Shape(0.0), Shape(0.0), 1.0, closes=True) for s in "mbp"}
    table |= {s: Viseme(Shape(0.2), Shape(0.3), 0.9, bites=True) for s in "fv"}
    table |= {s: _held(Shape(0.08, 0.0, 0.1), 0.6) for s in "ɸβ"}
    table |= {s: _held(Shape(0.55, -0.3, 0.5), 0.5) for s in HUSHING}
    table |= {s: _held(Shape(0.55, 0.3), 0.5) for s in TEETH_TOGETHER}
    table |= {s: _held(Shape(0.35, 0.1), 0.5) for s in TONGUE_BETWEEN}
    table |= {s: _held(Shape(0.55, 0.15), 0.3) for s in TONGUE_AT_TEETH}
    table |= {s: _held(Shape(0.6, 0.05), 0.1) for s in BEHIND}
    return table | LIPS_OF_CONSONANTS


def _held(shape: Shape, grip: float) -> Viseme:
    return Viseme(shape, shape, grip)


SILENT_MOUTH = Viseme(REST, REST, 0.3)
UNKNOWN_SOUND = Viseme(Shape(0.5), Shape(0.5), 0.1)


def viseme(symbol: str) -> Viseme:
    """What the mouth does for one symbol; that of a silent mouth for pauses.

    Raises:
        KeyError: if Kokoro does not know the symbol.
    """
    if kind(symbol) in (SymbolKind.PAUSE, SymbolKind.SPACE):
        return SILENT_MOUTH
    return _table().get(symbol, UNKNOWN_SOUND)


@dataclass(frozen=True, slots=True)
class Sound:
    """Symbols ``first`` to ``last`` (excluded) of a line that are one sound to eye and ear.

    Marks of stress belong to the sound after them; marks of length and tone, and the border of a
    word, to the sound before.
    """

    symbol: str
    first: int
    last: int
    stressed: bool = False
    long: bool = False
    ends_word: bool = False

    @property
    def is_pause(self) -> bool:
        """Whether nothing is said."""
        return kind(self.symbol) in (SymbolKind.PAUSE, SymbolKind.SPACE)

    @property
    def closes(self) -> bool:
        """Whether the lips meet (m, b, p)."""
        return viseme(self.symbol).closes


AFTER = (SymbolKind.LENGTH, SymbolKind.TONE, SymbolKind.SPACE)


def sounds(symbols: str) -> tuple[Sound, ...]:
    """The sounds of a line, in order, covering every symbol once."""
    found: list[Sound] = []
    begins = 0
    for place, symbol in enumerate(symbols):
        if kind(symbol) is SymbolKind.STRESS:
            continue
        if kind(symbol) in AFTER and found and begins == place:
            found[-1] = _extended(found[-1], symbol, place)
        else:
            stressed = any(kind(mark) is SymbolKind.STRESS for mark in symbols[begins:place])
            found.append(Sound(symbol, begins, place + 1, stressed=stressed))
        begins = place + 1
    if begins < len(symbols) and found:  # a mark of stress that nothing follows
        found[-1] = _extended(found[-1], " ", len(symbols) - 1)
    return tuple(found)


def _extended(sound: Sound, symbol: str, place: int) -> Sound:
    return Sound(
        sound.symbol,
        sound.first,
        place + 1,
        sound.stressed,
        sound.long or kind(symbol) is SymbolKind.LENGTH,
        sound.ends_word or kind(symbol) is SymbolKind.SPACE,
    )


def lengths_of(
    found: Sequence[Sound], of_symbols: Sequence[float] | npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Lengths of sounds from those of their symbols: float64 ``[n sounds]``."""
    return np.array([float(np.sum(of_symbols[s.first : s.last])) for s in found])


DESCRIPTION = (
    "opening", "opening end", "width", "width end", "protrusion", "protrusion end", "grip",
    "closes", "bites", "vowel", "glide", "pause", "stressed", "long", "ends word",
)  # fmt: skip
"""Columns of :func:`describe`."""


def describe(sound: Sound) -> Floats:
    """A sound in numbers, the same for all languages: float32 ``[15]``, see ``DESCRIPTION``."""
    seen, what = viseme(sound.symbol), kind(sound.symbol)
    return np.array(
        [
            seen.start.opening, seen.end.opening, seen.start.width, seen.end.width,
            seen.start.protrusion, seen.end.protrusion, seen.grip, seen.closes, seen.bites,
            what is SymbolKind.VOWEL, what is SymbolKind.GLIDE, sound.is_pause,
            sound.stressed, sound.long, sound.ends_word,
        ],
        dtype=np.float32,
    )  # fmt: skip
