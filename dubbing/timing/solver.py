"""Exact integer durations by dynamic programming.

Given ``n`` symbols with natural lengths, bounds and stiffness, find integer lengths ``x_i`` with
``lower_i <= x_i <= upper_i`` and ``sum x_i == total`` that minimise

    sum_i  stiffness_i * log(x_i / natural_i)^2   -   sum_i  sum_{f in symbol i}  evidence[i, f]

The first term is a log-normal prior: halving a sound is as bad as doubling it. The second lets
anything that looks at the picture say which frames suit which symbol (zero if nothing looks).
The optimum is found exactly: ``best[i][t]`` is the least cost of the first ``i`` symbols filling
``t`` frames. Cost: n * (widest bound) vector operations of length ``total``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """One line to be fitted; all arrays have one element a symbol.

    ``natural`` float > 0 frames; ``lower``/``upper`` integer frames, ``1 <= lower <= upper``;
    ``stiffness`` float >= 0: how badly a symbol takes to being bent.
    """

    natural: Floats
    lower: Ints
    upper: Ints
    stiffness: Floats

    def __post_init__(self) -> None:
        """Refuse what has no meaning."""
        lengths = {len(self.natural), len(self.lower), len(self.upper), len(self.stiffness)}
        if len(lengths) != 1 or not len(self.natural):
            raise ValueError("a problem needs the same number of values in every array, at least 1")
        if (self.natural <= 0).any() or (self.lower < 1).any() or (self.upper < self.lower).any():
            raise ValueError("natural > 0 and 1 <= lower <= upper must hold for every symbol")

    @property
    def shortest(self) -> int:
        """Fewest frames it can be spoken in."""
        return int(self.lower.sum())

    @property
    def longest(self) -> int:
        """Most frames it can be drawn out to."""
        return int(self.upper.sum())


@dataclass(frozen=True, slots=True)
class Solution:
    """Frames for each symbol, and what they cost."""

    frames: tuple[int, ...]
    cost: float


def solve(problem: Problem, total: int, evidence: Floats | None = None) -> Solution | None:
    """The cheapest lengths that sum to exactly ``total`` frames, or ``None`` if there are none.

    Args:
        problem: natural lengths, bounds and stiffness.
        total: frames to fill.
        evidence: float ``[n, total]``, how well frame ``f`` suits symbol ``i`` (log-probability
            or any reward); ``None`` for none.
    """
    if not problem.shortest <= total <= problem.longest:
        return None
    reward = _cumulative(evidence, len(problem.natural), total)
    best = np.full(total + 1, np.inf)
    best[0] = 0.0
    choices = np.zeros((len(problem.natural), total + 1), dtype=np.int32)
    for i in range(len(problem.natural)):
        best, choices[i] = _extend(best, problem, i, reward)
    if not np.isfinite(best[total]):
        return None
    return Solution(_trace(choices, total), float(best[total]))


def _extend(
    best: Floats, problem: Problem, i: int, reward: Floats | None
) -> tuple[Floats, npt.NDArray[np.int32]]:
    """Add symbol ``i``: for every end frame its cheapest length."""
    lengths = np.arange(problem.lower[i], problem.upper[i] + 1)
    prior = problem.stiffness[i] * np.log(lengths / problem.natural[i]) ** 2
    extended = np.full_like(best, np.inf)
    choice = np.zeros(len(best), dtype=np.int32)
    for length, cost in zip(lengths, prior, strict=True):
        if length >= len(best):
            break
        candidate = best[: len(best) - length] + cost
        if reward is not None:
            candidate = candidate - (reward[i, length:] - reward[i, : len(best) - length])
        better = candidate < extended[length:]
        extended[length:][better] = candidate[better]
        choice[length:][better] = length
    return extended, choice


def _cumulative(evidence: Floats | None, n: int, total: int) -> Floats | None:
    """Running sums, so that any stretch of frames costs one subtraction: float ``[n, total+1]``."""
    if evidence is None:
        return None
    if evidence.shape != (n, total):
        raise ValueError(f"evidence must be [{n}, {total}], not {list(evidence.shape)}")
    sums: Floats = np.concatenate([np.zeros((n, 1)), np.cumsum(evidence, axis=1)], axis=1)
    return sums


def _trace(choices: npt.NDArray[np.int32], total: int) -> tuple[int, ...]:
    frames: list[int] = []
    left = total
    for row in choices[::-1]:
        frames.append(int(row[left]))
        left -= frames[-1]
    return tuple(reversed(frames))
