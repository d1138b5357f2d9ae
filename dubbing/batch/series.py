"""Who of an episode's speakers is known from earlier episodes, and which voice is theirs.

Speakers are compared by their GE2E embeddings (Wan et al. 2018) in the voice space
(:mod:`dubbing.diarization.voice_space`): an assignment of speakers to people that makes the sum of
likenesses largest (Hungarian method), of which pairs below the threshold are taken out again. Episodes
are taken in the order of the manifest, so that a new one changes nothing for those before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from dubbing.diarization.voice_space import load_voice_space
from dubbing.timeline import Speaker

SHORT_S = 1.9
"""Fitted: 6 s and 6 s of one person are alike by 0.75, 20 s and 20 s by 0.90 (five actors, all moods)."""
LEAST_S = 1.0


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the series: the voice that speaks for them, and how they sound."""

    voice: str
    """Empty for somebody whose own voice is learnt in every episode."""
    embedding: tuple[float, ...]
    """Mean of their embeddings by seconds of speech; its norm is not 1."""
    seconds: float
    episodes: int = 1

    def to_plain(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Person:
        """From :meth:`to_plain`."""
        return cls(**{**plain, "embedding": tuple(plain["embedding"])})


def recognise(
    known: Sequence[Person], speakers: Sequence[Speaker], threshold: float
) -> tuple[dict[str, str], list[Person]]:
    """Who of the speakers is who.

    Args:
        known: the people of earlier episodes.
        speakers: those of this one, each with the voice that they would get by themselves.
        threshold: least likeness of two that are one.

    Returns:
        Voice by speaker, for those whose voice has to be told; and all people, the new ones last.
    """
    people = list(known)
    told: dict[str, str] = {}
    pairs = match(
        [(p.embedding, p.seconds) for p in people],
        [(s.embedding, _seconds(s)) for s in speakers],
        threshold,
    )
    met = {speaker: person for person, speaker in pairs}
    for number, speaker in enumerate(speakers):
        if number in met:
            person = people[met[number]] = _met_again(people[met[number]], speaker)
            if person.voice and not _is_own(speaker):
                told[speaker.id] = person.voice
    told |= _new_voices(speakers, told, met)
    people += [_new(s, told) for n, s in enumerate(speakers) if n not in met and s.embedding]
    by_themselves = {s.id: s.voice.name for s in speakers if s.voice is not None}
    return {who: voice for who, voice in told.items() if by_themselves.get(who) != voice}, people


Heard = tuple[Sequence[float], float]
"""Mean GE2E vector of somebody, and from how many seconds of speech."""


def match(
    people: Sequence[Heard], speakers: Sequence[Heard], threshold: float
) -> list[tuple[int, int]]:
    """Pairs (person, speaker) that belong together; each is in one pair at most."""
    from scipy.optimize import linear_sum_assignment

    rows = [n for n, (vector, _) in enumerate(people) if any(vector)]
    columns = [n for n, (vector, _) in enumerate(speakers) if any(vector)]
    if not rows or not columns:
        return []
    found = likenesses([people[n] for n in rows], [speakers[n] for n in columns])
    # below the threshold a pair is worth nothing, so that it never costs a good pair its partner
    worth = np.where(found >= threshold, found, 0.0)
    return [
        (rows[i], columns[j])
        for i, j in zip(*linear_sum_assignment(-worth), strict=True)
        if worth[i, j] > 0
    ]


def likenesses(people: Sequence[Heard], speakers: Sequence[Heard]) -> npt.NDArray[np.float64]:
    """Float64 ``[people, speakers]``: cosines in the voice space, as they would be after long speech.

    A mean over few seconds still holds much of what was said and how; cosines with it are too low by
    the root of ``s / (s + SHORT_S)``, the correction for attenuation (Spearman 1904).
    """
    (left, left_trust), (right, right_trust) = _placed(people), _placed(speakers)
    cosines = left @ right.T
    found: npt.NDArray[np.float64] = cosines / np.outer(left_trust, right_trust)
    return np.minimum(found, 1.0)


def _placed(heard: Sequence[Heard]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    vectors = np.array([vector for vector, _ in heard], dtype=np.float32)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    seconds = np.array([max(seconds, LEAST_S) for _, seconds in heard])
    return load_voice_space().place(unit).astype(np.float64), np.sqrt(seconds / (seconds + SHORT_S))


def _seconds(speaker: Speaker) -> float:
    return speaker.profile.seconds if speaker.profile is not None else 1.0


def _is_own(speaker: Speaker) -> bool:
    return speaker.voice is not None and speaker.voice.own is not None


def _met_again(person: Person, speaker: Speaker) -> Person:
    seconds = max(_seconds(speaker), 0.1)
    total = person.seconds + seconds
    mean = [
        (person.seconds * old + seconds * new) / total
        for old, new in zip(person.embedding, speaker.embedding, strict=True)
    ]
    return replace(
        person,
        embedding=tuple(round(value, 6) for value in mean),
        seconds=round(total, 3),
        episodes=person.episodes + 1,
    )


def _new(speaker: Speaker, told: Mapping[str, str]) -> Person:
    own = "" if speaker.voice is None or _is_own(speaker) else speaker.voice.name
    voice = told.get(speaker.id, own)
    return Person(voice, tuple(speaker.embedding), max(_seconds(speaker), 0.1))


def _new_voices(
    speakers: Sequence[Speaker], told: Mapping[str, str], met: Mapping[int, int]
) -> dict[str, str]:
    """A newcomer whose voice belongs to somebody they meet here takes one that was given up."""
    taken = set(told.values())
    free = [
        s.voice.name
        for s in speakers
        if s.id in told and s.voice is not None and s.voice.name not in taken
    ]
    changed: dict[str, str] = {}
    for number, speaker in enumerate(speakers):
        if number in met or speaker.voice is None or _is_own(speaker):
            continue
        if speaker.voice.name in taken and free:
            changed[speaker.id] = free.pop(0)
    return changed
