"""Learns where voices lie so that one person's moods are near each other.

The space is that of :mod:`dubbing.diarization.voice_space`. Recordings of a few people in many moods,
each also a little faster and slower (which makes other people of them), with noise and without; and
sentences spoken by all stock voices in several deliveries. Linear discriminant analysis of their
windows' GE2E vectors; the spread within people is raised by the same amount in all directions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soxr
import yaml

from dubbing.arrays import Audio
from dubbing.delivery import NEUTRAL
from dubbing.diarization.voice_space import VoiceSpace
from dubbing.engines.speech.kokoro import Kokoro
from dubbing.models.speaker_encoder import RATE_HZ, SpeakerEncoder
from dubbing.training.emotion import labelled, trimmed_sound

Numbers = npt.NDArray[np.float64]
Sound = npt.NDArray[np.float32]
LEARNT_FROM = ("emodb-03", "emodb-09", "emodb-11", "emodb-13", "emodb-15")
"""The other five people of EmoDB are left for judging."""
SPEEDS = (0.84, 0.92, 1.0, 1.09, 1.19)
STOCK_SPEEDS = (0.89, 1.0, 1.13)
SENTENCES = 5
PLAIN = 2
"""So many sentences of a stock voice are spoken plainly, the others with some delivery."""
NOISES = (0.1, 0.25)
"""Level of the noise against the voice's."""
MUSIC, MUSIC_SHARE = 0.1, 0.3
"""Level of music, and how often there is music in place of noise."""
CHORDS_HZ = (220.0, 174.6, 196.0, 146.8)
QUIET = 0.05
"""Sound below this share of the loudest sample is silence at a sentence's ends."""
LEVEL = 0.06
WINDOW_MS, HOP_MS = 1_600, 400
AXES = 64
SHRINKAGE = 3.0
"""What is added to the spread within people in every direction, in mean spreads."""


def train_voice_space(folder: Path, progress: Callable[[int, int], None]) -> VoiceSpace:
    """The space, from recordings named as in EmoDB and from the stock voices."""
    rng, encoder = np.random.default_rng(5), SpeakerEncoder()
    recordings = [(path, who) for path, who, _ in labelled(folder) if who in LEARNT_FROM]
    model = Kokoro()
    stock = list(_stock(model))
    vectors: list[npt.NDArray[np.float32]] = []
    people: list[str] = []

    def listen(sound: Sound, who: str, speeds: tuple[float, ...]) -> None:
        for speed in speeds:
            changed = soxr.resample(sound, RATE_HZ, RATE_HZ / speed)
            for bed in (np.zeros(1), noise_or_music(len(changed), rng)):
                found = window_vectors(encoder, changed, bed)
                vectors.append(found)
                people.extend([f"{who} {speed}"] * len(found))

    for number, (path, who) in enumerate(recordings, start=1):
        listen(trimmed_sound(path).samples[0], who, SPEEDS)
        progress(number, len(recordings) + len(stock))
    for number, (voice, language) in enumerate(stock, start=len(recordings) + 1):
        for sound in _spoken(model, voice, language, rng):
            listen(sound, voice, STOCK_SPEEDS)
        progress(number, len(recordings) + len(stock))
    return discriminant(np.concatenate(vectors).astype(np.float64), np.array(people))


def discriminant(vectors: Numbers, people: npt.NDArray[np.str_]) -> VoiceSpace:
    """Linear discriminant analysis with a shrunk spread within people."""
    middle = vectors.mean(axis=0)
    centres, within = [], np.zeros((vectors.shape[1],) * 2)
    for who in np.unique(people):
        own = vectors[people == who]
        centres.append(own.mean(axis=0))
        within += (own - centres[-1]).T @ (own - centres[-1]) / len(vectors)
    spread, directions = np.linalg.eigh(within)
    white = directions / np.sqrt(spread + SHRINKAGE * spread.mean())
    between = np.cov(np.stack(centres).T, bias=True)
    _, axes = np.linalg.eigh(white.T @ between @ white)
    best = (white @ axes[:, ::-1])[:, :AXES]
    return VoiceSpace(middle.astype(np.float32), np.ascontiguousarray(best, dtype=np.float32))


