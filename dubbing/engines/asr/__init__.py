"""Speech to words.

To add an engine: write a class with these members in a file of this folder, name it in
``pyproject.toml`` under ``dubbing.asr``, and add it to ``tests/contracts/test_asr.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from dubbing.arrays import Audio

Window = tuple[int, int]
"""Start and end in milliseconds."""


@dataclass(frozen=True, slots=True)
class HeardWord:
    """One word with its punctuation; times in milliseconds from the start of the audio."""

    text: str
    start_ms: int
    end_ms: int
    probability: float


@dataclass(frozen=True, slots=True)
class HeardSegment:
    """What was heard in one go, with what is needed to doubt it.

    ``mean_log_probability`` is the decoder's mean over tokens, ``no_speech_probability`` what the
    model gives to silence, ``compression_ratio`` text bytes over their zlib size (Radford et al.
    2022, section 4.5): repetition makes it large.
    """

    words: tuple[HeardWord, ...]
    text: str
    mean_log_probability: float
    no_speech_probability: float
    compression_ratio: float


class Recognizer(Protocol):
    """Hears speech."""

    version: int
    weights: tuple[str, ...]

    def speech_windows(self, audio: Audio) -> tuple[Window, ...]:
        """Where somebody speaks, in 16 kHz mono ``audio``; silences over 0.2 s divide."""

    def detect_language(self, audio: Audio) -> tuple[str, float]:
        """ISO 639-1 code of the language spoken in up to 30 s of ``audio``, and its probability."""

    def recognize(
        self,
        audio: Audio,
        windows: Sequence[Window],
        language: str,
        hotwords: Sequence[str] = (),
    ) -> tuple[tuple[HeardSegment, ...], ...]:
        """The words spoken in each window (at most 30 s long) of 16 kHz mono ``audio``.

        ``hotwords`` are names and terms that are likely to be said.
        """
