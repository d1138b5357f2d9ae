"""The GE2E speaker encoder in torch: how a sound must change to be more like somebody.

The same weights as :mod:`dubbing.models.speaker_encoder`, which is faster where no gradient is wanted.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from dubbing.models.speaker_encoder import (
    HOP,
    N_FFT,
    N_MELS,
    RATE_HZ,
    STEP_FRAMES,
    TARGET_DBFS,
    WINDOW_FRAMES,
    mel_filters,
)

LAYERS = ("270", "290", "310")
"""Names that the export gave to the weights of the three layers."""
SILENCE = 1e-12


class GradientEncoder:
    """Speech at any rate that is a multiple of 8 kHz to a unit vector of 256 numbers."""

    def __init__(self, rate_hz: int) -> None:
        """Load the weights (6 MB, shipped)."""
        import onnx
        from onnx import numpy_helper

        from dubbing.models.resolver import resolve

        graph = onnx.load(str(resolve("ge2e") / "ge2e.onnx")).graph
        held = {
            item.name: torch.from_numpy(numpy_helper.to_array(item).copy())
            for item in graph.initializer
        }
        self._factor = rate_hz / RATE_HZ
        self._filters = torch.from_numpy(mel_filters().astype(np.float32))
        self._lstm = nn.LSTM(N_MELS, 256, len(LAYERS), batch_first=True)
        self._linear = nn.Linear(256, 256)
        with torch.no_grad():
            self._linear.weight.copy_(held["linear.weight"])
            self._linear.bias.copy_(held["linear.bias"])
            for number, name in enumerate(LAYERS):
                self._fill_layer(number, [held[f"onnx::LSTM_{int(name) + i}"][0] for i in range(3)])
        for weights in (*self._lstm.parameters(), *self._linear.parameters()):
            weights.requires_grad_(False)

    def _fill_layer(self, number: int, held: list[Tensor]) -> None:
        """ONNX has the gates in the order input, output, forget, cell; torch wants i, f, c, o."""
        for name, weights in zip(
            ("weight_ih", "weight_hh", "bias_ih", "bias_hh"),
            (held[0], held[1], *held[2].chunk(2)),
            strict=True,
        ):
            i, o, f, c = weights.chunk(4)
            getattr(self._lstm, f"{name}_l{number}").copy_(torch.cat([i, f, c, o]))

    def mel(self, samples: Tensor) -> Tensor:
        """Power mel spectrogram float32 ``[frames, 40]`` every 10 ms, as the network was trained on."""
        level_db = 10 * torch.log10((samples**2).mean() + SILENCE)
        raised = samples * 10 ** (torch.clamp(TARGET_DBFS - level_db, min=0.0) / 20)
        size, hop = round(N_FFT * self._factor), round(HOP * self._factor)
        spectrum = torch.stft(
            raised, size, hop, window=torch.hann_window(size), pad_mode="constant",
            return_complex=True,
        )  # fmt: skip
        power = (spectrum.real**2 + spectrum.imag**2)[: N_FFT // 2 + 1] / self._factor**2
        return (self._filters @ power).T

    def embed(self, mel: Tensor) -> Tensor:
        """Unit vector ``[256]`` of a mel spectrogram, the mean over windows of 1.6 s."""
        missing = max(0, WINDOW_FRAMES - len(mel))
        mel = nn.functional.pad(mel, (0, 0, 0, missing))
        starts = range(0, len(mel) - WINDOW_FRAMES + 1, STEP_FRAMES)
        windows = torch.stack([mel[start : start + WINDOW_FRAMES] for start in starts])
        _, (hidden, _) = self._lstm(windows)
        parts = torch.relu(self._linear(hidden[-1]))
        mean = nn.functional.normalize(parts, dim=1).mean(dim=0)
        return nn.functional.normalize(mean, dim=0)
