"""Follow the faces while somebody speaks, and find the mouth that speaks each line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from dubbing.language.g2p import to_phonemes
from dubbing.language.languages import spoken_code
from dubbing.language.spoken_form import spoken_form
from dubbing.media.frames import BrokenFrames, stream_frames
from dubbing.media.probe import MediaInfo, probe
from dubbing.media.sound_file import read_sound
from dubbing.pipeline import Run, stage
from dubbing.settings import FacesSettings
from dubbing.timeline import FRAME_MS, Artifact, Face, FaceReading, Line, Mouth, Span, Timeline
from dubbing.timing.evidence import shipped_aligner
from dubbing.timing.lips import Lips
from dubbing.vision.age_and_sex import shipped_reader
from dubbing.vision.mouths import mouth_of
from dubbing.vision.speaking import Floats, best_match, match, voice_envelope
from dubbing.vision.sync import HeardLine, sound_offset_ms
from dubbing.vision.track_file import write_track
from dubbing.vision.tracking import follow

MOST_LINES_HEARD = 8
"""Lines from which the offset of the sound is told."""
WIDE_SEARCH_FRAMES = 16
EDGE_MARKS = ' .,?!;:—…"“”'
MARGIN_MS = 500
"""Mouths open before they are heard and close after."""
JOINED_MS = 1000
LONGEST_WINDOW_MS = 60_000
MOST_SOUND_EARLY_MS, MOST_SOUND_LATE_MS = 40.0, 60.0
"""EBU R 37."""
OFFSET_DOUBT_MS = 60.0
"""The offset is known no better than this; less is not worth an alarm."""


@stage(
    reads=("media", "source_language", "lines.span", "lines.words"),
    writes=("faces", "lines.mouth", "sound_offset_ms"),
    version=6,
    engine_roles=("faces",),
    weights=("aligner", "face-sex", "face-age"),
    outside=("source",),
)
def faces(timeline: Timeline, run: Run, settings: FacesSettings) -> Timeline:
    """Fill ``faces`` and every line's ``mouth``; says so if sound and picture lie apart."""
    assert timeline.media is not None
    if not timeline.media.has_picture or not timeline.lines:
        return timeline
    found = _all_faces(timeline, run, settings)
    seen = [
        _Seen(face, lips) for face in found if (lips := mouth_of(face, run.workspace)) is not None
    ]
    lines = [_Listened(line, seen, run, timeline) for line in timeline.lines]
    offset_ms = _sound_offset_ms(timeline, lines)
    late = 0
    if offset_ms is not None and not _is_tolerable(offset_ms):
        run.note(_apart(offset_ms))
        late = round(offset_ms / FRAME_MS)
    timeline = replace(timeline, faces=found, sound_offset_ms=offset_ms)
    return timeline.with_lines(line.with_mouth(late) for line in lines)


def _apart(offset_ms: float) -> str:
    side = "late" if offset_ms > 0 else "early"
    return (
        f"The film's sound is {abs(offset_ms):.0f} ms {side} against its lips, beyond what EBU R 37 "
        "allows; the dub follows the lips."
    )


def _sound_offset_ms(timeline: Timeline, lines: Sequence[_Listened]) -> float | None:
    """From the lines whose mouths speak most surely; ``None`` for a language we cannot sound out."""
    code = spoken_code(timeline.source_language)
    if code is None:
        return None
    likely = sorted((pair for line in lines if (pair := line.likely())), key=lambda pair: -pair[0])
    heard = [seen.heard_line(mouth, code) for _, seen, mouth in likely[:MOST_LINES_HEARD]]
    return sound_offset_ms(heard, shipped_aligner().look)


def _is_tolerable(offset_ms: float) -> bool:
    early, late = MOST_SOUND_EARLY_MS + OFFSET_DOUBT_MS, MOST_SOUND_LATE_MS + OFFSET_DOUBT_MS
    return -early <= offset_ms <= late


# -- following -----------------------------------------------------------------------------------


def _all_faces(timeline: Timeline, run: Run, settings: FacesSettings) -> tuple[Face, ...]:
    info = probe(run.source)
    assert timeline.media is not None
    windows = _windows([line.span for line in timeline.lines], timeline.media.duration_ms)
    total_s = sum(window.duration_ms for window in windows) / 1000
    done_s = 0.0
    tracks: list[_Track] = []
    broken = BrokenFrames()
    for window in windows:
        tracks += _faces_in(window, info, run, settings, broken)
        done_s += window.duration_ms / 1000
        run.progress(done_s, total_s, unit="s")
    if broken.n_packets:
        run.note(
            f"{broken.n_packets} pictures cannot be decoded; where no mouth can be seen, lines are "
            "timed freely."
        )
    return tuple(
        Face(f"F{n}", item.span, item.track, item.reading) for n, item in enumerate(tracks, start=1)
    )


