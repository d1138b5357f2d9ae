"""Packets that follow each other without a jump, and which of them are believed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

JUMP_MS = 250.0
"""Time stamps within a run differ by no more from where they are expected."""
HOLE_PER_CONTENT = 50.0
"""A pause of this many seconds needs a second of film beside it to be believed."""
LONGEST_HOLE_MS = 3_600_000.0
LOOKED_BACK_RUNS = 64


@dataclass(frozen=True, slots=True)
class Run:
    """Packets ``first`` to ``end`` (excluded) that follow each other without a jump."""

    first: int
    end: int
    begin_ms: float
    end_ms: float
    content_ms: float


def heaviest_chain(runs: Sequence[Run], start_ms: float | None, free_hole_ms: float) -> list[Run]:
    """The runs, each after the one before, that hold most for the pauses before them.

    Args:
        runs: in the order of the file; at least one.
        start_ms: when the film starts, before which nothing is believed; ``None`` if that is not
            known yet.
        free_hole_ms: pauses up to this length cost nothing.
    """
    best: list[float] = []
    before: list[int | None] = []
    for place, run in enumerate(runs):
        since_start_ms = 0.0 if start_ms is None else run.begin_ms - start_ms
        scores: dict[int | None, float] = {None: -_cost(since_start_ms, free_hole_ms)}
        for earlier in range(max(0, place - LOOKED_BACK_RUNS), place):
            hole_ms = run.begin_ms - runs[earlier].end_ms
            scores[earlier] = best[earlier] - _cost(hole_ms, free_hole_ms)
        choice = max(scores, key=lambda earlier: scores[earlier])
        best.append(run.content_ms + scores[choice])
        before.append(choice)
    last: int | None = max(range(len(runs)), key=lambda index: best[index])
    chain = []
    while last is not None:
        chain.append(runs[last])
        last = before[last]
    return chain[::-1]


def _cost(hole_ms: float, free_hole_ms: float) -> float:
    if hole_ms < -JUMP_MS or hole_ms > LONGEST_HOLE_MS:
        return float("inf")
    return max(0.0, hole_ms - free_hole_ms) / HOLE_PER_CONTENT


def film_start(streams: Iterable[Sequence[Run]]) -> float | None:
    """When a film starts by the believed runs of its streams; ``None`` if there are none.

    A packet or two far before all others are no start: their time stamps are damaged.
    """
    runs = sorted((run for stream in streams for run in stream), key=lambda run: run.begin_ms)
    if not runs:
        return None
    start_ms, end_ms, content_ms = runs[0].begin_ms, runs[0].begin_ms, 0.0
    for run in runs:
        gap_ms = run.begin_ms - end_ms
        if gap_ms > JUMP_MS:
            if content_ms * HOLE_PER_CONTENT >= gap_ms:
                break
            start_ms, content_ms = run.begin_ms, 0.0
        content_ms += run.content_ms
        end_ms = max(end_ms, run.end_ms)
    return start_ms
