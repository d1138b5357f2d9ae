"""When each phoneme of an English recording sounds: forced alignment by pocketsphinx."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from dubbing.errors import EngineUnavailable

RATE_HZ = 16_000
MS_PER_FRAME = 10
IPA = {
    "AA": "ɑ", "AE": "æ", "AH": "ʌ", "AO": "ɔ", "AW": "W", "AY": "I", "B": "b", "CH": "ʧ",
    "D": "d", "DH": "ð", "EH": "ɛ", "ER": "ɚ", "EY": "A", "F": "f", "G": "ɡ", "HH": "h",
    "IH": "ɪ", "IY": "i", "JH": "ʤ", "K": "k", "L": "l", "M": "m", "N": "n", "NG": "ŋ",
    "OW": "O", "OY": "Y", "P": "p", "R": "ɹ", "S": "s", "SH": "ʃ", "T": "t", "TH": "θ",
    "UH": "ʊ", "UW": "u", "V": "v", "W": "w", "Y": "j", "Z": "z", "ZH": "ʒ",
}  # fmt: skip
"""ARPAbet as Kokoro's symbols, one for one."""
UNSTRESSED = {"at", "in", "by", "with", "a", "the", "of", "to", "and"}
VOWELS = set("ɑæʌɔWIɛɚAɪiOYʊu")
SILENCE = ("SIL", "+NSN+", "+SPN+")


@dataclass(frozen=True, slots=True)
class Phone:
    """A phoneme that sounds from ``start_ms`` to ``end_ms``; a pause has the symbol ``,``."""

    symbol: str
    start_ms: int
    end_ms: int
    begins_word: bool
    word: str


def align(audio: npt.NDArray[np.int16], words: Sequence[str]) -> tuple[Phone, ...]:
    """Phones of known words in 16 kHz mono sound, silence at both ends left out.

    Two passes over the en-us model: words first, then their phones.

    Raises:
        EngineUnavailable: without pocketsphinx.
        ValueError: if a word is not in its dictionary, or the sound does not hold the words.
    """
    decoder = _decoder()
    try:
        decoder.set_align_text(" ".join(words))
        _hear(decoder, audio)
        decoder.set_alignment()
        _hear(decoder, audio)
        aligned = [
            (word.name, phone.name, phone.start, phone.duration)
            for word in decoder.get_alignment()
            for phone in word
        ]
    except (RuntimeError, TypeError) as error:
        raise ValueError(f"these words cannot be aligned: {' '.join(words)}") from error
    return tuple(_phones(aligned))


def _hear(decoder: Any, audio: npt.NDArray[np.int16]) -> None:
    decoder.start_utt()
    decoder.process_raw(audio.tobytes(), full_utt=True)
    decoder.end_utt()


def _phones(aligned: Sequence[tuple[str, str, int, int]]) -> list[Phone]:
    found: list[Phone] = []
    previous = ""
    for word, name, start, length in aligned:
        begin_ms, end_ms = start * MS_PER_FRAME, (start + length) * MS_PER_FRAME
        if name in SILENCE:
            if found and found[-1].symbol != ",":
                found.append(Phone(",", begin_ms, end_ms, False, ""))
            elif found:
                found[-1] = Phone(",", found[-1].start_ms, end_ms, False, "")
        else:
            begins = not found or word != previous or found[-1].symbol == ","
            found.append(Phone(IPA[name], begin_ms, end_ms, begins, word.partition("(")[0]))
        previous = word
    return found[:-1] if found and found[-1].symbol == "," else found


def symbols_of(phones: Sequence[Phone]) -> str:
    """Kokoro's symbols for the phones: spaces between words, stress on the first vowel of each."""
    text, to_stress = "", False
    for place, phone in enumerate(phones):
        if phone.begins_word:
            text += " " if place and phones[place - 1].symbol != "," else ""
            to_stress = phone.word not in UNSTRESSED
        if to_stress and phone.symbol in VOWELS:
            text += "ˈ"
            to_stress = False
        text += phone.symbol + (" " if phone.symbol == "," else "")
    return text


@cache
def _decoder() -> Any:
    try:
        from pocketsphinx import Decoder
    except ImportError as error:
        raise EngineUnavailable(
            "Training and judging the aligner need pocketsphinx.",
            hint="pip install 'dubbing[train]'",
        ) from error
    return Decoder(loglevel="FATAL", bestpath=False)
