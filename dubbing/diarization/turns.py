"""From windows to turns: at every tenth of a second the likeliest voice, with few changes (Viterbi)."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dubbing.engines.speakers import Turn
from dubbing.timeline import Hearing, Line, Span, Word, line_id

Interval = tuple[int, int]
Numbers = npt.NDArray[np.float64]
WINDOW_MS, HOP_MS = 1_600, 200
"""GE2E was trained on windows of 1.6 s."""
STEP_MS = 100
NEAR_MS = 500
"""Spread of the bell with which windows count for a moment."""
EVIDENCE, CHANGE = 30.0, 6.0
"""What a cosine counts at each step, and what a change of voice costs."""
BRIEFEST_MS = 600
"""A shorter turn inside somebody else's is not believed."""


def windows_of(region: Interval) -> list[Interval]:
    """Windows that cover a region; a short region is one."""
    start_ms, end_ms = region
    last = max(start_ms, end_ms - WINDOW_MS)
    starts = [*range(start_ms, last, HOP_MS), last]
    return [(start, min(start + WINDOW_MS, end_ms)) for start in starts]


def turns_of(region: Interval, windows: Sequence[Interval], likeness: Numbers) -> list[Turn]:
    """Turns of a region from its windows' cosines to each voice, ``[windows, voices]``."""
    start_ms, end_ms = region
    times = np.arange(start_ms + STEP_MS // 2, max(end_ms, start_ms + STEP_MS), STEP_MS)
    middles = np.array([(a + b) / 2 for a, b in windows])
    weights = np.exp(-0.5 * ((times[:, None] - middles[None, :]) / NEAR_MS) ** 2) + 1e-9
    weights /= weights.sum(axis=1, keepdims=True)
    path = _likeliest(EVIDENCE * weights @ likeness)
    changes = [0, *(np.flatnonzero(np.diff(path)) + 1).tolist(), len(path)]
    return [
        Turn(
            start_ms + STEP_MS * first,
            end_ms if last == len(path) else start_ms + STEP_MS * last,
            int(path[first]),
        )
        for first, last in itertools.pairwise(changes)
    ]


def _likeliest(evidence: Numbers) -> npt.NDArray[np.int64]:
    """The path with the most evidence, less what its changes cost."""
    best, back = evidence[0].copy(), []
    voices = np.arange(evidence.shape[1])
    for row in evidence[1:]:
        leader = int(best.argmax())
        changes = best[leader] - CHANGE > best
        back.append(np.where(changes, leader, voices))
        best = np.where(changes, best[leader] - CHANGE, best) + row
    path = [int(best.argmax())]
    for origin in reversed(back):
        path.append(int(origin[path[-1]]))
    return np.array(path[::-1], dtype=np.int64)


def divided(line: Line, turns: Sequence[Turn]) -> list[tuple[Line, int]]:
    """The parts of a line, each of one voice, with its number; most lines are one part."""
    if not line.words:
        return [(line, _voice_at(turns, line.span.start_ms, line.span.end_ms))]
    voices = _settled(
        [_voice_at(turns, word.start_ms, word.end_ms) for word in line.words], line.words
    )
    borders = [n for n in range(1, len(voices)) if voices[n] != voices[n - 1]]
    if not borders:
        return [(line, voices[0])]
    parts = []
    for first, last in zip([0, *borders], [*borders, len(voices)], strict=True):
        words = line.words[first:last]
        start_ms = line.span.start_ms if first == 0 else words[0].start_ms
        end_ms = line.span.end_ms if last == len(voices) else words[-1].end_ms
        span = Span(start_ms, max(end_ms, start_ms + 1))
        parts.append((_line_of(words, span, line.hearing), voices[first]))
    return parts


def _line_of(words: Sequence[Word], span: Span, hearing: Hearing | None) -> Line:
    text = "".join(word.text for word in words).strip()
    return Line(id=line_id(span, text), span=span, text=text, words=tuple(words), hearing=hearing)


def _voice_at(turns: Sequence[Turn], start_ms: int, end_ms: int) -> int:
    """Who speaks most of a stretch; the nearest turn if none lies in it."""
    shares: dict[int, int] = {}
    for turn in turns:
        common = min(end_ms, turn.end_ms) - max(start_ms, turn.start_ms)
        if common > 0:
            shares[turn.voice] = shares.get(turn.voice, 0) + common
    if shares:
        return max(shares, key=lambda voice: shares[voice])
    middle = (start_ms + end_ms) / 2
    near = min(turns, key=lambda t: max(t.start_ms - middle, middle - t.end_ms), default=None)
    return 0 if near is None else near.voice


def _settled(voices: list[int], words: Sequence[Word]) -> list[int]:
    """Without turns too brief to be believed: they go to the longer neighbour."""
    voices = list(voices)
    while True:
        runs = _runs(voices)
        brief = [
            (words[last - 1].end_ms - words[first].start_ms, first, last)
            for first, last in runs
            if words[last - 1].end_ms - words[first].start_ms < BRIEFEST_MS
        ]
        if len(runs) == 1 or not brief:
            return voices
        _, first, last = min(brief)
        voices[first:last] = [voices[first - 1] if first else voices[last]] * (last - first)


def _runs(voices: Sequence[int]) -> list[tuple[int, int]]:
    borders = [n for n in range(1, len(voices)) if voices[n] != voices[n - 1]]
    return list(zip([0, *borders], [*borders, len(voices)], strict=True))
