"""Whether a mouth makes the sound that is heard: an opinion that no plan has been made by.

Two small towers of convolutions over time, trained by contrast (``dub train judge``), turn 0.375 s of a
mouth and 0.375 s of a sound into unit vectors. A pair that goes together lies close; the same sound moved
in time, or another, lies far. As in SyncNet (Chung and Zisserman 2016), a film is judged by its distance
at every offset: where the least is, how far apart picture and sound are as they stand, and by how much
the least stands out (Prajwal et al. 2020 call these LSE-D and LSE-C; ours see landmarks, not pictures).

What it cannot see: teeth, tongue and cheeks, so sounds made behind the lips differ only by how far the
mouth opens. It knows no more people than it was taught by: GRID is read English in a studio
(``benchmarks/judge.json`` says how it does on another person). No weights are shipped yet; ``dub train
judge`` makes them. Planning never imports it (a contract of import-linter), so that its opinion stays
independent of what it judges.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dubbing.arrays import Audio
from dubbing.errors import UsageError
from dubbing.metrics.sync_inputs import heard_inputs, on_clock_of, seen_inputs, spectra_db
from dubbing.timeline import FRAME_MS
from dubbing.timing.lips import CONFIDENCE, Lips

Floats = npt.NDArray[np.float32]
MOST_OFFSET_FRAMES = 15
OFFSETS = range(-MOST_OFFSET_FRAMES, MOST_OFFSET_FRAMES + 1)
LEAST_FRAMES = 20
"""Half a second of a mouth that is seen, at every offset."""


@dataclass(frozen=True, slots=True)
class Synchrony:
    """The opinion on one line, or on a film.

    offset_ms: how much later than the mouth the sound is; negative if it is earlier.
    distance: at offset zero, 0 (they go together) to 2; things that have nothing to do with each other
        are about 1.41 apart.
    confidence: by how much the least distance lies below the median of all offsets; near 0 the offset
        means nothing.
    """

    offset_ms: float
    distance: float
    confidence: float


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Mean squared distances, float64 ``[31]``, by ``OFFSETS``, over ``n_frames`` of a mouth."""

    squared: npt.NDArray[np.float64]
    n_frames: int


