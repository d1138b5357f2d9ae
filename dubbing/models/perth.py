"""Perth's networks (Resemble AI, MIT): a mark that cannot be heard, and what finds it again.

The marker changes log magnitudes below 2 kHz within the masking threshold; the finder says 1 for a mark
and 0 for none. The package itself is no dependency of the code: it needs torchaudio and prints.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

RATE_HZ = 32_000
N_FFT, HOP = 2048, 320
BANDS = 128
"""Of 15.6 Hz: all below 2 kHz."""
HIDDEN = 256
FLOOR = 1e-9
FLOOR_DB, HEADROOM_DB = -180.0, 15.0
QUIET = 0.05
"""Frames with less than this share of the loudest frame's magnitudes carry no mark."""
TEMPI = 1.25, 1.0, 0.75
"""The finder looks at three tempi."""
Progress = Callable[[str, float], None]


def make(source: Path, folder: Path, progress: Progress) -> None:
    """Turn the package's checkpoint into safetensors; nothing but tensors is unpickled."""
    from safetensors.torch import save_file

    progress("converting Perth", 0.0)
    held = torch.load(source / "perth.pth.tar", map_location="cpu", weights_only=True)["model"]
    kept = {name: v.contiguous() for name, v in held.items() if not name.startswith("ap.")}
    save_file(kept, folder / "perth.safetensors")
    progress("converting Perth", 1.0)


class Perth(nn.Module):
    """Marker and finder on spectra of sound at 32 kHz."""

    def __init__(self) -> None:
        """Random weights; see :func:`load_perth`."""
        super().__init__()
        self.encoder = _Marker()
        self.decoder = _Finder()

    def residue(self, sound: Tensor) -> Tensor:
        """What is to be added to a sound ``[n]`` so that it carries the mark."""
        spectrum = _spectrum(sound)
        level = _level(spectrum)
        change = self.encoder(level[None])[0]
        marked = level[:BANDS] + change
        gain = _magnitude(marked) - _magnitude(level[:BANDS])
        added = torch.zeros_like(spectrum)
        added[:BANDS] = gain * torch.exp(1j * torch.angle(spectrum[:BANDS]))
        window = torch.hann_window(N_FFT)
        return torch.istft(added, N_FFT, HOP, window=window, length=len(sound))

    def confidence(self, sound: Tensor) -> float:
        """How sure it is that a sound ``[n]`` carries the mark, 0 to 1."""
        found = self.decoder(_level(_spectrum(sound))[None])[0]
        return float(found.clamp(0.0, 1.0))


def _spectrum(sound: Tensor) -> Tensor:
    window = torch.hann_window(N_FFT)
    return torch.stft(
        sound, N_FFT, HOP, window=window, center=True, pad_mode="reflect", return_complex=True
    )


def _level(spectrum: Tensor) -> Tensor:
    """Magnitudes in dB, 0 at the floor and 1 with all headroom used."""
    db = 20 * torch.log10(spectrum.abs().clamp(min=FLOOR))
    return (db - FLOOR_DB) / (HEADROOM_DB - FLOOR_DB)


def _magnitude(level: Tensor) -> Tensor:
    return 10.0 ** ((level * (HEADROOM_DB - FLOOR_DB) + FLOOR_DB) / 20)


def _heard(level: Tensor) -> Tensor:
    """1 for frames in which there is sound, float ``[B, 1, T]``."""
    loud = level.sum(dim=1)
    return (loud > QUIET * loud.max(dim=1, keepdim=True).values).float()[:, None]


class _Conv(nn.Module):
    def __init__(self, inputs: int, outputs: int, size: int, *, last: bool = False) -> None:
        super().__init__()
        self.conv = nn.Conv1d(inputs, outputs, size, padding=(size - 1) // 2)
        self.last = last

    def forward(self, x: Tensor) -> Tensor:
        made: Tensor = self.conv(x)
        return made if self.last else functional.leaky_relu(made)


def _layers(outputs: int) -> nn.Sequential:
    inner = [_Conv(HIDDEN, HIDDEN, 7) for _ in range(5)]
    return nn.Sequential(_Conv(BANDS, HIDDEN, 1), *inner, _Conv(HIDDEN, outputs, 1, last=True))


class _Marker(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = _layers(BANDS)

    def forward(self, level: Tensor) -> Tensor:
        change: Tensor = self.layers(level[:, :BANDS]) * _heard(level)
        return change


class _Finder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.slow_layers = _layers(2)
        self.normal_layers = _layers(2)
        self.fast_layers = _layers(2)

    def forward(self, level: Tensor) -> Tensor:
        """Confidence of each sound, ``[B]``."""
        heard, bands = _heard(level), level[:, :BANDS]
        attention, marks = [], []
        for tempo, layers in zip(
            TEMPI, (self.slow_layers, self.normal_layers, self.fast_layers), strict=True
        ):
            size = int(bands.shape[2] * tempo)
            at_tempo = functional.interpolate(bands, size, mode="linear", align_corners=True)
            mask = functional.interpolate(heard, size, mode="nearest")
            mean = (layers(at_tempo) * mask).sum(dim=2) / mask.sum(dim=2)
            attention.append(mean[:, 0])
            marks.append(mean[:, 1])
        weights = torch.softmax(torch.stack(attention, dim=1), dim=1)
        return (torch.stack(marks, dim=1) * weights).sum(dim=1)


@cache
def load_perth() -> Perth:
    """The networks with their weights, ready to be asked.

    Raises:
        WeightsMissing: if they are not on this machine.
    """
    from safetensors.torch import load_file

    from dubbing.models.resolver import resolve

    net = Perth()
    net.load_state_dict(load_file(resolve("perth") / "perth.safetensors"))
    return net.eval().requires_grad_(False)
