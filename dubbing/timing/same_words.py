"""The original says the very words of the dub: when it makes each sound tells when the dub shall.

What was found in the original's sound becomes evidence for the solver, as the network's is: how well
frame f suits sound i, given that every border may be a little off.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from dubbing.language.phoneme_classes import SymbolKind, kind
from dubbing.timeline import FRAME_MS
from dubbing.timing.visemes import Sound

Floats = npt.NDArray[np.float64]
SPREAD_FRAMES = 0.4
"""How far off a border is found, as the scale of a logistic distribution."""
LEAST_LOG_P = -5.0
REST_MS = 9 * FRAME_MS
"""A silence of the original that lasts so long between two words is a pause."""


LEADS_MS = {
    SymbolKind.VOWEL: 50,
    SymbolKind.CONSONANT: 75,
    SymbolKind.BILABIAL: 85,
    SymbolKind.GLIDE: 95,
    SymbolKind.PAUSE: 70,
}
"""How long before its symbol begins Kokoro is heard to make a sound: medians of 266 sounds of two voices,
aligned as the original is (their standard deviation is 30 ms). The network that makes the sound sees the
symbols around, and begins early to go where they lead."""


def symbol_times(
    found: Sequence[Sound], borders_ms: Floats, heard_ms: float, unheard_ms: float
) -> Floats:
    """When symbols shall begin, so that their sounds are heard at borders: float64 ``[T + 1]`` ms.

    A line lies in the film where it is heard, which is not where its first symbol begins.

    Args:
        found: the sounds of a line.
        borders_ms: float ``[T + 1]``, where they shall be heard to begin, and the last one to end.
        heard_ms: how long after its first symbol begins the line is heard to begin; negative if before.
        unheard_ms: how much longer its symbols last than it is heard.
    """
    leads_ms = np.array([LEADS_MS.get(kind(sound.symbol), 70) for sound in found])
    return np.array([*(borders_ms[:-1] + leads_ms + heard_ms), borders_ms[-1] + unheard_ms])


def words_of(found: Sequence[Sound]) -> list[list[str]]:
    """The symbols of the sounds of each word; pauses are left out."""
    words: list[list[str]] = [[]]
    for sound in found:
        if sound.is_pause:
            words.append([])
            continue
        words[-1].append(sound.symbol)
        if sound.ends_word:
            words.append([])
    return [word for word in words if word]


def borders_of(found: Sequence[Sound], spans_ms: Floats) -> Floats:
    """Where the sounds and pauses of a line begin and the last one ends: float64 ``[T + 1]`` ms.

    Args:
        found: the sounds of a line, which begins and ends with none that is a pause.
        spans_ms: float ``[n, 2]``, begin and end of each that is none.
    """
    borders, said = [], 0
    for sound in found:
        if sound.is_pause:
            borders.append(spans_ms[said - 1, 1] if said else spans_ms[0, 0])
        else:
            borders.append(spans_ms[said, 0])
            said += 1
    return np.array([*borders, spans_ms[-1, 1]])


def with_rests(symbols: str, found: Sequence[Sound], spans_ms: Floats) -> str:
    """The symbols with a comma where the original rests between two words and the text has no pause."""
    asked, said = set(), 0
    for sound, following in zip(found, [*found[1:], None], strict=True):
        if sound.is_pause:
            continue
        is_last = said + 1 >= len(spans_ms)
        rest_ms = 0.0 if is_last else spans_ms[said + 1, 0] - spans_ms[said, 1]
        is_bare = sound.ends_word and following is not None and not following.is_pause
        if is_bare and rest_ms >= REST_MS:
            asked.add(_space_in(symbols, sound))
        said += 1
    return "".join("," * (place in asked) + symbol for place, symbol in enumerate(symbols))


def _space_in(symbols: str, sound: Sound) -> int:
    spaces = (n for n in range(sound.first, sound.last) if kind(symbols[n]) is SymbolKind.SPACE)
    return next(spaces, -1)


def heard_evidence(borders: Floats, n_frames: int) -> Floats:
    """How well each frame suits each sound, and the silences around: float64 ``[T + 2, F]``.

    Args:
        borders: float ``[T + 1]``, where the sounds begin and the last one ends, in frames.
        n_frames: length of the window.
    """
    middles = np.arange(n_frames) + 0.5
    passed = 1 / (1 + np.exp(-np.clip((middles - borders[:, None]) / SPREAD_FRAMES, -30, 30)))
    begun = np.concatenate([np.ones((1, n_frames)), passed])
    ended = np.concatenate([passed, np.zeros((1, n_frames))])
    within = np.clip(begun - ended, 1e-12, None)
    return np.asarray(np.maximum(np.log(within), LEAST_LOG_P))


def offsets_of(found: Sequence[Sound], borders: Floats, natural: Sequence[float]) -> Floats:
    """How much longer each sound lasts in the original than it would naturally: log ratios ``[T]``."""
    expected = np.array([sum(natural[sound.first : sound.last]) for sound in found])
    heard = np.maximum(np.diff(borders), 0.5)
    return np.asarray(np.log(heard / np.maximum(expected, 0.5)))
