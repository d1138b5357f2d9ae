"""Mouths that speak what a speech engine says: unlimited lines in many languages with known times.

Each sound pulls the lips towards its viseme by its dominance, which rises before it and falls after it
(Cohen and Massaro 1993); then comes all that a camera does: another size and habit of mouth, another
frame rate, noise, frames in which the face was not found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Protocol

import numpy as np
import numpy.typing as npt
import yaml

from dubbing.language.g2p import to_phonemes
from dubbing.timeline import FRAME_MS
from dubbing.timing.visemes import REST, Shape, lengths_of, sounds, viseme
from dubbing.training.augment import Scene, filmed
from dubbing.training.examples import Example

Floats = npt.NDArray[np.float64]
FINE_MS = 10
FRAME_RATES_HZ = (15.0, 23.976, 24.0, 25.0, 25.0, 29.97, 30.0, 50.0, 60.0)
MOST_SYMBOLS = 110


class SpeaksLengths(Protocol):
    """The part of a speech engine that knows how long sounds last."""

    def durations(self, phonemes: str, voice: str) -> npt.NDArray[np.float32]:
        """Lengths in 25 ms frames of silence, symbols, silence."""

    def heard(self, phonemes: str, voice: str, frames: Sequence[int]) -> tuple[float, float]:
        """Where sound begins and ends, in frames."""


@dataclass(frozen=True, slots=True, eq=False)
class SpokenLine:
    """Symbols, and how long their sounds last in the mouths of two speakers, float [T] frames."""

    symbols: str
    natural: Floats
    other: Floats


def spoken_lines(
    model: SpeaksLengths, voices: Sequence[str], rng: np.random.Generator
) -> Iterator[SpokenLine]:
    """Lines without end, in all languages of ``sentences.yaml``."""
    while True:
        symbols = random_words(rng)
        one, other = (_inner(model, symbols, str(voice)) for voice in rng.choice(voices, 2))
        found = sounds(symbols)
        yield SpokenLine(symbols, lengths_of(found, one), lengths_of(found, other))


def _inner(model: SpeaksLengths, symbols: str, voice: str) -> Floats:
    """Lengths of the symbols, the last one without the silence that it fades into."""
    inner = model.durations(symbols + ".", voice)[1:-2].astype(np.float64)
    inner[-1] = min(inner[-1], 6.0)
    return inner


def random_words(rng: np.random.Generator) -> str:
    """Return words of one language in any order, sometimes with a pause among them."""
    language = rng.choice(sorted(_words()))
    words = rng.permutation(_words()[str(language)])[: rng.integers(3, 14)]
    line = ""
    for word in words:
        pause = ", " if rng.random() < 0.08 else " "
        line = f"{line}{pause}{word}" if line else str(word)
    return line[:MOST_SYMBOLS].strip(" ,ˈˌ")


@cache
def _words() -> dict[str, tuple[str, ...]]:
    """Words in Kokoro's symbols, by language."""
    text = files("dubbing.training").joinpath("sentences.yaml").read_text(encoding="utf-8")
    found: dict[str, tuple[str, ...]] = {}
    for language, sentences in yaml.safe_load(text).items():
        spoken = " ".join(to_phonemes(sentence, language) for sentence in sentences)
        words = (word.strip(',.?!;:—…"“”') for word in spoken.split())
        found[language] = tuple(word for word in words if sounds(word))
    return found


def synthetic_example(line: SpokenLine, rng: np.random.Generator) -> Example:
    """Somebody speaks the line before a camera; every call gives another mouth and tempo."""
    noise = rng.lognormal(0, 0.18, len(line.other)) * rng.uniform(0.75, 1.4)
    noisy = line.other * noise
    begin = rng.uniform(6, 45)
    edges = begin + np.concatenate([[0.0], np.cumsum(noisy)])
    n_frames = int(edges[-1] + rng.uniform(6, 45))
    times_ms = np.arange(0, n_frames * FRAME_MS, FINE_MS, dtype=np.float64)
    mouth = speaking_mouth(line.symbols, edges * FRAME_MS, times_ms, rng)
    scene = Scene(mouth, times_ms, edges * FRAME_MS)
    return filmed(line.symbols, line.natural, scene, float(rng.choice(FRAME_RATES_HZ)), rng)


