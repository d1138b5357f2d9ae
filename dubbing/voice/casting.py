"""Who speaks for whom: the nearest stock voice of the same sex, and what an engine is told.

A man gets a man's voice and a woman a woman's, unless the evidence is open (then the nearer one, with a
flag) or the engine has none. A child gets a child's voice, or else the highest there is. Among these the
GE2E vector and the pitch decide. Two people share a voice only where their sex has no other left.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dubbing.engines.speech import Sample, TunedVoice, VoiceName
from dubbing.models.voices import voice_cards
from dubbing.timeline import Speaker, SpeakerSex, Voice
from dubbing.voice.standing import require_backing
from dubbing.workspace import Workspace

PITCH_WEIGHT = 0.1
"""What an octave of pitch counts in cosine; little, since stock voices of a language may all be high."""
WRONG_KIND = 10.0
"""What a voice of the other sex, or a child's for a grown-up, costs: more than any likeness can gain."""
OPEN_SEX = 5.0
"""What a voice of the other sex costs where the evidence is open, for each unit of probability."""
SHARED = 1.0
"""What it costs to give somebody a voice that another has: more than likeness, less than the sex."""
TOO_LOW = 2.0
"""What an octave below the highest voice costs for a child."""
CHILD = 0.5
"""Probability from which somebody is cast as a child."""
PACER = "kokoro"
"""The engine that tells how long a text takes where another cannot."""
SEX_DOUBTFUL = "voice's sex doubtful"
NO_MANS_VOICE, NO_WOMANS_VOICE = "no man's voice to be had", "no woman's voice to be had"
CHILDS_VOICE = "a child: the highest voice"


