"""What people say, without the music where that was taken away."""

from __future__ import annotations

from dubbing.arrays import Audio
from dubbing.media.channels import channel_names
from dubbing.media.resample import resample
from dubbing.media.sound_file import read_sound, sound_format
from dubbing.soundtrack.voice_place import heard_mono, usual_voice_channels
from dubbing.timeline import Span, Timeline, VoiceChannel
from dubbing.workspace import Workspace

SPEECH_RATE_HZ = 16_000


def speech_in(timeline: Timeline, workspace: Workspace, span: Span) -> Audio:
    """Return the dialogue of a span, 16 kHz mono: separated, or the mix where it was not."""
    assert timeline.media is not None
    assert timeline.media.speech is not None
    if timeline.dialogue is None:
        path = workspace.path(timeline.media.speech)
        return read_sound(path, span.start_ms, span.end_ms)
    return resample(voice_in(timeline, workspace, span), SPEECH_RATE_HZ)


def voice_in(timeline: Timeline, workspace: Workspace, span: Span) -> Audio:
    """Return the dialogue of a span as one signal at its full rate, 48 kHz, whatever its polarity."""
    return heard_mono(dialogue_in(timeline, workspace, span), voice_channels(timeline, workspace))


def dialogue_in(timeline: Timeline, workspace: Workspace, span: Span) -> Audio:
    """Return the dialogue of a span at its full rate, 48 kHz, in the channels that hold it."""
    assert timeline.media is not None
    if timeline.dialogue is not None:
        return read_sound(workspace.path(timeline.dialogue), span.start_ms, span.end_ms)
    return original_in(timeline, workspace, span)


def original_in(timeline: Timeline, workspace: Workspace, span: Span) -> Audio:
    """Return all that sounds in a span in the channels that hold its dialogue, at 48 kHz."""
    assert timeline.media is not None
    assert timeline.media.sound is not None
    whole = read_sound(workspace.path(timeline.media.sound), span.start_ms, span.end_ms)
    places = [item.channel for item in voice_channels(timeline, workspace)]
    return Audio(whole.samples[places], whole.rate_hz)


def voice_channels(timeline: Timeline, workspace: Workspace) -> tuple[VoiceChannel, ...]:
    """Return where people speak; where it was not looked for, where they usually do."""
    if timeline.voice_channels:
        return timeline.voice_channels
    assert timeline.media is not None
    assert timeline.media.sound is not None
    n_channels = sound_format(workspace.path(timeline.media.sound)).n_channels
    named = timeline.media.channels
    if len(named) != n_channels:
        named = channel_names(f"{n_channels} channels")
    return usual_voice_channels(named)
