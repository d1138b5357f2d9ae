"""Faces are aligned for the networks that read sex and age, and read right."""

import cv2
import numpy as np
import pytest

from dubbing.vision.age_and_sex import AgeAndSex
from dubbing.vision.portraits import MAX_PORTRAITS, SIDE, Portraits, portrait, similarity


def landmarks(shift: float = 0.0) -> np.ndarray:
    points = np.random.default_rng(1).uniform(60, 260, (478, 3)).astype(np.float32)
    corners = {263: (220, 120), 362: (180, 121), 33: (100, 120), 133: (140, 121), 2: (160, 190)}
    for number, (x, y) in corners.items():
        points[number, :2] = (x + shift, y)
    return points


def test_a_similarity_is_found_exactly() -> None:
    points = np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 1.0]])
    turn = 1.7 * np.array([[np.cos(0.4), -np.sin(0.4)], [np.sin(0.4), np.cos(0.4)]])
    matrix = similarity(points, points @ turn.T + [3.0, -2.0])
    assert np.allclose(matrix, np.column_stack([turn, [3.0, -2.0]]))


def test_a_portrait_does_not_move_with_its_face() -> None:
    noise = np.random.default_rng(2).integers(0, 255, (400, 500, 3), dtype=np.uint8)
    picture = cv2.GaussianBlur(noise, (0, 0), 8)
    moved = np.roll(picture, 40, axis=1)
    one, other = portrait(picture, landmarks()), portrait(moved, landmarks(40.0))
    assert one.shape == (SIDE, SIDE, 3)
    assert np.abs(one.astype(int) - other.astype(int)).mean() < 1.0


def test_a_long_shot_gives_few_portraits_spread_over_all_of_it() -> None:
    taken, kept = Portraits(), np.zeros((400, 500, 3), np.uint8)
    for time_ms in range(0, 60_000, 40):
        kept[:] = time_ms // 400
        taken.offer(kept, landmarks(), float(time_ms))
    levels = taken.stacked()[:, SIDE // 2, SIDE // 2, 0]
    assert MAX_PORTRAITS // 2 <= len(levels) <= MAX_PORTRAITS
    assert levels[0] < 10
    assert levels[-1] > 110


def test_a_small_face_gives_none() -> None:
    taken = Portraits()
    taken.offer(np.zeros((400, 500, 3), np.uint8), landmarks() * 0.1, 0.0)
    assert AgeAndSex().read(taken.stacked()) is None


@pytest.mark.slow
def test_a_known_portrait_is_read_right() -> None:
    from skimage.data import astronaut

    from dubbing.engines.faces.mediapipe import MediaPipe

    picture = np.asarray(astronaut())
    face = np.ascontiguousarray(picture[0:260, 90:350])
    mesh = MediaPipe().mesh()
    points = mesh.landmarks(face)
    mesh.close()
    assert points is not None
    reading = AgeAndSex().read(portrait(face, points)[None])
    assert reading is not None
    assert reading.female > 0.9
    assert 25 < reading.age_years < 55
