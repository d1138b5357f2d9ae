"""CosyVoice 2 and 3 of FunAudioLLM: imitates within a language and across languages, takes moods.

``--speech-model`` names the folder of the weights (``CosyVoice2-0.5B``, ``Fun-CosyVoice3-0.5B``). The
program itself is not a package: it is cloned, and the clone put on ``PYTHONPATH``. (The package of this
name on PyPI is somebody else's.)
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np

from dubbing.arrays import Audio
from dubbing.delivery import Delivery
from dubbing.engines.speech import Sample, VoiceName
from dubbing.engines.speech.imitating import Imitating, at_most
from dubbing.errors import EngineUnavailable, WeightsMissing
from dubbing.settings import NO_OPTIONS, EngineOptions

LONGEST_SAMPLE_S = 29.0
"""It refuses samples above 30 s."""
SECOND, THIRD = "cosyvoice2.yaml", "cosyvoice3.yaml"
END = "<|endofprompt|>"
SYSTEM = "You are a helpful assistant."
"""Version 3 was trained with this before every prompt."""
MOODS_2 = {
    "calm": "冷静",
    "happy": "高兴",
    "sad": "悲伤",
    "angry": "愤怒",
    "fearful": "恐惧",
    "disgusted": "厌恶",
    "surprised": "惊讶",
}
"""The emotions that version 2 was trained on (Du et al. 2024, table 1)."""
MOODS_3 = {"happy": "开心", "sad": "伤心", "angry": "生气"}
"""Those of version 3; an instruction that it does not know it may read aloud."""


class CosyVoice(Imitating):
    """Zero-shot if the sample speaks the language of the text, else cross-lingual."""

    name = "cosyvoice"
    package = "CosyVoice"
    module = "cosyvoice"
    install = (
        "git clone --recursive https://github.com/FunAudioLLM/CosyVoice, install its requirements, "
        "and put it and its third_party/Matcha-TTS on PYTHONPATH"
    )
    licence = "Apache-2.0"

    def __init__(self, threads: int = 2, options: EngineOptions = NO_OPTIONS) -> None:
        """Remember which weights.

        Raises:
            WeightsMissing: if no folder with weights of version 2 or 3 is named.
        """
        super().__init__(threads, options)
        folder = self.folder()
        if folder is None or not any((folder / name).is_file() for name in (SECOND, THIRD)):
            raise WeightsMissing(
                "The speech engine 'cosyvoice' needs a folder with weights of CosyVoice 2 or 3.",
                hint="For instance --speech-model pretrained_models/CosyVoice2-0.5B",
            )
        self._weights = folder
        self._is_third = not (folder / SECOND).is_file()
        spoken = ("zh", "en", "ja", "ko") + (("de", "es", "fr", "it", "ru") * self._is_third)
        self.codes = {code: code for code in spoken}

    @cached_property
    def _model(self) -> Any:
        with self.loading():
            self.device()
            module = self.imported("cosyvoice.cli.cosyvoice")
            if not hasattr(module, "AutoModel"):
                raise EngineUnavailable(
                    "This CosyVoice is too old: it has no AutoModel.",
                    hint="Bring the clone up to date: git pull",
                )
            return module.AutoModel(model_dir=str(self._weights))

    def say(
        self, text: str, language: str, voice: VoiceName, delivery: Delivery, speed: float
    ) -> Audio:
        """Speak a text like a sample, in the mood of ``delivery`` if the network knows it.

        Raises:
            EngineUnavailable: if CosyVoice is not installed.
            EngineFailed: if it fails.
        """
        self.code(language)
        if language == "ja" and self._is_third:
            text = _katakana(text)
        with self.speaking(), at_most(self.sample(voice), LONGEST_SAMPLE_S) as sample:
            parts = self._spoken(text, language, sample, delivery.label, speed)
            sound = np.concatenate([_array(part["tts_speech"]) for part in parts], axis=-1)
        return self.sound(sound, self._model.sample_rate)

    def _spoken(
        self, text: str, language: str, sample: Sample, mood: str, speed: float
    ) -> Iterable[dict[str, Any]]:
        """Pieces of sound, by the one of the three ways of speaking that fits."""
        wav, lead = str(sample.sound), f"{SYSTEM}{END}" if self._is_third else ""
        made: Iterable[dict[str, Any]]
        if instruction := self._instruction(mood):
            made = self._model.inference_instruct2(text, instruction, wav, speed=speed)
        elif sample.language == language and sample.text:
            made = self._model.inference_zero_shot(text, lead + sample.text, wav, speed=speed)
        else:
            made = self._model.inference_cross_lingual(lead + text, wav, speed=speed)
        return made

    def _instruction(self, mood: str) -> str:
        """As the network was trained to be told; empty if it knows no such mood."""
        if self._is_third:
            return f"{SYSTEM} 请非常{MOODS_3[mood]}地说一句话。{END}" if mood in MOODS_3 else ""
        return f"你能用{MOODS_2[mood]}的情感说吗？{END}" if mood in MOODS_2 else ""


def _array(tensor: Any) -> Any:
    return tensor.detach().float().cpu().numpy()


def _katakana(text: str) -> str:
    """Words as they are pronounced: version 3 reads kanji as Chinese."""
    import pyopenjtalk

    words = [str(word["pron"]).replace("’", "") for word in pyopenjtalk.run_frontend(text)]
    return " ".join(words).replace(" 、", "、").replace("、 ", "、")
