"""When known sounds were said, from the mouth alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from dubbing.timing.lips import Lips
from dubbing.timing.placing import place
from dubbing.timing.solver import Problem
from dubbing.timing.visemes import Sound, sounds

Floats = npt.NDArray[np.float64]
Look = Callable[[Sequence[Sound], Floats, Floats, Lips], tuple[Floats, Floats]]
"""``Aligner.look``, or the same by a network in training."""
PRIOR = 0.35
"""Stiffness of a sound while aligning: real speech strays further from an engine than a dub may."""
LOOKS = 2
MOST_OFFSET = 1.0
LONGEST = 4
"""Times its expected length that a sound may last."""


def align_by_lips(
    symbols: str, natural: Floats, edges: Floats, lips: Lips, look: Look, *, looks: int = LOOKS
) -> Floats:
    """Boundaries of the sounds, float64 ``[T + 1]``, in frames of ``lips``.

    Args:
        symbols: what was said.
        natural: float ``[T]`` frames, what a speech engine would give each sound.
        edges: float ``[T + 1]``, where the sounds are thought to be; may be far off.
        lips: the mouth, with some silence around.
        look: the aligner.
        looks: how often it looks, each time from where it found them before.
    """
    found = sounds(symbols)
    for _ in range(looks):
        log_p, offsets = look(found, natural, edges, lips)
        lean = np.exp(np.clip(offsets, -MOST_OFFSET, MOST_OFFSET))
        expected = np.maximum(natural * lean, 0.5)
        upper = np.maximum(3, np.ceil(expected * LONGEST)).astype(np.int64)
        lower = np.ones(len(found), np.int64)
        placed = place(Problem(expected, lower, upper, np.full(len(found), PRIOR)), log_p)
        if placed is None:
            break
        edges = np.cumsum([float(placed.before), *placed.frames])
    return edges
