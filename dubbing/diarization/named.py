"""Names of a person's text given to the speakers of a film, where nothing speaks against it.

The voices say who speaks; the text says what they are called. A name goes to a speaker whose lines nearly
all have it, and that is nobody else's. The text outweighs the voices in one case: where it names every
line, and all but a few lines agree, those few go to whom it names.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LEAST_LINE = 0.5
"""Of a line, so much must be under cues of one name."""
MOST_OTHER = 0.2
LEAST_AGREEING = 0.8
"""Of a speaker's named lines, so many have the same name."""
LEAST_LINES = 2
"""Fewer lines with a name tell nothing, unless the speaker has no more."""
MOST_MOVED = 0.1
Time = tuple[int, int]
"""From and to, in ms."""


@dataclass(frozen=True, slots=True)
class Named:
    """What speakers are called, by id, and new speakers of lines, by number."""

    names: Mapping[str, str]
    moved: Mapping[int, str]


def names_of_lines(lines: Sequence[Time], hints: Sequence[tuple[str, Time]]) -> tuple[str, ...]:
    """Return the name that a text gives each line; empty where it gives none, or several.

    Args:
        lines: times of the lines.
        hints: names, and the times of their cues.
    """
    ordered = sorted(hints, key=lambda hint: hint[1])
    starts = [start for _, (start, _) in ordered]
    longest = max((end - start for _, (start, end) in ordered), default=0)

    def name(line: Time) -> str:
        start_ms, end_ms = line
        first = bisect_left(starts, start_ms - longest)
        under: Counter[str] = Counter()
        for said, (begins, ends) in ordered[first : bisect_left(starts, end_ms)]:
            under[said] += max(0, min(end_ms, ends) - max(start_ms, begins))
        (best, most), *others = [*under.most_common(), ("", 0)]
        duration = max(1, end_ms - start_ms)
        other = others[0][1] if others else 0
        return best if most >= LEAST_LINE * duration and other <= MOST_OTHER * duration else ""

    return tuple(map(name, lines))


def named(told: Sequence[str], names: Sequence[str]) -> Named:
    """Match names with speakers.

    Args:
        told: the speaker of each line, by voice and face.
        names: of each line, the name in the text, or nothing.
    """
    matched = _matched(told, names)
    speakers = {name: speaker for speaker, name in matched.items()}
    odd = {
        number: speakers[name]
        for number, (speaker, name) in enumerate(zip(told, names, strict=True))
        if name in speakers and speakers[name] != speaker
    }
    is_whole = all(names) and set(told) == set(matched)
    return Named(matched, odd if is_whole and len(odd) <= max(1, MOST_MOVED * len(told)) else {})


def _matched(told: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    """Speakers and their names, where both are each other's."""
    counts: dict[str, Counter[str]] = {speaker: Counter() for speaker in told}
    for speaker, name in zip(told, names, strict=True):
        if name:
            counts[speaker][name] += 1
    found = {
        speaker: name
        for speaker in counts
        if (name := _agreed(counts[speaker], told.count(speaker)))
    }
    owners = Counter(found.values())
    totals = sum(counts.values(), Counter())
    return {
        speaker: name
        for speaker, name in found.items()
        if owners[name] == 1 and counts[speaker][name] >= LEAST_AGREEING * totals[name]
    }


def _agreed(names: Counter[str], n_lines: int) -> str:
    """The name of nearly all of a speaker's named lines."""
    if not names:
        return ""
    name, most = names.most_common(1)[0]
    is_told = most >= min(LEAST_LINES, n_lines)
    return name if is_told and most >= LEAST_AGREEING * names.total() else ""
