"""Hybrid Transformer Demucs (Rouard, Massa and Défossez 2023), where ``demucs`` is installed.

Stronger than the embedded engine under loud music, some twenty times slower on a CPU. Its ``vocals`` are
all voices, singing too.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import soxr

from dubbing.arrays import Audio, Samples
from dubbing.errors import EngineFailed, EngineUnavailable

MODEL = "htdemucs"
VOCALS = "vocals"


class Demucs:
    """MIT licence, weights too (fetched by demucs itself)."""

    version = 1
    weights: tuple[str, ...] = ()
    takes_options: tuple[str, ...] = ()
    module, package, install = "demucs", "demucs", "pip install demucs"

    def __init__(self, threads: int = 2) -> None:
        """Nothing is loaded yet."""
        self._threads = threads

    @cached_property
    def _separator(self) -> Any:
        try:
            import torch
            from demucs.api import Separator
        except ModuleNotFoundError as error:
            raise EngineUnavailable(
                "The separation engine 'demucs' needs the package 'demucs'.",
                hint="Install it: pip install demucs",
            ) from error
        torch.set_num_threads(self._threads)
        try:
            return Separator(model=MODEL, shifts=0, progress=False)
        except Exception as error:  # it raises whatever its downloader does
            raise EngineUnavailable(
                f"The weights of {MODEL} cannot be loaded: {type(error).__name__}.",
                hint="demucs fetches them once, over the network.",
            ) from error

    def dialogue(self, audio: Audio) -> Audio:
        """The voices in each channel; channels are handed over in pairs.

        Raises:
            EngineUnavailable: if demucs or its weights are not here.
            EngineFailed: if it fails.
        """
        pairs = [audio.samples[first : first + 2] for first in range(0, audio.n_channels, 2)]
        found = [self._voices(pair, audio.rate_hz) for pair in pairs]
        return Audio(np.concatenate(found), audio.rate_hz)

    def _voices(self, pair: Samples, rate_hz: int) -> Samples:
        import torch

        own_hz = int(self._separator.samplerate)
        both = np.repeat(pair, 2, axis=0) if len(pair) == 1 else pair
        sound = torch.from_numpy(soxr.resample(both.T, rate_hz, own_hz).T.copy())
        try:
            _, stems = self._separator.separate_tensor(sound, own_hz)
        except Exception as error:
            raise EngineFailed(f"Demucs failed: {type(error).__name__}: {error}.") from error
        voices = soxr.resample(stems[VOCALS].cpu().numpy().T, own_hz, rate_hz).T
        whole = np.zeros((2, pair.shape[1]), dtype=np.float32)
        size = min(whole.shape[1], voices.shape[1])
        whole[:, :size] = voices[:, :size]
        return whole.mean(axis=0, keepdims=True) if len(pair) == 1 else whole
