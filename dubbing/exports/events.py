"""Cues as subtitles: cut into rows and parts, and shown long enough to be read.

Times follow the speech. The end moves: at most to the next subtitle less two frames, so far as the text
must be read, and up to it where the break is too short to be seen as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate, pairwise, zip_longest

from dubbing.exports.cues import Cue, Of, cues_of
from dubbing.exports.line_breaking import n_parts, parts, rows
from dubbing.exports.subtitle_rules import SubtitleRules, subtitle_rules
from dubbing.exports.words import Word, joined, words_of
from dubbing.timeline import Span, Timeline

ROUNDING = 1.001
"""Times are whole milliseconds."""
SHORTEST_PART_MS = 100
LEAST_SHARE = 4
"""No part gets less than a quarter of its equal share."""


@dataclass(frozen=True, slots=True)
class Event:
    """One subtitle: rows from top to bottom."""

    span: Span
    rows: tuple[str, ...]
    speaker: str = ""
    reading_ms: int = 0
    """How long its text takes to read; of two languages the slower one, since one of them is read."""


@dataclass(frozen=True, slots=True)
class Subtitles:
    """All subtitles of a film in order of time, and how many of them break a rule."""

    events: tuple[Event, ...]
    language: str
    too_fast: int
    """Shown for less time than their text takes to read."""
    too_short: int
    """Shown for less time than an eye needs to find them."""


def subtitles_of(timeline: Timeline, of: Of, fps: Fraction) -> Subtitles:
    """Subtitles of a timeline by the rules of their language; ``fps`` makes a gap of two frames."""
    cues = cues_of(timeline, of)
    first = timeline.source_language if of == "source" else timeline.target_language
    rules = subtitle_rules(first)
    gap_ms = int(-(-rules.gap_frames * 1000 // fps))
    end_ms = timeline.media.duration_ms if timeline.media is not None else None
    split = [event for cue in _prolonged(cues, rules, end_ms) for event in _split(cue)]
    events = _spaced(split, rules, gap_ms)
    return Subtitles(
        events=events,
        language=first,
        too_fast=sum(event.reading_ms > event.span.duration_ms * ROUNDING for event in events),
        too_short=sum(event.span.duration_ms < rules.min_ms for event in events),
    )


# -- how long ------------------------------------------------------------------------------------


def _prolonged(cues: Sequence[Cue], rules: SubtitleRules, film_ms: int | None) -> tuple[Cue, ...]:
    """Each cue with an end that lets it be read, as far as there is room."""
    result = []
    for cue, after in zip_longest(cues, cues[1:]):
        latest = after.span.start_ms if after is not None else film_ms
        end = _wanted_end(cue, rules)
        if latest is not None:
            end = latest if 0 < latest - end < rules.close_gaps_ms and after else min(end, latest)
        result.append(replace(cue, span=Span(cue.span.start_ms, max(end, cue.span.end_ms))))
    return tuple(result)


def _wanted_end(cue: Cue, rules: SubtitleRules) -> int:
    """When it can have been read, half a second after the speech at the latest."""
    start, end = cue.span.start_ms, cue.span.end_ms
    read = start + max(subtitle_rules(s.language).reading_ms(s.text) for s in cue.texts)
    return max(end, min(read, end + rules.linger_ms), start + rules.min_ms)


def _spaced(events: Sequence[Event], rules: SubtitleRules, gap_ms: int) -> tuple[Event, ...]:
    """The same with a gap before the next one, and none shown for too long."""
    result = []
    for event, after in zip_longest(events, events[1:]):
        start, end = event.span.start_ms, event.span.end_ms
        if after is not None:
            room = after.span.start_ms - start
            end = min(end, after.span.start_ms - min(gap_ms, room // 2))
        result.append(replace(event, span=Span(start, min(end, start + rules.max_ms))))
    return tuple(result)


# -- rows and parts ------------------------------------------------------------------------------


def _split(cue: Cue) -> tuple[Event, ...]:
    """A cue as the subtitles that it takes, each with a share of its time."""
    texts = [(said, subtitle_rules(said.language)) for said in cue.texts]
    words = [(words_of(said.text, said.language, rules), rules) for said, rules in texts]
    most_rows = words[0][1].rows // len(words)
    n = _n_events(cue, words, most_rows)
    columns = [parts(found, n, rules, most_rows) for found, rules in words]
    at_once = [
        [(part, rules) for part, (_, rules) in zip(row, words, strict=True) if part]
        for row in zip_longest(*columns)
    ]
    lengths = [
        max(1.0, *(rules.length(joined(part)) for part, rules in shown)) for shown in at_once
    ]
    return tuple(
        Event(
            span=span,
            rows=tuple(row for part, rules in shown for row in rows(part, rules, most_rows)),
            speaker=cue.speaker,
            reading_ms=max(rules.reading_ms(joined(part)) for part, rules in shown),
        )
        for span, shown in zip(_shares(cue.span, lengths), at_once, strict=True)
    )


def _n_events(
    cue: Cue, words: Sequence[tuple[Sequence[Word], SubtitleRules]], most_rows: int
) -> int:
    """As many as the rows and the longest time allow, no more than there is time for."""
    by_rows = max(n_parts(found, rules, most_rows) for found, rules in words)
    by_time = -(-cue.span.duration_ms // words[0][1].max_ms)
    return min(max(by_rows, by_time), max(1, cue.span.duration_ms // SHORTEST_PART_MS))


def _shares(span: Span, lengths: Sequence[float]) -> tuple[Span, ...]:
    """Consecutive parts of a time; each lasts as its share of the characters."""
    least = sum(lengths) / (LEAST_SHARE * len(lengths))
    ends = list(accumulate(max(length, least) for length in lengths))
    borders = [0, *(round(span.duration_ms * end / ends[-1]) for end in ends)]
    return tuple(Span(span.start_ms + a, span.start_ms + b) for a, b in pairwise(borders))
