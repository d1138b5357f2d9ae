"""How loud the original speaks, moment by moment, in the time of one line."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dubbing.acoustics.voice_level import frame_levels_db, loud_level_db, on_voice_scale
from dubbing.soundtrack.dialogue import speech_in
from dubbing.timeline import FRAME_MS, Span, Timeline
from dubbing.workspace import Workspace

Floats = npt.NDArray[np.float64]
LEAST_CONTRAST_DB = 20.0
"""Between the loud parts of a line and the quietest moment around it; with less, a bed of music or noise
hides where the voice pauses."""


def voice_level(
    timeline: Timeline, workspace: Workspace, line: Span, own: tuple[int, int], frames: Span
) -> Floats | None:
    """Level of the voice per frame of 25 ms.

    Args:
        timeline: the film; its separated dialogue is used where there is one.
        workspace: where its sound is.
        line: when the line is spoken.
        own: the time that belongs to the line, ms; beyond it other lines speak.
        frames: the time to look at, a multiple of 25 ms long; may begin before the film does.

    Returns:
        Float64 ``[F]``: 1 for the loud parts of the line, 0 for 40 dB below them, NaN beyond ``own``;
        ``None`` where speech does not stand out.
    """
    begin_ms, end_ms = max(0, own[0], frames.start_ms), min(own[1], frames.end_ms)
    if end_ms - begin_ms < FRAME_MS:
        return None
    levels = frame_levels_db(speech_in(timeline, workspace, Span(begin_ms, end_ms)))
    if not len(levels):
        return None
    times_ms = begin_ms + FRAME_MS * (np.arange(len(levels)) + 0.5)
    spoken = levels[(times_ms >= line.start_ms) & (times_ms < line.end_ms)]
    loud_db = loud_level_db(spoken if len(spoken) else levels)
    if loud_db - levels.min() < LEAST_CONTRAST_DB:
        return None
    middles_ms = frames.start_ms + FRAME_MS * (np.arange(frames.duration_ms // FRAME_MS) + 0.5)
    level: Floats = np.interp(middles_ms, times_ms, on_voice_scale(levels, loud_db))
    level[(middles_ms < begin_ms) | (middles_ms >= end_ms)] = np.nan
    return level
