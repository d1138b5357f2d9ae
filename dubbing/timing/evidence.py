"""What the picture says about when each sound should be made.

The aligner network looks at the mouth; what it finds, and what is plain to see (closed lips, a mouth at
rest), becomes one table: how well frame f suits sound i. Where the face is not seen the table is zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dubbing.models.catalogue import DATA
from dubbing.models.onnx import onnx_session
from dubbing.timing.lips import Lips, normalised
from dubbing.timing.visemes import DESCRIPTION, Sound, describe

Floats = npt.NDArray[np.float64]
N_MARKS = 2


def sound_inputs(found: Sequence[Sound], natural: Floats) -> npt.NDArray[np.float32]:
    """Sounds as the network sees them, between two silences: float32 ``[T + 2, 18]``."""
    described = np.array([describe(sound) for sound in found], dtype=np.float32)
    lengths = np.log(np.maximum(natural, 0.5)).astype(np.float32)[:, None]
    marks = np.zeros((len(found), N_MARKS), np.float32)
    inner = np.concatenate([described, lengths, marks], axis=1)
    edge = np.zeros((1, inner.shape[1]), np.float32)
    before, after = edge.copy(), edge.copy()
    before[0, len(DESCRIPTION) + 1] = 1
    after[0, len(DESCRIPTION) + 2] = 1
    return np.concatenate([before, inner, after])


def centres_of(edges: Floats, n_frames: int) -> Floats:
    """Middles of the sounds and of the silences around them: float64 ``[T + 2]``."""
    middles = (edges[:-1] + edges[1:]) / 2
    return np.concatenate([[edges[0] / 2], middles, [(edges[-1] + n_frames) / 2]])


def feed(
    found: Sequence[Sound], natural: Floats, edges: Floats, lips: Lips
) -> dict[str, npt.NDArray[np.float32]]:
    """One line as the network takes it: ``sounds``, ``centres`` and ``lips``, a batch of one."""
    return {
        "sounds": sound_inputs(found, natural)[None],
        "centres": centres_of(edges, len(lips)).astype(np.float32)[None],
        "lips": normalised(lips)[None],
    }


class Aligner:
    """The trained network as an ONNX graph."""

    def __init__(self, path: Path | None = None) -> None:
        """Remember where the graph lies; by default the one that is shipped."""
        self._path = path or DATA / "aligner.onnx"

    @cached_property
    def _session(self) -> Any:
        return onnx_session(self._path)

    def look(
        self, found: Sequence[Sound], natural: Floats, edges: Floats, lips: Lips
    ) -> tuple[Floats, Floats]:
        """Let every sound look for its frames.

        Args:
            found: the sounds of the line.
            natural: float ``[T]`` frames, what the speech engine would give each.
            edges: float ``[T + 1]``, where they are thought to be, in frames of ``lips``.
            lips: the mouth, with some silence before and after.

        Returns:
            ``log p(sound | frame)`` float64 ``[T + 2, F]``, first and last row the silences around;
            offsets of the log lengths, float64 ``[T]``.
        """
        log_p, offsets = self._session.run(None, feed(found, natural, edges, lips))
        return log_p[0].astype(np.float64), offsets[0, 1:-1].astype(np.float64)


@cache
def shipped_aligner() -> Aligner:
    """The one that is shipped, loaded once."""
    return Aligner()
