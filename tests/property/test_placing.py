"""Placing a line in a window: optimal, exact, within bounds, and the same wherever the window lies."""

from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dubbing.timing.placing import place
from dubbing.timing.solver import Problem


@st.composite
def cases(draw) -> tuple[Problem, np.ndarray]:
    n, frames = draw(st.integers(1, 3)), draw(st.integers(3, 9))
    lower = np.array(draw(st.lists(st.integers(1, 2), min_size=n, max_size=n)))
    upper = lower + np.array(draw(st.lists(st.integers(0, 3), min_size=n, max_size=n)))
    natural = np.array(draw(st.lists(st.floats(1, 5), min_size=n, max_size=n)))
    stiffness = np.array(draw(st.lists(st.floats(0, 3), min_size=n, max_size=n)))
    seed = draw(st.integers(0, 2**31))
    evidence = np.random.default_rng(seed).normal(size=(n + 2, frames))
    return Problem(natural, lower, upper, stiffness), evidence


def cost_of(problem: Problem, evidence: np.ndarray, before: int, lengths: tuple[int, ...]) -> float:
    prior = (problem.stiffness * np.log(np.array(lengths) / problem.natural) ** 2).sum()
    owner = np.repeat(
        np.arange(len(lengths) + 2), [before, *lengths, evidence.shape[1] - before - sum(lengths)]
    )
    return float(prior - evidence[owner, np.arange(evidence.shape[1])].sum())


def by_brute_force(problem: Problem, evidence: np.ndarray) -> float:
    choices = [range(a, b + 1) for a, b in zip(problem.lower, problem.upper, strict=True)]
    frames = evidence.shape[1]
    return min(
        (
            cost_of(problem, evidence, before, lengths)
            for lengths in product(*choices)
            for before in range(frames - sum(lengths) + 1)
        ),
        default=float("inf"),
    )


@given(cases())
@settings(deadline=None, max_examples=150)
def test_no_other_placing_is_cheaper(case: tuple[Problem, np.ndarray]) -> None:
    problem, evidence = case
    found = place(problem, evidence)
    best = by_brute_force(problem, evidence)
    if found is None:
        assert best == float("inf")
        return
    assert abs(found.cost - best) < 1e-6
    assert abs(cost_of(problem, evidence, found.before, found.frames) - best) < 1e-6


@given(cases(), st.integers(0, 5), st.integers(0, 5))
@settings(deadline=None, max_examples=100)
def test_it_fills_the_window_within_its_bounds(
    case: tuple[Problem, np.ndarray], most_before: int, most_after: int
) -> None:
    problem, evidence = case
    found = place(problem, evidence, most_before=most_before, most_after=most_after)
    if found is None:
        return
    assert found.before + sum(found.frames) + found.after == evidence.shape[1]
    assert 0 <= found.before <= most_before
    assert 0 <= found.after <= most_after
    assert (np.array(found.frames) >= problem.lower).all()
    assert (np.array(found.frames) <= problem.upper).all()


@given(cases(), st.integers(1, 6))
@settings(deadline=None, max_examples=60)
def test_a_window_that_begins_earlier_moves_the_line_by_as_much(
    case: tuple[Problem, np.ndarray], shift: int
) -> None:
    problem, evidence = case
    silence = np.full((evidence.shape[0], shift), -50.0)
    silence[0] = 0.0  # only the silence before suits the frames that were added
    here, there = (
        place(problem, evidence),
        place(problem, np.concatenate([silence, evidence], axis=1)),
    )
    if here is None:
        return
    assert there is not None
    assert there.cost <= here.cost + 1e-6
    if there.before >= shift:
        assert abs(there.cost - here.cost) < 1e-6
