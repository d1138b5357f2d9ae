"""Some seconds of speech for an engine to imitate: a speaker's own, or of a stock voice.

Engines that imitate want 3 to 10 seconds, with the words in them. Who did not consent is not imitated:
the engine gets a sample that a stock voice has spoken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from dubbing.arrays import Audio
from dubbing.engines.speech import TakesDurations, VoiceName
from dubbing.engines.translation.fixed_examples import example_sentences
from dubbing.media.resample import resample
from dubbing.timing.spoken import whole_frames

SHORTEST_MS, BEST_MS, LONGEST_MS = 3_000, 6_000, 10_000
PAUSE_MS = 250
RATE_HZ = 24_000


@dataclass(frozen=True, slots=True, eq=False)
class Said:
    """A stretch of speech: its length, its words, and how to get its sound."""

    duration_ms: int
    text: str
    load: Callable[[], Audio]


def own_sample(said: Sequence[Said]) -> tuple[Audio, str] | None:
    """The line nearest to six seconds; lines one after another if all are short; ``None`` if too little.

    Lines of more than ten seconds are left out: where to cut their words is not known.
    """
    fitting = [item for item in said if item.duration_ms <= LONGEST_MS and item.text.strip()]
    whole = [item for item in fitting if item.duration_ms >= SHORTEST_MS]
    if whole:
        best = min(whole, key=lambda item: abs(item.duration_ms - BEST_MS))
        return _joined([best.load()]), best.text.strip()
    chosen: list[Said] = []
    for item in sorted(fitting, key=lambda item: -item.duration_ms):
        if _length_ms([*chosen, item]) <= LONGEST_MS:
            chosen.append(item)
        if _length_ms(chosen) >= SHORTEST_MS:
            return _joined([i.load() for i in chosen]), " ".join(i.text.strip() for i in chosen)
    return None


def stock_sample(
    speech: TakesDurations, phonemes: Callable[[str], str], voice: VoiceName, language: str
) -> tuple[Audio, str]:
    """A stock voice of an engine that takes durations, saying some sentences in the target language."""
    sounds, texts = [], []
    for text in example_sentences(language):
        symbols = phonemes(text)
        frames = whole_frames([float(n) for n in speech.durations(symbols, voice)])
        sounds.append(speech.speak(symbols, voice, frames))
        texts.append(text)
        if sum(sound.duration_ms for sound in sounds) >= BEST_MS:
            break
    return _joined(sounds), " ".join(texts)


def _length_ms(said: Sequence[Said]) -> int:
    return sum(item.duration_ms + PAUSE_MS for item in said)


def _joined(sounds: Sequence[Audio]) -> Audio:
    """Mono at 24 kHz, with short pauses between."""
    parts = []
    for sound in sounds:
        pause = np.zeros((1, PAUSE_MS * RATE_HZ // 1000), np.float32)
        parts += [resample(sound.mono(), RATE_HZ).samples, pause]
    return Audio(np.concatenate(parts, axis=1), RATE_HZ)