def noise_or_music(n: int, rng: np.random.Generator) -> Numbers:
    """Make noise, or chords that die away, at its level against a voice of level 1."""
    noise = float(rng.choice(NOISES))
    if rng.random() >= MUSIC_SHARE:
        return noise * rng.normal(0, 1, n)
    time_s, sound = np.arange(n) / RATE_HZ, np.zeros(n)
    for number, beat in enumerate(range(0, n, RATE_HZ)):
        past_s = time_s[: n - beat]
        for ratio in (1.0, 1.26, 1.5, 2.0):
            hz = CHORDS_HZ[number % len(CHORDS_HZ)] * ratio
            sound[beat:] += np.exp(-2 * past_s) * np.sin(2 * np.pi * hz * past_s)
    return np.asarray(MUSIC * sound / np.sqrt(np.mean(sound**2)))


def window_vectors(encoder: SpeakerEncoder, sound: Sound, bed: Numbers) -> npt.NDArray[np.float32]:
    """Return GE2E vectors float32 ``[n, 256]`` of windows of 1.6 s of 16 kHz sound over a bed."""
    heard = LEVEL * (sound / np.sqrt(np.mean(sound**2)) + bed)
    audio = Audio(heard.astype(np.float32)[None], RATE_HZ)
    last = max(0, audio.duration_ms - WINDOW_MS)
    starts = [*range(0, last, HOP_MS), last]
    return encoder.embed_windows(
        audio, [(start, min(start + WINDOW_MS, audio.duration_ms)) for start in starts]
    )


def _stock(model: Kokoro) -> Iterator[tuple[str, str]]:
    """Stock voices, each with its language."""
    from dubbing.language.languages import SPOKEN

    seen: set[str] = set()
    for code in sorted(SPOKEN):
        for card in model.voices(code):
            if card.name not in seen:
                seen.add(card.name)
                yield card.name, code


def _spoken(model: Kokoro, voice: str, language: str, rng: np.random.Generator) -> Iterator[Sound]:
    """A few sentences, some plainly, some otherwise."""
    text = files("dubbing.training").joinpath("sentences.yaml").read_text(encoding="utf-8")
    known: dict[str, list[str]] = yaml.safe_load(text)
    texts = known.get(language, known["en"])
    spoken_language = language if language in known else "en"
    for number, chosen in enumerate(rng.permutation(len(texts))[:SENTENCES]):
        phonemes = model.phonemes(texts[int(chosen)], spoken_language)
        lengths = model.durations(phonemes, voice) * rng.uniform(0.85, 1.2)
        delivery = NEUTRAL if number < PLAIN else replace(
            NEUTRAL,
            pitch_st=float(rng.normal(0, 2)),
            pitch_range=float(np.exp(rng.normal(0, 0.3))),
            bright_db=float(rng.normal(0, 2)),
        )  # fmt: skip
        frames = np.maximum(1, np.round(lengths)).astype(int).tolist()
        audio = model.speak(phonemes, voice, frames, delivery)
        yield _trimmed(soxr.resample(audio.samples[0], audio.rate_hz, RATE_HZ))


def _trimmed(sound: Sound) -> Sound:
    """Without the silence at both ends; 50 and 100 ms of it stay."""
    loud = np.flatnonzero(np.abs(sound) > QUIET * np.abs(sound).max())
    margin = RATE_HZ // 20
    return sound[max(0, loud[0] - margin) : loud[-1] + 2 * margin]


def save_voice_space(space: VoiceSpace, path: Path, card: dict[str, str]) -> None:
    """Write the weights with a card of what they were made from."""
    from safetensors.numpy import save_file

    save_file({"middle": space.middle, "axes": space.axes}, path, card)
