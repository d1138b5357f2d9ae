"""Lip features: free of size, place and turn of the head, of the frame rate, of gaps."""

import numpy as np
import pytest

from dubbing.timing.lips import (
    AT,
    CLOSURE,
    CONFIDENCE,
    INNER_PAIRS,
    LANDMARKS,
    OPENING,
    RIGID,
    WIDTH,
    closures,
    lips_from_mouth,
    lips_of,
    moves,
    normalised,
    stretches,
)

RNG = np.random.default_rng(3)


def face(opening: float) -> np.ndarray:
    """A schematic face of 55 points, 100 pixels from eye corner to eye corner."""
    points = np.zeros((len(LANDMARKS), 3))
    fixed = np.random.default_rng(1).normal(size=(len(LANDMARKS), 3)) * [30, 30, 8]
    points += fixed + np.array([0, 60, -10])
    points[[AT[i] for i in RIGID]] = np.random.default_rng(2).normal(size=(len(RIGID), 3)) * 40
    points[AT[33]], points[AT[263]] = [-50, 0, 0], [50, 0, 0]
    points[AT[10]], points[AT[168]] = [0, -60, -5], [0, 0, -10]
    points[AT[61]], points[AT[291]] = [-25, 75, -5], [25, 75, -5]
    for number, (up, low) in enumerate(INNER_PAIRS):
        points[AT[up]] = [6 * (number - 1), 75 - 50 * opening, -12]
        points[AT[low]] = [6 * (number - 1), 75 + 50 * opening, -12]
    return points


def talking(n: int = 60) -> np.ndarray:
    opening = 0.08 * (1 + np.sin(np.arange(n) * 0.9))
    return np.stack([face(value) for value in opening])


def turned(points: np.ndarray, degrees: float, axis: int = 1) -> np.ndarray:
    angle = np.radians(degrees)
    a, b = [i for i in range(3) if i != axis]
    rotation = np.eye(3)
    rotation[a, a] = rotation[b, b] = np.cos(angle)
    rotation[a, b], rotation[b, a] = np.sin(angle), -np.sin(angle)
    return points @ rotation.T


TIMES = np.arange(60) * 40.0


def features(points: np.ndarray, times: np.ndarray = TIMES) -> np.ndarray:
    lips = lips_of(points.astype(np.float32), times)
    assert lips is not None
    return lips.values


def test_the_opening_is_what_it_is() -> None:
    values = features(np.stack([face(0.1)] * 10), TIMES[:10])
    assert values[:, OPENING] == pytest.approx(0.1, abs=1e-3)
    assert values[:, WIDTH] == pytest.approx(0.5, abs=1e-3)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_turn_of_25_degrees_and_any_size_change_nothing(axis: int) -> None:
    straight = features(talking())
    swaying = np.stack(
        [turned(points, 25 * np.sin(i / 9), axis) for i, points in enumerate(talking())]
    )
    moved = swaying * 1.7 + [300, 200, 0]
    span = np.ptp(straight[:, OPENING])
    assert np.abs(features(moved)[:, OPENING] - straight[:, OPENING]).max() < 0.03 * span
    assert np.abs(features(moved)[:, WIDTH] - straight[:, WIDTH]).max() < 0.03 * span


def test_a_face_that_is_turned_all_the_time_is_straightened() -> None:
    straight, aside = features(talking()), features(turned(talking(), 25))
    assert np.abs(aside[:, OPENING] - straight[:, OPENING]).max() < 0.03 * np.ptp(straight[:, 0])


def test_a_still_face_stays_still() -> None:
    jitter = RNG.normal(size=(60, len(LANDMARKS), 3)) * 0.3
    values = features(np.stack([face(0.05)] * 60) + jitter)
    assert values[:, OPENING].std() < 0.004
    assert not moves(
        lips_of((np.stack([face(0.05)] * 60) + jitter).astype(np.float32), TIMES)
    ).any()


