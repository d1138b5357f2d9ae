"""What a planned line would be without a look at the mouth: natural timing and uniform stretch.

Both are made of the plan's own natural lengths, so that nothing but the timing differs. They are
computed, not spoken; ``dubbing.evaluation`` speaks them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dubbing.language.phoneme_classes import SymbolKind, kind
from dubbing.metrics.mouth import Mask, without_short_silences
from dubbing.timeline import FRAME_MS, DurationPlan, Span
from dubbing.timing.spoken import spread, whole_frames


@dataclass(frozen=True, slots=True)
class Timed:
    """Lengths of silence, symbols, silence, and where on the film the first frame lies."""

    method: str
    frames: tuple[int, ...]
    start_ms: float


def timed_three_ways(plan: DurationPlan, line: Span) -> tuple[Timed, Timed, Timed]:
    """Ours, natural timing from the beginning of the line, and uniform stretch to the line."""
    ours = Timed("ours", plan.frames, plan.span.start_ms - plan.lead_ms)
    lead = whole_frames(plan.natural[: plan.first])
    tail = whole_frames(plan.natural[plan.last :])
    inner = plan.natural[plan.first : plan.last]
    wanted = max(1, line.duration_ms // FRAME_MS + plan.fade_frames)
    start_ms = line.start_ms - sum(lead) * FRAME_MS
    return (
        ours,
        Timed("natural", (*lead, *whole_frames(inner), *tail), start_ms),
        Timed("uniform", (*lead, *spread(inner, wanted), *tail), start_ms),
    )


def heard_as_planned(plan: DurationPlan, timed: Timed) -> Mask:
    """Frames in which something sounds, by the lengths alone: bool, one a frame."""
    edges = np.cumsum([0, *timed.frames])
    heard = np.zeros(int(edges[-1]), dtype=bool)
    for place, symbol in enumerate(plan.symbols, start=1):
        if plan.first <= place < plan.last and kind(symbol) is not SymbolKind.PAUSE:
            heard[edges[place] : edges[place + 1]] = True
    last = int(edges[plan.last])
    heard[max(0, last - max(0, plan.fade_frames)) : last] = False
    return without_short_silences(heard)
