"""How far off an alignment from the lips alone is, beside what one would do without looking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dubbing.timeline import FRAME_MS
from dubbing.timing.lip_alignment import Look, align_by_lips
from dubbing.timing.lips import Lips, movement
from dubbing.training.examples import Example

Floats = npt.NDArray[np.float64]
STILL = 0.5
"""Share of a mouth's quick movement (its 90th percentile) below which it is at rest."""


METHODS = {
    "ours": "lips (ours)",
    "natural": "natural lengths from where the mouth begins to move",
    "uniform": "natural lengths stretched to where it stops",
    "uniform_in_our_ends": "natural lengths stretched between the ends that ours found",
}


@dataclass(frozen=True, slots=True)
class Errors:
    """Distances between found and true boundaries, in ms, of one line; all boundaries count."""

    ours: Floats
    natural: Floats
    uniform: Floats
    uniform_in_our_ends: Floats


def judged(example: Example, look: Look) -> Errors:
    """Align one line in the ways of ``METHODS``, from lips and sounds alone.

    The last way shows what the lips say inside the line: it is given the ends that ours found.
    """
    begin, end = moving(example.lips)
    naturally = np.concatenate([[0.0], np.cumsum(example.natural)])
    natural = begin + naturally
    uniform = begin + naturally * (end - begin) / naturally[-1]
    ours = align_by_lips(example.symbols, example.natural, uniform, example.lips, look)
    in_our_ends = ours[0] + naturally * (ours[-1] - ours[0]) / naturally[-1]
    found = (ours, natural, uniform, in_our_ends)
    return Errors(*(np.abs(edges - example.edges) * FRAME_MS for edges in found))


def moving(lips: Lips) -> tuple[float, float]:
    """First and last frame in which the mouth moves as in speech."""
    speed = movement(lips)
    quick = np.flatnonzero(speed > STILL * np.percentile(speed, 90))
    if len(quick) < 2:
        return 0.0, float(len(lips))
    return float(quick[0]), float(quick[-1] + 1)


def summary(errors: Sequence[Errors]) -> dict[str, float]:
    """Medians and means over all boundaries of all lines, in ms."""
    result: dict[str, float] = {}
    for method in METHODS:
        values = np.concatenate([getattr(one, method) for one in errors])
        result[f"{method}_median_ms"] = round(float(np.median(values)), 1)
        result[f"{method}_mean_ms"] = round(float(np.mean(values)), 1)
        result[f"{method}_within_80_ms"] = round(float(np.mean(values <= 80)), 3)
    best = min(result["natural_median_ms"], result["uniform_median_ms"])
    result["better_than_best_baseline"] = round(1 - result["ours_median_ms"] / best, 3)
    return result
