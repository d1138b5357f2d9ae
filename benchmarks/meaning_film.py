"""A film in which somebody says written lines, as a voice of their language would, group by group."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.meaning_lines import WrittenLine
from benchmarks.translation import GAP_MS, VOICES
from dubbing.pipeline import Run
from dubbing.registry import Engines, identity
from dubbing.timeline import FRAME_MS, Line, Media, Span, Speaker, Timeline, Voice
from dubbing.timing.prompter import Prompter
from dubbing.workspace import Workspace

APART_MS = 4000
"""Between lines that have nothing to do with each other: none is read as going on from the last."""
END_MS = 5000
LETTER_MS = 65
"""Of a letter where no voice speaks the language."""
SOMEBODY = "A"

LengthOf = Callable[[str], int]


def film_of(lines: Sequence[WrittenLine], source: str, target: str, engines: Engines) -> Timeline:
    """Return the film; its speakers have a voice where there is one for the target language."""
    spans = _spans(lines, _length_of(source, engines))
    voice = Voice("kokoro", VOICES[target], 1.0, "benchmark") if target in VOICES else None
    names = sorted({line.by or SOMEBODY for line in lines})
    return Timeline(
        target,
        Media("film", "0", spans[-1].end_ms + END_MS, False, 0),
        source,
        1.0,
        tuple(Speaker(name, name, voice=voice) for name in names),
        tuple(
            Line(f"L{number}", span, line.text, (), line.by or SOMEBODY)
            for number, (span, line) in enumerate(zip(spans, lines, strict=True))
        ),
    )


def _spans(lines: Sequence[WrittenLine], length_of: LengthOf) -> list[Span]:
    """Lines of a scene follow each other at once, others after a while."""
    spans: list[Span] = []
    start_ms, before = 0, ""
    for line in lines:
        follows = line.is_scene and line.group == before
        start_ms += 0 if not spans else GAP_MS if follows else APART_MS
        spans.append(Span(start_ms, start_ms + length_of(line.text)))
        start_ms, before = spans[-1].end_ms, line.group
    return spans


def _length_of(language: str, engines: Engines) -> LengthOf:
    """How long a voice of a language takes, in milliseconds."""
    if language not in VOICES:
        return lambda text: LETTER_MS * len(text)

    def spoken_ms(text: str) -> int:
        with tempfile.TemporaryDirectory() as folder, Workspace(Path(folder)) as held:
            prompter = Prompter(
                lambda: engines.get("speech", "kokoro"),
                identity("speech", "kokoro"),
                language,
                VOICES[language],
                Run(held, Path("film")),
            )
            said = prompter.said(text)
            return round(said.option.natural_frames) * FRAME_MS if said else LETTER_MS * len(text)

    return spoken_ms
