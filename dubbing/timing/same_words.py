"""The original says the very words of the dub: when it says each sound tells when the dub shall.

What was found in the original's sound becomes evidence for the solver, as the network's is: how well
frame f suits sound i, given that every border may be some frames off.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dubbing.language.phoneme_classes import SymbolKind, kind
from dubbing.timeline import FRAME_MS
from dubbing.timing.lips import stretches
from dubbing.timing.visemes import Sound

Floats = npt.NDArray[np.float64]
SPREAD_FRAMES = 0.6
"""How far off a border is found, as the scale of a logistic distribution."""
LEAST_LOG_P = -5.0
REST_FRAMES = 9
"""A silence of the original that lasts so long inside a line is a pause."""
REACH_MS = 300
"""A pause belongs to a word border that was found so near."""


def heard_evidence(found: Sequence[Sound], edges: Floats, n_frames: int) -> Floats:
    """How well each frame suits each sound, and the silences around: float64 ``[T + 2, F]``.

    Args:
        found: the sounds of a line.
        edges: float ``[n + 1]``, where its symbols begin and end, in frames.
        n_frames: length of the window.
    """
    borders = np.array([*(edges[sound.first] for sound in found), edges[found[-1].last]])
    middles = np.arange(n_frames) + 0.5
    passed = 1 / (1 + np.exp(-np.clip((middles - borders[:, None]) / SPREAD_FRAMES, -30, 30)))
    begun = np.concatenate([np.ones((1, n_frames)), passed])
    ended = np.concatenate([passed, np.zeros((1, n_frames))])
    within = np.clip(begun - ended, 1e-12, None)
    return np.asarray(np.maximum(np.log(within), LEAST_LOG_P))


def offsets_of(found: Sequence[Sound], edges: Floats, natural: Sequence[float]) -> Floats:
    """How much longer each sound lasts in the original than it would naturally: log ratios ``[T]``."""
    heard = np.array([edges[sound.last] - edges[sound.first] for sound in found])
    expected = np.array([sum(natural[sound.first : sound.last]) for sound in found])
    return np.asarray(np.log(np.maximum(heard, 0.5) / np.maximum(expected, 0.5)))


def rests_of(
    quiet: npt.NDArray[np.bool_], begin_ms: int, edges_ms: Floats
) -> list[tuple[int, int]]:
    """Silences of the original inside a line, begin and end in ms.

    Args:
        quiet: bool ``[F]``, frames in which nobody is heard.
        begin_ms: start of the first of them.
        edges_ms: float ``[n + 1]``, where the symbols of the line begin and end.
    """
    found = [(begin_ms + a * FRAME_MS, begin_ms + b * FRAME_MS) for a, b in stretches(quiet)]
    return [
        (a, b)
        for a, b in found
        if b - a >= REST_FRAMES * FRAME_MS and a > edges_ms[0] and b < edges_ms[-1]
    ]


def with_rests(
    symbols: str, edges_ms: Floats, rests: Sequence[tuple[int, int]]
) -> tuple[str, dict[int, int]]:
    """Put a comma at the word border of each rest that has none.

    Returns:
        The symbols, and the length in ms of the rest that each pause stands for, by its place.
    """
    asked: dict[int, int] = {}
    for begin_ms, end_ms in rests:
        place = _border_at(symbols, edges_ms, begin_ms, end_ms)
        if place is not None:
            asked[place] = asked.get(place, 0) + end_ms - begin_ms
    text, lengths = "", {}
    for place, symbol in enumerate(symbols):
        if place in asked:
            lengths[len(text)] = asked[place]
            text += "," if kind(symbol) is SymbolKind.SPACE else ""
        text += symbol
    return text, lengths


def _border_at(symbols: str, edges_ms: Floats, begin_ms: int, end_ms: int) -> int | None:
    """The pause or word border nearest to a rest; ``None`` if all are far."""
    middle_ms = (begin_ms + end_ms) / 2
    far = {
        place: max(0.0, abs((edges_ms[place] + edges_ms[place + 1]) / 2 - middle_ms))
        for place in range(1, len(symbols) - 1)
        if _is_border(symbols, place)
    }
    best = min(far, key=lambda place: far[place], default=None)
    reach_ms = REACH_MS + (end_ms - begin_ms) / 2
    return best if best is not None and far[best] <= reach_ms else None


def _is_border(symbols: str, place: int) -> bool:
    """A pause, or a space that has none before it."""
    if kind(symbols[place]) is SymbolKind.PAUSE:
        return True
    return kind(symbols[place]) is SymbolKind.SPACE and kind(symbols[place - 1]) not in (
        SymbolKind.PAUSE,
        SymbolKind.SPACE,
    )
