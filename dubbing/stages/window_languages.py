"""In which language each window of a film is spoken.

A window has another language than the film's if the recogniser names it with much confidence and then
also understands the window better in it: one of the two alone is often wrong in short or noisy windows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dubbing.engines.asr import Window

LEAST_SPEECH_MS = 1_500
"""Windows with less speech are put together, or spoken as their neighbours are."""
NEAR_MS = 1_000
SURE = 0.9
SURE_AGAIN = 0.7
"""Of a language that is spoken elsewhere in the film."""
BETTER_BY = 0.1
"""In mean log-probability a token: in the wrong language it is lower by 0.25 to 0.9."""
UNDERSTOOD = -0.6


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language and how probable it is."""

    language: str
    probability: float


class Ear(Protocol):
    """What listens to one film."""

    def language_in(self, window: Window) -> tuple[str, float]:
        """The language of a window and its probability."""

    def fit_of(self, window: Window, language: str) -> float:
        """Mean log-probability a token of what is heard in a window in this language."""


def window_languages(windows: Sequence[Window], film: Tongue, ear: Ear) -> list[Tongue]:
    """The language of every window, the film's where nothing strong speaks for another.

    Args:
        windows: of speech, in order of time.
        film: what the film as a whole seems to speak.
        ear: listens.
    """
    pieces = [
        piece
        for piece in _pieces(windows)
        if _speech_ms([windows[n] for n in piece]) >= LEAST_SPEECH_MS
    ]
    wholes = [(windows[piece[0]][0], windows[piece[-1]][1]) for piece in pieces]
    named = [Tongue(*ear.language_in(whole)) for whole in wholes]
    found = [
        tongue if _is_other(whole, tongue, film, ear, SURE, BETTER_BY) else film
        for whole, tongue in zip(wholes, named, strict=True)
    ]
    spoken = {tongue.language for tongue in found} - {film.language}
    found = [
        tongue
        if now is film
        and tongue.language in spoken
        and _is_other(whole, tongue, film, ear, SURE_AGAIN, 0.0)
        else now
        for whole, tongue, now in zip(wholes, named, found, strict=True)
    ]
    tongues: list[Tongue | None] = [None] * len(windows)
    for piece, tongue in zip(pieces, found, strict=True):
        for n in piece:
            tongues[n] = tongue
    return [
        tongue or _beside(number, windows, tongues, film) for number, tongue in enumerate(tongues)
    ]


def most_spoken(windows: Sequence[Window], tongues: Sequence[Tongue]) -> Tongue:
    """The language that most speech is in, with its mean probability over that speech."""
    time_ms: dict[str, int] = {}
    weighed: dict[str, float] = {}
    for (start_ms, end_ms), tongue in zip(windows, tongues, strict=True):
        length_ms = end_ms - start_ms
        time_ms[tongue.language] = time_ms.get(tongue.language, 0) + length_ms
        weighed[tongue.language] = (
            weighed.get(tongue.language, 0.0) + tongue.probability * length_ms
        )
    best = max(time_ms, key=lambda code: time_ms[code])
    return Tongue(best, weighed[best] / max(1, time_ms[best]))


def _pieces(windows: Sequence[Window]) -> list[list[int]]:
    """Places of windows that are judged together: short ones with those that follow closely."""
    pieces: list[list[int]] = []
    for number, (start_ms, _) in enumerate(windows):
        piece = pieces[-1] if pieces else []
        is_short = bool(piece) and _speech_ms([windows[n] for n in piece]) < LEAST_SPEECH_MS
        if is_short and start_ms - windows[piece[-1]][1] <= NEAR_MS:
            piece.append(number)
        else:
            pieces.append([number])
    return pieces


def _speech_ms(windows: Sequence[Window]) -> int:
    return sum(end_ms - start_ms for start_ms, end_ms in windows)


def _is_other(
    window: Window, named: Tongue, film: Tongue, ear: Ear, sure: float, better_by: float
) -> bool:
    """Whether a window is spoken in the language that was named and not in the film's."""
    if named.language == film.language or named.probability < sure:
        return False
    fit = ear.fit_of(window, named.language)
    return fit >= UNDERSTOOD and fit >= ear.fit_of(window, film.language) + better_by


def _beside(
    number: int, windows: Sequence[Window], tongues: Sequence[Tongue | None], film: Tongue
) -> Tongue:
    """The language of the nearest window that is known, if it is near."""

    def gap_ms(other: int) -> int:
        return max(windows[other][0] - windows[number][1], windows[number][0] - windows[other][1])

    known = [n for n, tongue in enumerate(tongues) if tongue is not None]
    nearest = min(known, key=gap_ms, default=None)
    if nearest is None or gap_ms(nearest) > NEAR_MS:
        return film
    return tongues[nearest] or film
