"""Any audio classifier of transformers that tells emotions: Wav2Vec2, HuBERT, WavLM, Whisper, AST.

``--emotion-engine hf-audio --emotion-model superb/wav2vec2-base-superb-er`` or a folder. A folder is read
without the network; a hub name is looked for in the hub's own cache and fetched if it is not there. Only
safetensors are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from dubbing.arrays import Audio
from dubbing.delivery import CIRCUMPLEX, MOODS
from dubbing.engines.emotion import Heard, Utterance
from dubbing.errors import EngineFailed, WeightsMissing
from dubbing.models.hub import from_hub
from dubbing.settings import NO_OPTIONS, EngineOptions

RATE_HZ = 16_000
LONGEST_MS = 15_000
SHORTEST_MS = 400
"""Convolutions at the front of these networks want at least so much."""
CALLED = {
    "neutral": ("neu", "neutrality"),
    "calm": ("boredom", "bored", "tranquil"),
    "happy": ("hap", "happiness", "joy", "joyful", "excited", "excitement"),
    "sad": ("sadness",),
    "angry": ("ang", "anger", "frustrated"),
    "fearful": ("fea", "fear", "afraid", "scared"),
    "disgusted": ("dis", "disgust"),
    "surprised": ("sur", "surprise", "ps", "pleasant surprise"),
}
"""What models call our moods beside their own names."""


class HFAudio:
    """One opinion an utterance, each for itself: these models know nothing of a speaker's own calm."""

    version = 1
    weights: tuple[str, ...] = ()
    takes_options: tuple[str, ...] = ("model",)

    def __init__(self, threads: int = 2, options: EngineOptions = NO_OPTIONS) -> None:
        """Remember which model.

        Raises:
            WeightsMissing: if none is named.
        """
        if not options.model:
            raise WeightsMissing(
                "The emotion engine 'hf-audio' needs a model.",
                hint="For instance --emotion-model superb/wav2vec2-base-superb-er.",
            )
        self._name, self._threads = options.model, threads

    @cached_property
    def _features(self) -> Any:
        from transformers import AutoFeatureExtractor

        return from_hub(AutoFeatureExtractor, self._name)

    @cached_property
    def _model(self) -> Any:
        import torch
        from transformers import AutoModelForAudioClassification

        torch.set_num_threads(self._threads)
        model = from_hub(AutoModelForAudioClassification, self._name, use_safetensors=True)
        return model.eval().to("cuda" if torch.cuda.is_available() else "cpu")

    @cached_property
    def _moods(self) -> tuple[str | None, ...]:
        """Which mood each output of the model is; ``None`` for what is none of ours.

        Raises:
            EngineFailed: if fewer than two are.
        """
        names = self._model.config.id2label
        moods = tuple(mood_called(str(names[n])) for n in range(len(names)))
        if len(set(moods) - {None}) < 2:
            told = ", ".join(map(str, list(names.values())[:8]))
            raise EngineFailed(
                f"The model {self._name} does not tell emotions: its labels are {told}.",
                hint="Name a model for speech emotion recognition.",
            )
        return moods

    def hear(self, utterances: Sequence[Utterance]) -> tuple[Heard, ...]:
        """Opinions, in order.

        Raises:
            EngineFailed: if the model does not tell emotions.
        """
        return tuple(self._heard(item.load()) for item in utterances)

    def _heard(self, audio: Audio) -> Heard:
        moods = self._moods
        shares: dict[str, float] = {mood: 0.0 for mood in MOODS if mood in moods}
        for mood, share in zip(moods, self._shares(audio), strict=True):
            if mood is not None:
                shares[mood] += float(share)
        total = sum(shares.values()) or 1.0
        found = {mood: share / total for mood, share in shares.items()}
        return Heard(
            tuple((mood, round(share, 4)) for mood, share in found.items()),
            round(sum(share * CIRCUMPLEX[mood][1] for mood, share in found.items()), 4),
            round(_sureness(list(found.values())) * min(1.0, total), 4),
        )

    def _shares(self, audio: Audio) -> npt.NDArray[np.float64]:
        """Probabilities of all labels of the model."""
        import torch

        samples = audio.mono().between(0, LONGEST_MS).samples[0]
        least = SHORTEST_MS * RATE_HZ // 1000
        samples = np.pad(samples, (0, max(0, least - len(samples))))
        fed = self._features(samples, sampling_rate=RATE_HZ, return_tensors="pt")
        with torch.no_grad():
            scores = self._model(**fed.to(self._model.device)).logits[0]
        return np.asarray(torch.softmax(scores.double(), dim=-1).cpu().numpy())


def mood_called(label: str) -> str | None:
    """Our name for a model's label; ``None`` if it is none of ours."""
    plain = label.strip().lower().replace("_", " ")
    for mood in MOODS:
        if plain == mood or plain in CALLED[mood]:
            return mood
    return None


def _sureness(shares: Sequence[float]) -> float:
    """1 less the entropy of the shares, as a part of the most it can be."""
    known = [share for share in shares if share > 0]
    entropy = -sum(share * np.log(share) for share in known)
    return float(max(0.0, 1 - entropy / np.log(len(shares))))
