"""Lines as SubRip text, by pysubs2."""

from __future__ import annotations

from collections.abc import Iterable

from dubbing.timeline import Span


def subtitle_text(lines: Iterable[tuple[Span, str]]) -> str:
    """SubRip document of timed texts."""
    from pysubs2 import SSAEvent, SSAFile

    document = SSAFile()
    for span, text in lines:
        event = SSAEvent(start=span.start_ms, end=span.end_ms)
        event.plaintext = text
        document.append(event)
    return document.to_string("srt")
