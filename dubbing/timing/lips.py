"""The mouth over time, free of the head it belongs to.

From 3-D face landmarks to eight numbers, 40 times a second (one 25 ms frame of the timing code each):
the head's place, size and turn are taken out with the help of points that do not speak (eyes, nose,
forehead, temples), lengths are counted in distances between the outer eye corners.

Stability, as the tests hold it: scaling the picture changes nothing; a head turned by 25 degrees changes
opening and width by under 3 % of their range; on a still face the opening jitters by under 0.004.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dubbing.timeline import FRAME_MS

LANDMARKS = (
    0, 13, 14, 17, 37, 39, 40, 61, 78, 80, 81, 82, 84, 87, 88, 91, 95, 146, 178, 181, 185, 191,
    267, 269, 270, 291, 308, 310, 311, 312, 314, 317, 318, 321, 324, 375, 402, 405, 409, 415,
    1, 4, 10, 33, 133, 152, 168, 199, 234, 263, 362, 454, 6, 50, 280,
)  # fmt: skip
"""Indices in MediaPipe's face mesh of the 55 points that are kept: 40 of the lips, 15 around them."""
AT = {index: place for place, index in enumerate(LANDMARKS)}
RIGID = (1, 4, 6, 10, 33, 133, 168, 234, 263, 362, 454, 50, 280)
INNER_PAIRS = ((82, 87), (13, 14), (312, 317))
INNER_RING = (
    78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95,
)  # fmt: skip
FEATURES = (
    "opening",
    "width",
    "area",
    "protrusion",
    "closure",
    "opening speed",
    "width speed",
    "confidence",
)
"""Columns of ``Lips.values``. Opening, width and protrusion in distances between the outer eye
corners, area in their square, closure as a probability, speeds per second, confidence 0..1."""
OPENING, WIDTH, AREA, PROTRUSION, CLOSURE, OPENING_SPEED, WIDTH_SPEED, CONFIDENCE = range(8)
LONGEST_BRIDGED_MS = 120
"""A gap this short between two seen frames is filled by a straight line."""
ROUNDS = 2

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Lips:
    """A mouth at 40 Hz: ``values`` float32 ``[F, 8]``, frame 0 beginning at ``start_ms``.

    Where nothing was seen, confidence is 0 and the other values are those of the nearest seen frame.
    """

    start_ms: int
    values: Floats

    def __len__(self) -> int:
        """Number of frames."""
        return len(self.values)

    @property
    def seen(self) -> npt.NDArray[np.bool_]:
        """Bool ``[F]``: frames in which the mouth was found."""
        found: npt.NDArray[np.bool_] = self.values[:, CONFIDENCE] > 0
        return found

    def between(self, start_ms: int, n_frames: int) -> Lips:
        """``n_frames`` from ``start_ms`` on; what lies outside has confidence 0."""
        first = round((start_ms - self.start_ms) / FRAME_MS)
        wanted = np.arange(first, first + n_frames)
        values = self.values[np.clip(wanted, 0, len(self) - 1)].copy()
        values[(wanted < 0) | (wanted >= len(self)), CONFIDENCE] = 0.0
        return Lips(start_ms, values)


def unseen(start_ms: int, n_frames: int) -> Lips:
    """A mouth that nobody sees."""
    return Lips(start_ms, np.zeros((n_frames, len(FEATURES)), dtype=np.float32))


def lips_of(points: Floats, times_ms: npt.NDArray[np.float64]) -> Lips | None:
    """Lip features of one face track.

    Args:
        points: float ``[n, 55, 3]``, pixels (z on the scale of x), in the order of ``LANDMARKS``;
            NaN where no face was found.
        times_ms: float ``[n]``, when each picture is shown, rising, at any frame rate.

    Returns:
        ``None`` if the face was seen in fewer than two pictures.
    """
    found = ~np.isnan(points).any(axis=(1, 2))
    if found.sum() < 2:
        return None
    mouth = _measured(_upright(points[found].astype(np.float64)))
    return lips_from_mouth(mouth, times_ms[found])


# -- the head taken out --------------------------------------------------------------------------


