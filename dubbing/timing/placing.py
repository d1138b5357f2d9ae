"""Where a line lies in a window of time: silence, the sounds, silence, all found at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dubbing.timing.solver import Problem, solve

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Placed:
    """The line begins ``before`` frames into the window; ``frames`` has one length a symbol."""

    before: int
    frames: tuple[int, ...]
    after: int
    cost: float


def place(
    problem: Problem,
    evidence: Floats,
    *,
    most_before: int | None = None,
    most_after: int | None = None,
) -> Placed | None:
    """Find where a line begins, how long each symbol lasts, and where it ends.

    Args:
        problem: the symbols of the line.
        evidence: float ``[n + 2, F]``, how well frame f suits the silence before, each symbol, and
            the silence after; F is the length of the window.
        most_before: the line begins at most so late; ``None`` for anywhere.
        most_after: it ends at most so long before the end of the window.

    Returns:
        ``None`` if it cannot be done within the bounds.
    """
    n_frames = evidence.shape[1]
    # silence may last no time at all: one frame is added at either end that stands for none
    padded = np.pad(evidence, ((0, 0), (1, 1)))
    before = n_frames if most_before is None else most_before
    after = n_frames if most_after is None else most_after
    whole = Problem(
        natural=np.concatenate([[1.0], problem.natural, [1.0]]),
        lower=np.concatenate([[1], problem.lower, [1]]),
        upper=np.concatenate([[before + 1], problem.upper, [after + 1]]),
        stiffness=np.concatenate([[0.0], problem.stiffness, [0.0]]),
    )
    solution = solve(whole, n_frames + 2, padded)
    if solution is None:
        return None
    first, *inner, last = solution.frames
    return Placed(first - 1, tuple(inner), last - 1, solution.cost)
