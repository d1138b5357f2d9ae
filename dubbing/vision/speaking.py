"""Whether a mouth makes the sound that is heard.

A linear model reads from a second of lips how loud the voice should be (ridge regression trained on
GRID: median correlation with the real envelope 0.77); what it reads is compared with what is heard. How
much the mouth moves counts beside it: on small, turned or noisy faces the movement is the better witness.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from dubbing.acoustics.voice_level import frame_levels_db, loud_level_db, on_voice_scale
from dubbing.arrays import Audio
from dubbing.models.catalogue import DATA
from dubbing.timing.lips import OPENING_SPEED, Lips, normalised

Floats = npt.NDArray[np.float64]
TAPS = range(-6, 7)
"""Frames of lips before and after that say how loud a frame of voice is."""
N_USED = 7
"""Columns of ``lips.normalised`` that are read; confidence is not."""
SEARCH_FRAMES = 3
"""A mouth may lead or follow the voice by this much beyond the film's own offset."""
USUAL_MOVEMENT = 0.2
"""Mean speed of the opening of a speaking mouth, eye distances a second."""
MOVEMENT_COUNTS = (-2.0, 0.7)
"""Limits of what movement adds: a wild mouth proves no more than a lively one."""
CORRELATION_COUNTS = 2.0
SPEAKS = -0.3
"""Score above which a mouth is taken to speak; set on clips with labelled listeners."""
MOST_HIDDEN = 0.5


@dataclass(frozen=True, slots=True)
class Match:
    """How well a mouth and a voice go together; the higher the ``score``, the better."""

    score: float
    correlation: float
    movement: float

    @property
    def speaks(self) -> bool:
        """Whether this mouth is taken for the speaker's."""
        return self.score > SPEAKS


def voice_envelope(audio: Audio) -> Floats:
    """Loudness at 40 Hz: 0 is 40 dB below the loud parts of this sound, 1 as loud as they."""
    levels = frame_levels_db(audio)
    return on_voice_scale(levels, loud_level_db(levels))


def voice_inputs(lips: Lips) -> Floats:
    """What the linear model reads, float64 ``[F, 118]``."""
    seen = normalised(lips)[:, :N_USED].astype(np.float64)
    seen = np.concatenate([seen, np.abs(seen[:, -2:])], axis=1)
    reach = max(TAPS)
    padded = np.pad(seen, ((reach, reach), (0, 0)), mode="edge")
    columns = [padded[reach + tap : reach + tap + len(seen)] for tap in TAPS]
    return np.concatenate([*columns, np.ones((len(seen), 1))], axis=1)


def match(
    lips: Lips, envelope: Floats, offset_frames: int = 0, *, search: int = SEARCH_FRAMES
) -> Match | None:
    """Compare a mouth with a voice over the same stretch of time.

    Args:
        lips: the mouth, cut to the line with some margin.
        envelope: float ``[F]``, from :func:`voice_envelope`.
        offset_frames: how much later than the picture the film's sound is.
        search: frames by which the mouth may lead or follow the voice beyond that.

    Returns:
        ``None`` if the mouth is hidden for more than half of the time.
    """
    seen = lips.seen
    if len(lips) < 2 or seen.mean() < 1 - MOST_HIDDEN:
        return None
    movement = float(np.abs(lips.values[seen, OPENING_SPEED]).mean())
    lags = range(offset_frames - search, offset_frames + search + 1)
    expected = expected_envelope(lips)
    correlation = max(_correlation(expected, envelope, lag) for lag in lags)
    moves = float(np.clip(np.log((movement + 0.02) / USUAL_MOVEMENT), *MOVEMENT_COUNTS))
    return Match(
        round(moves + CORRELATION_COUNTS * correlation, 3),
        round(correlation, 3),
        round(movement, 3),
    )


def expected_envelope(lips: Lips) -> Floats:
    """How loud the voice of this mouth should be, float64 ``[F]``."""
    expected: Floats = voice_inputs(lips) @ _weights()
    return expected


def _correlation(expected: Floats, heard: Floats, lag: int) -> float:
    """Pearson's between the mouth and the voice ``lag`` frames later."""
    n = min(len(expected), len(heard))
    mouth = expected[max(0, -lag) : n - max(0, lag)]
    voice = heard[max(0, lag) : n - max(0, -lag)]
    if len(mouth) < 4 or mouth.std() < 1e-6 or voice.std() < 1e-6:
        return 0.0
    return float(np.corrcoef(mouth, voice)[0, 1])


@cache
def _weights() -> Floats:
    from safetensors.numpy import load_file

    weights: Floats = load_file(DATA / "mouth_voice.safetensors")["weights"].astype(np.float64)
    return weights


def best_match(matches: Sequence[Match | None]) -> int | None:
    """Index of the mouth that speaks; ``None`` if none of them does."""
    speaking = [(m.score, i) for i, m in enumerate(matches) if m is not None and m.speaks]
    return max(speaking)[1] if speaking else None
