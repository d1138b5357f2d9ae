"""How loud: programmes by ffmpeg's ebur128 in a stream, lines by pyloudnorm."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from dubbing.arrays import Audio
from dubbing.media.ffmpeg import input_args, run_ffmpeg

SILENCE_LUFS = -69.0
GATE_BLOCK_S = 0.4
SHORTEST_S = 0.1
FAINTEST_RMS = 1e-6
"""-120 dB: the last of 24 bits, now and then."""
RAISED_RMS = 0.1


@dataclass(frozen=True, slots=True)
class Loudness:
    """Of a programme, after EBU R 128; ``None`` where there is only silence."""

    integrated_lufs: float | None
    true_peak_dbtp: float | None
    range_lu: float | None


def programme_loudness(path: Path) -> Loudness:
    """Integrated loudness, true peak and range of a file of any length."""
    said = run_ffmpeg(
        [*input_args(path), "-map", "0:a:0", "-af", "ebur128=peak=true:framelog=verbose",
         "-f", "null", "-"],
        what="The loudness cannot be measured",
    )  # fmt: skip
    summary = said[said.rfind("Summary:") :]
    integrated = _number(summary, r"I:\s+(\S+) LUFS")
    return Loudness(
        integrated_lufs=None if integrated is None or integrated < SILENCE_LUFS else integrated,
        true_peak_dbtp=_number(summary, r"Peak:\s+(\S+) dBFS"),
        range_lu=_number(summary, r"LRA:\s+(\S+) LU"),
    )


def line_loudness_lufs(audio: Audio) -> float | None:
    """Loudness of a short piece (ITU-R BS.1770 with a block no longer than the piece).

    Its gate of -70 LUFS is for the pauses of programmes: a piece is raised before it is measured, so
    that a whisper has a loudness. ``None`` for digital silence and for what is shorter than 0.1 s.
    """
    import pyloudnorm

    length_s = audio.n_samples / audio.rate_hz
    if length_s < SHORTEST_S or not audio.samples.any():
        return None
    block_s = min(GATE_BLOCK_S, length_s * 0.99)
    samples = audio.samples[:5].T.astype(np.float64)
    rms = float(np.sqrt(np.mean(samples**2)))
    if rms < FAINTEST_RMS:
        return None
    gain = RAISED_RMS / rms
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of clipping, which is not ours to judge here
        level = pyloudnorm.Meter(audio.rate_hz, block_size=block_s).integrated_loudness(
            gain * samples
        )
    return float(level - 20 * np.log10(gain)) if np.isfinite(level) else None


def _number(text: str, pattern: str) -> float | None:
    found = re.search(pattern, text)
    if found is None or "inf" in found[1] or "nan" in found[1]:
        return None
    return float(found[1])
