"""What people say, without the music where that was taken away."""

from __future__ import annotations

from dubbing.arrays import Audio
from dubbing.media.resample import resample
from dubbing.media.sound_file import read_sound
from dubbing.timeline import Span, Timeline
from dubbing.workspace import Workspace

SPEECH_RATE_HZ = 16_000


def speech_in(timeline: Timeline, workspace: Workspace, span: Span) -> Audio:
    """Return the dialogue of a span, 16 kHz mono: separated, or the mix where it was not."""
    assert timeline.media is not None
    assert timeline.media.speech is not None
    if timeline.dialogue is None:
        path = workspace.path(timeline.media.speech)
        return read_sound(path, span.start_ms, span.end_ms)
    return resample(dialogue_in(timeline, workspace, span).mono(), SPEECH_RATE_HZ)


def dialogue_in(timeline: Timeline, workspace: Workspace, span: Span) -> Audio:
    """Return the dialogue of a span at its full rate, 48 kHz, in the channels that hold it."""
    assert timeline.media is not None
    sound = timeline.dialogue or timeline.media.sound
    assert sound is not None
    return read_sound(workspace.path(sound), span.start_ms, span.end_ms)
