"""Kokoro's stock voices: style vectors, and what was measured of each.

``data/kokoro_voices.safetensors`` holds, for each half of the style (timbre for the decoder, prosody
for durations, F0 and energy), a mean ``[128]``, weights ``[510, rank]`` and components ``[rank, 128]``,
float16. ``data/voice_cards.json`` holds what ``scripts/measure_voices.py`` found: how well a recogniser
understands the voice, its median pitch and its GE2E vector.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

LONGEST = 510
TIMBRE_SIZE = 128
"""The first half of a style; the second half is prosody."""
LANGUAGES = {
    "a": "en",
    "b": "en",
    "z": "zh",
    "e": "es",
    "f": "fr",
    "i": "it",
    "p": "pt-br",
    "j": "ja",
    "h": "hi",
}
"""First letter of a voice's name -> language; ``b`` is British English."""


@dataclass(frozen=True, slots=True, eq=False)
class VoiceCard:
    """A stock voice; ``error_rate`` is the mean share of characters misheard by Whisper base."""

    name: str
    language: str
    embedding: npt.NDArray[np.float32]
    """GE2E, float32 ``[256]``, unit norm."""
    f0_hz: float
    error_rate: float
    recommended: bool

    @property
    def is_female(self) -> bool:
        """Whether it is a woman's voice; Kokoro says so in the name's second letter."""
        return self.name[1] == "f"


def voice_names(language: str | None = None) -> tuple[str, ...]:
    """All stock voices, or those of one language."""
    names = sorted({key.split(".")[0] for key in _tensors()})
    return tuple(name for name in names if language in (None, language_of(name)))


def language_of(name: str) -> str:
    """The language a voice was made for."""
    return LANGUAGES[name[0]]


def voice_style(name: str, n_symbols: int) -> npt.NDArray[np.float32]:
    """Style vector float32 ``[256]`` for a text of so many symbols: timbre, then prosody.

    Raises:
        KeyError: if there is no such voice.
    """
    row = min(max(n_symbols, 1), LONGEST) - 1
    return np.concatenate([_half(name, half, row) for half in ("timbre", "prosody")])


def voice_cards(language: str) -> tuple[VoiceCard, ...]:
    """The recommended voices of a language, the best understood first."""
    cards = [card for card in _cards() if card.language == language and card.recommended]
    return tuple(sorted(cards, key=lambda card: card.error_rate))


def _half(name: str, half: str, row: int) -> npt.NDArray[np.float32]:
    tensors = _tensors()
    mean, weights, components = (
        tensors[f"{name}.{half}.{part}"].astype(np.float32)
        for part in ("mean", "weights", "components")
    )
    half_style: npt.NDArray[np.float32] = (mean + weights[row] @ components).astype(np.float32)
    return half_style


@cache
def _tensors() -> dict[str, npt.NDArray[Any]]:
    from safetensors.numpy import load_file

    return load_file(_data("kokoro_voices.safetensors"))


@cache
def _cards() -> tuple[VoiceCard, ...]:
    plain = json.loads(_data("voice_cards.json").read_text(encoding="utf-8"))
    return tuple(
        VoiceCard(
            name=name,
            language=language_of(name),
            embedding=np.array(entry["embedding"], dtype=np.float32),
            f0_hz=entry["f0_hz"],
            error_rate=entry["error_rate"],
            recommended=entry["recommended"],
        )
        for name, entry in plain["voices"].items()
    )


def _data(name: str) -> Path:
    return Path(str(files("dubbing.models"))) / "data" / name
