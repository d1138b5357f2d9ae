"""Prosody and GE2E vector against the speaker's own mean, read by a linear model trained on EmoDB."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dubbing.engines.emotion import Heard, Utterance
from dubbing.models.emotion_voice import describe, load_emotion_voice
from dubbing.models.speaker_encoder import SpeakerEncoder

SURE_FROM = 6
"""With so many utterances of a speaker, half of what can be told is told."""


class EmbeddedEmotion:
    """Six emotions, any language; needs several lines of a speaker to know their calm."""

    version = 1
    weights = ("emotion-voice", "ge2e")
    takes_options: tuple[str, ...] = ()

    def __init__(self, threads: int = 2) -> None:
        """Load both models (7 MB, shipped)."""
        self._model = load_emotion_voice()
        self._encoder = SpeakerEncoder(threads=threads)

    def hear(self, utterances: Sequence[Utterance]) -> tuple[Heard, ...]:
        """Opinions; a speaker of whom there is one line alone is not evidence of anything."""
        if not utterances:
            return ()
        described = np.stack([describe(item.load(), self._encoder) for item in utterances])
        speakers = [item.speaker for item in utterances]
        shares, arousal = self._model.read(described, speakers)
        counts = [speakers.count(speaker) for speaker in speakers]
        return tuple(
            Heard(
                tuple(
                    (label, round(float(share), 4))
                    for label, share in zip(self._model.labels, row, strict=True)
                ),
                round(float(tense), 4),
                round((count - 1) / (count - 1 + SURE_FROM), 4),
            )
            for row, tense, count in zip(shares, arousal, counts, strict=True)
        )
