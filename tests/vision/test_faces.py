"""Faces of every kind are followed, and the mouth that speaks is told from those that do not."""

import json
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest

from dubbing.engines.faces import Box
from dubbing.engines.faces.mediapipe import MediaPipe
from dubbing.media.extract import extract_audio, extract_speech_audio
from dubbing.media.ffmpeg import ffmpeg_path
from dubbing.media.frames import Frame, stream_frames
from dubbing.media.probe import probe
from dubbing.media.sound_file import read_sound
from dubbing.timeline import Span
from dubbing.timing.lips import OPENING, lips_of
from dubbing.vision.speaking import Match, best_match, match, voice_envelope
from dubbing.vision.track_file import read_track, write_track
from dubbing.vision.tracking import FaceTrack, follow

pytestmark = pytest.mark.slow
UNTIL_MS = 5000


@pytest.fixture(scope="module")
def faces() -> MediaPipe:
    return MediaPipe()


def film(source: Path, folder: Path, *arguments: str, name: str = "film.mp4") -> Path:
    target = folder / name
    command = [ffmpeg_path(), "-v", "error", "-y", "-t", str(UNTIL_MS / 1000), "-i", str(source)]
    subprocess.run([*command, *arguments, str(target)], check=True)
    return target


def tracks_of(path: Path, faces: MediaPipe) -> list[FaceTrack]:
    info = probe(path)
    whole = Span(0, info.duration_ms)
    frames = stream_frames(path, whole, info, longest_side=1280, most_fps=30)
    return list(follow(frames, faces))


def matches(
    path: Path, tracks: list[FaceTrack], truth: Path, folder: Path
) -> list[list[Match | None]]:
    """For every line of the truth, how each face matches its voice."""
    whole, speech = folder / "whole.wav", folder / "speech.wav"
    extract_audio(path, 0, whole, start_ms=probe(path).start_ms)
    extract_speech_audio(whole, speech)
    found = []
    for line in json.loads(truth.read_text())["lines"]:
        if line["end_ms"] > UNTIL_MS:
            continue
        begin, end = max(0, line["start_ms"] - 400) // 25 * 25, line["end_ms"] + 400
        envelope = voice_envelope(read_sound(speech, begin, end))
        lips = [lips_of(track.points, track.times_ms) for track in tracks]
        found.append(
            [match(x.between(begin, len(envelope)), envelope) if x else None for x in lips]
        )
    assert found
    return found


SEEN = {
    "as it is": (),
    "15 fps": ("-r", "15"),
    "60 fps": ("-r", "60"),
    "black and white": ("-vf", "hue=s=0"),
    "small": ("-vf", "scale=160:-2,pad=1280:720:900:300"),
    "turned": (
        "-vf",
        "perspective=x0=0:y0=H*0.09:x1=W*0.87:y1=0:x2=0:y2=H*0.91:x3=W*0.87:y3=H:sense=destination",
    ),
    "blurred by motion": ("-vf", "tmix=frames=2"),
    "dark": ("-vf", "eq=brightness=-0.25:contrast=0.6"),
}


@pytest.mark.parametrize("kind", SEEN)
def test_the_speaking_face_is_found(
    kind: str, faces: MediaPipe, samples: Path, tmp_path: Path
) -> None:
    clip = film(samples / "portrait.mp4", tmp_path, *SEEN[kind])
    tracks = tracks_of(clip, faces)
    assert len(tracks) == 1
    for (found,) in matches(clip, tracks, samples / "portrait.json", tmp_path):
        assert found is not None
        assert found.speaks


def test_lips_are_seen_as_they_were_made(faces: MediaPipe, samples: Path, tmp_path: Path) -> None:
    (track,) = tracks_of(film(samples / "portrait.mp4", tmp_path), faces)
    lips = lips_of(track.points, track.times_ms)
    assert lips is not None
    made = np.array(json.loads((samples / "portrait.json").read_text())["opening"]["0"])
    times = lips.start_ms + 25 * (np.arange(len(lips)) + 0.5)
    wanted = np.interp(times, (np.arange(len(made))) * 40.0, made)
    assert np.corrcoef(lips.values[:, OPENING], wanted)[0, 1] > 0.9


def test_a_film_held_upright_on_a_phone(faces: MediaPipe, samples: Path, tmp_path: Path) -> None:
    lying = film(
        samples / "portrait.mp4", tmp_path, "-vf", "crop=288:512,transpose=1", name="lying.mp4"
    )
    upright = tmp_path / "upright.mp4"
    subprocess.run(
        [ffmpeg_path(), "-v", "error", "-display_rotation", "90", "-i", str(lying), "-c", "copy",
         str(upright)], check=True,
    )  # fmt: skip
    info = probe(upright)
    assert info.video is not None
    assert info.video.rotation_deg == 90
    (track,) = tracks_of(upright, faces)
    for (found,) in matches(upright, [track], samples / "portrait.json", tmp_path):
        assert found is not None
        assert found.speaks


