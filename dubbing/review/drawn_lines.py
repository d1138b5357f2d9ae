"""From a line of the document to its drawing."""

from __future__ import annotations

from dubbing.media.sound_file import read_sound
from dubbing.metrics.baselines import timed_three_ways
from dubbing.metrics.mouth import around
from dubbing.review.line_drawing import drawing, row
from dubbing.timeline import Line, Timeline
from dubbing.timing.lips import Lips, lips_of
from dubbing.vision.track_file import read_track
from dubbing.workspace import Workspace

NAMES = {"ours": "this dub", "natural": "natural", "uniform": "stretched"}


def mouth_of(workspace: Workspace, timeline: Timeline, line: Line) -> Lips | None:
    """The lips that speak a line; ``None`` if nobody is seen to."""
    if line.mouth is None:
        return None
    track = read_track(workspace.path(timeline.face(line.mouth.face).track))
    return lips_of(track.points, track.times_ms)


def drawn_line(workspace: Workspace, timeline: Timeline, line: Line) -> str | None:
    """SVG of a planned line whose mouth is seen; ``None`` for any other."""
    lips = mouth_of(workspace, timeline, line)
    if line.plan is None or lips is None:
        return None
    begin = min(line.span.start_ms, line.plan.span.start_ms)
    seen = lips.between(*around(begin, max(line.span.end_ms, line.plan.span.end_ms)))
    rows = [
        row(NAMES[timed.method], line.plan.symbols, timed.frames, timed.start_ms)
        for timed in timed_three_ways(line.plan, line.span)
    ]
    if line.take is None:
        return drawing(seen, rows, None)
    audio = read_sound(workspace.path(line.take.sound)).mono()
    return drawing(seen, rows, audio.samples[0], line.take.start_ms, audio.rate_hz)
