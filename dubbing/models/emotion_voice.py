"""Emotion from the voice: what is measured, and the linear model that reads it.

An utterance is described by its prosody and its GE2E vector, both as differences from the mean of the
same speaker's utterances: what is left when the person is taken out is the mood. The model is a
multinomial logistic regression, trained on EmoDB (``dub train emotion``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dubbing.acoustics.prosody import measure_prosody
from dubbing.arrays import Audio
from dubbing.models.speaker_encoder import SpeakerEncoder

Numbers = npt.NDArray[np.float64]
LEVEL = 4
"""Position of the level in a prosody: left out, since corpora are levelled before they are published."""
N_PROSODY, N_VECTOR = 11, 256
FURTHEST = 3.0
"""Deviations beyond this many spreads count no more."""
OWN_SPREAD_FROM = 8
"""From so many utterances on, a speaker's own spread weighs as much as the usual one."""


@dataclass(frozen=True, slots=True, eq=False)
class EmotionVoice:
    """Weights ``[labels, 267]`` and biases of the labels; weights ``[267]`` and bias of arousal.

    ``usual_spread`` is the spread of each number of the prosody within a speaker, ``vector_scale``
    that of the GE2E vector.
    """

    labels: tuple[str, ...]
    weights: Numbers
    biases: Numbers
    arousal_weights: Numbers
    arousal_bias: float
    usual_spread: Numbers
    vector_scale: float

    def read(self, described: Numbers, speakers: Sequence[str]) -> tuple[Numbers, Numbers]:
        """Probabilities ``[n, labels]`` and arousal ``[n]`` (0 to 1) of described utterances."""
        x = by_speaker(described, speakers, self.usual_spread, self.vector_scale)
        scores = x @ self.weights.T + self.biases
        scores -= scores.max(axis=1, keepdims=True)
        shares = np.exp(scores)
        arousal = 1 / (1 + np.exp(-(x @ self.arousal_weights + self.arousal_bias)))
        return shares / shares.sum(axis=1, keepdims=True), arousal


def describe(audio: Audio, encoder: SpeakerEncoder) -> Numbers:
    """Prosody and GE2E vector of an utterance at 16 kHz, float64 ``[267]``; NaN where it has no pitch."""
    prosody = measure_prosody(audio)
    numbers = np.full(N_PROSODY, np.nan)
    if prosody is not None:
        numbers = np.delete(prosody.as_array(), LEVEL)
    return np.concatenate([numbers, encoder.embed(audio).astype(np.float64)])


def by_speaker(
    described: Numbers, speakers: Sequence[str], usual_spread: Numbers, vector_scale: float
) -> Numbers:
    """Differences from the mean of the same speaker, ``[n, 267]``, in units of spread."""
    out = np.zeros_like(described)
    names = np.asarray(speakers)
    for name in set(speakers):
        mine = names == name
        prosody, vectors = described[mine, :N_PROSODY], described[mine, N_PROSODY:]
        measured = np.maximum(1, (~np.isnan(prosody)).sum(axis=0))
        centre = np.nansum(prosody, axis=0) / measured
        away = np.nan_to_num(prosody - centre)
        own = np.mean(away**2, axis=0)
        n = len(away)
        spread = np.sqrt((n * own + OWN_SPREAD_FROM * usual_spread**2) / (n + OWN_SPREAD_FROM))
        out[mine, :N_PROSODY] = np.clip(away / spread, -FURTHEST, FURTHEST)
        out[mine, N_PROSODY:] = (vectors - vectors.mean(axis=0)) / vector_scale
    return out


@cache
def load_emotion_voice(path: Path | None = None) -> EmotionVoice:
    """The shipped model, or one's own."""
    from safetensors import safe_open

    from dubbing.models.resolver import resolve

    place = path or resolve("emotion-voice") / "emotion_voice.safetensors"
    with safe_open(place, framework="np") as file:
        tensors = {name: file.get_tensor(name).astype(np.float64) for name in file.keys()}  # noqa: SIM118
        labels = tuple(file.metadata()["labels"].split(","))
    return EmotionVoice(
        labels=labels,
        weights=tensors["weights"],
        biases=tensors["biases"],
        arousal_weights=tensors["arousal_weights"],
        arousal_bias=float(tensors["arousal_bias"][0]),
        usual_spread=tensors["usual_spread"],
        vector_scale=float(tensors["vector_scale"][0]),
    )
