"""How far off the planner that dubs use is, part by part, when the mouth says its text.

A line is timed by :func:`dubbing.timing.lipsync.follow_lips` as in a dub: the words are known, its sounds
have the engine's natural lengths, and it is known within some 50 ms when it begins and ends. Boundaries
are compared with forced alignment of the sound.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from dubbing.settings import TimingSettings
from dubbing.stages.line_asking import LIPS_FASTEST, LIPS_SLOWEST
from dubbing.timeline import FRAME_MS
from dubbing.timing.bounds import Bending
from dubbing.timing.isochrony import Limits, Option, Slot, fit_line
from dubbing.timing.lip_alignment import Look
from dubbing.timing.lipsync import BALANCE, Balance, Performance, follow_lips, window
from dubbing.timing.visemes import Sound, lengths_of, sounds
from dubbing.training.grid import Clip

Floats = npt.NDArray[np.float64]
END_NOISE_FRAMES = 2.0
"""Standard deviation of the known begin and end: 50 ms."""
FREE_FRAMES = (8, 12)
"""Frames before and after the line in which nobody else speaks."""
NEAR_MS = 80

BALANCES: Mapping[str, Balance] = {
    "as dubs are timed": BALANCE,
    "network alone": Balance(voice=0, closure=0, rest=0),
    "rules alone (closure, rest)": Balance(aligner=0, voice=0, lengths=0),
    "original's voice alone, no picture": Balance(aligner=0, closure=0, rest=0, lengths=0),
    "network and voice": Balance(closure=0, rest=0),
    "network and rules, no voice": Balance(voice=0),
}
UNIFORM, NATURAL = "uniform stretch in the slot", "natural lengths"


@dataclass(slots=True)
class Row:
    """Errors of one way to time lines, in ms."""

    boundaries: list[float] = field(default_factory=list)
    closures: list[float] = field(default_factory=list)
    """Of the middles of m, b, p."""

    def add(self, found: Sequence[Sound], edges: Floats, true: Floats) -> None:
        """Compare boundaries ``[T + 1]``, in frames."""
        errors = np.abs(edges - true) * FRAME_MS
        middles = np.abs(edges[:-1] + edges[1:] - true[:-1] - true[1:]) / 2 * FRAME_MS
        self.boundaries += errors.tolist()
        self.closures += [float(m) for m, s in zip(middles, found, strict=True) if s.closes]

    def summary(self) -> dict[str, float | None]:
        """Medians, mean, and share of boundaries within 80 ms."""
        values = np.array(self.boundaries)
        closures = round(float(np.median(self.closures)), 1) if self.closures else None
        return {
            "median_ms": round(float(np.median(values)), 1),
            "mean_ms": round(float(values.mean()), 1),
            "within_80_ms": round(float(np.mean(values <= NEAR_MS)), 3),
            "closures_median_ms": closures,
        }


def planner_errors(
    clips: Iterable[Clip],
    look: Look,
    balances: Mapping[str, Balance] = BALANCES,
) -> dict[str, dict[str, float | None]]:
    """Time every clip in all ways; a summary per way, the same noise of the ends for all.

    Raises:
        ValueError: if there is no clip.
    """
    limits = Limits.of(TimingSettings(engine="kokoro"))
    rows = {name: Row() for name in (*balances, UNIFORM, NATURAL)}
    rng = np.random.default_rng(0)
    for clip in clips:
        ends = rng.normal(0, END_NOISE_FRAMES, 2)
        line = _Line.of(clip, ends, limits)
        true = clip.example.edges
        for name, balance in balances.items():
            edges = line.planned(look, balance)
            rows[name].add(line.found, edges, true)
        rows[UNIFORM].add(line.found, line.stretched(line.wanted / line.natural.sum()), true)
        rows[NATURAL].add(line.found, line.stretched(1.0), true)
    if not rows[NATURAL].boundaries:
        raise ValueError("there is no clip to judge on")
    return {name: row.summary() for name, row in rows.items()}


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    """A clip as the timing stage meets a line; times in frames of the clip's lips."""

    clip: Clip
    found: tuple[Sound, ...]
    natural: Floats
    start: int
    wanted: int
    limits: Limits

    @classmethod
    def of(cls, clip: Clip, ends: Floats, limits: Limits) -> _Line:
        edges = clip.example.edges
        start = max(FREE_FRAMES[0], round(float(edges[0] + ends[0])))
        wanted = max(4, round(float(edges[-1] + ends[1])) - start)
        found = sounds(clip.symbols)
        natural = np.zeros(len(clip.symbols))
        for sound, length in zip(found, clip.natural, strict=True):
            natural[sound.first : sound.last] = length / (sound.last - sound.first)
        return cls(clip, found, np.maximum(natural, 0.5), start, wanted, limits)

    def stretched(self, factor: float) -> Floats:
        """Boundaries of the natural lengths times ``factor``, float64 ``[T + 1]``."""
        return self._edges(self.natural * factor, self.start)

    def planned(self, look: Look, balance: Balance) -> Floats:
        """Boundaries as a dub would have them, float64 ``[T + 1]``."""
        option = Option(self.clip.symbols, tuple(self.natural))
        most = self.wanted + FREE_FRAMES[1]
        fit = fit_line([option], Slot(self.wanted, most), self.limits)
        where = window(fit, FREE_FRAMES[0], most)
        first = self.start - where.earlier
        lips = self.clip.lips.between(self.clip.lips.start_ms + first * FRAME_MS, where.n_frames)
        frames = np.arange(first, first + where.n_frames)
        inside = (frames >= 0) & (frames < len(self.clip.voice))
        voice = np.where(
            inside, self.clip.voice[np.clip(frames, 0, len(self.clip.voice) - 1)], np.nan
        )
        followed = follow_lips(
            option,
            fit,
            where,
            Performance(lips, voice),
            bending=Bending(
                LIPS_FASTEST, LIPS_SLOWEST, self.limits.max_rate if "rate" in fit.rungs else 1.0
            ),
            look=look,
            balance=balance,
        )
        if followed is None:
            return self._edges(np.array(fit.frames, dtype=np.float64), self.start)
        shifted = self.start + followed.shift
        return self._edges(np.array(followed.fit.frames, dtype=np.float64), shifted)

    def _edges(self, frames: Floats, start: float) -> Floats:
        lengths = lengths_of(self.found, frames)
        edges: Floats = start + np.concatenate([[0.0], np.cumsum(lengths)])
        return edges
