"""Moods that a person asks for: ``happy``, ``12=angry:0.8``, ``speaker:S1=calm``, ``1:10-1:20=sad``.

What is said of a line outweighs what is said of a time, that what is said of a speaker, and that what is
said of the whole film; of two alike, the later one counts.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from dubbing.delivery import MOODS
from dubbing.errors import UnknownSpeaker, UsageError
from dubbing.settings import EmotionOverride
from dubbing.timeline import Line, Timeline

FORMS = "happy, 12=angry:0.8, 3-5=sad, speaker:S1=calm or 00:01:10-00:01:20=sad"
LINES = re.compile(r"([0-9]{1,6})(?:-([0-9]{1,6}))?")
TIME = r"(?:[0-9]{1,3}:[0-5]?[0-9]|[0-9]{1,3}):[0-5]?[0-9](?:\.[0-9]{1,3})?"
TIMES = re.compile(rf"({TIME})-({TIME})")
SPEAKER = "speaker:"


def read_override(text: str) -> EmotionOverride:
    """One ``--emotion``.

    Raises:
        UsageError: saying what is wrong with it.
    """
    where, equals, what = text.strip().rpartition("=")
    if equals and not where.strip():
        raise UsageError(f"'{text}' does not say for which line.", hint=f"Write e.g. {FORMS}.")
    mood = _mood(what.strip(), text)
    return EmotionOverride.model_validate({**_place(where.strip(), text), **mood})


def _mood(what: str, text: str) -> dict[str, object]:
    label, colon, strength = what.partition(":")
    label = label.strip().lower()
    if label not in MOODS:
        near = difflib.get_close_matches(label, MOODS, n=1)
        guess = f"Did you mean {near[0]}? " if near else ""
        raise UsageError(
            f"'{label}' in '{text}' is no emotion known here.",
            hint=f"{guess}Known: {', '.join(MOODS)}.",
        )
    if not colon:
        return {"label": label}
    try:
        intensity = float(strength)
    except ValueError:
        intensity = -1.0
    if not 0 <= intensity <= 1:
        raise UsageError(
            f"'{strength}' in '{text}' is no strength.", hint="From 0 to 1: angry:0.8."
        )
    return {"label": label, "intensity": intensity}


def _place(where: str, text: str) -> dict[str, object]:
    if not where:
        return {}
    if where.startswith(SPEAKER):
        speaker = where.removeprefix(SPEAKER).strip()
        if not speaker:
            raise UsageError(f"'{text}' names no speaker.", hint="Write e.g. speaker:S1=calm.")
        return {"speaker": speaker}
    if found := LINES.fullmatch(where):
        first, last = int(found[1]), int(found[2] or found[1])
        if not 1 <= first <= last:
            raise UsageError(f"'{where}' in '{text}' is no range of lines.", hint="E.g. 3-5=sad.")
        return {"lines": (first, last)}
    if found := TIMES.fullmatch(where):
        start_ms, end_ms = _time_ms(found[1]), _time_ms(found[2])
        if start_ms >= end_ms:
            raise UsageError(f"The time in '{text}' runs backwards.", hint="Write from-to=mood.")
        return {"span_ms": (start_ms, end_ms)}
    raise UsageError(f"'{text}' is no override of emotion.", hint=f"Write e.g. {FORMS}.")


def _time_ms(text: str) -> int:
    seconds = 0.0
    for part in text.split(":"):
        seconds = 60 * seconds + float(part)
    return round(1000 * seconds)


def check_overrides(timeline: Timeline, overrides: Sequence[EmotionOverride]) -> None:
    """Refuse what is meant for nobody.

    Raises:
        UsageError: naming the speaker, line or time that the film does not have.
    """
    speakers = [speaker.id for speaker in timeline.speakers]
    assert timeline.media is not None
    for item in overrides:
        if item.speaker is not None and item.speaker not in speakers:
            raise UnknownSpeaker.among(speakers, item.speaker)
        if item.lines is not None and item.lines[1] > len(timeline.lines):
            raise UsageError(
                f"There is no line {item.lines[1]}; the film has {len(timeline.lines)}."
            )
        if item.span_ms is not None and item.span_ms[0] >= timeline.media.duration_ms:
            raise UsageError(f"The film ends before {item.span_ms[0] / 1000:.1f} s.")


def override_for(
    line: Line, number: int, overrides: Sequence[EmotionOverride]
) -> EmotionOverride | None:
    """What counts for a line (its ``number`` from 1); a time counts if it holds most of the line."""
    meant = [(_rank(item), n) for n, item in enumerate(overrides) if _is_meant(line, number, item)]
    return overrides[max(meant)[1]] if meant else None


def _rank(item: EmotionOverride) -> int:
    if item.lines is not None:
        return 3
    if item.span_ms is not None:
        return 2
    return 1 if item.speaker is not None else 0


def _is_meant(line: Line, number: int, item: EmotionOverride) -> bool:
    if item.lines is not None:
        return item.lines[0] <= number <= item.lines[1]
    if item.span_ms is not None:
        start_ms = max(line.span.start_ms, item.span_ms[0])
        end_ms = min(line.span.end_ms, item.span_ms[1])
        return 2 * (end_ms - start_ms) > line.span.duration_ms
    return item.speaker in (None, line.speaker)


def place_of(item: EmotionOverride) -> str:
    """For whom it is meant, in words."""
    if item.lines is not None:
        return "for this line"
    if item.span_ms is not None:
        return "for this time"
    return "for this speaker" if item.speaker is not None else "for the film"
