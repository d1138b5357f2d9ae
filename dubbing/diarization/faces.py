"""What the faces say of who speaks: one face is one person, two faces in one shot are two.

A voice that is heard from the same face in a shot is the same voice; where two faces of one shot speak
with voices that were taken for one, they are separated after all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SURE_SCORE_LEAD = 0.15
"""How much more a mouth must agree with the voice than any other in the picture."""
SEEN = 0.5
SURE_MS = 1_500
"""A face that speaks less is no reason for another person."""


@dataclass(frozen=True, slots=True)
class SeenLine:
    """A line whose mouth is sure: its number, its face, and how long it is."""

    line: int
    face: str
    duration_ms: int


def with_faces(
    voices: Sequence[int],
    seen: Sequence[SeenLine],
    together: Sequence[tuple[str, str]],
    *,
    may_add: bool,
) -> list[int]:
    """Voices of all lines, corrected.

    Args:
        voices: number of the voice of each line, from 0.
        seen: the lines whose mouth is surely seen.
        together: pairs of faces that are seen at the same time.
        may_add: whether there may be more people than voices were found.
    """
    told = list(voices)
    own = {face: _most(told, seen, face) for face in dict.fromkeys(item.face for item in seen)}
    for one, other in together:
        if one in own and other in own and own[one] == own[other]:
            _tell_apart((one, other), own, seen, told, may_add=may_add)
    for item in seen:
        told[item.line] = own[item.face]
    return told


def _most(voices: Sequence[int], seen: Sequence[SeenLine], face: str) -> int:
    """The voice with which a face speaks longest."""
    times: dict[int, int] = {}
    for item in seen:
        if item.face == face:
            voice = voices[item.line]
            times[voice] = times.get(voice, 0) + item.duration_ms
    return max(times, key=lambda voice: times[voice])


def _spoken_ms(voices: Sequence[int], seen: Sequence[SeenLine], face: str, voice: int) -> int:
    return sum(i.duration_ms for i in seen if i.face == face and voices[i.line] == voice)


def _tell_apart(
    pair: tuple[str, str],
    own: dict[str, int],
    seen: Sequence[SeenLine],
    voices: Sequence[int],
    *,
    may_add: bool,
) -> None:
    """Give the one whose voice is less surely theirs another: their second best, or a new one."""
    shared = own[pair[0]]

    def claim(face: str) -> tuple[float, int]:
        """Share of what a face says that is said with the shared voice, and how long that is."""
        mine = _spoken_ms(voices, seen, face, shared)
        return mine / sum(i.duration_ms for i in seen if i.face == face), mine

    doubted = min(pair, key=claim)
    others = {voices[item.line] for item in seen if item.face == doubted} - {shared}
    if others:
        own[doubted] = max(others, key=lambda v: _spoken_ms(voices, seen, doubted, v))
    elif may_add and sum(i.duration_ms for i in seen if i.face == doubted) >= SURE_MS:
        own[doubted] = max([*voices, *own.values()]) + 1
