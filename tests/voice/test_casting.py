"""Who speaks for whom: sex before likeness, doubt said aloud, children high, voices shared last."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dubbing.timeline import SpeakerSex
from dubbing.voice.casting import (
    CHILDS_VOICE,
    NO_MANS_VOICE,
    NO_WOMANS_VOICE,
    SEX_DOUBTFUL,
    Person,
    StockVoice,
    cast,
)

MAN = SpeakerSex(0.03, 0.01, is_doubtful=False, voice_female=0.05, face_female=0.01)
WOMAN = SpeakerSex(0.97, 0.01, is_doubtful=False, voice_female=0.97)
UNSURE = SpeakerSex(0.6, 0.01, is_doubtful=True, voice_female=0.6)
CHILD = SpeakerSex(0.8, 0.9, is_doubtful=False, face_age_years=7.0)


def voice(name: str, axis: int, f0_hz: float, *, is_child: bool = False) -> StockVoice:
    female = name.startswith("f")
    return StockVoice(name, np.eye(4, dtype=np.float32)[axis], f0_hz, female, is_child)


MALE, MALE_2, FEMALE, FEMALE_2 = (
    voice("m1", 0, 110.0), voice("m2", 2, 130.0), voice("f1", 1, 210.0), voice("f2", 3, 260.0),
)  # fmt: skip
STOCK = (MALE, MALE_2, FEMALE, FEMALE_2)


def names(people: list[Person], stock: tuple[StockVoice, ...] = STOCK) -> list[str]:
    return [choice.name for choice in cast(people, stock, distinct=True)]


def test_a_shouting_man_whose_vector_and_pitch_are_a_womans_gets_a_mans_voice() -> None:
    (choice,) = cast([Person([0, 1, 0, 0], 302.0, MAN)], STOCK, distinct=True)
    assert choice.name in ("m1", "m2")
    assert choice.flags == ()
    assert "a man (voice 95 %, face 99 %)" in choice.reason.replace("%", " %").replace("  ", " ")


def test_likeness_decides_among_voices_of_one_sex() -> None:
    assert names([Person([0.1, 0, 0.9, 0], 120.0, MAN)]) == ["m2"]
    assert names([Person([0, 0.9, 0, 0.1], 220.0, WOMAN)]) == ["f1"]


def test_pitch_decides_where_nothing_else_is_known() -> None:
    assert names([Person([0.5, 0.5, 0, 0], 205.0)], (MALE, FEMALE)) == ["f1"]


def test_two_men_get_two_voices_and_a_third_shares_one_rather_than_speak_as_a_woman() -> None:
    chosen = names([Person([1, 0, 0, 0], 110.0, MAN)] * 3)
    assert set(chosen) == {"m1", "m2"}
    assert sorted(chosen.count(name) for name in ("m1", "m2")) == [1, 2]


def test_open_evidence_is_flagged_and_the_likelier_sex_is_taken() -> None:
    (choice,) = cast([Person([1, 0, 0, 0], 160.0, UNSURE)], STOCK, distinct=True)
    assert choice.name in ("f1", "f2")
    assert choice.flags == (SEX_DOUBTFUL,)


@pytest.mark.parametrize(
    ("sex", "stock", "flag"),
    [(MAN, (FEMALE, FEMALE_2), NO_MANS_VOICE), (WOMAN, (MALE, MALE_2), NO_WOMANS_VOICE)],
)
def test_a_language_without_a_voice_of_the_sex_says_so(
    sex: SpeakerSex, stock: tuple[StockVoice, ...], flag: str
) -> None:
    (choice,) = cast([Person([1, 0, 0, 0], 160.0, sex)], stock, distinct=True)
    assert choice.flags == (flag,)


def test_a_child_gets_the_highest_voice_and_it_is_said() -> None:
    (choice,) = cast([Person([1, 0, 0, 0], 300.0, CHILD)], STOCK, distinct=True)
    assert (choice.name, choice.flags) == ("f2", (CHILDS_VOICE,))


def test_a_childs_voice_is_for_children_alone() -> None:
    boy = voice("m3", 0, 300.0, is_child=True)
    stock = (*STOCK, boy)
    (child, man) = cast(
        [Person([0, 1, 0, 0], 290.0, CHILD), Person([1, 0, 0, 0], 300.0, MAN)], stock, distinct=True
    )
    assert (child.name, child.flags) == ("m3", ())
    assert man.name in ("m1", "m2")


@given(
    st.lists(
        st.tuples(st.booleans(), st.floats(60, 500), st.integers(0, 3)), min_size=1, max_size=12
    )
)
def test_nobody_whose_sex_is_known_ever_gets_the_other(
    people: list[tuple[bool, float, int]],
) -> None:
    cast_people = [
        Person(np.eye(4)[axis].tolist(), f0_hz, WOMAN if is_woman else MAN)
        for is_woman, f0_hz, axis in people
    ]
    for (is_woman, _, _), name in zip(people, names(cast_people), strict=True):
        assert name.startswith("f" if is_woman else "m")
