"""The emotion adapter: from what was felt, or asked for, to how the dub says it.

Two things are carried over, both as differences: the mood (label and intensity), spoken as
:mod:`dubbing.voice.moods` has learnt it, and how this line was said against how its speaker usually
talks (:mod:`dubbing.voice.manner`). Every part is bounded softly, so that speech stays clean and a
stronger mood is still stronger.
"""

from __future__ import annotations

import math
from dataclasses import replace

from dubbing.delivery import CIRCUMPLEX, NEUTRAL, Delivery
from dubbing.settings import MoodSource
from dubbing.timeline import Emotion
from dubbing.voice.fusion import fuse
from dubbing.voice.moods import mood

CARRIED, ACTED = 0.7, 0.5
"""Shares of what was measured and of the mood; they say much the same, so their sum is about one."""
WHOLE_TENSION = 0.5
"""So much more arousal than neutral speech has is all that a voice can show."""
USUAL_INTENSITY = 0.7
"""Of a mood that is asked for without saying how strong."""
MOST = {
    "pitch_st": 6.0,
    "pitch_range": math.log(2.0),
    "rise_st": 3.0,
    "rate": math.log(1.3),
    "level_db": 9.0,
    "bright_db": 6.0,
}
"""No part goes beyond this, however strong; factors as logarithms."""
FACTORS = ("pitch_range", "rate")


def carried_over(emotion: Emotion | None, source: MoodSource, strength: float) -> Delivery:
    """What the film asks for: of all senses, or of the one that is named.

    ``strength`` from 0 (neutral) to 1.5 multiplies all of it.
    """
    if emotion is None or source == "none" or strength == 0:
        return replace(NEUTRAL, reason="nothing is carried over")
    if source != "source":
        emotion = _of_one_sense(emotion, source)
    measured = emotion.measured if source in ("source", "voice") else None
    acted = _parts(mood(emotion.label), ACTED * emotion.intensity * strength)
    said = _parts(measured or NEUTRAL, CARRIED * strength)
    both = {part: acted[part] + said[part] for part in MOST}
    heard = "" if measured is None else " and how it was said"
    delivery = _bounded(
        both,
        label=emotion.label,
        intensity=round(ACTED * emotion.intensity * strength, 3),
        reason=f"{emotion.label} as felt in the {_WHERE[source]}{heard}",
    )
    tension = strength * (emotion.arousal - CIRCUMPLEX["neutral"][1]) / WHOLE_TENSION
    return replace(delivery, tension=round(min(1.0, max(-1.0, tension)), 3))


_WHERE = {"source": "film", "voice": "voice", "face": "face", "text": "words"}


def asked_for(label: str, intensity: float | None, strength: float, where: str) -> Delivery:
    """What a person asks for; without an intensity, the usual one times ``strength``."""
    told = USUAL_INTENSITY * strength if intensity is None else intensity
    return _bounded(
        _parts(mood(label), told),
        label=label,
        intensity=round(told, 3),
        reason=f"{label} as asked for {where}",
        is_chosen=True,
    )


def _of_one_sense(emotion: Emotion, source: str) -> Emotion:
    senses = [sense for sense in emotion.senses if sense.name == source]
    return replace(fuse(senses), measured=emotion.measured)


def _parts(delivery: Delivery, by: float) -> dict[str, float]:
    """All parts times ``by``, on scales that can be added: factors as logarithms."""
    values = {part: float(getattr(delivery, part)) for part in MOST}
    return {p: by * (math.log(v) if p in FACTORS else v) for p, v in values.items()}


def _bounded(
    parts: dict[str, float], *, label: str, intensity: float, reason: str, is_chosen: bool = False
) -> Delivery:
    """Within :data:`MOST` by the hyperbolic tangent: small differences pass unchanged."""
    soft = {part: MOST[part] * math.tanh(value / MOST[part]) for part, value in parts.items()}
    return Delivery(
        label=label,
        intensity=intensity,
        reason=reason,
        is_chosen=is_chosen,
        **{p: round(math.exp(v) if p in FACTORS else v, 3) for p, v in soft.items()},
    )