class SyncJudge:
    """The towers as plain matrices: a mouth and a sound to unit vectors."""

    def __init__(self, path: Path) -> None:
        """Read the weights (float16 in the file) that ``dub train judge`` wrote.

        Raises:
            UsageError: if the file is not what ``dub train judge`` writes.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            arrays = load_file(path)
            self._lips = _layers(arrays, "lips")
            self._voice = _layers(arrays, "voice")
        except (OSError, KeyError, ValueError, SafetensorError) as error:
            raise UsageError(
                f"{path} holds no judge of synchrony.", hint="Make one: dub train judge."
            ) from error

    def curve(self, lips: Lips, audio: Audio) -> Curve | None:
        """Compare a mouth and a sound (16 kHz) that begin at the same time, at every offset.

        Returns:
            ``None`` if the mouth is seen, or both last, for less than half a second.
        """
        seen, heard = seen_inputs(lips), heard_inputs(spectra_db(audio))
        n_frames = min(len(seen), len(heard))
        reach = receptive_frames(self._lips) // 2
        if n_frames < 2 * reach + MOST_OFFSET_FRAMES + LEAST_FRAMES:
            return None
        known = lips.values[reach : n_frames - reach, CONFIDENCE] > 0
        mouth = embedded(self._lips, seen[:n_frames])
        voice = embedded(self._voice, heard[:n_frames])
        return _compared(mouth, voice, known)

    def curve_of(
        self, mouth: Lips, own: tuple[int, int], audio: Audio, start_ms: float
    ) -> Curve | None:
        """Compare a line with its mouth.

        Args:
            mouth: the whole track of it.
            own: the time that belongs to the line, ms on the film's clock.
            audio: what is heard instead of the line (16 kHz); around it is silence.
            start_ms: where it begins on the film's clock.
        """
        begins = min(own[0], round(start_ms)) // FRAME_MS * FRAME_MS
        ends = max(own[1], round(start_ms) + audio.duration_ms)
        lips = mouth.between(begins, max(1, (ends - begins) // FRAME_MS))
        return self.curve(lips, on_clock_of(lips, audio, start_ms))

    def judge(self, lips: Lips, audio: Audio) -> Synchrony | None:
        """Judge one stretch of film; ``None`` where :meth:`curve` gives none."""
        curve = self.curve(lips, audio)
        return None if curve is None else verdict(curve)


# -- the verdict ---------------------------------------------------------------------------------


def _compared(mouth: Floats, voice: Floats, known: npt.NDArray[np.bool_]) -> Curve | None:
    n_frames = len(mouth)
    squared, counts = [], []
    for offset in OFFSETS:
        first, last = max(0, -offset), n_frames - max(0, offset)
        used = known[first:last]
        together = mouth[first:last] * voice[first + offset : last + offset]
        counts.append(int(used.sum()))
        if counts[-1] < LEAST_FRAMES:
            return None
        squared.append(2 - 2 * float(together.sum(axis=1)[used].mean()))
    return Curve(np.maximum(squared, 0.0), min(counts))


def pooled(curves: Iterable[Curve | None]) -> Curve | None:
    """Return one curve for several stretches, each counted by its length; ``None`` if there is none."""
    known = [curve for curve in curves if curve is not None]
    if not known:
        return None
    weights = np.array([curve.n_frames for curve in known], dtype=np.float64)
    mean = np.average([curve.squared for curve in known], axis=0, weights=weights)
    return Curve(mean, int(weights.sum()))


def opinion(curves: Iterable[Curve | None]) -> Synchrony | None:
    """Return the verdict on several stretches together; ``None`` if none could be compared."""
    curve = pooled(curves)
    return None if curve is None else verdict(curve)


def verdict(curve: Curve) -> Synchrony:
    """Read a curve of distances."""
    distances = np.sqrt(curve.squared)
    return Synchrony(
        offset_ms=round(_lowest(curve.squared) * FRAME_MS, 1),
        distance=round(float(distances[MOST_OFFSET_FRAMES]), 3),
        confidence=round(float(np.median(distances) - distances.min()), 3),
    )


def _lowest(squared: npt.NDArray[np.float64]) -> float:
    """Where the least is, in frames, by a parabola through it and its neighbours."""
    least = int(squared.argmin())
    place = float(OFFSETS[least])
    if least in (0, len(squared) - 1):
        return place
    before, at, after = squared[least - 1 : least + 2]
    bend = before - 2 * at + after
    return place + float(0.5 * (before - after) / bend) if bend > 0 else place


# -- the towers ----------------------------------------------------------------------------------

Layer = tuple[Floats, Floats]
"""Weights ``[taps, in, out]`` and biases ``[out]`` of a convolution over time."""


def _layers(arrays: dict[str, npt.NDArray[np.generic]], tower: str) -> list[Layer]:
    count = sum(name.startswith(f"{tower}.") and name.endswith(".weight") for name in arrays)
    if count == 0:
        raise KeyError(tower)
    return [
        (
            np.ascontiguousarray(
                arrays[f"{tower}.{n}.weight"].astype(np.float32).transpose(2, 1, 0)
            ),
            arrays[f"{tower}.{n}.bias"].astype(np.float32),
        )
        for n in range(count)
    ]


def receptive_frames(layers: Sequence[Layer]) -> int:
    """Return how many frames one vector is made of."""
    return 1 + sum(len(weight) - 1 for weight, _ in layers)


def embedded(layers: Sequence[Layer], inputs: Floats) -> Floats:
    """Return unit vectors, float32 ``[F - receptive + 1, 32]``, of inputs float32 ``[F, n]``."""
    hidden = inputs
    for number, (weight, bias) in enumerate(layers):
        if number:
            hidden = np.maximum(hidden, 0)
        n = len(hidden) - len(weight) + 1
        taps = [hidden[tap : tap + n] @ matrix for tap, matrix in enumerate(weight)]
        hidden = np.sum(taps, axis=0) + bias
    length = np.linalg.norm(hidden, axis=1, keepdims=True)
    return np.asarray(hidden / np.maximum(length, 1e-6), dtype=np.float32)
