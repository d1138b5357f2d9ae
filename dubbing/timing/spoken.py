"""A text as the engine would say it: symbols, natural lengths, and where it is heard.

The first and last symbols are not heard for all of their length: Kokoro gives the last sound before a
full stop up to 0.7 s, of which most is silence. What fills the slot is what is heard.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from dubbing.timeline import FRAME_MS, DurationPlan, Span
from dubbing.timing.bounds import is_silent
from dubbing.timing.isochrony import Fit, Option

Heard = tuple[float, float]
"""Where sound begins and ends, in frames from the start of the take."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """``natural`` has one length for each symbol and one for either end.

    ``first`` to ``last`` (excluded) are the sounding elements of ``natural``; ``cut`` frames of the
    last one are its silent end, which the solver does not see; ``unheard`` frames more are silent.
    """

    symbols: str
    natural: tuple[float, ...]
    first: int
    last: int
    cut: int
    unheard: int

    @property
    def option(self) -> Option:
        """What the ladder wants to know."""
        natural = self.natural[self.first : self.last]
        heard_last = max(1.0, natural[-1] - self.cut)
        symbols = self.symbols[self.first - 1 : self.last - 1]
        return Option(symbols, (*natural[:-1], heard_last), self.unheard)

    def frames(self, fit: Fit) -> tuple[int, ...]:
        """Lengths of silence, symbols, silence as the engine is told.

        The silences before and after keep their natural length: with a shorter one before, Kokoro
        swallows the first sounds.
        """
        before = whole_frames(self.natural[: self.first])
        after = whole_frames(self.natural[self.last :])
        return (*before, *fit.frames[:-1], fit.frames[-1] + self.cut, *after)

    def heard_frames(self, fit: Fit) -> int:
        """How long the bent line is heard."""
        return max(1, sum(fit.frames) - self.unheard)

    def heard_as(self, heard: Heard, fit: Fit) -> Spoken:
        """The same text, corrected by where it is heard when it is bent so."""
        return replace(self, unheard=round(sum(fit.frames) - (heard[1] - heard[0])))

    def cut_to(self, n_sounds: int, after: float) -> Spoken:
        """The beginning of the same text: ``n_sounds`` of its sounding symbols, then silence."""
        last = self.first + n_sounds
        return Spoken(
            self.symbols[: last - 1],
            (*self.natural[:last], after),
            self.first,
            last,
            cut=0,
            unheard=0,
        )

    def plan(
        self,
        text: str,
        fit: Fit,
        start_ms: int,
        *,
        lip_strength: float = 0.0,
        told_by: str = "",
        clearness: float | None = None,
        added_pauses: int = 0,
    ) -> DurationPlan:
        """The plan that begins to sound at ``start_ms``."""
        frames = self.frames(fit)
        length = self.heard_frames(fit)
        return DurationPlan(
            text=text,
            symbols=self.symbols,
            frames=frames,
            natural=self.natural,
            first=self.first,
            last=self.last,
            fade_frames=sum(frames[self.first : self.last]) - length,
            span=Span(start_ms, start_ms + length * FRAME_MS),
            rungs=fit.rungs,
            cost=round(fit.cost, 3),
            lip_strength=lip_strength,
            told_by=told_by,
            clearness=clearness,
            added_pauses=added_pauses,
        )


def spoken(symbols: str, natural: Sequence[float], heard: Heard) -> Spoken | None:
    """A text from its natural lengths and where it is heard in them; ``None`` if it is mute."""
    sounding = [i for i, symbol in enumerate(symbols) if not is_silent(symbol)]
    if not sounding:
        return None
    first, last = sounding[0] + 1, sounding[-1] + 2
    inner = sum(whole_frames(natural[first:last]))
    silent = round(inner - (heard[1] - heard[0]))
    cut = max(0, min(silent, round(natural[last - 1]) - 1))
    return Spoken(symbols, tuple(natural), first, last, cut, silent - cut)


def whole_frames(natural: Sequence[float]) -> tuple[int, ...]:
    """Natural lengths as an engine can speak them: whole frames, one at least."""
    return tuple(max(1, round(length)) for length in natural)


def spread(natural: Sequence[float], total: int) -> tuple[int, ...]:
    """Lengths in proportion to the natural ones that sum to ``total``, none below one frame."""
    ends = np.round(np.cumsum(natural) * total / sum(natural)).astype(int)
    lengths = np.maximum(1, np.diff(ends, prepend=0))
    while (excess := int(lengths.sum()) - total) > 0 and lengths.max() > 1:
        lengths[np.argsort(lengths)[::-1][:excess]] -= 1
        lengths = np.maximum(1, lengths)
    return tuple(int(length) for length in lengths)
