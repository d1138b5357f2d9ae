"""Who speaks for whom: the nearest stock voice by GE2E vector and pitch, and what an engine is told."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dubbing.engines.speech import Sample, TunedVoice, VoiceName
from dubbing.models.voices import voice_cards
from dubbing.timeline import Voice
from dubbing.workspace import Workspace

PITCH_WEIGHT = 0.1
"""What an octave of pitch counts in cosine; little, since stock voices of a language may all be high."""
SEX_WEIGHT = 0.25
"""What a voice of the other sex costs: it is heard at once, while GE2E across languages and a pitch
between the two tell it only faintly."""
BORDER_HZ = 160.0
"""Half the voices of this pitch are women's (Titze 1994: men about 125 Hz, women about 205 Hz)."""
PACER = "kokoro"
"""The engine that tells how long a text takes where another cannot."""
BORDER_OCTAVES = 0.12
"""Width of the border, as the scale of a logistic curve."""


@dataclass(frozen=True, slots=True, eq=False)
class StockVoice:
    """A voice that an engine has: GE2E vector float32 ``[256]``, median pitch in Hz, sex."""

    name: str
    embedding: npt.NDArray[np.float32]
    f0_hz: float
    is_female: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A stock voice for somebody, its cosine to them, and the reason in words."""

    name: str
    similarity: float
    reason: str


def cast(
    embeddings: Sequence[Sequence[float]],
    pitches_hz: Sequence[float | None],
    stock: Sequence[StockVoice],
    *,
    distinct: bool,
) -> tuple[Choice, ...]:
    """A voice for each speaker, in their order.

    With ``distinct``, nobody gets a voice that another has, as long as there are enough; the pairing
    with the best sum of likeness wins (Hungarian method).
    """
    cosines = np.array([[_cosine(person, v.embedding) for v in stock] for person in embeddings])
    likeness = cosines - np.array(
        [[_distance(pitch, voice) for voice in stock] for pitch in pitches_hz]
    )
    picks = _assign(likeness) if distinct else likeness.argmax(axis=1).tolist()
    return tuple(
        _choice(stock[pick], float(cosines[i, pick]), pitches_hz[i]) for i, pick in enumerate(picks)
    )


def _cosine(person: Sequence[float], voice: npt.NDArray[np.float32]) -> float:
    if not len(person):
        return 0.0
    return float(np.dot(np.asarray(person, dtype=np.float32), voice.astype(np.float32)))


def _distance(heard_hz: float | None, voice: StockVoice) -> float:
    """How unlike the pitches are, in units of cosine; 0 where none was heard."""
    if not heard_hz:
        return 0.0
    octaves = abs(math.log2(heard_hz / voice.f0_hz))
    female = 1 / (1 + math.exp(-math.log2(heard_hz / BORDER_HZ) / BORDER_OCTAVES))
    return PITCH_WEIGHT * octaves + SEX_WEIGHT * abs(female - voice.is_female)


def _assign(likeness: npt.NDArray[np.float64]) -> list[int]:
    """The best distinct voices for as many speakers as there are voices; the rest share."""
    from scipy.optimize import linear_sum_assignment

    picks: list[int] = []
    n_voices = likeness.shape[1]
    for start in range(0, len(likeness), n_voices):
        _, columns = linear_sum_assignment(-likeness[start : start + n_voices])
        picks += columns.tolist()
    return picks


def _choice(voice: StockVoice, similarity: float, heard_hz: float | None) -> Choice:
    heard = f"{heard_hz:.0f} Hz" if heard_hz else "unknown pitch"
    reason = f"nearest stock voice: cosine {similarity:.2f}, {heard} to {voice.f0_hz:.0f} Hz"
    return Choice(voice.name, round(similarity, 4), reason)


def speaking_voice(voice: Voice, workspace: Workspace) -> VoiceName:
    """The voice as its engine takes it."""
    if voice.sample is not None:
        return Sample(workspace.path(voice.sample), voice.sample_text, voice.sample_language)
    if voice.clone is None:
        return voice.name
    return TunedVoice(voice.name, workspace.path(voice.clone))


def pacing_voice(voice: Voice, language: str) -> str:
    """The voice of Kokoro that tells how long a text takes where the engine itself cannot."""
    known = [card.name for card in voice_cards(language)]
    return voice.name if voice.name in known else known[0]