def speaking_mouth(
    symbols: str, edges_ms: Floats, times_ms: Floats, rng: np.random.Generator
) -> Floats:
    """Return opening, width, area and protrusion of one person, float ``[n, 4]``."""
    targets, grips, middles, reach = _targets(symbols, edges_ms, times_ms, rng)
    away = np.abs(times_ms[None, :] - middles[:, None])
    pull = grips[:, None] * np.exp(-((away / reach[:, None]) ** 1.5)) + 1e-9
    shape = (pull.T @ targets) / pull.sum(axis=0)[:, None]
    return _of_person(_closed(shape, symbols, edges_ms, times_ms), rng)


def _targets(
    symbols: str, edges_ms: Floats, times_ms: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats, Floats]:
    """Shapes that pull ``[n, 3]``, how much, when, and how far; two for each sound, rest around."""
    rest = Shape(float(rng.uniform(0, 0.25)) if rng.random() < 0.3 else REST.opening)
    shapes, grips, middles, lengths = [], [], [], []
    habit: dict[str, npt.NDArray[np.float64]] = {}
    for sound, begin, end in zip(sounds(symbols), edges_ms[:-1], edges_ms[1:], strict=True):
        seen = viseme(sound.symbol)
        strength = seen.grip * (1.3 if sound.stressed else 1.0) * rng.lognormal(0, 0.25)
        own = habit.setdefault(sound.symbol, rng.normal(size=3))
        for share, shape in ((0.3, seen.start), (0.75, seen.end)):
            shapes.append(_somebodys(shape, own, rng))
            grips.append(strength + 0.05)
            middles.append(begin + share * (end - begin))
            lengths.append(end - begin)
    parted_ms = rng.uniform(120, 450) if rng.random() < 0.7 else 60.0
    parted = Shape(float(rng.uniform(0.2, 0.6)))
    for moment in np.arange(times_ms[0], times_ms[-1], 60.0):
        if moment < edges_ms[0] - 60 or moment > edges_ms[-1] + 50:
            ready = edges_ms[0] - parted_ms < moment < edges_ms[0]
            shapes.append(parted if ready else rest)
            grips.append(0.5)
            middles.append(moment)
            lengths.append(60.0)
    targets = np.array([(s.opening, s.width, s.protrusion) for s in shapes])
    spread = rng.uniform(0.45, 0.75)
    return targets, np.array(grips), np.array(middles), np.array(lengths) * spread + 30


def _somebodys(shape: Shape, habit: npt.NDArray[np.float64], rng: np.random.Generator) -> Shape:
    """A viseme as this person makes it, this time."""
    differs = 0.7 * habit + 0.5 * rng.normal(size=3)
    return Shape(
        float(shape.opening * np.exp(0.25 * differs[0])),
        float(np.clip(shape.width + 0.2 * differs[1], -1, 1)),
        float(np.clip(shape.protrusion + 0.2 * differs[2], 0, 1)),
    )


def _closed(shape: Floats, symbols: str, edges_ms: Floats, times_ms: Floats) -> Floats:
    """Lips that must meet do meet, whatever pulls at them."""
    for sound, begin, end in zip(sounds(symbols), edges_ms[:-1], edges_ms[1:], strict=True):
        if sound.closes:
            middle, half = (begin + end) / 2 - 25, max(35.0, (end - begin) / 2)
            away = np.clip((np.abs(times_ms - middle) - half) / 45, 0, 1)
            shape[:, 0] *= away
    return shape


def _of_person(shape: Floats, rng: np.random.Generator) -> Floats:
    """From visemes to distances between eye corners, as one person does it."""
    opening = np.clip(shape[:, 0], 0, 1.4) * rng.uniform(0.07, 0.25)
    width = rng.uniform(0.48, 0.68) + shape[:, 1] * rng.uniform(0.01, 0.05) + 0.1 * opening
    protrusion = rng.uniform(0.12, 0.22) + shape[:, 2] * rng.uniform(-0.005, 0.02)
    area = np.maximum(opening, 0) * width * rng.uniform(0.55, 0.75)
    return np.stack([opening, width, area, protrusion], axis=1)
