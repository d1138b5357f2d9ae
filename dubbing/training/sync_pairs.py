"""What the judge of synchrony learns from: mouths and the sounds they made.

Real pairs are recorded; synthetic ones are spoken by a speech engine whose lengths are known, and every
look at one shows another mouth. The same pair never looks or sounds the same twice: another mouth, tempo,
camera, microphone, room noise and voice colour.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from dubbing.arrays import Audio
from dubbing.delivery import NEUTRAL
from dubbing.engines.speech import TakesDurations
from dubbing.media.resample import resample
from dubbing.metrics.sync_inputs import RATE_HZ, power_of, spectra_db
from dubbing.timeline import FRAME_MS
from dubbing.timing.lips import OPENING, PROTRUSION, Lips
from dubbing.timing.spoken import whole_frames
from dubbing.timing.visemes import lengths_of, sounds
from dubbing.training.augment import Scene, another_mouth, filmed, other_tempo
from dubbing.training.grid import prepared_voices
from dubbing.training.synthetic import FINE_MS, FRAME_RATES_HZ, random_words, speaking_mouth

Floats = npt.NDArray[np.float64]
LOUDEST_NOISE_DB, SOFTEST_NOISE_DB = -12.0, -60.0
"""Of the loudest spectrum."""
SHIFTED_BANDS = 2.0
"""Mel bands by which a voice may sound higher or lower: a man's as a woman's."""
TILTED_DB = 12.0

SPEAKS_IN_TRIALS = (
    "af_bella", "am_eric", "bf_emma", "bm_lewis", "ef_dora", "hf_beta", "jm_kumo", "zf_xiaoyi",
    "zm_yunxi",
)  # fmt: skip
"""Voices that no judge is trained on."""


class Pair(Protocol):
    """A mouth and the sound that it makes, from one moment on."""

    @property
    def person(self) -> str:
        """Who speaks."""

    @property
    def audio(self) -> Audio:
        """16 kHz, mono."""

    def scene(self, rng: np.random.Generator) -> Scene:
        """Return the mouth over time; a synthetic one is another at every call."""


@dataclass(frozen=True, slots=True, eq=False)
class RecordedPair:
    """A clip: lips and sound begin together."""

    person: str
    name: str
    lips: Lips
    audio: Audio

    def scene(self, rng: np.random.Generator) -> Scene:
        """Return the mouth that was recorded."""
        times_ms = self.lips.start_ms + FRAME_MS * (np.arange(len(self.lips)) + 0.5)
        mouth = self.lips.values[:, OPENING : PROTRUSION + 1].astype(np.float64)
        return Scene(mouth, times_ms, times_ms[[0, -1]])


@dataclass(frozen=True, slots=True, eq=False)
class SpokenPair:
    """A line of a speech engine: ``edges_ms`` float [T + 1], where its sounds begin and end."""

    person: str
    symbols: str
    edges_ms: Floats
    audio: Audio

    def scene(self, rng: np.random.Generator) -> Scene:
        """Make a mouth that says the line."""
        times_ms = np.arange(0, self.audio.duration_ms, FINE_MS, dtype=np.float64)
        mouth = speaking_mouth(self.symbols, self.edges_ms, times_ms, rng)
        return Scene(mouth, times_ms, self.edges_ms)


def recorded_pairs(folder: Path, *, without: Sequence[str] = ()) -> list[RecordedPair]:
    """Return the clips of a prepared folder (:mod:`dubbing.training.grid`) of one person.

    Raises:
        UsageError: if the folder is not laid out as it should be.
    """
    return [
        RecordedPair(folder.name, name, lips, resample(audio, RATE_HZ))
        for name, lips, audio, _ in prepared_voices(folder, without=without)
    ]


def spoken_pairs(
    model: TakesDurations, voices: Sequence[str], rng: np.random.Generator
) -> Iterator[SpokenPair]:
    """Speak lines without end, in all languages of ``sentences.yaml``, each at its own tempo."""
    while True:
        symbols, voice = random_words(rng), str(rng.choice(voices))
        natural = model.durations(symbols + ".", voice).astype(np.float64)
        uneven = rng.lognormal(0, 0.12, len(natural)) * rng.uniform(0.8, 1.35)
        frames = whole_frames(np.maximum(natural * uneven, 1.0).tolist())
        audio = resample(model.speak(symbols + ".", voice, frames, NEUTRAL).mono(), RATE_HZ)
        inner = np.array(frames[1:-2], dtype=np.float64)
        inner[-1] = min(inner[-1], 6.0)
        lengths = lengths_of(sounds(symbols), inner)
        edges: Floats = (frames[0] + np.concatenate([[0.0], np.cumsum(lengths)])) * float(FRAME_MS)
        yield SpokenPair(voice, symbols, edges, audio)


# -- never the same twice ------------------------------------------------------------------------


def varied(
    pair: Pair, spectra: npt.NDArray[np.float32], rng: np.random.Generator
) -> tuple[Lips, npt.NDArray[np.float32]]:
    """Return a pair as another camera and microphone would have it.

    Args:
        pair: the mouth.
        spectra: float32 ``[2 F, 40]`` dB, the sound of the pair.
        rng: what decides.

    Returns:
        Lips and spectra from the same moment on and of the same length.
    """
    scene, tempo = pair.scene(rng), other_tempo(rng)
    mouth = another_mouth(scene.mouth, rng)
    faster = Scene(mouth, scene.times_ms / tempo, scene.edges_ms / tempo)
    lips = filmed("", np.zeros(0), faster, float(rng.choice(FRAME_RATES_HZ)), rng).lips
    heard = _otherwise_heard(_in_tempo(spectra, tempo), rng)
    return lips.between(0, len(heard) // 2), heard


def _in_tempo(spectra: npt.NDArray[np.float32], tempo: float) -> npt.NDArray[np.float32]:
    n_spectra = int(len(spectra) / tempo) // 2 * 2
    places = np.clip((np.arange(n_spectra) + 0.5) * tempo - 0.5, 0, len(spectra) - 1)
    before = np.minimum(places.astype(np.int64), len(spectra) - 2)
    share = (places - before)[:, None].astype(np.float32)
    stretched: npt.NDArray[np.float32] = spectra[before] * (1 - share) + spectra[before + 1] * share
    return stretched


def _otherwise_heard(
    spectra: npt.NDArray[np.float32], rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    """Another voice colour, microphone and room noise."""
    n_bands = spectra.shape[1]
    bands = np.arange(n_bands)
    sources = np.clip(bands + rng.uniform(-SHIFTED_BANDS, SHIFTED_BANDS), 0, n_bands - 1)
    before = np.minimum(sources.astype(np.int64), n_bands - 2)
    share = (sources - before).astype(np.float32)
    voice = spectra[:, before] * (1 - share) + spectra[:, before + 1] * share
    tilt = rng.uniform(-1, 1) * TILTED_DB * (bands / n_bands - 0.5)
    noise_db = voice.max() + rng.uniform(SOFTEST_NOISE_DB, LOUDEST_NOISE_DB)
    colour = rng.uniform(-1, 1) * TILTED_DB * (bands / n_bands - 0.5)
    noise = rng.standard_normal(voice.shape, dtype=np.float32) * 3
    noise += (noise_db + colour).astype(np.float32)
    both = 10 * np.log10(power_of(voice) + power_of(noise))
    return np.asarray(both + tilt, dtype=np.float32)


def spectra_of(pair: Pair) -> npt.NDArray[np.float32]:
    """Return the spectra of a pair's sound, float32 ``[2 F, 40]`` dB."""
    return spectra_db(pair.audio)
