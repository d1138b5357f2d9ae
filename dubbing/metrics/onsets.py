"""When speech is heard to begin and end, by short-time energy."""

from __future__ import annotations

from dubbing.acoustics.extent import STEP_MS, loud_extent_ms
from dubbing.arrays import Audio

TRUSTED_MS = 200
"""The measured time is believed this far from the expected one: a weak /f/ or a long fade
must not move a line."""


def speech_extent_ms(audio: Audio, expected: tuple[int, int]) -> tuple[int, int]:
    """Begin and end of speech in ``audio`` in ms from its first sample, near ``expected``.

    Works on mono speech with silence around it. Without any energy, ``expected`` is returned.
    """
    found = loud_extent_ms(audio)
    if found is None:
        return expected
    begins_ms = _near(found[0], expected[0])
    return begins_ms, max(_near(found[1], expected[1]), begins_ms + STEP_MS)


def _near(measured_ms: int, expected_ms: int) -> int:
    return min(max(measured_ms, expected_ms - TRUSTED_MS), expected_ms + TRUSTED_MS)
