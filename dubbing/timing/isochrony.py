"""The ladder that makes every line fit its time, or says how it does not.

Concessions are made in a fixed order, and each that was made is named in the plan:

    as wanted   the line lasts exactly as long as the mouth speaks, phonemes bent so little that
                nobody hears it
    early end   too short even when drawn out: it ends before the mouth does
    borrow      it may last into the silence before the next line
    pauses      its pauses shrink to one frame
    durations   phonemes are compressed within their bounds, the whole by at most `hurry`
    candidate   the next translation is tried from the top
    rate        a global tempo on top, at most `max_rate`
    spill       it lasts as long as it must; the next line starts later

A word is never cut, a line never left out, and an overflow never an error.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from dubbing.timing.bounds import Bending, is_silent, problem
from dubbing.timing.solver import Problem, Solution, solve

HURRY = 0.85
"""Least share of its natural length that a line keeps before another text is tried."""


@dataclass(frozen=True, slots=True)
class Option:
    """One way to say a line: the sounding ``symbols`` and their ``natural`` lengths in frames.

    ``unheard`` of these frames are silence at the ends (negative: sound outside the symbols).
    """

    symbols: str
    natural: tuple[float, ...]
    unheard: int = 0

    @property
    def natural_frames(self) -> float:
        """Heard length of the whole, unbent."""
        return sum(self.natural) - self.unheard

    @property
    def spoken_frames(self) -> float:
        """Length of the sounds alone, without pauses and word borders."""
        pairs = zip(self.symbols, self.natural, strict=True)
        return sum(length for symbol, length in pairs if not is_silent(symbol))


@dataclass(frozen=True, slots=True)
class Slot:
    """``wanted`` frames is how long the mouth speaks; ``most``, how long until the next line.

    ``closed``: nothing may spill beyond ``most``, since the film ends there.
    """

    wanted: int
    most: int
    closed: bool = False

    def __post_init__(self) -> None:
        """There is at least one frame, and never less room than the mouth takes."""
        if not 1 <= self.wanted <= self.most:
            raise ValueError(f"slot wants 1 <= {self.wanted} <= {self.most}")


@dataclass(frozen=True, slots=True)
class Limits:
    """How far lines may bend; the fields are those of ``TimingSettings``."""

    fastest: float = 0.6
    slowest: float = 1.6
    comfortable_fast: float = 0.9
    comfortable_slow: float = 1.25
    max_rate: float = 1.2


@dataclass(frozen=True, slots=True)
class Fit:
    """Which option, its frames (one a symbol), and the concessions made."""

    option: int
    frames: tuple[int, ...]
    rungs: tuple[str, ...]
    cost: float


def fit_line(options: Iterable[Option], slot: Slot, limits: Limits) -> Fit:
    """Make one of the options fit, making as few concessions as possible; never fails.

    Args:
        options: ways to say the line, the best first; at least one, none empty. They may be lazy:
            no more are asked for than are tried.
        slot: the time there is.
        limits: how far to bend.
    """
    tried: list[Option] = []
    for option in options:
        fit = _without_rate(len(tried), option, slot, limits)
        if fit is not None:
            return fit
        tried.append(option)
    shortest = min(range(len(tried)), key=lambda i: tried[i].natural_frames)
    return _last_resort(shortest, tried[shortest], slot, limits)


def _without_rate(index: int, option: Option, slot: Slot, limits: Limits) -> Fit | None:
    natural = option.natural_frames
    bent = problem(option.symbols, option.natural, Bending(limits.fastest, limits.slowest))
    rungs = ("candidate",) if index else ()
    comfortable = math.ceil(limits.comfortable_fast * natural)
    if comfortable <= slot.wanted:
        longest = _drawn_out(option, bent, limits)
        early = () if slot.wanted <= longest else ("early end",)
        return _solved(index, option, bent, min(slot.wanted, longest), (*rungs, *early))
    if comfortable <= slot.most:
        return _solved(index, option, bent, comfortable, (*rungs, "borrow"))
    borrowed = (*rungs, "borrow") if slot.most > slot.wanted else rungs
    n_silent = sum(map(is_silent, option.symbols))
    squeezed = limits.comfortable_fast * option.spoken_frames + n_silent - option.unheard
    if math.ceil(squeezed) <= slot.most:
        return _solved(index, option, bent, slot.most, (*borrowed, "pauses"))
    if max(bent.shortest - option.unheard, math.ceil(HURRY * natural)) <= slot.most:
        return _solved(index, option, bent, slot.most, (*borrowed, "pauses", "durations"))
    return None


def _drawn_out(option: Option, bent: Problem, limits: Limits) -> int:
    """The longest that still sounds natural: sounds by ``comfortable_slow``, pauses to the full."""
    silent = np.array([is_silent(symbol) for symbol in option.symbols])
    pauses = int(bent.upper[silent].sum())
    drawn = math.floor(limits.comfortable_slow * option.spoken_frames) + pauses
    return min(bent.longest, max(bent.shortest, drawn)) - option.unheard


def _last_resort(index: int, option: Option, slot: Slot, limits: Limits) -> Fit:
    bending = Bending(limits.fastest, limits.slowest, limits.max_rate)
    bent = problem(option.symbols, option.natural, bending)
    hurried = math.ceil(HURRY * option.natural_frames / limits.max_rate)
    least = max(bent.shortest - option.unheard, hurried)
    rungs = ("candidate",) if index else ()
    rungs = (*rungs, "borrow", "pauses", "durations", "rate")
    if least <= slot.most or (slot.closed and bent.shortest - option.unheard <= slot.most):
        return _solved(index, option, bent, slot.most, rungs)
    return _solved(index, option, bent, least, (*rungs, "spill"))


def _solved(index: int, option: Option, bent: Problem, heard: int, rungs: tuple[str, ...]) -> Fit:
    """Fill ``heard`` frames, and what is not heard beside."""
    total = min(max(heard + option.unheard, bent.shortest), bent.longest)
    solution = solve(bent, total)
    assert isinstance(solution, Solution), "a total between shortest and longest has a solution"
    return Fit(index, solution.frames, rungs, solution.cost)
