"""GE2E speaker vectors without torch.

The weights are Resemblyzer's (Apache-2.0), as ONNX. Resemblyzer itself is not a dependency: its own
dependency webrtcvad needs a compiler to install, which a fresh machine does not have.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from dubbing.arrays import Audio
from dubbing.models.onnx import onnx_session

RATE_HZ = 16_000
N_FFT = 400
HOP = 160
N_MELS = 40
WINDOW_FRAMES = 160
STEP_FRAMES = 77
"""1.3 windows a second, as in Resemblyzer's ``embed_utterance``."""
LEAST_COVERAGE = 0.75
TARGET_DBFS = -30.0
BATCH = 64


class SpeakerEncoder:
    """Speech to a unit vector of 256 numbers (Wan et al. 2018)."""

    def __init__(self, threads: int = 1) -> None:
        """Load the graph (6 MB, shipped)."""
        from dubbing.models.resolver import resolve

        self._session = onnx_session(resolve("ge2e") / "ge2e.onnx", threads)

    def embed(self, audio: Audio) -> npt.NDArray[np.float32]:
        """Unit vector, float32 ``[256]``, of 16 kHz mono speech of any length.

        Raises:
            ValueError: if the rate is not 16 kHz.
        """
        if audio.rate_hz != RATE_HZ:
            raise ValueError(f"the speaker encoder wants 16 kHz, not {audio.rate_hz} Hz")
        samples = _raised(audio.mono().samples[0])
        starts = _window_starts(len(samples))
        needed = (starts[-1] + WINDOW_FRAMES) * HOP
        samples = np.pad(samples, (0, max(0, needed - len(samples))))
        mel = mel_spectrogram(samples)
        windows = np.stack([mel[start : start + WINDOW_FRAMES] for start in starts])
        parts = self._parts(windows)
        mean = parts.mean(axis=0)
        unit: npt.NDArray[np.float32] = (mean / np.linalg.norm(mean)).astype(np.float32)
        return unit

    def embed_windows(
        self, audio: Audio, windows_ms: Sequence[tuple[int, int]]
    ) -> npt.NDArray[np.float32]:
        """Unit vectors, float32 ``[n, 256]``, of windows of 1.6 s; shorter ones are repeated to that.

        Raises:
            ValueError: if the rate is not 16 kHz.
        """
        if audio.rate_hz != RATE_HZ:
            raise ValueError(f"the speaker encoder wants 16 kHz, not {audio.rate_hz} Hz")
        mel = mel_spectrogram(_raised(audio.mono().samples[0]))
        parts = [_filled(mel, start_ms, end_ms) for start_ms, end_ms in windows_ms]
        found = [
            self._parts(np.stack(parts[first : first + BATCH]))
            for first in range(0, len(parts), BATCH)
        ]
        vectors = np.concatenate(found)
        unit: npt.NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit.astype(np.float32)

    def _parts(self, windows: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        parts: npt.NDArray[np.float32] = self._session.run(None, {"mels": windows})[0]
        return parts


def _filled(mel: npt.NDArray[np.float32], start_ms: int, end_ms: int) -> npt.NDArray[np.float32]:
    """A window of 160 frames, from what there is between two times."""
    step_ms = 1000 * HOP // RATE_HZ
    part = mel[start_ms // step_ms : max(start_ms // step_ms + 1, end_ms // step_ms)]
    part = part if len(part) else mel[-1:]
    times = -(-WINDOW_FRAMES // len(part))
    return np.tile(part, (times, 1))[:WINDOW_FRAMES]


def mel_spectrogram(samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Power mel spectrogram float32 ``[frames, 40]``: librosa's ``melspectrogram`` (Slaney scale)."""
    padded = np.pad(samples, N_FFT // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, N_FFT)[::HOP]
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(N_FFT) / N_FFT)
    power = np.abs(np.fft.rfft(frames * hann, axis=1)) ** 2
    return (power @ mel_filters().T).astype(np.float32)


def _raised(samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Soft speech brought up to -30 dBFS, as the network was trained."""
    level_db = 10 * np.log10(np.mean(samples.astype(np.float64) ** 2) + 1e-12)
    gain_db = max(0.0, TARGET_DBFS - level_db) if level_db > -100 else 0.0
    return (samples * 10 ** (gain_db / 20)).astype(np.float32)


def _window_starts(n_samples: int) -> list[int]:
    """First frames of the windows; the last is dropped if it is mostly padding."""
    n_frames = -(-(n_samples + 1) // HOP)
    starts = list(range(0, max(1, n_frames - WINDOW_FRAMES + STEP_FRAMES + 1), STEP_FRAMES))
    covered = (n_samples - starts[-1] * HOP) / (WINDOW_FRAMES * HOP)
    return starts[:-1] if covered < LEAST_COVERAGE and len(starts) > 1 else starts


@cache
def mel_filters() -> npt.NDArray[np.float64]:
    """Triangles of equal area on the Slaney mel scale, float64 ``[40, 201]``."""
    edges = _mel_to_hz(np.linspace(_hz_to_mel(0.0), _hz_to_mel(RATE_HZ / 2), N_MELS + 2))
    bins = np.fft.rfftfreq(N_FFT, 1 / RATE_HZ)
    rising = (bins - edges[:-2, None]) / np.diff(edges)[:-1, None]
    falling = (edges[2:, None] - bins) / np.diff(edges)[1:, None]
    area = 2.0 / (edges[2:] - edges[:-2])
    filters: npt.NDArray[np.float64] = np.maximum(0, np.minimum(rising, falling)) * area[:, None]
    return filters


def _hz_to_mel(hz: float) -> float:
    """Slaney: linear to 1 kHz, logarithmic above."""
    return hz / (200 / 3) if hz < 1000 else 15 + np.log(hz / 1000) / (np.log(6.4) / 27)


def _mel_to_hz(mel: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(mel < 15, mel * (200 / 3), 1000 * np.exp((np.log(6.4) / 27) * (mel - 15)))
