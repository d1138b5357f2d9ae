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
CHILDREN = ("zm_yunxia",)
"""Voices of children, as their makers say."""
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

ACCENTS = {"a": "en-us", "b": "en-gb"}


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

    @property
    def accent(self) -> str:
        """The variety of its own language, where that has several: ``en-gb`` or ``en-us``."""
        own = ACCENTS.get(self.name[0], "")
        return own if own.startswith(self.language) else ""

    @property
    def is_child(self) -> bool:
        """Whether it is a child's voice."""
        return self.name in CHILDREN


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
    """Return the voices of a language that may be cast, the best understood first.

    These are the recommended ones, children's, and where a sex has no voice of its own language, those
    of others that speak it well.
    """
    cards = [c for c in _cards() if c.language == language and (c.recommended or c.is_child)]
    return tuple(sorted(cards, key=lambda card: card.error_rate))


def all_voice_cards() -> tuple[VoiceCard, ...]:
    """Return the cards of all stock voices, recommended or not, by name."""
    own = [card for card in _cards() if card.language == language_of(card.name)]
    return tuple(sorted(own, key=lambda card: card.name))


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
    own = [_card(name, language_of(name), entry) for name, entry in plain["voices"].items()]
    borrowed = [
        _card(name, language, entry)
        for language, entries in plain.get("borrowed", {}).items()
        for name, entry in entries.items()
    ]
    return (*own, *borrowed)


def _card(name: str, language: str, entry: dict[str, Any]) -> VoiceCard:
    return VoiceCard(
        name=name,
        language=language,
        embedding=np.array(entry["embedding"], dtype=np.float32),
        f0_hz=entry["f0_hz"],
        error_rate=entry["error_rate"],
        recommended=entry["recommended"],
    )


def _data(name: str) -> Path:
    return Path(str(files("dubbing.models"))) / "data" / name
