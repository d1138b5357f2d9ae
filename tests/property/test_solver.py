"""The solver against brute force, and what must always hold."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dubbing.timing.solver import Problem, solve


@st.composite
def problems(draw, most: int = 5) -> Problem:
    n = draw(st.integers(1, most))
    natural = draw(st.lists(st.floats(0.5, 9.0), min_size=n, max_size=n))
    lower = draw(st.lists(st.integers(1, 4), min_size=n, max_size=n))
    extra = draw(st.lists(st.integers(0, 4), min_size=n, max_size=n))
    stiffness = draw(st.lists(st.floats(0.1, 4.0), min_size=n, max_size=n))
    low = np.array(lower)
    return Problem(np.array(natural), low, low + np.array(extra), np.array(stiffness))


def cost(problem: Problem, frames, evidence=None) -> float:
    total = float(np.sum(problem.stiffness * np.log(np.array(frames) / problem.natural) ** 2))
    if evidence is not None:
        edges = np.concatenate([[0], np.cumsum(frames)])
        total -= sum(evidence[i, a:b].sum() for i, (a, b) in enumerate(itertools.pairwise(edges)))
    return total


def cheapest(problem: Problem, total: int, evidence=None) -> float:
    ranges = [range(a, b + 1) for a, b in zip(problem.lower, problem.upper, strict=True)]
    every = (f for f in itertools.product(*ranges) if sum(f) == total)
    return min(cost(problem, frames, evidence) for frames in every)


@given(problems(), st.data())
@settings(deadline=None, max_examples=60)
def test_it_is_optimal(problem: Problem, data) -> None:
    total = data.draw(st.integers(problem.shortest, problem.longest))
    seed = data.draw(st.integers(0, 99))
    evidence = np.random.default_rng(seed).normal(size=(len(problem.natural), total))
    for given_evidence in (None, evidence):
        solution = solve(problem, total, given_evidence)
        assert solution is not None
        assert solution.cost == pytest.approx(cheapest(problem, total, given_evidence), abs=1e-9)
        assert cost(problem, solution.frames, given_evidence) == pytest.approx(
            solution.cost, abs=1e-9
        )


@given(problems(most=30), st.data())
@settings(deadline=None)
def test_the_sum_is_exact_and_the_bounds_are_kept(problem: Problem, data) -> None:
    total = data.draw(st.integers(problem.shortest, problem.longest))
    solution = solve(problem, total)
    assert solution is not None
    assert sum(solution.frames) == total
    assert (np.array(solution.frames) >= problem.lower).all()
    assert (np.array(solution.frames) <= problem.upper).all()


@given(problems(), st.integers(1, 60))
@settings(deadline=None)
def test_what_cannot_be_is_none_and_never_wrong(problem: Problem, total: int) -> None:
    fits = problem.shortest <= total <= problem.longest
    assert (solve(problem, total) is not None) == fits


def test_natural_lengths_cost_nothing() -> None:
    problem = Problem(np.array([3.0, 5.0]), np.array([1, 1]), np.array([9, 9]), np.ones(2))
    solution = solve(problem, 8)
    assert solution is not None
    assert solution.frames == (3, 5)
    assert solution.cost == 0


def test_soft_symbols_give_way_before_stiff_ones() -> None:
    problem = Problem(
        np.array([6.0, 6.0]), np.array([2, 2]), np.array([12, 12]), np.array([1.0, 9.0])
    )
    solution = solve(problem, 8)
    assert solution is not None
    assert solution.frames[0] < solution.frames[1]


def test_evidence_moves_a_symbol_to_where_it_is_seen() -> None:
    problem = Problem(np.full(3, 4.0), np.full(3, 2), np.full(3, 8), np.full(3, 0.2))
    evidence = np.zeros((3, 12))
    evidence[1, 6:8] = 5.0  # the middle one is seen late and short
    evidence[1, :6] = evidence[1, 8:] = -5.0
    solution = solve(problem, 12, evidence)
    assert solution is not None
    assert solution.frames == (6, 2, 4)


def test_a_long_line_is_solved_quickly() -> None:
    import time

    rng = np.random.default_rng(1)
    natural = rng.uniform(1, 8, 400)
    problem = Problem(
        natural,
        np.maximum(1, natural * 0.6).astype(int),
        np.ceil(natural * 1.6).astype(int),
        np.ones(400),
    )
    began = time.process_time()
    assert solve(problem, int(natural.sum())) is not None
    assert time.process_time() - began < 1.0