@pytest.mark.parametrize("fps", [15, 25, 29.97, 60])
def test_the_frame_rate_does_not_matter(fps: float) -> None:
    times = np.arange(0, 2400, 1000 / fps)
    mouth = np.zeros((len(times), 4))
    mouth[:, 0] = 0.08 * (1 + np.sin(2 * np.pi * times / 600))
    lips = lips_from_mouth(mouth, times)
    middle = lips.start_ms + 25 * (np.arange(len(lips)) + 0.5)
    inner = middle < times[-1]
    wanted = 0.08 * (1 + np.sin(2 * np.pi * middle / 600))
    assert np.abs(lips.values[:, OPENING] - wanted)[inner].max() < 0.02
    assert lips.values[inner, CONFIDENCE].all()


def test_uneven_frames_keep_their_own_times() -> None:
    times = np.cumsum(RNG.choice([20.0, 40.0, 60.0], size=60))
    mouth = np.zeros((60, 4))
    mouth[:, 0] = times / 10_000
    lips = lips_from_mouth(mouth, times)
    middle = lips.start_ms + 25 * (np.arange(len(lips)) + 0.5)
    inner = (middle > times[0]) & (middle < times[-1])
    assert np.abs(lips.values[:, OPENING] - middle / 10_000)[inner].max() < 1e-5


def test_a_gap_is_known_as_one() -> None:
    points = talking().astype(np.float32)
    points[20:30] = np.nan
    lips = lips_of(points, TIMES)
    assert lips is not None
    hidden = lips.between(21 * 40, 12).values[:, CONFIDENCE]
    assert not hidden.any()
    assert lips.between(0, 30).values[:, CONFIDENCE].all()
    assert lips_of(np.full_like(points, np.nan), TIMES) is None


def test_closed_lips_are_found_on_faces_that_never_quite_close() -> None:
    for never_quite in (0.0, 0.012, 0.025):
        mouth = np.zeros((100, 4))
        mouth[:, 0] = never_quite + 0.1
        mouth[40:45, 0] = never_quite
        mouth[70:90, 0] += 0.05 * np.sin(np.arange(20))
        lips = lips_from_mouth(mouth, np.arange(100) * 25.0)
        (begin, end), *more = closures(lips)
        assert not more
        assert begin * 25 == pytest.approx(1000, abs=50)
        assert end * 25 == pytest.approx(1125, abs=50)
    wide = np.zeros((100, 4))
    wide[:, 0] = 0.15 + 0.04 * np.sin(np.arange(100))
    assert not closures(lips_from_mouth(wide, np.arange(100) * 25.0))
    assert lips_from_mouth(wide, np.arange(100) * 25.0).values[:, CLOSURE].max() < 0.01


def test_rests_are_told_from_speech() -> None:
    mouth = np.zeros((120, 4))
    mouth[20:50, 0] = 0.08 + 0.05 * np.sin(np.arange(30) * 0.8)
    mouth[80:110, 0] = 0.08 + 0.05 * np.sin(np.arange(30) * 0.8)
    found = stretches(moves(lips_from_mouth(mouth, np.arange(120) * 25.0)))
    assert [
        (abs(a - b) < 5, abs(c - d) < 5)
        for (a, c), (b, d) in zip(found, [(20, 50), (80, 110)], strict=True)
    ] == [(True, True)] * 2


def test_the_network_sees_no_person() -> None:
    """A larger, wider mouth that does the same looks the same."""
    times = np.arange(80) * 25.0
    shape = np.abs(np.sin(np.arange(80) / 5))
    small = np.stack([0.06 * shape, 0.5 + 0.05 * shape, 0.03 * shape, 0.15 + 0.04 * shape], axis=1)
    large = np.stack([0.18 * shape, 0.6 + 0.15 * shape, 0.09 * shape, 0.2 + 0.12 * shape], axis=1)
    seen = [normalised(lips_from_mouth(mouth, times)) for mouth in (small, large)]
    assert np.abs(seen[0][:, :4] - seen[1][:, :4]).max() < 0.05