def _windows(spans: Sequence[Span], duration_ms: int) -> list[Span]:
    """Stretches in which somebody speaks, with margins; none much longer than a minute."""
    windows: list[Span] = []
    for span in spans:
        begin, end = max(0, span.start_ms - MARGIN_MS), min(duration_ms, span.end_ms + MARGIN_MS)
        last = windows[-1] if windows else None
        if last and begin - last.end_ms <= JOINED_MS and end - last.start_ms <= LONGEST_WINDOW_MS:
            windows[-1] = Span(last.start_ms, max(end, last.end_ms))
        elif begin < end:
            windows.append(Span(begin, end))
    return windows


@dataclass(frozen=True, slots=True)
class _Track:
    """A face of one window before it has a number."""

    span: Span
    track: Artifact
    reading: FaceReading | None


def _faces_in(
    window: Span, info: MediaInfo, run: Run, settings: FacesSettings, broken: BrokenFrames
) -> list[_Track]:
    """Tracks of one window; remembered, so that an interruption costs one window at most."""
    key = run.part_key(window.start_ms, window.end_ms)
    known: list[dict[str, Any]] | None = run.recall(key)
    if known is not None:
        held = [_remembered(item) for item in known]
        if all(run.workspace.holds(item.track) for item in held):
            return held
    made = list(_followed(window, info, run, settings, broken))
    run.remember(key, [asdict(item) for item in made])
    return made


def _remembered(plain: dict[str, Any]) -> _Track:
    reading = plain["reading"]
    return _Track(
        Span(**plain["span"]),
        Artifact(**plain["track"]),
        None if reading is None else FaceReading(**reading),
    )


def _followed(
    window: Span, info: MediaInfo, run: Run, settings: FacesSettings, broken: BrokenFrames
) -> Iterator[_Track]:
    frames = stream_frames(
        run.source,
        window,
        info,
        longest_side=settings.longest_side,
        most_fps=settings.most_fps,
        broken=broken,
    )
    reader = shipped_reader()
    for track in follow(frames, run.engines.get("faces", settings.engine)):
        with run.workspace.new_file(".safetensors") as path:
            write_track(path, track)
            stored = run.workspace.adopt(path)
        begin, end = int(track.times_ms[0]), int(track.times_ms[-1])
        span = Span(max(0, begin), max(end, begin + 1))
        yield _Track(span, stored, reader.read(track.portraits))


# -- who speaks ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    face: Face
    lips: Lips


class _Listened:
    """A line with the mouths that can be seen while it sounds, and its voice."""

    def __init__(self, line: Line, seen: Sequence[_Seen], run: Run, timeline: Timeline) -> None:
        assert timeline.media is not None
        assert timeline.media.speech is not None
        self.line = line
        begin = max(0, line.span.start_ms - MARGIN_MS) // FRAME_MS * FRAME_MS
        end = min(timeline.media.duration_ms, line.span.end_ms + MARGIN_MS)
        n_frames = max(1, (end - begin) // FRAME_MS)
        there = [item for item in seen if item.face.span.overlap_ms(line.span)]
        self.faces = [item.face for item in there]
        self.mouths = [item.lips.between(begin, n_frames) for item in there]
        self.voice: Floats = np.zeros(0)
        if there:
            sound = read_sound(run.workspace.path(timeline.media.speech), begin, end)
            self.voice = voice_envelope(sound)

    def likely(self) -> tuple[float, _Listened, Lips] | None:
        """How surely some mouth speaks the line, and which; ``None`` if none does."""
        matches = [match(mouth, self.voice, search=WIDE_SEARCH_FRAMES) for mouth in self.mouths]
        best = best_match(matches)
        found = None if best is None else matches[best]
        return None if found is None or best is None else (found.score, self, self.mouths[best])

    def heard_line(self, lips: Lips, language: str) -> HeardLine:
        """The line's words as sounds, in frames of the mouth."""
        words = []
        for word in self.line.words:
            symbols = to_phonemes(spoken_form(word.text.strip(), language), language)
            begin, end = (
                (time_ms - lips.start_ms) / FRAME_MS for time_ms in (word.start_ms, word.end_ms)
            )
            words.append((symbols.strip(EDGE_MARKS), begin, end))
        return HeardLine(tuple(words), lips)

    def with_mouth(self, offset_frames: int) -> Line:
        matches = [match(mouth, self.voice, offset_frames) for mouth in self.mouths]
        best = best_match(matches)
        if best is None:
            return replace(self.line, mouth=None)
        found = matches[best]
        assert found is not None
        rivals = tuple(
            (face.id, other.score)
            for face, other in zip(self.faces, matches, strict=True)
            if other is not None and other is not found
        )
        return replace(
            self.line,
            mouth=Mouth(
                face=self.faces[best].id,
                score=found.score,
                correlation=found.correlation,
                movement=found.movement,
                seen=round(float(self.mouths[best].seen.mean()), 3),
                rivals=rivals,
            ),
        )
