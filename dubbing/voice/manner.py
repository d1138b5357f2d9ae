"""How each line of a film was said, against how its speaker usually talks.

Only differences cross from one language and voice to another: a man's shout is higher than his own
calm, not than a woman's.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from dubbing.acoustics.prosody import Prosody
from dubbing.delivery import Delivery

LEAST_WEIGHT = 0.1
"""Lines that are surely not calm count so little for what is usual, but they count."""
UNSURE_FROM = 2
"""With one line more than this of a speaker, half of a difference is believed."""
NARROWEST_ST = 1.0


def against_usual(
    said: Sequence[Prosody | None], speakers: Sequence[str], calm: Sequence[float]
) -> tuple[Delivery | None, ...]:
    """The difference of each line from its speaker's mean, shrunk where they say little.

    Args:
        said: how each line was said; ``None`` where it has no pitch.
        speakers: who says it.
        calm: how likely it is neutral or calm, 0 to 1; calm lines say most of what is usual.

    The rate stays 1: the dub has the time of its line, and with it the pace.
    """
    usual = {who: _usual(said, speakers, calm, who) for who in set(speakers)}
    return tuple(
        None if prosody is None else _away(prosody, *usual[who])
        for prosody, who in zip(said, speakers, strict=True)
    )


def _numbers(prosody: Prosody) -> list[float]:
    return [
        12 * math.log2(prosody.f0_hz),
        math.log(max(NARROWEST_ST, prosody.f0_range_st)),
        prosody.f0_slope_st,
        prosody.level_db,
        prosody.alpha_db,
    ]


def _usual(
    said: Sequence[Prosody | None], speakers: Sequence[str], calm: Sequence[float], who: str
) -> tuple[list[float], float]:
    """Weighted mean of a speaker's lines, and how far a difference from it is believed."""
    theirs = [
        (_numbers(prosody), LEAST_WEIGHT + share)
        for prosody, speaker, share in zip(said, speakers, calm, strict=True)
        if speaker == who and prosody is not None
    ]
    if not theirs:
        return [], 0.0
    numbers, weights = zip(*theirs, strict=True)
    mean = np.average(np.array(numbers), axis=0, weights=np.array(weights))
    others = len(theirs) - 1
    return mean.tolist(), others / (others + UNSURE_FROM)


def _away(prosody: Prosody, usual: Sequence[float], believed: float) -> Delivery:
    away = [believed * (is_now - was) for is_now, was in zip(_numbers(prosody), usual, strict=True)]
    pitch, spread, rise, level, bright = away
    return Delivery(
        pitch_st=round(pitch, 2),
        pitch_range=round(math.exp(spread), 3),
        rise_st=round(rise, 2),
        level_db=round(level, 2),
        bright_db=round(bright, 2),
    )
