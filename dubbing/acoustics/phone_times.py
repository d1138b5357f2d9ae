"""When each sound of known English words is made in a recording: forced alignment by pocketsphinx.

The words come as Kokoro's symbols, so that what is found belongs to the very sounds that the dub will
make: every word is entered into the dictionary as it is going to be spoken. Two passes over the en-us
model (hidden Markov models over 10 ms frames): words first, then their phones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt

from dubbing.arrays import Audio
from dubbing.language.phoneme_classes import SymbolKind, kind

RATE_HZ = 16_000
MS_PER_FRAME = 10
LANGUAGES = ("en",)
PHONES = {
    "ɑ": "AA", "ɒ": "AA", "æ": "AE", "a": "AE", "ʌ": "AH", "ə": "AH", "ᵊ": "AH", "ɐ": "AH",
    "ɔ": "AO", "W": "AW", "I": "AY", "b": "B", "ʧ": "CH", "d": "D", "ð": "DH", "ɛ": "EH", "ɚ": "ER",
    "ɜ": "ER", "A": "EY", "e": "EY", "f": "F", "ɡ": "G", "h": "HH", "ɪ": "IH", "ᵻ": "IH", "i": "IY",
    "ʤ": "JH", "k": "K", "x": "K", "l": "L", "m": "M", "n": "N", "ŋ": "NG", "O": "OW", "Q": "OW",
    "o": "OW", "Y": "OY", "p": "P", "ɹ": "R", "r": "R", "s": "S", "ʃ": "SH", "t": "T", "ʔ": "T",
    "T": "D", "ɾ": "D", "θ": "TH", "ʊ": "UH", "u": "UW", "v": "V", "w": "W", "j": "Y", "z": "Z",
    "ʒ": "ZH",
}  # fmt: skip
"""Kokoro's symbols for English as ARPAbet."""
SILENCES = ("<sil>", "<s>", "</s>", "[NOISE]", "[SPEECH]", "[COUGH]", "[SMACK]", "[UH]")
_lock = Lock()
"""The decoder is one for all."""


@dataclass(frozen=True, slots=True, eq=False)
class PhoneTimes:
    """Begin and end of each sound of each word in ms, float64 ``[T, 2]``, words one after the other.

    ``cost`` is how ill the sound suits the words, per frame of speech: the negative logarithm of a
    likelihood beside that of the best state of each frame. It compares texts for one recording.
    """

    spans_ms: npt.NDArray[np.float64]
    cost: float


def phone_times(audio: Audio, words: Sequence[Sequence[str]]) -> PhoneTimes | None:
    """Find the sounds of ``words`` in a recording.

    Args:
        audio: mono, 16 kHz, with some silence around the words.
        words: for each word the symbols of its sounds, marks of stress and length left out.

    Returns:
        ``None`` if the recording does not hold the words.
    """
    phones = [[_phone(symbol) for symbol in word] for word in words if word]
    if not phones:
        return None
    samples = np.clip(audio.samples[0] * 32767, -32768, 32767).astype(np.int16).tobytes()
    with _lock:
        found = _aligned(samples, phones)
    if [len(word) for word, _ in found] != [len(word) for word in phones]:
        return None
    spans = np.array([span for word, _ in found for span in word], dtype=np.float64)
    n_frames = max(1.0, float(np.diff(spans).sum()))
    cost = sum(cost for _, cost in found) / n_frames
    return PhoneTimes(spans * MS_PER_FRAME, cost)


def _phone(symbol: str) -> str:
    """The ARPAbet phone of a symbol; of a foreign one, the commonest of its kind."""
    usual = "AH" if kind(symbol) is SymbolKind.VOWEL else "T"
    return PHONES.get(symbol, usual)


def _aligned(
    samples: bytes, words: Sequence[Sequence[str]]
) -> list[tuple[list[tuple[int, int]], float]]:
    """For each word the frames of its phones, and its cost; nothing if it cannot be done."""
    decoder, names = _decoder(), []
    for word in words:
        spelt = " ".join(word)
        names.append("said_" + "_".join(word))
        if decoder.lookup_word(names[-1]) is None:
            decoder.add_word(names[-1], spelt, False)
    try:
        decoder.set_align_text(" ".join(names))
        _hear(decoder, samples)
        decoder.set_alignment()
        _hear(decoder, samples)
        return [
            ([(p.start, p.start + p.duration) for p in word], -float(word.score))
            for word in decoder.get_alignment() or ()
            if word.name not in SILENCES
        ]
    except RuntimeError:  # the sound does not hold the words
        return []


def _hear(decoder: Any, samples: bytes) -> None:
    decoder.start_utt()
    decoder.process_raw(samples, full_utt=True)
    decoder.end_utt()


@cache
def _decoder() -> Any:
    from pocketsphinx import Decoder

    return Decoder(loglevel="FATAL", bestpath=False)
