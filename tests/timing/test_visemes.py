"""Sounds cover every symbol once; what the mouth does for them is sensible in every language."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dubbing.language.g2p import vocabulary
from dubbing.timing.visemes import DESCRIPTION, describe, lengths_of, sounds, viseme

SYMBOLS = "".join(symbol for symbol in vocabulary() if symbol != "$")


@given(st.text(st.sampled_from(SYMBOLS), min_size=1, max_size=40))
def test_sounds_cover_every_symbol_once_and_in_order(symbols: str) -> None:
    found = sounds(symbols)
    if not found:
        assert all(symbol in "ˈˌ" for symbol in symbols)
        return
    assert found[0].first == 0
    assert found[-1].last == len(symbols)
    assert all(a.last == b.first for a, b in pairwise(found))
    lengths = list(range(1, len(symbols) + 1))
    assert lengths_of(found, lengths).sum() == sum(lengths)


def test_marks_belong_to_their_sounds() -> None:
    found = sounds("mˈama→, p")
    assert [s.symbol for s in found] == ["m", "a", "m", "a", ",", "p"]
    assert [s.closes for s in found] == [True, False, True, False, False, True]
    assert found[1].stressed
    assert not found[3].stressed
    assert found[4].is_pause
    assert found[4].last == 8, "the border of a word belongs to what stands before it"


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_every_symbol_can_be_seen_and_described(symbol: str) -> None:
    shape = viseme(symbol)
    assert 0 <= shape.grip <= 1
    for mouth in (shape.start, shape.end):
        assert 0 <= mouth.opening <= 1
        assert -1 <= mouth.width <= 1
        assert 0 <= mouth.protrusion <= 1
    for sound in sounds(symbol):
        assert describe(sound).shape == (len(DESCRIPTION),)
        assert np.isfinite(describe(sound)).all()


def test_visemes_are_as_phoneticians_say() -> None:
    assert viseme("a").start.opening > viseme("u").start.opening > viseme("m").start.opening == 0
    assert viseme("u").start.width < 0 < viseme("i").start.width
    assert viseme("m").grip > viseme("t").grip > viseme("k").grip
    assert viseme("f").bites
