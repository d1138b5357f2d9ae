"""Perth's finder (Resemble AI, MIT): whether speech carries the mark that Chatterbox puts into it.

The mark is in log magnitudes below 2 kHz; the finder says 1 for a mark and 0 for none. It is a few small
convolutions, run here in numpy: the package itself needs torchaudio, and loading torch takes longer.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dubbing.arrays import Samples

Numbers = npt.NDArray[np.float32]
Spectrum = npt.NDArray[np.complex64]
RATE_HZ = 32_000
N_FFT, HOP = 2048, 320
BANDS = 128
"""Of 15.6 Hz: all below 2 kHz."""
LAYERS = 7
FLOOR = 1e-9
FLOOR_DB, HEADROOM_DB = -180.0, 15.0
QUIET = 0.05
"""Frames with less than this share of the loudest frame's magnitudes carry no mark."""
TEMPI = (("slow", 1.25), ("normal", 1.0), ("fast", 0.75))
"""The finder looks at three tempi."""
LEAK = 0.01
Progress = Callable[[str, float], None]


def make(source: Path, folder: Path, progress: Progress) -> None:
    """Turn the package's checkpoint into safetensors; nothing but tensors is unpickled."""
    import torch
    from safetensors.torch import save_file

    progress("converting Perth", 0.0)
    held = torch.load(source / "perth.pth.tar", map_location="cpu", weights_only=True)["model"]
    kept = {name: v.contiguous() for name, v in held.items() if not name.startswith("ap.")}
    save_file(kept, folder / "perth.safetensors")
    progress("converting Perth", 1.0)


class Perth:
    """Finder of the mark in sound at 32 kHz, at least 2048 samples long."""

    def __init__(self, weights: dict[str, Numbers]) -> None:
        """Take the weights by their names in the package.

        Kernels are laid out tap by tap, so that each tap is one fast product of matrices.
        """
        self._weights = {
            name: np.ascontiguousarray(value.transpose(2, 0, 1)) if value.ndim == 3 else value
            for name, value in weights.items()
        }

    def confidence(self, sound: Samples) -> float:
        """How sure it is that a sound ``[n]`` carries the mark, 0 to 1."""
        level = _level(_spectrum(sound))
        heard, bands = _heard(level), level[:BANDS]
        means = []
        for name, tempo in TEMPI:
            size = int(bands.shape[1] * tempo)
            made = self._layers(f"decoder.{name}_layers", _stretched(bands, size))
            mask = heard[np.arange(size) * len(heard) // size]
            means.append((made * mask).sum(axis=1) / mask.sum())
        attention, marks = np.array(means).T
        weights = np.exp(attention - attention.max())
        return float(np.clip((marks * weights).sum() / weights.sum(), 0.0, 1.0))

    def _layers(self, name: str, x: Numbers) -> Numbers:
        """Seven convolutions over time, ``[channels, frames]``, all but the last leaky."""
        for number in range(LAYERS):
            weights = self._weights[f"{name}.{number}.conv.weight"]
            x = _convolved(x, weights) + self._weights[f"{name}.{number}.conv.bias"][:, None]
            if number < LAYERS - 1:
                x = np.where(x > 0, x, LEAK * x)
        return x


def _convolved(x: Numbers, weights: Numbers) -> Numbers:
    """Same-length convolution over time with weights ``[taps, out, in]``."""
    taps, length = weights.shape[0], x.shape[1]
    padded = np.pad(x, ((0, 0), (taps // 2, taps // 2)))
    out: Numbers = weights[0] @ padded[:, :length]
    for tap in range(1, taps):
        out += weights[tap] @ padded[:, tap : tap + length]
    return out


def _spectrum(sound: Samples) -> Spectrum:
    """Short-time spectrum complex64 ``[1025, frames]``, frames centred, ends mirrored."""
    padded = np.pad(sound.astype(np.float32), N_FFT // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, N_FFT)[::HOP]
    spectrum: Spectrum = np.fft.rfft(frames * _window(), axis=1).T.astype(np.complex64)
    return spectrum


@cache
def _window() -> Numbers:
    """Hann, periodic."""
    window: Numbers = np.hanning(N_FFT + 1)[:-1].astype(np.float32)
    return window


def _level(spectrum: Spectrum) -> Numbers:
    """Magnitudes in dB, 0 at the floor and 1 with all headroom used."""
    db = 20 * np.log10(np.maximum(np.abs(spectrum), FLOOR))
    level: Numbers = ((db - FLOOR_DB) / (HEADROOM_DB - FLOOR_DB)).astype(np.float32)
    return level


def _heard(level: Numbers) -> Numbers:
    """1 for frames in which there is sound, float32 ``[frames]``."""
    loud = level.sum(axis=0)
    heard: Numbers = (loud > QUIET * loud.max()).astype(np.float32)
    return heard


def _stretched(x: Numbers, size: int) -> Numbers:
    """Linear interpolation over time, first and last frame kept."""
    place = np.linspace(0, x.shape[1] - 1, size)
    before = np.floor(place).astype(int)
    after = np.minimum(before + 1, x.shape[1] - 1)
    share = (place - before).astype(np.float32)
    stretched: Numbers = x[:, before] * (1 - share) + x[:, after] * share
    return stretched


@cache
def load_perth() -> Perth:
    """The networks with their weights, ready to be asked.

    Raises:
        WeightsMissing: if they are not on this machine.
    """
    from safetensors.numpy import load_file

    from dubbing.models.resolver import resolve

    return Perth(load_file(resolve("perth") / "perth.safetensors"))