def test_a_hidden_mouth_is_not_taken_for_the_speakers(
    faces: MediaPipe, samples: Path, tmp_path: Path
) -> None:
    """A box over the mouth: the mesh guesses lips there, but they do not move with the voice."""
    box = "drawbox=x=iw*0.28:y=ih*0.62:w=iw*0.5:h=ih*0.38:color=black:t=fill"
    clip = film(samples / "portrait.mp4", tmp_path, "-vf", box)
    tracks = tracks_of(clip, faces)
    for line in matches(clip, tracks, samples / "portrait.json", tmp_path):
        assert best_match(line) is None


def test_without_a_face_nobody_is_found(faces: MediaPipe, samples: Path, tmp_path: Path) -> None:
    scenery = tmp_path / "scenery.mp4"
    subprocess.run(
        [ffmpeg_path(), "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=2", "-f",
         "lavfi", "-i", "sine=d=2", str(scenery)], check=True,
    )  # fmt: skip
    assert tracks_of(scenery, faces) == []


def test_a_drawn_face_does_no_harm(faces: MediaPipe, samples: Path, tmp_path: Path) -> None:
    """Seen or not, a cartoon is followed without failing, and its still mouth is not the speaker's."""
    picture = np.full((360, 480, 3), 230, np.uint8)
    cv2.ellipse(picture, (240, 180), (90, 120), 0, 0, 360, (250, 200, 160), -1)
    for x in (205, 275):
        cv2.circle(picture, (x, 150), 14, (255, 255, 255), -1)
        cv2.circle(picture, (x, 150), 6, (30, 30, 30), -1)
    cv2.ellipse(picture, (240, 235), (35, 12), 0, 0, 180, (170, 40, 40), -1)
    frames = [Frame(40.0 * n, picture) for n in range(30)]
    for track in follow(frames, faces):
        lips = lips_of(track.points, track.times_ms)
        assert lips is None or not (m := match(lips, np.ones(len(lips)))) or not m.speaks


def test_of_two_faces_the_one_that_speaks_is_right(
    faces: MediaPipe, samples: Path, tmp_path: Path
) -> None:
    clip = film(samples / "two_speakers.mp4", tmp_path)
    truth = samples / "two_speakers.json"
    tracks = sorted(tracks_of(clip, faces), key=lambda track: track.boxes[0, 0])
    assert len(tracks) == 2
    said = [x for x in json.loads(truth.read_text())["lines"] if x["end_ms"] <= UNTIL_MS]
    for line, found in zip(said, matches(clip, tracks, truth, tmp_path), strict=True):
        assert best_match(found) == line["who"]


def test_a_cut_ends_the_tracks(faces: MediaPipe, samples: Path) -> None:
    portrait = samples / "portrait.mp4"
    shots = list(
        stream_frames(portrait, Span(0, 1600), probe(portrait), longest_side=512, most_fps=25)
    )
    dark = [Frame(frame.time_ms, frame.rgb // 4) for frame in shots[20:]]
    tracks = list(follow([*shots[:20], *dark], faces))
    assert len(tracks) == 2
    assert tracks[0].times_ms[-1] < tracks[1].times_ms[0]


def test_tracks_survive_the_disk(tmp_path: Path) -> None:
    track = FaceTrack(np.arange(3.0), np.ones((3, 55, 3), np.float32), np.ones((3, 3), np.float32))
    write_track(tmp_path / "track.safetensors", track)
    again = read_track(tmp_path / "track.safetensors")
    assert np.array_equal(again.points, track.points)
    (tmp_path / "track.safetensors").write_bytes(b"nonsense")
    with pytest.raises(Exception, match="cannot be read"):
        read_track(tmp_path / "track.safetensors")


def test_boxes_overlap_as_squares_do() -> None:
    assert Box(10, 10, 4, 1).overlap(Box(10, 10, 4, 1)) == 1
    assert Box(10, 10, 4, 1).overlap(Box(12, 10, 4, 1)) == pytest.approx(8 / 24)
    assert Box(10, 10, 4, 1).overlap(Box(30, 10, 4, 1)) == 0


def test_frames_stop_decoding_when_nobody_listens(samples: Path) -> None:
    film = samples / "portrait.mp4"
    frames = stream_frames(film, Span(2000, 9000), probe(film), longest_side=128, most_fps=25)
    first = next(frames)
    assert 2000 <= first.time_ms < 2040
    assert max(first.rgb.shape) == 128
    frames.close()