def _upright(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """All frames laid upon the mean face, which looks straight at us: eye corners 1 apart.

    Generalised Procrustes analysis (Gower 1975) on the points that do not speak.
    """
    rigid = [AT[index] for index in RIGID]
    reference = points[len(points) // 2, rigid]
    for _ in range(ROUNDS):
        aligned = _aligned(points, rigid, reference)
        reference = aligned[:, rigid].mean(axis=0)
    aligned = _aligned(points, rigid, reference)
    return _facing(aligned)


def _aligned(
    points: npt.NDArray[np.float64], rigid: list[int], reference: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Each frame turned, scaled and moved so that its rigid points lie best on the reference.

    Umeyama 1991, "Least-squares estimation of transformation parameters", for all frames at once.
    """
    still = points[:, rigid]
    centre, target = still.mean(axis=1, keepdims=True), reference.mean(axis=0)
    moved, wanted = still - centre, reference - target
    u, s, vt = np.linalg.svd(np.einsum("rk,nrj->nkj", wanted, moved))
    handed = np.sign(np.linalg.det(u @ vt))
    u[:, :, -1] *= handed[:, None]
    s[:, -1] *= handed
    rotation = u @ vt
    scale = s.sum(axis=1) / np.square(moved).sum(axis=(1, 2))
    turned = np.einsum("nkj,npj->npk", rotation, points - centre)
    aligned: npt.NDArray[np.float64] = turned * scale[:, None, None] + target
    return aligned


def _facing(points: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The axes of the mean face: x from eye to eye, y from the forehead to the mouth, z to us."""
    mean = points.mean(axis=0)
    across = mean[AT[263]] - mean[AT[33]]
    size = np.linalg.norm(across)
    across = across / size
    down = (mean[AT[61]] + mean[AT[291]]) / 2 - mean[AT[10]]
    down = down - across * (down @ across)
    down /= np.linalg.norm(down)
    axes = np.stack([across, down, np.cross(across, down)])
    facing: npt.NDArray[np.float64] = (points - mean[AT[168]]) @ axes.T / size
    return facing


# -- the mouth -----------------------------------------------------------------------------------


def _measured(face: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Opening, width, area and protrusion of each frame: float64 ``[n, 4]``."""
    point = {index: face[:, AT[index]] for index in LANDMARKS}
    opening = np.mean([point[low][:, 1] - point[up][:, 1] for up, low in INNER_PAIRS], axis=0)
    width = np.linalg.norm(point[291][:, :2] - point[61][:, :2], axis=1)
    middle = (point[0] + point[17] + point[13] + point[14])[:, 2] / 4
    protrusion = (point[61] + point[291])[:, 2] / 2 - middle
    return np.stack([opening, width, _area(face), protrusion], axis=1)


def _area(face: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Area within the inner lips (shoelace formula)."""
    ring = face[:, [AT[index] for index in INNER_RING], :2]
    following = np.roll(ring, -1, axis=1)
    twice = ring[..., 0] * following[..., 1] - ring[..., 1] * following[..., 0]
    area: npt.NDArray[np.float64] = np.abs(twice.sum(axis=1)) / 2
    return area


def closure_probability(opening: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """How likely the lips touch, from the inner opening of a whole track.

    The mesh shows closed lips slightly open, some faces more than others: the closed level is that
    of the track's most closed frames, if that is near enough to none.
    """
    closed = min(float(np.percentile(opening, CLOSED_PERCENTILE)), MOST_OPEN_WHEN_CLOSED)
    probability: npt.NDArray[np.float64] = 1 / (
        1 + np.exp((opening - closed - CLOSURE_EDGE) / CLOSURE_SOFTNESS)
    )
    return probability


CLOSED_PERCENTILE = 3
MOST_OPEN_WHEN_CLOSED = 0.03
CLOSURE_EDGE = 0.022
CLOSURE_SOFTNESS = 0.006


def lips_from_mouth(mouth: npt.NDArray[np.float64], times_ms: npt.NDArray[np.float64]) -> Lips:
    """Opening, width, area and protrusion, float ``[n, 4]`` at any times, as features at 40 Hz.

    Straight lines between the pictures; the middle of a 25 ms frame is its time.
    """
    start_ms = int(times_ms[0] // FRAME_MS) * FRAME_MS
    n_frames = int((times_ms[-1] - start_ms) // FRAME_MS) + 1
    wanted = start_ms + FRAME_MS * (np.arange(n_frames) + 0.5)
    columns = [np.interp(wanted, times_ms, column) for column in mouth.T]
    opening, width, area, protrusion = columns
    values = np.stack(
        [
            opening,
            width,
            area,
            protrusion,
            closure_probability(opening),
            np.gradient(opening) * 1000 / FRAME_MS if n_frames > 1 else np.zeros(1),
            np.gradient(width) * 1000 / FRAME_MS if n_frames > 1 else np.zeros(1),
            _seen(wanted, times_ms),
        ],
        axis=1,
    )
    return Lips(start_ms, values.astype(np.float32))


def _seen(
    wanted: npt.NDArray[np.float64], times_ms: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """1 between pictures that lie close together, 0 in longer gaps."""
    after = np.clip(np.searchsorted(times_ms, wanted), 1, len(times_ms) - 1)
    gap = times_ms[after] - times_ms[after - 1]
    outside = (wanted < times_ms[0] - FRAME_MS) | (wanted > times_ms[-1] + 2 * FRAME_MS)
    return np.where((gap > LONGEST_BRIDGED_MS) | outside, 0.0, 1.0)


# -- as the network sees it ----------------------------------------------------------------------

N_INPUTS = 8
PERCENTILES = (5, 50, 95)
LEAST_RANGE = (0.05, 0.03, 0.02, 0.02)
"""Opening, width, area, protrusion: a mouth that moves less than this is not blown up."""


def normalised(lips: Lips) -> Floats:
    """Features without the person: float32 ``[F, 8]``.

    Opening and area from the track's closed to its wide level, width and protrusion around their
    median; closure and confidence as they are; the speeds of opening and width in ranges a second.
    """
    values, seen = lips.values, lips.seen
    if not seen.any():
        return np.zeros((len(lips), N_INPUTS), dtype=np.float32)
    low, middle, high = np.percentile(values[seen, :4], PERCENTILES, axis=0)
    spread = np.maximum(high - low, LEAST_RANGE)
    zero = np.where([True, False, True, False], low, middle)
    mouth = (values[:, :4] - zero) / spread
    speeds = values[:, [OPENING_SPEED, WIDTH_SPEED]] / spread[:2] / 10
    columns = [mouth, values[:, [CLOSURE]], speeds, values[:, [CONFIDENCE]]]
    inputs = np.clip(np.concatenate(columns, axis=1), -3, 3) * seen[:, None]
    return np.asarray(inputs, dtype=np.float32)


# -- movement and rest ---------------------------------------------------------------------------

MOVING_SHARE = 0.25
"""Of a mouth's quick movement (90th percentile): below it is at rest. Against the voice of nine
real clips this rule of thumb does better than any other share, and better than a trained model."""
LEAST_MOVEMENT = 0.3
"""Eye distances a second; a mouth whose quick movement is slower only trembles, or its mesh does."""
SMOOTHED_FRAMES = 5
SHORTEST_REST_FRAMES = 8
SHORTEST_SPEECH_FRAMES = 4


def movement(lips: Lips) -> Floats:
    """How fast the mouth moves, eye distances a second, over 125 ms: float32 ``[F]``."""
    speed = np.abs(lips.values[:, OPENING_SPEED]) + np.abs(lips.values[:, WIDTH_SPEED])
    smooth = np.convolve(speed, np.ones(SMOOTHED_FRAMES) / SMOOTHED_FRAMES, "same")
    return np.asarray(smooth[: len(lips)], dtype=np.float32)


def moves(lips: Lips) -> npt.NDArray[np.bool_]:
    """Frames in which the mouth is at work: bool ``[F]``; rests under 0.2 s do not interrupt it."""
    speed = movement(lips)
    seen = lips.seen
    if not seen.any():
        return np.zeros(len(lips), dtype=bool)
    quick = float(np.percentile(speed[seen], 90))
    moving = (speed > MOVING_SHARE * quick) & seen & (quick > LEAST_MOVEMENT)
    for begin, end in stretches(~moving):
        if begin > 0 and end < len(moving) and end - begin < SHORTEST_REST_FRAMES:
            moving[begin:end] = True
    for begin, end in stretches(moving):
        if end - begin < SHORTEST_SPEECH_FRAMES:
            moving[begin:end] = False
    return moving


def stretches(mask: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where ``mask`` is true without a break: first index and the one after the last."""
    steps = np.diff(np.concatenate([[0], mask.astype(np.int8), [0]]))
    return list(zip(np.flatnonzero(steps == 1), np.flatnonzero(steps == -1), strict=True))


def closures(lips: Lips) -> list[tuple[int, int]]:
    """Stretches in which the lips touch while the mouth is at work, in frames."""
    closed = (lips.values[:, CLOSURE] > 0.5) & lips.seen
    at_work = moves(lips)
    return [(a, b) for a, b in stretches(closed) if at_work[a:b].any()]
