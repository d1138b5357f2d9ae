"""The time that the translation of each line has, by the rules that the timing stage will keep.

Not a stage itself.
"""

from __future__ import annotations

from dubbing.metrics.mouth import own_time, working_time
from dubbing.pipeline import Run
from dubbing.timeline import Timeline
from dubbing.translation.choice import Fitting, Place
from dubbing.vision.mouths import Mouths
from dubbing.voice.whole_lines import limits_for


def fitting_of(timeline: Timeline, run: Run) -> Fitting:
    """The rules that the timing stage will keep with the voices that were cast."""
    is_whole = any(speaker.voice and speaker.voice.pacer for speaker in timeline.speakers)
    timing = run.profile.timing
    return Fitting(limits_for(timing, is_whole=is_whole), timing.gap_ms)


def places_of(timeline: Timeline, run: Run, gap_ms: int) -> list[Place]:
    """The time of each line: until its mouth rests, where a mouth is seen, and until the next line."""
    assert timeline.media is not None
    spans = [line.span for line in timeline.lines]
    untils = [*(span.start_ms - gap_ms for span in spans[1:]), timeline.media.duration_ms]
    mouths = Mouths(run.workspace, timeline)
    places = []
    for number, (line, until_ms) in enumerate(zip(timeline.lines, untils, strict=True)):
        lips = mouths.of(line)
        worked = None if lips is None else working_time(lips, own_time(spans, number))
        end_ms = line.span.end_ms if worked is None else max(worked.end_ms, line.span.start_ms + 1)
        places.append(Place(line.span.start_ms, end_ms, max(until_ms, end_ms)))
    return places
