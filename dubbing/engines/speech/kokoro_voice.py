"""The style and the pitch with which Kokoro speaks as a stock voice or as a tuned one."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dubbing.engines.speech import Tensors, TunedVoice, VoiceName
from dubbing.models.voices import TIMBRE_SIZE, voice_style

Numbers = npt.NDArray[np.float32]
TIMBRE, PITCH = "timbre", "pitch"
"""What a tuned voice is: a change of the timbre half of the style, float32 ``[128]``; and the median
pitch of the stock voice in Hz, the factor that takes it to the speaker's, and the factor of its range,
float32 ``[3]``. The prosody half stays: Mandarin keeps the tones of somebody who speaks Mandarin."""
VOICED_HZ = 20.0
"""The network's pitch is near 0 where nothing is voiced."""


def style_of(voice: VoiceName, n_symbols: int) -> Numbers:
    """Style vector float32 ``[256]`` for a text of so many symbols.

    Raises:
        TypeError: if the voice is a sample; voices are learnt from one, not taken from it.
    """
    if isinstance(voice, str):
        return voice_style(voice, n_symbols)
    if not isinstance(voice, TunedVoice):
        raise TypeError("Kokoro speaks with stock and with tuned voices")
    style = voice_style(voice.stock, n_symbols)
    style[:TIMBRE_SIZE] += _tuned(voice.tensors)[TIMBRE]
    return style


def bent_pitch(voice: VoiceName, f0_hz: Numbers) -> Numbers:
    """The pitch curve that the network gave, moved to the register and the range of a tuned voice."""
    return (
        pitch_moved(f0_hz, _tuned(voice.tensors)[PITCH]) if isinstance(voice, TunedVoice) else f0_hz
    )


def pitch_moved(f0_hz: Numbers, pitch: Numbers) -> Numbers:
    """A pitch curve taken to another register and range; what is unvoiced stays."""
    median_hz, factor, range_factor = (float(value) for value in pitch)
    voiced = f0_hz > VOICED_HZ
    bent = median_hz * factor * (np.maximum(f0_hz, VOICED_HZ) / median_hz) ** range_factor
    return np.where(voiced, bent, f0_hz).astype(np.float32)


@lru_cache(maxsize=32)
def _tuned(path: Path) -> Tensors:
    from safetensors.numpy import load_file

    tensors: Tensors = load_file(path)
    return tensors
