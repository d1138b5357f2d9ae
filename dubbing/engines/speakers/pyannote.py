"""pyannote.audio 4 (Bredin 2023), where it is installed: turns from a trained diarization pipeline.

``turns: {engine: pyannote}`` in a profile; ``model`` names a folder or a pipeline of the hub (the
published ones want their terms accepted, and a token in ``HF_TOKEN``). It needs numpy 2, which MediaPipe
cannot live beside, so it is of use in an environment without faces.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from dubbing.arrays import Audio
from dubbing.engines.speakers import Turn
from dubbing.errors import EngineFailed, EngineUnavailable, WeightsMissing
from dubbing.settings import NO_OPTIONS, EngineOptions

PUBLISHED = "pyannote/speaker-diarization-community-1"


class Pyannote:
    """MIT licence; the published pipeline is CC BY 4.0 (pyannote)."""

    version = 1
    weights: tuple[str, ...] = ()
    takes_options: tuple[str, ...] = ("model",)
    module, package, install = "pyannote", "pyannote.audio", "pip install pyannote.audio"

    def __init__(self, threads: int = 2, options: EngineOptions = NO_OPTIONS) -> None:
        """Remember which pipeline; nothing is loaded yet."""
        self._threads, self._name = threads, options.model or PUBLISHED

    @cached_property
    def _pipeline(self) -> Any:
        try:
            import torch
            from pyannote.audio import Pipeline
        except ModuleNotFoundError as error:
            raise EngineUnavailable(
                "The speakers engine 'pyannote' needs the package 'pyannote.audio'.",
                hint="Install it: pip install pyannote.audio",
            ) from error
        torch.set_num_threads(self._threads)
        try:
            pipeline = Pipeline.from_pretrained(self._name)
        except Exception as error:  # the hub's client raises many kinds
            raise self._missing() from error
        if pipeline is None:  # so it says that terms were not accepted
            raise self._missing()
        return pipeline.to(torch.device("cuda" if torch.cuda.is_available() else "cpu"))

    def _missing(self) -> WeightsMissing:
        return WeightsMissing(
            f"The pipeline {self._name} cannot be loaded.",
            hint="Name a folder, or accept its terms on the hub and set HF_TOKEN.",
        )

    def turns(self, sound: Path, count: int | None) -> Sequence[Turn]:
        """Turns in order of time, one voice at a time.

        Raises:
            EngineUnavailable: if the package or its weights are not here.
            EngineFailed: if it fails.
        """
        pipeline, audio = self._pipeline, _read(sound)
        import torch

        heard = {"waveform": torch.from_numpy(audio.samples), "sample_rate": audio.rate_hz}
        try:
            found = pipeline(heard, num_speakers=count)
        except Exception as error:
            raise EngineFailed(f"pyannote failed: {type(error).__name__}: {error}.") from error
        spoken = getattr(found, "exclusive_speaker_diarization", found)
        tracks = [(part, who) for part, _, who in spoken.itertracks(yield_label=True)]
        numbers = {who: n for n, who in enumerate(dict.fromkeys(who for _, who in tracks))}
        return [
            Turn(round(1000 * part.start), round(1000 * part.end), numbers[who])
            for part, who in tracks
        ]


def _read(sound: Path) -> Audio:
    """A 16 kHz mono WAV of the workspace."""
    import soundfile

    samples, rate_hz = soundfile.read(sound, dtype="float32", always_2d=True)
    return Audio(samples.T.copy(), rate_hz).mono()