@dataclass(frozen=True, slots=True, eq=False)
class StockVoice:
    """A voice that an engine has: GE2E vector float32 ``[256]``, median pitch in Hz, sex, age."""

    name: str
    embedding: npt.NDArray[np.float32]
    f0_hz: float
    is_female: bool
    is_child: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of somebody who needs a voice; ``None`` and empty where it is not known."""

    embedding: Sequence[float]
    f0_hz: float | None = None
    sex: SpeakerSex | None = None

    @classmethod
    def of(cls, speaker: Speaker) -> Person:
        """Take what is known of a speaker."""
        return cls(speaker.embedding, speaker.f0_hz, speaker.sex)

    @property
    def is_child(self) -> bool:
        """Whether they are cast as a child."""
        return self.sex is not None and self.sex.child > CHILD


@dataclass(frozen=True, slots=True)
class Choice:
    """A stock voice for somebody, its cosine to them, the reason in words, and what to check."""

    name: str
    similarity: float
    reason: str
    flags: tuple[str, ...] = ()


def cast(
    people: Sequence[Person], stock: Sequence[StockVoice], *, distinct: bool
) -> tuple[Choice, ...]:
    """Choose a voice for each person, in their order.

    With ``distinct``, nobody gets a voice that another has as long as their sex has enough; the pairing
    with the best sum of likeness wins (Hungarian method).

    >>> low = StockVoice("low", np.array([1.0, 0.0], np.float32), 110.0, is_female=False)
    >>> high = StockVoice("high", np.array([0.0, 1.0], np.float32), 220.0, is_female=True)
    >>> man = Person([0.0, 1.0], 180.0, SpeakerSex(0.03, 0.0, is_doubtful=False))
    >>> [choice.name for choice in cast([man, man], [low, high], distinct=True)]
    ['low', 'low']
    """
    highest_hz = max(voice.f0_hz for voice in stock)
    costs = np.array([[_cost(who, voice, highest_hz) for voice in stock] for who in people])
    cosines = np.array([[_cosine(who, voice) for voice in stock] for who in people])
    likeness = cosines - costs
    picks = _assign(likeness, stock) if distinct else likeness.argmax(axis=1).tolist()
    return tuple(
        _choice(who, stock[pick], float(cosines[i, pick]))
        for i, (who, pick) in enumerate(zip(people, picks, strict=True))
    )


def _cosine(person: Person, voice: StockVoice) -> float:
    if not len(person.embedding):
        return 0.0
    own = np.asarray(person.embedding, dtype=np.float32)
    return float(np.dot(own, voice.embedding.astype(np.float32)))


def _cost(person: Person, voice: StockVoice, highest_hz: float) -> float:
    """How ill a voice suits somebody beside its likeness, in units of cosine."""
    if person.is_child:
        return 0.0 if voice.is_child else 1.0 + TOO_LOW * math.log2(highest_hz / voice.f0_hz)
    wrong_age = WRONG_KIND if voice.is_child else 0.0
    return wrong_age + _sex_cost(person, voice) + _pitch_cost(person.f0_hz, voice)


def _sex_cost(person: Person, voice: StockVoice) -> float:
    if person.sex is None:
        return 0.0
    if person.sex.is_doubtful:
        return OPEN_SEX * abs(person.sex.female - voice.is_female)
    return 0.0 if (person.sex.female > 0.5) == voice.is_female else WRONG_KIND


def _pitch_cost(f0_hz: float | None, voice: StockVoice) -> float:
    return PITCH_WEIGHT * abs(math.log2(f0_hz / voice.f0_hz)) if f0_hz else 0.0


def _assign(likeness: npt.NDArray[np.float64], stock: Sequence[StockVoice]) -> list[int]:
    """Pair people and voices; every voice may serve again and again, each time at a price."""
    from scipy.optimize import linear_sum_assignment

    n_people, n_voices = likeness.shape
    women = sum(voice.is_female for voice in stock)
    fewest = max(1, min(women, n_voices - women))
    n_copies = math.ceil(n_people / fewest)
    prices = np.repeat(SHARED * np.arange(n_copies), n_voices)
    _, columns = linear_sum_assignment(prices - np.tile(likeness, n_copies))
    return [int(column) % n_voices for column in columns]


def _choice(person: Person, voice: StockVoice, similarity: float) -> Choice:
    pitch = f"{person.f0_hz:.0f} Hz" if person.f0_hz else "unknown pitch"
    reason = f"nearest stock voice: cosine {similarity:.2f}, {pitch} to {voice.f0_hz:.0f} Hz"
    told = _evidence(person.sex)
    reason = f"{reason}; {told}" if told else reason
    return Choice(voice.name, round(similarity, 4), reason, _flags(person, voice))


def _evidence(sex: SpeakerSex | None) -> str:
    """In words, e.g. ``a man (voice 97 %, face 100 %)``."""
    if sex is None:
        return ""
    is_woman = sex.female > 0.5
    parts = [("voice", sex.voice_female), ("face", sex.face_female)]
    shares = [f"{name} {p if is_woman else 1 - p:.0%}" for name, p in parts if p is not None]
    age = "" if sex.face_age_years is None else f", looks {sex.face_age_years:.0f}"
    kind = "a child" if sex.child > CHILD else "a woman" if is_woman else "a man"
    return f"{kind} ({', '.join(shares)}{age})"


def _flags(person: Person, voice: StockVoice) -> tuple[str, ...]:
    if person.sex is None:
        return ()
    if person.is_child:
        return () if voice.is_child else (CHILDS_VOICE,)
    if person.sex.is_doubtful:
        return (SEX_DOUBTFUL,)
    if (person.sex.female > 0.5) == voice.is_female:
        return ()
    return (NO_MANS_VOICE if voice.is_female else NO_WOMANS_VOICE,)


def speaking_voice(voice: Voice, workspace: Workspace) -> VoiceName:
    """The voice as its engine takes it.

    Raises:
        ConsentRefused: if it is a person's own, and their consent does not count.
    """
    require_backing(voice)
    if voice.sample is not None:
        return Sample(workspace.path(voice.sample), voice.sample_text, voice.sample_language)
    if voice.clone is None:
        return voice.name
    return TunedVoice(voice.name, workspace.path(voice.clone))


def pacing_voice(voice: Voice, language: str) -> str:
    """The voice of Kokoro that tells how long a text takes where the engine itself cannot."""
    known = [card.name for card in voice_cards(language)]
    return voice.name if voice.name in known else known[0]
