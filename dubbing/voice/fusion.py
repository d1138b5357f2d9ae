"""One emotion from three senses: voice, face and words.

Each sense gives probabilities and how sure it is; they are multiplied, each to the power of its sureness
and weight (a log-linear opinion pool, Genest and Zidek 1986), with a prior that most lines are calm. A
sense that is missing, or knows nothing of a label, does not speak against it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from dubbing.delivery import CIRCUMPLEX
from dubbing.engines.emotion import LABELS
from dubbing.timeline import Emotion, Sense

PRIOR = {"neutral": 0.3, "calm": 0.05}
OTHER_PRIOR = 0.65 / (len(LABELS) - len(PRIOR))
WEIGHTS = {"voice": 1.5, "face": 1.0, "text": 1.0}
"""The voice is heard whole; a face that talks, and words without their tone, say less."""
FAINT = 0.02
SLACK = 0.25
"""Under this arousal, neutral speech is calm."""


def fuse(senses: Sequence[Sense]) -> Emotion:
    """The most likely label, how strong it is, valence, arousal, and the senses as evidence."""
    shares = _pooled(senses)
    arousal = _arousal(senses, shares)
    label = max(LABELS, key=lambda name: shares[name])
    if label == "neutral" and arousal < SLACK:
        label = "calm"
    moved = 1.0 - shares["neutral"] - shares["calm"]
    return Emotion(
        label=label,
        intensity=0.0 if label == "neutral" else round(min(1.0, max(0.0, moved)), 3),
        valence=round(sum(shares[name] * CIRCUMPLEX[name][0] for name in LABELS), 3),
        arousal=round(arousal, 3),
        senses=tuple(senses),
    )


def _pooled(senses: Sequence[Sense]) -> dict[str, float]:
    scores = {name: math.log(PRIOR.get(name, OTHER_PRIOR)) for name in LABELS}
    for sense in senses:
        known = dict(sense.probabilities)
        power = WEIGHTS[sense.name] * sense.confidence
        unknown = sum(known.values()) / max(1, len(known))
        for name in LABELS:
            scores[name] += power * math.log(max(FAINT, known.get(name, unknown)))
    top = max(scores.values())
    shares = {name: math.exp(score - top) for name, score in scores.items()}
    total = sum(shares.values())
    return {name: share / total for name, share in shares.items()}


def _arousal(senses: Sequence[Sense], shares: Mapping[str, float]) -> float:
    """What the voice says, as far as it is sure; for the rest, that of the labels."""
    usual = sum(shares[name] * CIRCUMPLEX[name][1] for name in LABELS)
    for sense in senses:
        if sense.arousal is not None:
            return sense.confidence * sense.arousal + (1 - sense.confidence) * usual
    return usual
