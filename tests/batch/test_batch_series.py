"""A series: who speaks in one episode keeps their voice in the next."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dubbing.batch.series import Person, likenesses, match, recognise
from dubbing.diarization.voice_space import load_voice_space
from dubbing.timeline import Artifact, Speaker, Voice, VoiceProfile

RANDOM = np.random.default_rng(7)
FACES = {name: RANDOM.normal(size=256) for name in ("anna", "ben", "cleo", "dan")}


def embedding(who: str, noise: float = 0.3) -> tuple[float, ...]:
    """The same person sounds a little different in every episode; all lie around a middle."""
    vector = FACES[who] + noise * RANDOM.normal(size=256)
    vector = load_voice_space().middle + 0.5 * vector / np.linalg.norm(vector)
    return tuple(float(v) for v in vector / np.linalg.norm(vector))


def heard(who: str, seconds: float = 10.0) -> tuple[tuple[float, ...], float]:
    return embedding(who), seconds


def speaker(number: int, who: str, voice: str, *, own: bool = False) -> Speaker:
    clone = Artifact("x", "x", 1) if own else None
    return Speaker(
        f"S{number}",
        who,
        embedding=embedding(who),
        profile=VoiceProfile(10.0),
        voice=Voice("kokoro", voice, 0.5, "nearest", clone=clone),
    )


def test_speakers_of_later_episodes_are_recognised() -> None:
    first = [speaker(1, "anna", "af"), speaker(2, "ben", "bm")]
    told, people = recognise([], first, 0.75)
    assert told == {}
    assert [p.voice for p in people] == ["af", "bm"]
    second = [speaker(1, "ben", "cm"), speaker(2, "cleo", "df"), speaker(3, "anna", "ef")]
    told, people = recognise(people, second, 0.75)
    assert told == {"S1": "bm", "S3": "af"}
    assert [p.voice for p in people] == ["af", "bm", "df"]
    assert [p.episodes for p in people] == [2, 2, 1]
    told, people = recognise(people, [speaker(1, "cleo", "df"), speaker(2, "dan", "x")], 0.75)
    assert told == {}  # she would get her voice anyway
    assert len(people) == 4


def test_a_newcomer_does_not_take_the_voice_of_somebody_who_is_there() -> None:
    people = [Person("af", embedding("anna"), 10.0)]
    told, people = recognise(people, [speaker(1, "anna", "bf"), speaker(2, "cleo", "af")], 0.75)
    assert told == {"S1": "af", "S2": "bf"}
    assert people[1].voice == "bf"


def test_who_speaks_with_their_own_voice_is_left_alone() -> None:
    people = [Person("af", embedding("anna"), 10.0)]
    told, people = recognise(people, [speaker(1, "anna", "zf", own=True)], 0.75)
    assert told == {}
    _, people = recognise([], [speaker(1, "ben", "zf", own=True)], 0.75)
    assert people[0].voice == ""


def test_strangers_are_not_taken_for_each_other() -> None:
    assert match([heard("anna")], [heard("ben")], 0.75) == []
    assert match([], [heard("ben")], 0.75) == []
    assert match([((), 10.0)], [heard("ben")], 0.75) == []


def test_little_speech_is_not_held_against_anybody() -> None:
    long, short = heard("anna", 300.0), (embedding("anna"), 4.0)
    same_vector = (short[0], 300.0)
    assert likenesses([long], [short])[0, 0] > likenesses([long], [same_vector])[0, 0]
    assert likenesses([(short[0], 0.0)], [same_vector])[0, 0] == 1.0


@given(st.permutations(["anna", "ben", "cleo", "dan"]), st.integers(1, 4))
def test_any_order_finds_the_same_pairs(order: list[str], count: int) -> None:
    known = list(FACES)
    pairs = match([heard(n) for n in known], [heard(n) for n in order[:count]], 0.75)
    assert sorted(order[j] for _, j in pairs) == sorted(order[:count])
    assert all(known[i] == order[j] for i, j in pairs)


def test_people_survive_the_way_through_json() -> None:
    person = Person("af", (0.1, 0.2), 3.0)
    assert Person.from_plain(person.to_plain()) == person
