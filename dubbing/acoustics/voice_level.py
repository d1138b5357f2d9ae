"""How loud a voice is, frame by frame, on a scale of its own loud parts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dubbing.arrays import Audio, levels_db
from dubbing.timeline import FRAME_MS

Floats = npt.NDArray[np.float64]
RANGE_DB = 40.0
LOUD_PERCENTILE = 95
FLOOR = 1e-10
"""Power that is added to silence."""


def frame_levels_db(audio: Audio) -> Floats:
    """Level per frame of 25 ms, float64 ``[F]`` dBFS."""
    return levels_db(audio, FRAME_MS, floor=FLOOR)


def loud_level_db(levels: Floats) -> float:
    """Level of the loud parts; 0 if there is no frame."""
    return float(np.percentile(levels, LOUD_PERCENTILE)) if len(levels) else 0.0


def on_voice_scale(levels: Floats, loud_db: float) -> Floats:
    """Levels as 1 for ``loud_db`` and 0 for 40 dB below it or less; at most 1.2."""
    scaled: Floats = np.clip((levels - loud_db + RANGE_DB) / RANGE_DB, 0, 1.2)
    return scaled
