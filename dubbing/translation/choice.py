"""Which candidate is said: one score a candidate, and a search over neighbouring lines together.

    total = forward + reverse + fit + memory - faults, each times its weight

forward
    log-probability a token of the translation, as the engine gives it (its best candidate at 0);
reverse
    log-probability a token of the source, given the translation: a translation from which the source
    can be told says the same (the noisy channel of Brown et al. 1993; as reranking, Yee et al. 2019),
    best at 0;
fit
    minus what it costs to say it in the time there is (:func:`fit_cost`), by the speech engine's own
    lengths and with the silence that neighbours lend;
faults
    one for each flag of the checks.

The weights are those of ``ChoiceWeights``; every part of every candidate stays in the timeline.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dubbing.settings import ChoiceWeights
from dubbing.timeline import FRAME_MS
from dubbing.timing.isochrony import Limits

KEPT_STATES = 12
"""Ways to say all lines so far that are followed on."""
BORROWED, HURRIED, EARLY, SPILT = 0.15, 6.0, 1.2, 3.0


@dataclass(frozen=True, slots=True)
class Contender:
    """A candidate as the choice sees it.

    ``quality`` is what it is worth apart from its fit; contenders of neighbouring lines that are parts
    of one whole carry its name in ``whole`` and are only taken together.
    """

    quality: float
    natural_ms: float | None = None
    whole: str = ""
    opens: bool = True
    """It may follow anything: it is no later part of a whole."""


@dataclass(frozen=True, slots=True)
class Place:
    """A line's time: where its mouth speaks, and until when it may last (next line or end)."""

    start_ms: int
    end_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True)
class Fitting:
    """The rules by which lines will be fitted into their time, as the timing stage has them."""

    limits: Limits
    gap_ms: int
    """Silence kept before the next line."""


def fit_cost(natural_ms: float, wanted_ms: float, most_ms: float, limits: Limits) -> float:
    """What it costs to say ``natural_ms`` of speech in ``wanted_ms``, or ``most_ms`` with what is lent.

    0 while nobody hears a change; then by the logarithm of how far it must bend: hurrying costs most,
    ending early less, borrowing silence little; what spills over costs by the second.
    """
    wanted_ms, most_ms = max(wanted_ms, FRAME_MS), max(most_ms, wanted_ms, FRAME_MS)
    drawn = natural_ms * limits.comfortable_slow
    if drawn < wanted_ms:
        return EARLY * math.log(wanted_ms / drawn)
    pressed = natural_ms * limits.comfortable_fast
    if pressed <= wanted_ms:
        return 0.0
    borrowed = BORROWED * math.log(min(pressed, most_ms) / wanted_ms)
    if pressed <= most_ms:
        return borrowed
    spilt_ms = max(0.0, natural_ms * limits.least_share - most_ms)
    return borrowed + HURRIED * math.log(pressed / most_ms) + SPILT * spilt_ms / 1000


@dataclass(frozen=True, slots=True)
class _State:
    """One way to say the lines so far: its cost, its picks, and when the next line may begin."""

    cost: float
    free_from_ms: float
    whole: str
    picks: tuple[int, ...]


def choose(
    contenders: Sequence[Sequence[Contender]],
    places: Sequence[Place],
    weights: ChoiceWeights,
    fitting: Fitting,
) -> tuple[int, ...]:
    """The number of the contender that is said, for each line; beam search from the first to the last.

    Args:
        contenders: of each line, at least one of them ``opens``; none for a line that is not dubbed.
        places: of the same lines, in order.
        weights: how much the fit counts.
        fitting: how lines will be fitted into their time.

    Returns:
        one index a line, -1 for a line without contenders.
    """
    states = [_State(0.0, 0.0, "", ())]
    for mine, place in zip(contenders, places, strict=True):
        states = [
            following
            for state in states
            for following in _followed(state, mine, place, weights.fit, fitting)
        ]
        states = sorted(states, key=lambda state: state.cost)[:KEPT_STATES]
    return states[0].picks


def _followed(
    state: _State, mine: Sequence[Contender], place: Place, fit_weight: float, fitting: Fitting
) -> list[_State]:
    """The state after each contender; a whole that was begun is gone on with as long as it can be."""
    if not mine:
        return [_State(state.cost, state.free_from_ms, "", (*state.picks, -1))]
    begun = [i for i, one in enumerate(mine) if one.whole and one.whole == state.whole]
    fresh = [i for i, one in enumerate(mine) if one.opens]
    return [_after(state, i, mine[i], place, fit_weight, fitting) for i in begun or fresh]


def _after(
    state: _State, index: int, one: Contender, place: Place, fit_weight: float, fitting: Fitting
) -> _State:
    start_ms = max(place.start_ms, state.free_from_ms)
    cost, end_ms = -one.quality, max(start_ms, float(place.end_ms))
    if one.natural_ms is not None:
        wanted, most = place.end_ms - start_ms, place.until_ms - start_ms
        cost += fit_weight * fit_cost(one.natural_ms, wanted, most, fitting.limits)
        least_ms = one.natural_ms * fitting.limits.least_share
        end_ms = start_ms + max(min(one.natural_ms, max(wanted, most)), least_ms)
    free_from_ms = end_ms + fitting.gap_ms if end_ms > place.until_ms else 0.0
    return _State(state.cost + cost, free_from_ms, one.whole, (*state.picks, index))
