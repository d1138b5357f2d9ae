"""What is said when: the lines of a timeline as texts with times, one after another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from dubbing.language.plain_text import plain_text
from dubbing.language.script import as_written
from dubbing.timeline import Line, Span, Timeline

Of = Literal["source", "target", "both"]
SHORTEST_MS = 100
"""Less than this is no time to show anything."""


@dataclass(frozen=True, slots=True)
class Said:
    """A text in one row and its language."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Cue:
    """Texts that are shown together, the upper one first; ``speaker`` is an id."""

    span: Span
    texts: tuple[Said, ...]
    speaker: str = ""


def dub_span(line: Line) -> Span:
    """When the dub of a line is heard; when it shall be, while it has no sound; else its own time."""
    if line.take is not None:
        return line.take.speech
    return line.plan.span if line.plan is not None else line.span


def cues_of(timeline: Timeline, of: Of) -> tuple[Cue, ...]:
    """All lines that have a text, in order of time, never two at once, within the film."""
    end_ms = timeline.media.duration_ms if timeline.media is not None else None
    found = []
    for line in timeline.lines:
        span = _within(line.span if of == "source" else dub_span(line), end_ms)
        texts = _texts(line, timeline, of)
        if span is not None and texts:
            found.append(Cue(span, texts, line.speaker))
    return one_after_another(found)


def _texts(line: Line, timeline: Timeline, of: Of) -> tuple[Said, ...]:
    source = Said(plain_text(line.text), timeline.language_of(line))
    shown = as_written(plain_text(line.spoken_text), timeline.written)
    target = Said(shown, timeline.target_language)
    wanted = {"source": (source,), "target": (target,), "both": (target, source)}[of]
    return tuple(said for said in wanted if said.text)


def _within(span: Span, end_ms: int | None) -> Span | None:
    start = max(0, span.start_ms)
    end = span.end_ms if end_ms is None else min(span.end_ms, end_ms)
    return Span(start, end) if end > start else None


def one_after_another(cues: Iterable[Cue]) -> tuple[Cue, ...]:
    """The same cues so that none begins before the one before has ended."""
    result: list[Cue] = []
    for cue in sorted(cues, key=lambda cue: (cue.span.start_ms, cue.span.end_ms)):
        if result and cue.span.start_ms < result[-1].span.end_ms:
            result.extend(_taking_turns(result.pop(), cue))
        else:
            result.append(cue)
    return tuple(result)


def _taking_turns(before: Cue, after: Cue) -> tuple[Cue, ...]:
    """Two that overlap: the first one ends early, or they share the time by their lengths."""
    start_ms = before.span.start_ms
    end_ms = max(before.span.end_ms, after.span.end_ms)
    border_ms = after.span.start_ms
    if end_ms - start_ms < 2 * SHORTEST_MS:
        return (replace(before, span=Span(start_ms, end_ms), texts=_together(before, after)),)
    if min(border_ms - start_ms, after.span.end_ms - border_ms) < 2 * SHORTEST_MS:
        share = _n_characters(before) / (_n_characters(before) + _n_characters(after))
        border_ms = start_ms + round(share * (end_ms - start_ms))
        border_ms = min(max(border_ms, start_ms + SHORTEST_MS), end_ms - SHORTEST_MS)
    else:
        end_ms = after.span.end_ms
    return (
        replace(before, span=Span(start_ms, border_ms)),
        replace(after, span=Span(border_ms, end_ms)),
    )


def _together(before: Cue, after: Cue) -> tuple[Said, ...]:
    """Both texts of each language in one."""
    languages = dict.fromkeys(said.language for cue in (before, after) for said in cue.texts)
    return tuple(
        Said(
            " ".join(
                s.text for cue in (before, after) for s in cue.texts if s.language == language
            ),
            language,
        )
        for language in languages
    )


def _n_characters(cue: Cue) -> int:
    return sum(len(said.text) for said in cue.texts)
