"""Faces followed through a shot, each with the landmarks of its mouth.

Detection is costly and rare; between detections every face is followed by its own mesh on a steady crop
around it, so that small faces get as many pixels as the picture holds. A face that is lost is looked for
again; a cut ends all tracks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from dubbing.engines.faces import Box, Faces, Mesh, Picture
from dubbing.media.frames import Frame
from dubbing.timing.lips import LANDMARKS
from dubbing.vision.portraits import Portraits, no_portraits
from dubbing.vision.shots import ShotDetector

DETECT_EVERY_MS = 400
SEEK_SMALL_EVERY_MS = 800
"""How often a picture is searched in tiles, as long as it shows no face or only small ones."""
SMALL_SHARE = 0.08
"""Of the picture's width; the detector begins to miss faces below."""
CROP = 1.7
"""Side of the crop over side of the face: the mesh wants some air."""
CROP_PIXELS = 224
DRIFT = 0.12
"""The crop follows when the face has moved by this share of it."""
LOST_AFTER_MS = 500
SAME_FACE = 0.3
MOST_FACES = 4
AT_ONCE = 2
"""Meshes that run side by side."""
LEAST_SIDE_PIXELS = 24
TILES = ((0.0, 0.0), (0.4, 0.0), (0.0, 0.4), (0.4, 0.4))
TILE = 0.6


@dataclass(frozen=True, slots=True, eq=False)
class FaceTrack:
    """One face in one shot.

    ``times_ms`` float64 ``[n]``; ``points`` float32 ``[n, 55, 3]`` in pixels of the small picture,
    NaN where the mesh lost it; ``boxes`` float32 ``[n, 3]``: middle and side as shares of the
    picture's width.
    """

    times_ms: npt.NDArray[np.float64]
    points: npt.NDArray[np.float32]
    boxes: npt.NDArray[np.float32]
    portraits: npt.NDArray[np.uint8] = field(default_factory=no_portraits)
    """uint8 ``[k, 128, 128, 3]``, RGB (:mod:`dubbing.vision.portraits`); they are not kept on disk."""


@dataclass(slots=True)
class _Followed:
    """A face that is being followed."""

    mesh: Mesh
    box: Box
    crop: Box
    seen_ms: float
    times_ms: list[float] = field(default_factory=list)
    points: list[npt.NDArray[np.float32]] = field(default_factory=list)
    boxes: list[tuple[float, float, float]] = field(default_factory=list)
    portraits: Portraits = field(default_factory=Portraits)


def follow(frames: Iterable[Frame], faces: Faces) -> Iterator[FaceTrack]:
    """Tracks of all faces in a stretch of film, each given out when it ends."""
    tracker = _Tracker(faces)
    with tracker.pool:
        for frame in frames:
            yield from tracker.step(frame)
        yield from tracker.end()
    for mesh in tracker.idle:
        mesh.close()


class _Tracker:
    def __init__(self, faces: Faces) -> None:
        self.faces = faces
        self.shots = ShotDetector()
        self.followed: list[_Followed] = []
        self.idle: list[Mesh] = []
        self.pool = ThreadPoolExecutor(AT_ONCE, "mesh")
        self.next_detection_ms = float("-inf")
        self.next_search_ms = float("-inf")

    def step(self, frame: Frame) -> Iterator[FaceTrack]:
        if self.shots.is_cut(frame.rgb):
            yield from self.end()
            self.next_detection_ms = self.next_search_ms = frame.time_ms
        if frame.time_ms >= self.next_detection_ms:
            self._look_around(frame)
        if len(self.followed) > 1:
            list(self.pool.map(lambda face: _look_at(face, frame), self.followed))
        elif self.followed:
            _look_at(self.followed[0], frame)
        lost = [f for f in self.followed if frame.time_ms - f.seen_ms > LOST_AFTER_MS]
        for face in lost:
            yield from self._give_up(face)

    def end(self) -> Iterator[FaceTrack]:
        for face in list(self.followed):
            yield from self._give_up(face)

    def _give_up(self, face: _Followed) -> Iterator[FaceTrack]:
        self.followed.remove(face)
        self.idle.append(face.mesh)
        track = _finished(face)
        if track is not None:
            yield track

    def _look_around(self, frame: Frame) -> None:
        self.next_detection_ms = frame.time_ms + DETECT_EVERY_MS
        found = self._detected(frame)
        for box in found:
            known = max(self.followed, key=lambda f: f.box.overlap(box), default=None)
            if known is not None and known.box.overlap(box) > SAME_FACE:
                if frame.time_ms - known.seen_ms > DETECT_EVERY_MS / 2:  # the mesh has lost it
                    known.box, known.crop = box, _around(box)
            elif len(self.followed) < MOST_FACES:
                mesh = self.idle.pop() if self.idle else self.faces.mesh()
                self.followed.append(_Followed(mesh, box, _around(box), frame.time_ms))

    def _detected(self, frame: Frame) -> Sequence[Box]:
        found = list(self.faces.detect(frame.rgb))
        small = SMALL_SHARE * frame.rgb.shape[1]
        known = [*found, *(face.box for face in self.followed)]
        if frame.time_ms >= self.next_search_ms and all(box.side < small for box in known):
            self.next_search_ms = frame.time_ms + SEEK_SMALL_EVERY_MS
            found += _in_tiles(frame.rgb, self.faces, found)
        return [box for box in found if box.side >= LEAST_SIDE_PIXELS]


