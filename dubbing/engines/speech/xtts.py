"""XTTS v2 through coqui-tts: 17 languages, imitates from a few seconds of speech.

``--speech-model`` may name a folder with ``config.json``, ``model.pth`` and ``vocab.json``; without it
coqui-tts fetches the published weights, once their licence is agreed to.
"""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import Any

from dubbing.arrays import Audio
from dubbing.delivery import Delivery
from dubbing.engines.speech import Sample, VoiceName
from dubbing.engines.speech.imitating import Imitating
from dubbing.errors import WeightsMissing
from dubbing.settings import NO_OPTIONS, EngineOptions

PUBLISHED = "tts_models/multilingual/multi-dataset/xtts_v2"
AGREED = "COQUI_TOS_AGREED"
SAME = (
    "en",
    "es",
    "fr",
    "de",
    "it",
    "pt",
    "pl",
    "tr",
    "ru",
    "nl",
    "cs",
    "ar",
    "hu",
    "ko",
    "ja",
    "hi",
)


class XTTS(Imitating):
    """Xtts of coqui-tts; mood comes from the sample alone."""

    name = "xtts"
    package = "coqui-tts"
    module = "TTS"
    install = 'pip install "coqui-tts[cpu,codec,ja]"'
    licence = "Coqui Public Model License: no commercial use"
    codes = {code: code for code in SAME} | {"zh": "zh-cn", "pt-br": "pt"}

    def __init__(self, threads: int = 2, options: EngineOptions = NO_OPTIONS) -> None:
        """Remember which weights; nothing is loaded yet."""
        super().__init__(threads, options)
        self._latents: dict[Path, tuple[Any, Any]] = {}

    @cached_property
    def _model(self) -> Any:
        folder = self.folder()
        with self.loading():
            model = self._published() if folder is None else self._own(folder)
            return model.to(self.device())

    def _own(self, folder: Path) -> Any:
        config = self.imported("TTS.tts.configs.xtts_config").XttsConfig()
        config.load_json(str(folder / "config.json"))
        model = self.imported("TTS.tts.models.xtts").Xtts(config)
        model.load_checkpoint(config, checkpoint_dir=str(folder), eval=True)
        return model

    def _published(self) -> Any:
        api = self.imported("TTS.api")
        if os.environ.get(AGREED) != "1":  # coqui-tts would ask at the terminal, and wait
            raise WeightsMissing(
                "The weights of XTTS are only for those who agree to their licence.",
                hint=f"Read https://tts-hub.github.io/cpml (no commercial use) and set {AGREED}=1, "
                "or name a folder with weights.",
            )
        return api.TTS(PUBLISHED, progress_bar=False).synthesizer.tts_model

    def say(
        self, text: str, language: str, voice: VoiceName, delivery: Delivery, speed: float
    ) -> Audio:
        """Speak a text like a sample.

        Raises:
            EngineUnavailable: if coqui-tts is not installed, or its weights are not here.
            EngineFailed: if it fails.
        """
        del delivery
        code, sample = self.code(language), self.sample(voice)
        with self.speaking():
            config = self._model.config
            latents, speaker = self._conditioning(sample)
            made = self._model.inference(
                text,
                code,
                latents,
                speaker,
                temperature=config.temperature,
                length_penalty=config.length_penalty,
                repetition_penalty=config.repetition_penalty,
                top_k=config.top_k,
                top_p=config.top_p,
                speed=speed,
            )
        return self.sound(made["wav"], config.audio.output_sample_rate)

    def _conditioning(self, sample: Sample) -> tuple[Any, Any]:
        """What the networks are told of a voice, computed once for each sample."""
        if sample.sound not in self._latents:
            config = self._model.config
            self._latents[sample.sound] = self._model.get_conditioning_latents(
                audio_path=[str(sample.sound)],
                max_ref_length=config.max_ref_len,
                gpt_cond_len=config.gpt_cond_len,
                gpt_cond_chunk_len=config.gpt_cond_chunk_len,
                sound_norm_refs=config.sound_norm_refs,
            )
        return self._latents[sample.sound]
