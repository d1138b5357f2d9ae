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
    spill       it lasts as long as it must; the next line waits, but not longer than it may
                (:mod:`dubbing.timing.slots`)

The last rungs are for texts that are far too long. They keep every line audible and no other line from
being heard; a reviewer should see each of them:

    earlier     only the film's end is in the way: the line begins in the silence before it
    squeeze     every sound may shrink to 1 / `MOST_TEMPO` of its natural length
    overlap     still too long: it sounds together with the lines after it, which do not wait for it
    cut         still beyond the film's end: only the words are said that fit before it

No line is ever left out, nothing is planned outside the film, and an overflow is never an error.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from dubbing.timing.bounds import Bending, is_silent, problem
from dubbing.timing.solver import Problem, Solution, solve

if TYPE_CHECKING:
    from dubbing.settings import TimingSettings

HURRY = 0.85
"""Least share of its natural length that a line keeps before another text is tried."""
MOST_TEMPO = 2.0
"""Of single sounds, on the last rungs: words are still understood when speech is compressed to half
of its time, and hardly beyond (Foulke and Sticht 1969)."""
UNBOUNDED = 1 << 30
"""Frames; a slot that nothing closes."""


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
    """The time of a line in frames from its start.

    ``wanted`` is how long the mouth speaks; ``most``, how long until the next line; ``limit``, how long
    if the next line waits as long as it may; ``film``, how long until the film ends. ``before`` frames
    of silence precede the start.
    """

    wanted: int
    most: int
    limit: int = UNBOUNDED
    film: int = UNBOUNDED
    before: int = 0

    def __post_init__(self) -> None:
        """Each bound lies at or after the one before, and there is at least one frame."""
        if not 1 <= self.wanted <= self.most <= self.limit <= self.film or self.before < 0:
            raise ValueError(f"no slot: {self}")

    @property
    def ends_the_film(self) -> bool:
        """Whether nothing but the film's end is in the way."""
        return self.limit == self.film


@dataclass(frozen=True, slots=True)
class Limits:
    """How far lines may bend; the fields are those of ``TimingSettings``, which explains them."""

    fastest: float
    slowest: float
    comfortable_fast: float
    comfortable_slow: float
    max_rate: float

    @classmethod
    def of(cls, settings: TimingSettings) -> Limits:
        """Return what the settings allow."""
        return cls(
            settings.fastest,
            settings.slowest,
            settings.comfortable_fast,
            settings.comfortable_slow,
            settings.max_rate,
        )

    @property
    def least_share(self) -> float:
        """Share of its natural length to which a line can be pressed without running over."""
        return HURRY / self.max_rate


@dataclass(frozen=True, slots=True)
class Fit:
    """Which option, its frames (one a symbol), and the concessions made.

    A line that is cut has fewer frames than symbols. It begins ``earlier`` frames before its start.
    """

    option: int
    frames: tuple[int, ...]
    rungs: tuple[str, ...]
    cost: float
    earlier: int = 0


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
    bent = problem(
        option.symbols, option.natural, Bending(limits.fastest, limits.slowest, limits.max_rate)
    )
    hurried = math.ceil(HURRY * option.natural_frames / limits.max_rate)
    least = max(bent.shortest - option.unheard, hurried)
    rungs = ("candidate",) if index else ()
    rungs = (*rungs, "borrow", "pauses", "durations", "rate")
    if least <= slot.most:
        return _solved(index, option, bent, slot.most, rungs)
    if least <= slot.limit:
        return _solved(index, option, bent, least, (*rungs, "spill"))
    if slot.ends_the_film and least <= slot.film + slot.before:
        fit = _solved(index, option, bent, least, (*rungs, "earlier"))
        return replace(fit, earlier=least - slot.film)
    return _squeezed(index, option, slot, limits, rungs)


def _squeezed(
    index: int, option: Option, slot: Slot, limits: Limits, rungs: tuple[str, ...]
) -> Fit:
    """The rungs on which a line is faster than anybody likes."""
    fastest = min(limits.fastest, limits.max_rate / MOST_TEMPO)
    bent = problem(
        option.symbols, option.natural, Bending(fastest, limits.slowest, limits.max_rate)
    )
    shortest = bent.shortest - option.unheard
    over = () if slot.ends_the_film else ("overlap",)
    if shortest <= slot.limit and (over or not slot.before):
        return _solved(index, option, bent, slot.limit, (*rungs, "squeeze"))
    if shortest <= slot.film and over:
        return _solved(index, option, bent, shortest, (*rungs, "squeeze", *over))
    room = slot.film + slot.before
    rungs = (*rungs, *(("earlier",) if slot.before else ()), "squeeze", *over)
    if shortest > room:
        option, rungs = _beginning(option, bent, room), (*rungs, "cut")
        bent = _first(bent, len(option.symbols))
    return replace(_solved(index, option, bent, room, rungs), earlier=slot.before)


def _beginning(option: Option, bent: Problem, room: int) -> Option:
    """The first words of a line, as many as can be said in ``room`` frames; at least one sound."""
    fitting = int((np.cumsum(bent.lower) <= room).sum())
    symbols = option.symbols
    borders = [n for n in range(1, fitting + 1) if _ends_a_word(symbols, n)]
    n = max(borders, default=max(1, fitting))
    return Option(symbols[:n], option.natural[:n])


def _ends_a_word(symbols: str, n: int) -> bool:
    ends = n == len(symbols) or is_silent(symbols[n])
    return ends and not is_silent(symbols[n - 1])


def _first(bent: Problem, n: int) -> Problem:
    return Problem(bent.natural[:n], bent.lower[:n], bent.upper[:n], bent.stiffness[:n])


def _solved(index: int, option: Option, bent: Problem, heard: int, rungs: tuple[str, ...]) -> Fit:
    """Fill ``heard`` frames, and what is not heard beside."""
    total = min(max(heard + option.unheard, bent.shortest), bent.longest)
    solution = solve(bent, total)
    assert isinstance(solution, Solution), "a total between shortest and longest has a solution"
    return Fit(index, solution.frames, rungs, solution.cost)