def _in_tiles(picture: Picture, faces: Faces, known: Sequence[Box]) -> list[Box]:
    """Further faces, too small for the detector, which sees a picture 192 pixels wide."""
    height, width = picture.shape[:2]
    found: list[Box] = []
    for right, down in TILES:
        x, y = int(right * width), int(down * height)
        tile = picture[y : y + int(TILE * height), x : x + int(TILE * width)]
        for box in faces.detect(np.ascontiguousarray(tile)):
            moved = Box(box.x + x, box.y + y, box.side, box.score)
            if all(moved.overlap(other) < SAME_FACE for other in (*known, *found)):
                found.append(moved)
    return found


def _around(box: Box) -> Box:
    return Box(box.x, box.y, box.side * CROP, box.score)


def _look_at(face: _Followed, frame: Frame) -> None:
    """One more picture of a face; the crop follows it once it has moved too far."""
    width = frame.rgb.shape[1]
    face.times_ms.append(frame.time_ms)
    mesh = face.mesh.landmarks(cut_square(frame.rgb, face.crop, CROP_PIXELS))
    if mesh is None:
        face.points.append(np.full((len(LANDMARKS), 3), np.nan, np.float32))
    else:
        scale = face.crop.side / CROP_PIXELS
        left, top = face.crop.x - face.crop.side / 2, face.crop.y - face.crop.side / 2
        points = mesh * np.float32(scale) + np.array([left, top, 0.0], dtype=np.float32)
        face.points.append(points[list(LANDMARKS)])
        face.portraits.offer(frame.rgb, points, frame.time_ms)
        face.box = _box_of(points)
        face.seen_ms = frame.time_ms
        moved = max(abs(face.box.x - face.crop.x), abs(face.box.y - face.crop.y))
        if moved > DRIFT * face.crop.side or not 0.8 < face.box.side * CROP / face.crop.side < 1.25:
            face.crop = _around(face.box)
    face.boxes.append((face.box.x / width, face.box.y / width, face.box.side / width))


def cut_square(picture: Picture, crop: Box, n_pixels: int) -> Picture:
    """A square of the picture, ``n_pixels`` wide; black where it reaches beyond the edge."""
    import cv2

    scale = n_pixels / crop.side
    left, top = crop.x - crop.side / 2, crop.y - crop.side / 2
    matrix = np.array([[scale, 0, -scale * left], [0, scale, -scale * top]])
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    cropped = cv2.warpAffine(picture, matrix, (n_pixels, n_pixels), flags=way)
    return np.asarray(cropped, dtype=np.uint8)


def _box_of(points: npt.NDArray[np.float32]) -> Box:
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    x, y = (low + high) / 2
    return Box(float(x), float(y), float((high - low).max()), 1.0)


def _finished(face: _Followed) -> FaceTrack | None:
    """The track up to the last picture in which the face was seen."""
    seen = [i for i, points in enumerate(face.points) if not np.isnan(points).any()]
    if len(seen) < 2:
        return None
    n = seen[-1] + 1
    return FaceTrack(
        np.array(face.times_ms[:n]),
        np.stack(face.points[:n]),
        np.array(face.boxes[:n], dtype=np.float32),
        face.portraits.stacked(),
    )
