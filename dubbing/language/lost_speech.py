"""Stretches in which somebody seems to speak and the recogniser wrote nothing: loud music hides words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from dubbing.timeline import Word

Stretch = tuple[int, int]
"""From and to, in ms of the film."""

LEAST_MS = 2_000
"""Breaths, pauses and drawn-out sounds within speech are shorter."""
MOST_NAMED = 8


def lost_speech(windows: Iterable[Stretch], words: Sequence[Word]) -> list[Stretch]:
    """Return the stretches of speech that are long enough for a sentence and hold no word.

    Args:
        windows: where speech was detected, in order.
        words: all that was written, in any order.
    """
    spoken = sorted((word.start_ms, word.end_ms) for word in words)
    return [
        gap for window in windows for gap in _gaps(window, spoken) if gap[1] - gap[0] >= LEAST_MS
    ]


def lost_note(stretches: Sequence[Stretch]) -> str:
    """What a user is told of them; empty if there are none."""
    if not stretches:
        return ""
    named = ", ".join(f"{_clock(a)} to {_clock(b)}" for a, b in stretches[:MOST_NAMED])
    more = " …" * (len(stretches) > MOST_NAMED)
    return f"Somebody seems to speak where no words could be made out; it stays as it is: {named}{more}."


def _gaps(window: Stretch, spoken: Iterable[Stretch]) -> Iterator[Stretch]:
    """What lies between words in a window, and before the first and after the last."""
    at_ms, end_ms = window
    for start_ms, stop_ms in spoken:
        if stop_ms <= at_ms or start_ms >= end_ms:
            continue
        if start_ms > at_ms:
            yield at_ms, start_ms
        at_ms = max(at_ms, stop_ms)
    if at_ms < end_ms:
        yield at_ms, end_ms


def _clock(ms: int) -> str:
    minutes, seconds = divmod(ms // 1000, 60)
    return f"{minutes}:{seconds:02d}"
