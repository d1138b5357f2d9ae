"""What is heard of a conversation, and who speaks when in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dubbing.diarization.turns import Interval, turns_of
from dubbing.diarization.voice_space import Vectors, load_voice_space
from dubbing.diarization.voices import group_voices, means, smoothed
from dubbing.engines.speakers import Turn


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """A stretch of speech: its windows, and the GE2E vector of each, ``[n, 256]``."""

    region: Interval
    windows: Sequence[Interval]
    vectors: Vectors


def voice_turns(heard: Sequence[Heard], threshold: float, count: int | None) -> list[Turn]:
    """One turn after the other, each of one voice.

    Args:
        heard: stretches in order of time.
        threshold: cosine (in the voice space) under which two groups of a few windows are two voices.
        count: how many people speak; ``None`` = find out.
    """
    space = load_voice_space()
    placed = [space.place(item.vectors) for item in heard]
    groups = group_voices(np.concatenate([smoothed(v) for v in placed]), threshold, count)
    centres = means(np.concatenate(placed), groups)
    return [
        turn
        for item, vectors in zip(heard, placed, strict=True)
        for turn in turns_of(item.region, item.windows, (vectors @ centres.T).astype(np.float64))
    ]
