"""Where in a recording somebody speaks."""

from __future__ import annotations

import numpy as np

from dubbing.arrays import Audio, levels_db

STEP_MS = 5
BELOW_LOUD_DB = 32.0
"""A frame this far below the loud frames of the same take is silence."""
LOUD_PERCENTILE = 90
SILENCE_DB = -90.0


def loud_extent_ms(audio: Audio) -> tuple[int, int] | None:
    """Begin and end of what is loud, in ms from the first sample; ``None`` if nothing is."""
    levels = levels_db(audio, STEP_MS)
    if not len(levels) or levels.max() < SILENCE_DB:
        return None
    loud = np.flatnonzero(levels > np.percentile(levels, LOUD_PERCENTILE) - BELOW_LOUD_DB)
    return int(loud[0]) * STEP_MS, int(loud[-1] + 1) * STEP_MS
