"""Words to lines: one sentence each, never cut inside a clause, split at long pauses.

A line then gets the time at which its voice is really heard to begin and end: Whisper's word times
come from attention (dynamic time warping over cross-attention weights) and wander by 100 ms and
more at the edges of speech, where a voice activity detector does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from dubbing.language.sentences import clause_break
from dubbing.timeline import Line, Span, Word, line_id

Window = tuple[int, int]
SENTENCE_END = 2
MID_CLAUSE_PAUSE_FACTOR = 1.7
"""A hesitation inside a clause must be this much longer than a pause between clauses to divide."""
SNAP_MS = 400
JOIN_GAP_MS = 150
SHORTEST_WORD_MS = 20


class LineLimits(Protocol):
    """What :func:`build_lines` wants to know."""

    @property
    def max_pause_ms(self) -> int:
        """A longer silence between clauses divides."""

    @property
    def max_line_ms(self) -> int:
        """A longer line is cut at its best clause border."""

    @property
    def min_line_ms(self) -> int:
        """A shorter line joins its neighbour."""


def build_lines(
    words: Sequence[Word], speech: Sequence[Window], language: str, limits: LineLimits
) -> tuple[Line, ...]:
    """Lines from words in order of time; ``speech`` is where the voice detector hears somebody."""
    pieces = [list(piece) for piece in _sentences(words, language, limits)]
    pieces = _joined(pieces, limits)
    pieces = [part for piece in pieces for part in _short_enough(piece, language, limits)]
    return _lines(pieces, speech)


def _sentences(words: Sequence[Word], language: str, limits: LineLimits) -> list[list[Word]]:
    pieces: list[list[Word]] = []
    for word in words:
        if pieces and not _divides(pieces[-1][-1], word, language, limits):
            pieces[-1].append(word)
        else:
            pieces.append([word])
    return pieces


def _divides(before: Word, after: Word, language: str, limits: LineLimits) -> bool:
    strength = clause_break(before.text, language)
    pause_ms = after.start_ms - before.end_ms
    if strength == SENTENCE_END:
        return True
    patience = 1.0 if strength else MID_CLAUSE_PAUSE_FACTOR
    return pause_ms > limits.max_pause_ms * patience


def _joined(pieces: list[list[Word]], limits: LineLimits) -> list[list[Word]]:
    """Give very short lines to the neighbour they touch."""
    result: list[list[Word]] = []
    for piece in pieces:
        if result and _touch(result[-1], piece, limits):
            result[-1] = result[-1] + piece
        else:
            result.append(piece)
    return result


def _touch(before: list[Word], after: list[Word], limits: LineLimits) -> bool:
    shortest = min(_length_ms(before), _length_ms(after))
    together = after[-1].end_ms - before[0].start_ms
    gap_ms = after[0].start_ms - before[-1].end_ms
    return shortest < limits.min_line_ms and gap_ms < JOIN_GAP_MS and together <= limits.max_line_ms


def _length_ms(piece: Sequence[Word]) -> int:
    return piece[-1].end_ms - piece[0].start_ms


def _short_enough(piece: list[Word], language: str, limits: LineLimits) -> list[list[Word]]:
    """Halve a long piece at its best border until every part is short enough."""
    if _length_ms(piece) <= limits.max_line_ms or len(piece) < 2:
        return [piece]
    cut = max(range(1, len(piece)), key=lambda i: _border_worth(piece, i, language))
    return [
        *_short_enough(piece[:cut], language, limits),
        *_short_enough(piece[cut:], language, limits),
    ]


def _border_worth(piece: Sequence[Word], cut: int, language: str) -> float:
    """A clause border beats a pause, a pause beats nothing, and the middle beats the edge."""
    before, after = piece[cut - 1], piece[cut]
    pause_s = max(0, after.start_ms - before.end_ms) / 1000
    middle = (piece[0].start_ms + piece[-1].end_ms) / 2
    off_centre = abs(after.start_ms - middle) / max(1, _length_ms(piece))
    return clause_break(before.text, language) + 2 * min(pause_s, 1.0) - 2 * off_centre


def _lines(pieces: Sequence[list[Word]], speech: Sequence[Window]) -> tuple[Line, ...]:
    lines: list[Line] = []
    for number, piece in enumerate(pieces):
        earliest = lines[-1].span.end_ms if lines else 0
        latest = pieces[number + 1][0].start_ms if number + 1 < len(pieces) else None
        span = _heard_span(piece, speech, earliest, latest)
        text = "".join(word.text for word in piece).strip()
        if not text:
            continue
        words = tuple(_inside(word, span) for word in piece)
        lines.append(Line(id=line_id(span, text), span=span, text=text, words=words))
    return tuple(lines)


def _heard_span(
    piece: Sequence[Word], speech: Sequence[Window], earliest: int, latest: int | None
) -> Span:
    """From where the voice sets in to where it stops, if that is near the words' own times."""
    start = _nearest([a for a, _ in speech], piece[0].start_ms)
    end = _nearest([b for _, b in speech], piece[-1].end_ms)
    start = max(start, earliest)
    if latest is not None:
        end = min(end, max(latest, start + SHORTEST_WORD_MS))
    return Span(start, max(end, start + SHORTEST_WORD_MS))


def _nearest(times_ms: Sequence[int], wanted_ms: int) -> int:
    nearest = min(times_ms, key=lambda t: abs(t - wanted_ms), default=wanted_ms)
    return nearest if abs(nearest - wanted_ms) <= SNAP_MS else wanted_ms


def _inside(word: Word, span: Span) -> Word:
    start = min(max(word.start_ms, span.start_ms), span.end_ms - 1)
    return replace(word, start_ms=start, end_ms=min(max(word.end_ms, start + 1), span.end_ms))
