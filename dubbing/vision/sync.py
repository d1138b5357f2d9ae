"""How far the sound of a film and its picture lie apart.

The recogniser says when each word is heard; the aligner says, from the lips alone, when its sounds are
made. The median difference is the offset. Because the aligner is given the words, it tells an offset of
half a second as surely as none: it is asked from three starting points, and believed if it finds the same
place from all of them. Right to about 60 ms on films it has never seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dubbing.timeline import FRAME_MS
from dubbing.timing.lip_alignment import Look, align_by_lips
from dubbing.timing.lips import Lips
from dubbing.timing.visemes import sounds

Floats = npt.NDArray[np.float64]
STARTS_FRAMES = (-10, 0, 10)
LOOKS = 4
LEAST_SOUNDS = 30
MOST_DISAGREEMENT_MS = 60.0
MOST_SPREAD_MS = 80.0
RECOGNISER_EARLY_MS = 45.0
"""The recogniser's words begin this much before their sound (median over ten real clips)."""
SHORTEST, LONGEST = 1.0, 6.0
"""Frames a sound is taken to last if its word is short or long."""


@dataclass(frozen=True, slots=True, eq=False)
class HeardLine:
    """What is heard and the mouth that says it.

    ``symbols`` of each word, and when it begins and ends in frames of ``lips``.
    """

    words: tuple[tuple[str, float, float], ...]
    lips: Lips


def sound_offset_ms(lines: Sequence[HeardLine], look: Look) -> float | None:
    """How much later than the picture the sound is; ``None`` if it cannot be told."""
    found: list[list[float]] = [[] for _ in STARTS_FRAMES]
    for line in lines:
        symbols, edges = _rough(line)
        if len(edges) < 3:
            continue
        lengths = np.clip(np.diff(edges), SHORTEST, LONGEST)
        for start, apart in zip(STARTS_FRAMES, found, strict=True):
            seen = align_by_lips(symbols, lengths, edges + start, line.lips, look, looks=LOOKS)
            apart.extend((seen - edges) * FRAME_MS)
    if len(found[0]) < LEAST_SOUNDS:
        return None
    late = [float(np.median(apart)) for apart in found]
    usual = found[STARTS_FRAMES.index(0)]
    spread = float(np.median(np.abs(np.array(usual) - np.median(usual))))
    if np.ptp(late) > MOST_DISAGREEMENT_MS or spread > MOST_SPREAD_MS:
        return None
    return round(RECOGNISER_EARLY_MS - float(np.median(late)), 1)


def _rough(line: HeardLine) -> tuple[str, Floats]:
    """Symbols of the line, and where its sounds would be if every word were even in itself."""
    symbols, edges, end = "", [], 0.0
    for word, begins, ends in line.words:
        n_sounds = len(sounds(word))
        if n_sounds == 0:
            continue
        symbols += f" {word}" if symbols else word
        edges += list(np.linspace(begins, ends, n_sounds + 1)[:-1])
        end = ends
    if not symbols or len(sounds(symbols)) != len(edges):
        return "", np.zeros(0)
    return symbols, np.maximum.accumulate([*edges, end])
