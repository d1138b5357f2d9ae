"""What a line and a timeline are at the moment, as digests: whoever decides says on what."""

from __future__ import annotations

from dubbing import timeline_json
from dubbing.timeline import Line, Timeline
from dubbing.workspace import digest


def line_hash(timeline: Timeline, line: Line) -> str:
    """Changes when what is heard or read of a line does."""
    voice = timeline.voice_of(line)
    return digest(
        [
            line.text,
            [line.span.start_ms, line.span.end_ms],
            line.speaker,
            line.spoken_text,
            None if line.take is None else [line.take.sound.sha256, line.take.start_ms],
            None if voice is None else voice.name,
        ]
    )[:16]


def timeline_hash(timeline: Timeline) -> str:
    """Changes when anything but the history does."""
    plain = timeline_json.to_plain(timeline)
    return digest({key: value for key, value in plain.items() if key != "history"})
