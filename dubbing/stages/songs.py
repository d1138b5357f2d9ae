"""Find lines that stay as they are: what is sung, laughed or cried, and what was not understood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from dubbing.acoustics.laughter import is_laughed
from dubbing.acoustics.singing import is_sung
from dubbing.acoustics.wordless import LAUGHED, kind_of
from dubbing.language.doubt import NOT_UNDERSTOOD, only_guessed
from dubbing.pipeline import Run, stage
from dubbing.settings import SongsSettings
from dubbing.soundtrack.dialogue import speech_in
from dubbing.timeline import Line, Timeline

SUNG = "sung"
MOST_NUMBERS = 12
DOUBTED = 0.45
"""Words that the recogniser believes less than this on average may be a laugh."""


@stage(
    reads=(
        "media",
        "dialogue",
        "voice_channels",
        "source_language",
        "lines.id",
        "lines.span",
        "lines.text",
        "lines.words",
        "lines.hearing",
    ),
    writes=("lines.kept",),
    version=4,
)
def songs(timeline: Timeline, run: Run, settings: SongsSettings) -> Timeline:
    """Fill ``kept`` of lines that are sung, wordless or only guessed, unless they shall be dubbed."""
    guessed = only_guessed(timeline.lines) if settings.keep_doubtful else frozenset()
    lines = []
    for number, line in enumerate(timeline.lines, start=1):
        why = _why(timeline, run, line) if settings.keep else ""
        if not why and line.id in guessed:
            why = NOT_UNDERSTOOD
        lines.append(replace(line, kept=why))
        run.progress(number, len(timeline.lines), unit="lines")
    _tell(run, lines)
    return timeline.with_lines(lines)


def _tell(run: Run, lines: Sequence[Line]) -> None:
    sung = [line.kept for line in lines if line.kept not in ("", NOT_UNDERSTOOD)]
    if sung:
        kinds = " or ".join(dict.fromkeys(sung))
        run.note(
            f"{len(sung)} of {len(lines)} lines are {kinds} and stay as they are (--dub-songs)."
        )
    unclear = [n for n, line in enumerate(lines, start=1) if line.kept == NOT_UNDERSTOOD]
    if unclear:
        numbers = ", ".join(map(str, unclear[:MOST_NUMBERS])) + " …" * (len(unclear) > MOST_NUMBERS)
        run.note(
            f"{len(unclear)} of {len(lines)} lines were not understood and stay as they are: "
            f"{numbers}. Give them text in the review, or dub what was guessed "
            "(--dub-doubtful)."
        )


def _why(timeline: Timeline, run: Run, line: Line) -> str:
    """Why a line stays as it is; empty if it is to be dubbed."""
    if kind := kind_of(line.text, timeline.language_of(line)):
        return kind
    voice = speech_in(timeline, run.workspace, line.span)
    if is_sung(voice):
        return SUNG
    return LAUGHED if _is_doubted(line) and is_laughed(voice) else ""


def _is_doubted(line: Line) -> bool:
    return bool(np.mean([word.probability for word in line.words] or [0.0]) < DOUBTED)
