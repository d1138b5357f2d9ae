"""F5-TTS: a flow-matching network that goes on speaking where a sample and its words end.

The published weights speak English and Chinese. ``--speech-model`` may name a checkpoint, or a folder
with one, a ``vocab.txt`` where it has its own, and a folder ``vocos`` where there is no network; a
network of one's own is taken to speak whatever is asked of it. Checkpoints of the first version lie in
a folder ``F5TTS_Base``, as they are published.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from dubbing.arrays import Audio
from dubbing.delivery import Delivery
from dubbing.engines.speech import VoiceName
from dubbing.engines.speech.imitating import SEED, Imitating, at_most
from dubbing.errors import EngineFailed, WeightsMissing
from dubbing.language.languages import SPOKEN
from dubbing.settings import NO_OPTIONS, EngineOptions

LONGEST_SAMPLE_S = 11.5
"""It cuts a sample at 12 s without cutting the words, which it then speaks in the line."""
FIRST, CURRENT = "F5TTS_Base", "F5TTS_v1_Base"
ENDINGS = (".safetensors", ".pt")


class F5(Imitating):
    """F5TTS of f5-tts; mood comes from the sample alone."""

    name = "f5"
    package = "f5-tts"
    module = "f5_tts"
    install = "pip install f5-tts"
    licence = "CC-BY-NC-4.0: no commercial use"

    def __init__(self, threads: int = 2, options: EngineOptions = NO_OPTIONS) -> None:
        """Remember which weights; nothing is loaded yet."""
        super().__init__(threads, options)
        self.codes = {code: code for code in (SPOKEN if options.model else ("en", "zh"))}

    @cached_property
    def _model(self) -> Any:
        files = self._files()
        with self.loading():
            kind = self.imported("f5_tts.api").F5TTS
            return kind(**files, device=self.device())

    def _files(self) -> dict[str, Any]:
        """What to load, as the arguments of F5TTS."""
        if not self._options.model:
            return {"model": CURRENT}
        named = Path(self._options.model).expanduser()
        folder = named if named.is_dir() else named.parent
        inside = sorted(path for path in folder.glob("*") if path.suffix in ENDINGS)
        found = inside[-1:] if named.is_dir() else [named]
        if not found or not found[0].is_file():
            raise WeightsMissing(
                f"There is no checkpoint {named} for the speech engine 'f5'.",
                hint="Name a .safetensors or .pt file, or the folder that it lies in.",
            )
        vocab, vocoder = folder / "vocab.txt", folder / "vocos"
        return {
            "model": FIRST if FIRST in found[0].parts else CURRENT,
            "ckpt_file": str(found[0]),
            "vocab_file": str(vocab) if vocab.is_file() else "",
            "vocoder_local_path": str(vocoder) if vocoder.is_dir() else None,
        }

    def say(
        self, text: str, language: str, voice: VoiceName, delivery: Delivery, speed: float
    ) -> Audio:
        """Speak a text like a sample.

        Raises:
            EngineUnavailable: if f5-tts is not installed, or its weights are not here.
            EngineFailed: if it fails, or the words of the sample are not known.
        """
        del delivery
        self.code(language)
        with self.speaking(), at_most(self.sample(voice), LONGEST_SAMPLE_S) as sample:
            if not sample.text.strip():
                raise EngineFailed(
                    f"The speech engine 'f5' must know the words of the sample {sample.sound.name}.",
                    hint=f"Give it a sample of at most {LONGEST_SAMPLE_S} s with its words.",
                )
            sound, rate_hz, _ = self._model.infer(
                ref_file=str(sample.sound),
                ref_text=sample.text,
                gen_text=text,
                show_info=_silent,
                progress=None,
                speed=speed,
                seed=SEED,
            )
        return self.sound(sound, rate_hz)


def _silent(*_: object) -> None:
    """Takes what F5 would print."""
