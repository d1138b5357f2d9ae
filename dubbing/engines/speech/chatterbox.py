"""Chatterbox Multilingual of Resemble AI: 23 languages, more or less expressive as it is told.

``--speech-model`` may name a folder with its weights; without it they are fetched from the hub. It puts
its own inaudible watermark into what it speaks.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from dubbing.arrays import Audio
from dubbing.delivery import Delivery
from dubbing.engines.speech import VoiceName
from dubbing.engines.speech.imitating import Imitating

SAME = (
    "ar", "da", "de", "el", "en", "es", "fi", "fr", "he", "hi", "it", "ja", "ko", "ms", "nl", "no",
    "pl", "pt", "ru", "sv", "sw", "tr", "zh",
)  # fmt: skip
USUAL, MOST_ADDED, MOST_TAKEN = 0.5, 0.4, 0.2
"""Of its measure "exaggeration": dramatic speech begins at about 0.7."""
GUIDANCE, GUIDANCE_ABROAD = 0.5, 0.0
"""Weight of the classifier-free guidance; with it, the accent of a foreign sample comes along."""


class Chatterbox(Imitating):
    """ChatterboxMultilingualTTS of chatterbox-tts; it cannot be told how fast to speak."""

    name = "chatterbox"
    package = "chatterbox-tts"
    module = "chatterbox"
    install = (  # its own pins would replace our torch, transformers and safetensors
        "pip install --no-deps chatterbox-tts s3tokenizer conformer; pip install torchaudio librosa "
        "diffusers omegaconf pykakasi spacy-pkuseg"
    )
    licence = "MIT"
    takes_speed = False
    codes = {code: code for code in SAME} | {"pt-br": "pt", "nb": "no"}

    @cached_property
    def _model(self) -> Any:
        folder = self.folder()
        with self.loading():
            kind = self.imported("chatterbox.mtl_tts").ChatterboxMultilingualTTS
            device = self.device()
            if folder is None:
                return kind.from_pretrained(device)
            return kind.from_local(folder, device)

    def say(
        self, text: str, language: str, voice: VoiceName, delivery: Delivery, speed: float
    ) -> Audio:
        """Speak a text like a sample; ``speed`` is not obeyed.

        Raises:
            EngineUnavailable: if chatterbox-tts is not installed, or its weights are not here.
            EngineFailed: if it fails.
        """
        del speed
        code, sample = self.code(language), self.sample(voice)
        with self.speaking():
            sound = self._model.generate(
                text,
                language_id=code,
                audio_prompt_path=str(sample.sound),
                exaggeration=exaggeration(delivery),
                cfg_weight=GUIDANCE if sample.language == language else GUIDANCE_ABROAD,
            )
        return self.sound(sound, self._model.sr)


def exaggeration(delivery: Delivery) -> float:
    """Chatterbox's own measure of expression, 0.3 to 0.9; 0.5 is neutral."""
    if delivery.label == "neutral":
        return USUAL
    most = -MOST_TAKEN if delivery.label == "calm" else MOST_ADDED
    return round(USUAL + most * min(1.0, max(0.0, delivery.intensity)), 3)
