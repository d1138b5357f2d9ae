"""How far each kind of symbol may bend, and how much it minds.

Vowels and pauses give way before consonants: speakers who hurry shorten vowels and pauses most and
keep plosives and fricatives (Gay 1981, "Mechanisms in the control of speech rate").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dubbing.language.phoneme_classes import SymbolKind, kind
from dubbing.timing.solver import Problem

STIFFNESS = {
    SymbolKind.VOWEL: 1.0,
    SymbolKind.GLIDE: 1.5,
    SymbolKind.CONSONANT: 2.0,
    SymbolKind.BILABIAL: 2.0,
    SymbolKind.LENGTH: 1.0,
    SymbolKind.STRESS: 1.5,
    SymbolKind.TONE: 1.0,
    SymbolKind.SPACE: 0.5,
    SymbolKind.PAUSE: 0.3,
}
PAUSE_GROWTH_FRAMES = 16
"""A written pause may become 0.4 s longer than natural."""
SPACE_GROWTH_FRAMES = 3
SILENT = (SymbolKind.PAUSE, SymbolKind.SPACE)


@dataclass(frozen=True, slots=True)
class Bending:
    """Limits of one line: shares of the natural length that a sound may shrink or grow to."""

    fastest: float
    slowest: float
    rate: float = 1.0
    """Global tempo: natural lengths are divided by it before anything else."""


def is_silent(symbol: str) -> bool:
    """Whether a symbol is a pause or a word border."""
    return kind(symbol) in SILENT


def problem(symbols: str, natural: Sequence[float], bending: Bending) -> Problem:
    """The solver's view of a line: ``natural`` in frames, one a symbol."""
    lengths = np.maximum(np.asarray(natural, dtype=np.float64), 1.0) / bending.rate
    lower, upper = zip(
        *(_bounds(s, n, bending) for s, n in zip(symbols, lengths, strict=True)), strict=True
    )
    stiffness = np.array([STIFFNESS[kind(symbol)] for symbol in symbols])
    # a long sound counts by its length: ten frames bent by 10 % are heard more than one
    return Problem(lengths, np.array(lower), np.array(upper), stiffness * np.sqrt(lengths))


def _bounds(symbol: str, natural: float, bending: Bending) -> tuple[int, int]:
    lower = max(1, int(np.ceil(natural * bending.fastest - 1e-9)))
    upper = max(lower, int(np.floor(natural * bending.slowest + 1e-9)))
    match kind(symbol):
        case SymbolKind.PAUSE:
            return 1, int(np.ceil(natural)) + PAUSE_GROWTH_FRAMES
        case SymbolKind.SPACE:
            return 1, int(np.ceil(natural)) + SPACE_GROWTH_FRAMES
        case _:
            return lower, upper
