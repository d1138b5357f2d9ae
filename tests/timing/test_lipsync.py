"""The mouth drives the timing: closures, onset, rests; and a wrong or hidden mouth does no harm."""

from dataclasses import replace

import numpy as np
import pytest

from dubbing.timing.bounds import Bending
from dubbing.timing.evidence import Aligner
from dubbing.timing.isochrony import Fit, Option
from dubbing.timing.lips import CONFIDENCE, Lips, lips_from_mouth
from dubbing.timing.lipsync import (
    BALANCE,
    Performance,
    follow_lips,
    unmet_rests,
    window,
    with_pause,
)

BENDING = Bending(0.6, 1.6)
SYMBOLS = "tato mane tilo"
NATURAL = tuple([3.0] * len(SYMBOLS))
FIT = Fit(0, tuple([3] * len(SYMBOLS)), (), 0.0)
LENGTH = sum(FIT.frames)


def mouth(closed_at: float | None, n_frames: int, rests: tuple[tuple[int, int], ...] = ()) -> Lips:
    """A lively mouth that closes once, and rests where it is told."""
    time = np.arange(n_frames)
    opening = 0.10 + 0.03 * np.sin(time * 0.7)
    for begin, end in rests:
        opening[begin:end] = opening[begin]
    if closed_at is not None:
        opening[int(closed_at) - 2 : int(closed_at) + 2] = 0.0
    shape = np.stack([opening, 0.55 + 0 * time, opening / 3, 0.15 + 0 * time], axis=1)
    return lips_from_mouth(shape, (time + 0.5) * 25.0).between(0, n_frames)


def nobody(found, natural, edges, lips):
    """A network that has nothing to say."""
    return np.zeros((len(found) + 2, len(lips))), np.zeros(len(found))


def followed(lips: Lips, strength: float = 1.0, where=None, voice=None):
    return follow_lips(
        Option(SYMBOLS, NATURAL),
        FIT,
        where or window(FIT, 6, LENGTH + 8),
        Performance(lips, voice),
        bending=BENDING,
        look=nobody,
        balance=replace(BALANCE, strength=strength),
    )


def middle_of_m(result) -> float:
    before = 6 + result.shift
    place = SYMBOLS.index("m")
    return before + sum(result.fit.frames[:place]) + result.fit.frames[place] / 2


@pytest.mark.parametrize("away", [-6, -3, 4, 7])
def test_m_meets_the_closed_lips(away: int) -> None:
    where = window(FIT, 6, LENGTH + 8)
    usual = where.earlier + 3 * SYMBOLS.index("m") + 1.5
    result = followed(mouth(usual + away, where.n_frames))
    assert result is not None
    assert abs(middle_of_m(result) - (usual + away)) <= 3.2, "within 80 ms"
    assert all(
        2 <= length <= 4 or symbol == " "
        for symbol, length in zip(SYMBOLS, result.fit.frames, strict=True)
    )


def test_speech_begins_and_ends_with_the_mouth() -> None:
    where = window(FIT, 6, LENGTH + 8)
    n = where.n_frames
    lips = mouth(None, n, rests=((0, 10), (n - 12, n)))
    result = followed(lips)
    assert result is not None
    begins, ends = 6 + result.shift, 6 + result.shift + sum(result.fit.frames)
    assert abs(begins - 10) <= 3
    assert abs(ends - (n - 12)) <= 4


def test_speech_begins_and_ends_with_the_original_voice() -> None:
    where = window(FIT, 6, LENGTH + 8)
    n = where.n_frames
    voice = np.zeros(n)
    voice[10 : n - 12] = 1.0
    result = followed(mouth(None, n), voice=voice)
    assert result is not None
    assert abs(6 + result.shift - 10) <= 2
    assert abs(6 + result.shift + sum(result.fit.frames) - (n - 12)) <= 3
    of_others = np.full(n, np.nan)
    assert followed(mouth(None, n), voice=of_others) == followed(mouth(None, n))


def test_a_still_mouth_is_no_pause_while_the_voice_goes_on() -> None:
    where = window(FIT, 6, LENGTH + 8)
    lips = mouth(None, where.n_frames, rests=((20, 34),))
    speaking = Performance(lips, np.ones(where.n_frames))
    result = followed(lips, voice=speaking.voice)
    assert result is not None
    assert not unmet_rests(result, SYMBOLS, where, speaking)


def test_without_a_mouth_or_with_no_strength_nothing_changes() -> None:
    lips = mouth(20, window(FIT, 6, LENGTH + 8).n_frames)
    assert followed(lips, strength=0.0) is None
    hidden = lips.values.copy()
    hidden[:, CONFIDENCE] = 0
    assert followed(Lips(0, hidden)) is None


def test_the_line_stays_in_its_window() -> None:
    tight = window(FIT, 0, LENGTH)
    result = followed(mouth(None, tight.n_frames), where=tight)
    assert result is not None
    assert result.shift >= 0
    assert result.shift + sum(result.fit.frames) <= LENGTH


def test_a_mouth_that_rests_asks_for_a_pause() -> None:
    where = window(FIT, 6, LENGTH + 8)
    lips = mouth(None, where.n_frames, rests=((20, 34),))
    result = followed(lips)
    assert result is not None
    (at, *_) = unmet_rests(result, SYMBOLS, where, Performance(lips))
    assert abs(at - (27 - 6 - result.shift)) <= 3
    ways = with_pause(SYMBOLS, result.fit.frames, at, 3)
    assert ways
    assert all(way.replace(",", "") == SYMBOLS for way in ways)
    assert not unmet_rests(result, SYMBOLS, where, Performance(mouth(None, where.n_frames)))


def test_the_shipped_network_is_quick_and_sums_to_one() -> None:
    import time

    from dubbing.timing.visemes import sounds

    look, found = Aligner().look, sounds(SYMBOLS)
    lips = mouth(20, 160)
    natural = np.full(len(found), 3.5)
    edges = np.linspace(10, 60, len(found) + 1)
    log_p, offsets = look(found, natural, edges, lips)
    assert log_p.shape == (len(found) + 2, 160)
    assert offsets.shape == (len(found),)
    assert np.exp(log_p).sum(axis=0) == pytest.approx(np.ones(160), abs=1e-4)
    began = time.process_time()
    for _ in range(5):
        look(found, natural, edges, lips)
    assert (time.process_time() - began) / 5 < 0.1, "20 ms on a quiet machine"
