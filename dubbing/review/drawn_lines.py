"""From a line of the document to its drawing."""

from __future__ import annotations

from dubbing.media.sound_file import read_sound
from dubbing.metrics.baselines import timed_three_ways
from dubbing.metrics.mouth import around, spoken_sounds
from dubbing.review.line_drawing import Row, drawing
from dubbing.timeline import Line
from dubbing.vision.mouths import Mouths
from dubbing.workspace import Workspace

NAMES = {"ours": "this dub", "natural": "natural", "uniform": "stretched"}


def drawn_line(workspace: Workspace, mouths: Mouths, line: Line) -> str | None:
    """SVG of a planned line whose mouth is seen; ``None`` for any other."""
    lips = mouths.of(line)
    if line.plan is None or lips is None:
        return None
    begin = min(line.span.start_ms, line.plan.span.start_ms)
    seen = lips.between(*around(begin, max(line.span.end_ms, line.plan.span.end_ms)))
    rows = [
        Row(NAMES[timed.method], spoken_sounds(line.plan.symbols, timed.frames, timed.start_ms))
        for timed in timed_three_ways(line.plan, line.span)
    ]
    if line.take is None:
        return drawing(seen, rows, None)
    audio = read_sound(workspace.path(line.take.sound)).mono()
    return drawing(seen, rows, audio.samples[0], line.take.start_ms, audio.rate_hz)
