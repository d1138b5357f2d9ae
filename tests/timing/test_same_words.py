"""Where the original says the words of the dub, its sound sets their times."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from dubbing.timing.bounds import Bending
from dubbing.timing.isochrony import Fit, Option
from dubbing.timing.lips import unseen
from dubbing.timing.lipsync import OWN_WORDS, Performance, follow_lips, window
from dubbing.timing.same_words import borders_of, heard_evidence, with_rests, words_of
from dubbing.timing.visemes import sounds

SYMBOLS = "tato mane tilo"
FOUND = sounds(SYMBOLS)
NATURAL = tuple([3.0] * len(SYMBOLS))
FIT = Fit(0, tuple([3] * len(SYMBOLS)), (), 0.0)
LENGTH = sum(FIT.frames)
USUAL = 6.0 + np.array([sound.first * 3.0 for sound in FOUND] + [len(SYMBOLS) * 3.0])


def followed(borders: np.ndarray, strength: float = 1.0):
    where = window(FIT, 6, LENGTH + 20)
    return where, follow_lips(
        Option(SYMBOLS, NATURAL),
        FIT,
        where,
        Performance(unseen(0, where.n_frames), None, borders),
        bending=Bending(0.6, 1.6),
        look=lambda *args: pytest.fail("there is no mouth to look at"),
        balance=replace(OWN_WORDS, strength=strength),
    )


def starts(where, result) -> np.ndarray:
    edges = where.earlier + result.shift + np.cumsum([0, *result.fit.frames])
    return np.array([*(edges[sound.first] for sound in FOUND), edges[-1]], dtype=float)


def test_every_sound_begins_where_the_original_makes_it_without_any_mouth() -> None:
    rng = np.random.default_rng(1)
    lengths = np.diff(USUAL) + rng.integers(-1, 2, len(FOUND))
    borders = 8.0 + np.concatenate([[0], np.cumsum(lengths)])
    where, result = followed(borders)
    assert result is not None
    assert np.abs(starts(where, result) - borders).max() <= 1.0, "within 25 ms"


def test_bounds_hold_however_the_original_drawls() -> None:
    borders = USUAL.copy()
    borders[2:] += 17
    _, result = followed(borders)
    assert result is not None
    assert result.fit.frames[1] == 4, "1.6 times 3 frames at most"


def test_no_strength_is_natural_timing() -> None:
    assert followed(USUAL, strength=0.0)[1] is None


def test_evidence_names_the_sound_of_every_frame() -> None:
    table = heard_evidence(USUAL, 70)
    assert table.shape == (len(FOUND) + 2, 70)
    assert table[:, 0].argmax() == 0
    assert table[:, 69].argmax() == len(FOUND) + 1
    for number, (begin, end) in enumerate(pairwise(USUAL), start=1):
        assert table[:, int((begin + end) / 2)].argmax() == number
    assert table.min() >= -5.0, "one bad border cannot outweigh all others"


def test_words_are_the_sounds_between_borders_and_pauses() -> None:
    assert words_of(sounds("hˈi, ðˈɛɹ jˈuː")) == [["h", "i"], ["ð", "ɛ", "ɹ"], ["j", "u"]]


def spans(text: str, rest_ms: float = 0.0, after: int = 0) -> np.ndarray:
    """Sounds of 75 ms each; the original rests so long after that many of them."""
    n = sum(not sound.is_pause for sound in sounds(text))
    begins = 1000 + 75.0 * np.arange(n)
    begins[after:] += rest_ms
    return np.stack([begins, begins + 75], axis=1)


def test_a_rest_of_the_original_becomes_a_pause_at_its_word_border() -> None:
    found = spans(SYMBOLS, 400, after=4)
    paused = with_rests(SYMBOLS, FOUND, found)
    assert paused == "tato, mane tilo"
    borders = borders_of(sounds(paused), found)
    assert borders[4] == 1300
    assert borders[5] == 1700, "the comma lasts as long as the rest"
    assert borders[-1] == found[-1, 1]


@pytest.mark.parametrize("rest_ms", [0, 100, 200])
def test_a_closure_is_no_pause(rest_ms: float) -> None:
    assert with_rests(SYMBOLS, FOUND, spans(SYMBOLS, rest_ms, after=4)) == SYMBOLS


def test_a_pause_that_is_written_is_not_written_twice() -> None:
    text = "tato, mane"
    assert with_rests(text, sounds(text), spans(text, 400, after=4)) == text


def test_no_pause_is_put_into_a_word() -> None:
    assert with_rests(SYMBOLS, FOUND, spans(SYMBOLS, 400, after=2)) == SYMBOLS
