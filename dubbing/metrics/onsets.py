"""When speech is heard to begin and end, by short-time energy."""

from __future__ import annotations

import numpy as np

from dubbing.arrays import Audio, levels_db

STEP_MS = 5
BELOW_LOUD_DB = 32.0
"""A frame this far below the loud frames of the same take is silence."""
LOUD_PERCENTILE = 90
TRUSTED_MS = 200
"""The measured time is believed this far from the expected one: a weak /f/ or a long fade
must not move a line."""


def speech_extent_ms(audio: Audio, expected: tuple[int, int]) -> tuple[int, int]:
    """Begin and end of speech in ``audio`` in ms from its first sample, near ``expected``.

    Works on mono speech with silence around it. Without any energy, ``expected`` is returned.
    """
    levels = levels_db(audio, STEP_MS)
    if not len(levels) or levels.max() < -90:
        return expected
    loud = np.flatnonzero(levels > np.percentile(levels, LOUD_PERCENTILE) - BELOW_LOUD_DB)
    begins_ms, ends_ms = int(loud[0]) * STEP_MS, int(loud[-1] + 1) * STEP_MS
    begins_ms = _near(begins_ms, expected[0])
    return begins_ms, max(_near(ends_ms, expected[1]), begins_ms + STEP_MS)


def _near(measured_ms: int, expected_ms: int) -> int:
    return min(max(measured_ms, expected_ms - TRUSTED_MS), expected_ms + TRUSTED_MS)
