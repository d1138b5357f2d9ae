"""The same words filmed otherwise: another mouth, tempo, camera, and now and then no face at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dubbing.timeline import FRAME_MS
from dubbing.timing.lips import lips_from_mouth
from dubbing.training.examples import Example

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Opening, width, area, protrusion ``[n, 4]`` at ``times_ms``, and when the sounds begin."""

    mouth: Floats
    times_ms: Floats
    edges_ms: Floats


def filmed(
    symbols: str, natural: Floats, scene: Scene, rate_hz: float, rng: np.random.Generator
) -> Example:
    """Film a scene at a frame rate, as a camera and a face mesh would see it."""
    step = 1000 / rate_hz
    times = np.arange(scene.times_ms[0] + rng.uniform(0, step), scene.times_ms[-1], step)
    columns = [np.interp(times, scene.times_ms, column) for column in scene.mouth.T]
    mouth = _noisy(np.stack(columns, axis=1), rng)
    times, mouth = _with_gaps(times, mouth, rng)
    late_ms = rng.normal(0, 12)
    lips = lips_from_mouth(mouth, times + late_ms)
    return Example(symbols, natural, (scene.edges_ms - lips.start_ms) / FRAME_MS, lips)


def changed(
    symbols: str, natural: Floats, scene: Scene, rate_hz: float, rng: np.random.Generator
) -> Example:
    """A real scene in another tempo, by another mouth, filmed again."""
    tempo = other_tempo(rng)
    mouth = another_mouth(scene.mouth, rng)
    slower = Scene(mouth, scene.times_ms / tempo, scene.edges_ms / tempo)
    return filmed(symbols, natural, _cropped(slower, rng), rate_hz, rng)


def other_tempo(rng: np.random.Generator) -> float:
    """Return how much faster somebody else may say it."""
    return float(rng.uniform(0.75, 1.35)) if rng.random() < 0.7 else 1.0


def another_mouth(mouth: Floats, rng: np.random.Generator) -> Floats:
    """Return what a mouth of another size and habit would do, float ``[n, 4]``."""
    mouth = mouth.copy()
    widest = max(np.percentile(mouth[:, 0], 98), 0.03)
    mouth[:, 0] = (
        widest * np.sign(mouth[:, 0]) * (np.abs(mouth[:, 0]) / widest) ** rng.uniform(0.75, 1.35)
    )
    mouth[:, 0] = mouth[:, 0] * rng.uniform(0.6, 1.7) + rng.uniform(-0.003, 0.012)
    middle = np.median(mouth[:, [1, 3]], axis=0)
    mouth[:, [1, 3]] = middle + (mouth[:, [1, 3]] - middle) * rng.uniform(0.5, 1.6, 2)
    mouth[:, 2] *= rng.uniform(0.6, 1.5)
    return mouth


def _cropped(scene: Scene, rng: np.random.Generator) -> Scene:
    """Less of the silence at either end."""
    begin = rng.uniform(scene.times_ms[0], max(scene.times_ms[0], scene.edges_ms[0] - 100))
    end = rng.uniform(min(scene.times_ms[-1], scene.edges_ms[-1] + 150), scene.times_ms[-1])
    kept = (scene.times_ms >= begin) & (scene.times_ms <= end)
    return Scene(scene.mouth[kept], scene.times_ms[kept], scene.edges_ms)


def _noisy(mouth: Floats, rng: np.random.Generator) -> Floats:
    """Jitter of the mesh, partly smooth in time, and slow drift of the head."""
    level = rng.choice([0.0, 0.5, 1.0, 2.0]) * np.array([0.003, 0.003, 0.0015, 0.003])
    white = rng.normal(size=mouth.shape)
    smooth = np.stack([np.convolve(c, np.ones(3) / 1.7, "same") for c in white.T], axis=1)
    drift = np.cumsum(rng.normal(size=mouth.shape), axis=0) / np.sqrt(len(mouth))
    noisy: Floats = mouth + level * (smooth + 2 * drift * np.array([0.2, 1, 0.2, 1]))
    return noisy


def _with_gaps(times: Floats, mouth: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Now and then the face is not found."""
    kept = rng.random(len(times)) > rng.choice([0.0, 0.0, 0.05])
    if rng.random() < 0.15:
        begin = rng.uniform(times[0], times[-1])
        kept &= (times < begin) | (times > begin + rng.uniform(100, 500))
    if kept.sum() < 4:
        return times, mouth
    return times[kept], mouth[kept]


def joined(
    parts: Sequence[tuple[str, Floats, Scene]], rng: np.random.Generator
) -> tuple[str, Floats, Scene]:
    """Several lines of one speaker in a row, with a pause or none between them."""
    symbols, natural, scene = parts[0]
    for more_symbols, more_natural, following in parts[1:]:
        gap_ms = rng.uniform(80, 500) if rng.random() < 0.6 else 0.0
        scene = _after(scene, following, gap_ms)
        pause = [max(1.0, gap_ms / FRAME_MS * rng.lognormal(0, 0.3))] if gap_ms else []
        symbols = f"{symbols}, {more_symbols}" if gap_ms else f"{symbols} {more_symbols}"
        natural = np.concatenate([natural, pause, more_natural])
    return symbols, natural, scene


def _after(scene: Scene, following: Scene, gap_ms: float) -> Scene:
    """Cut the silence between two scenes down to ``gap_ms``."""
    until, since = scene.edges_ms[-1] + gap_ms / 2, following.edges_ms[0] - gap_ms / 2
    head, tail = scene.times_ms < until, following.times_ms >= since
    shift = until - since
    edges = following.edges_ms + shift
    inner = edges if gap_ms else edges[1:]
    return Scene(
        np.concatenate([scene.mouth[head], following.mouth[tail]]),
        np.concatenate([scene.times_ms[head], following.times_ms[tail] + shift]),
        np.concatenate([scene.edges_ms, inner]),
    )
