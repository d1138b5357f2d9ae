"""The film's own offset of sound and picture, told from the lips."""

import json
from pathlib import Path

import numpy as np
import pytest

from dubbing.engines.faces.mediapipe import MediaPipe
from dubbing.media.frames import stream_frames
from dubbing.media.probe import probe
from dubbing.timeline import Span
from dubbing.timing.evidence import Aligner
from dubbing.timing.lips import Lips, lips_of
from dubbing.vision.sync import RECOGNISER_EARLY_MS, HeardLine, sound_offset_ms
from dubbing.vision.tracking import follow

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def mouths(samples: Path) -> list[tuple[dict, Lips]]:
    film = samples / "two_speakers.mp4"
    info = probe(film)
    whole = Span(0, info.duration_ms)
    frames = stream_frames(film, whole, info, longest_side=1280, most_fps=30)
    tracks = sorted(follow(frames, MediaPipe()), key=lambda track: track.boxes[0, 0])
    lips = [lips_of(track.points, track.times_ms) for track in tracks]
    said = json.loads((samples / "two_speakers.json").read_text())["lines"]
    return [(line, mouth) for line in said if (mouth := lips[line["who"]]) is not None]


def heard(line: dict, lips: Lips, late_ms: float) -> HeardLine:
    """The line as a recogniser would hear it if the sound were late."""
    begin = max(0, line["start_ms"] - 600) // 25 * 25
    seen = lips.between(begin, (line["end_ms"] + 1200 - begin) // 25)
    words: list[tuple[str, float, float]] = []
    symbols, start = "", None
    for symbol, begins, ends in line["phonemes"]:
        if symbol in " ,.?!":
            if symbols and start is not None:
                words.append((symbols, start, begins))
            symbols, start = "", None
        else:
            symbols, start, last = symbols + symbol, begins if start is None else start, ends
    if symbols and start is not None:
        words.append((symbols, start, last))
    shift = late_ms - RECOGNISER_EARLY_MS - seen.start_ms
    return HeardLine(tuple((w, (a + shift) / 25, (b + shift) / 25) for w, a, b in words), seen)


@pytest.mark.parametrize("late_ms", [-300, 0, 300])
def test_an_offset_of_the_sound_is_told(mouths: list[tuple[dict, Lips]], late_ms: float) -> None:
    offset = sound_offset_ms([heard(line, lips, late_ms) for line, lips in mouths], Aligner().look)
    assert offset == pytest.approx(late_ms, abs=110), "the lips of the sample are drawn"


def test_nothing_is_claimed_without_evidence(mouths: list[tuple[dict, Lips]]) -> None:
    look = Aligner().look
    assert sound_offset_ms([], look) is None
    _, lips = mouths[0]
    assert sound_offset_ms([HeardLine((("", 0.0, 5.0),), lips)], look) is None
    still = Lips(0, np.tile(lips.values[:1], (len(lips), 1)))
    lines = [heard(line, still, 0) for line, _ in mouths]
    offset = sound_offset_ms(lines, look)
    assert offset is None or abs(offset) < 400
