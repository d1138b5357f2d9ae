"""Pitch by SwiftF0 (Nieradzik 2025), a network of 0.1 MB that seldom takes an octave for another.

An autocorrelation finds the pitch of one and the same man at 155 and at 229 Hz; for casting, that is the
difference between two voices.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from dubbing.arrays import Audio
from dubbing.models.onnx import onnx_session

RATE_HZ = 16_000
HOP = 256
FRAME_MS = 1000 * HOP / RATE_HZ
LOWEST_HZ, HIGHEST_HZ = 50.0, 700.0
VOICED = 0.5
"""The network's own calibration: from this confidence on a frame is voiced."""
SILENCE = 1e-3
"""Digital silence is a texture that the network never saw; frames below this peak are unvoiced."""
WINDOW_FRAMES, MARGIN_FRAMES = 1875, 11
"""Half a minute at a time, with the network's receptive field on either side."""


@dataclass(frozen=True, slots=True, eq=False)
class PitchTrack:
    """Pitch every 16 ms: float64 ``[n]`` in Hz, and the confidence that the frame is voiced."""

    f0_hz: npt.NDArray[np.float64]
    confidence: npt.NDArray[np.float64]

    @property
    def voiced(self) -> npt.NDArray[np.bool_]:
        """Which frames are voiced."""
        return self.confidence >= VOICED

    @property
    def median_hz(self) -> float | None:
        """Median pitch of the voiced frames; ``None`` if there is none."""
        return float(np.median(self.f0_hz[self.voiced])) if self.voiced.any() else None

    def between(self, start_ms: float, end_ms: float) -> PitchTrack:
        """The frames that begin from ``start_ms`` to ``end_ms``."""
        part = slice(round(start_ms / FRAME_MS), round(end_ms / FRAME_MS))
        return PitchTrack(self.f0_hz[part], self.confidence[part])


def pitch_track(audio: Audio) -> PitchTrack:
    """Track the pitch of 16 kHz mono sound of any length.

    Raises:
        ValueError: if the rate is not 16 kHz.
    """
    if audio.rate_hz != RATE_HZ:
        raise ValueError(f"SwiftF0 wants 16 kHz, not {audio.rate_hz} Hz")
    samples = audio.mono().samples[0]
    n_frames = len(samples) // HOP
    if n_frames == 0:
        return PitchTrack(np.zeros(0), np.zeros(0))
    parts = [_window(samples, first, n_frames) for first in range(0, n_frames, WINDOW_FRAMES)]
    f0_hz, confidence = (np.concatenate(column) for column in zip(*parts, strict=True))
    peaks = np.abs(samples[: n_frames * HOP].reshape(n_frames, HOP)).max(axis=1)
    return PitchTrack(f0_hz, np.where(peaks < SILENCE, 0.0, confidence))


def _window(
    samples: npt.NDArray[np.float32], first: int, n_frames: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Pitch and confidence of the frames from ``first`` on, one window of them at most."""
    last = min(first + WINDOW_FRAMES, n_frames)
    begin = max(0, first - MARGIN_FRAMES)
    heard = samples[begin * HOP : (last + MARGIN_FRAMES) * HOP]
    bounds = {"fmin": np.float32(LOWEST_HZ), "fmax": np.float32(HIGHEST_HZ)}
    feeds = {name: np.asarray(value) for name, value in bounds.items()}
    f0_hz, confidence = _session().run(["pitch", "confidence"], {"audio": heard[None], **feeds})
    own = slice(first - begin, last - begin)
    return f0_hz[0][own].astype(np.float64), confidence[0][own].astype(np.float64)


@cache
def _session() -> Any:
    from dubbing.models.resolver import resolve

    return onnx_session(resolve("swift-f0") / "model.onnx", 1)
