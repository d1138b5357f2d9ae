"""Measures of mouth and speech on lines whose answer is known."""

import numpy as np
import pytest

from dubbing.arrays import Audio
from dubbing.metrics.baselines import heard_as_planned, timed_three_ways
from dubbing.metrics.mouth import (
    agreement,
    around,
    heard_frames,
    on_frames_of,
    out_of_bounds,
    overall,
    own_time,
    spoken_sounds,
    working_time,
)
from dubbing.metrics.quality import dnsmos
from dubbing.settings import TimingSettings
from dubbing.testing import tone
from dubbing.timeline import DurationPlan, Span
from dubbing.timing.isochrony import Limits
from dubbing.timing.lips import Lips, lips_from_mouth

ALL = (0, 100_000)

LIMITS = Limits.of(TimingSettings())


def mouth(n: int, speaks: tuple[tuple[int, int], ...], closed: tuple[int, ...] = ()) -> Lips:
    opening = np.full(n, 0.06)
    for begin, end in speaks:
        opening[begin:end] = 0.1 + 0.05 * np.sin(np.arange(end - begin) * 0.9)
    for frame in closed:
        opening[frame - 2 : frame + 2] = 0.0
    shape = np.stack([opening, np.full(n, 0.55), opening / 3, np.full(n, 0.15)], axis=1)
    return lips_from_mouth(shape, (np.arange(n) + 0.5) * 25.0)


def heard(n: int, *stretches: tuple[int, int]) -> np.ndarray:
    mask = np.zeros(n, dtype=bool)
    for begin, end in stretches:
        mask[begin:end] = True
    return mask


def test_the_same_time_is_full_overlap_and_half_of_it_half() -> None:
    lips = mouth(120, ((20, 80),))
    whole = agreement(lips, heard(120, (20, 80)), (), ALL)
    assert whole.overlap is not None
    assert whole.overlap > 0.88
    assert abs(whole.onset_ms or 0) <= 75
    half = agreement(lips, heard(120, (20, 50)), (), ALL)
    assert half.overlap == pytest.approx(0.5, abs=0.07)
    late = agreement(lips, heard(120, (30, 90)), (), ALL)
    assert late.onset_ms == pytest.approx(250, abs=75)
    assert late.offset_ms == pytest.approx(250, abs=75)


def test_what_the_neighbours_say_is_not_counted() -> None:
    lips = mouth(160, ((0, 40), (60, 120)))
    both = agreement(lips, heard(160, (60, 120)), (), ALL)
    own = agreement(lips, heard(160, (60, 120)), (), (50 * 25, 160 * 25))
    assert own.overlap is not None
    assert both.overlap is not None
    assert own.overlap > both.overlap + 0.2
    assert own_time([Span(0, 1000), Span(1200, 3000), Span(3100, 4000)], 1) == (1100, 3050)


def test_a_mouth_works_from_its_first_movement_to_its_last() -> None:
    lips = mouth(160, ((0, 40), (60, 120)))
    found = working_time(lips, (50 * 25, 150 * 25))
    assert found is not None
    assert found.start_ms == pytest.approx(60 * 25, abs=100)
    assert found.end_ms == pytest.approx(120 * 25, abs=100)
    assert working_time(mouth(100, ()), (0, 2500)) is None
    hidden = Lips(0, np.zeros((100, 8), np.float32))
    assert working_time(hidden, (0, 2500)) is None


def test_closures_are_hit_within_80_ms() -> None:
    lips = mouth(100, ((10, 90),), closed=(40,))
    hit = agreement(lips, heard(100, (10, 90)), spoken_sounds("ama", [1, 38, 3, 30, 1], 0), ALL)
    assert (hit.closing_sounds, hit.closure_hits) == (1, 1)
    missed = agreement(lips, heard(100, (10, 90)), spoken_sounds("ama", [1, 55, 3, 30, 1], 0), ALL)
    assert (missed.closing_sounds, missed.closure_hits) == (1, 0)


def test_pauses_agree_or_not() -> None:
    lips = mouth(160, ((10, 60), (80, 140)))
    same = agreement(lips, heard(160, (10, 60), (80, 140)), (), ALL)
    none = agreement(lips, heard(160, (10, 140)), (), ALL)
    assert same.pause_agreement is not None
    assert same.pause_agreement > 0.6
    assert none.pause_agreement == 0
    assert (
        agreement(mouth(160, ((10, 140),)), heard(160, (10, 140)), (), ALL).pause_agreement is None
    )


def test_the_opening_that_is_asked_for_is_compared_with_what_is_seen() -> None:
    opening = np.full(60, 0.02)
    opening[20:40] = 0.15
    shape = np.stack([opening, np.full(60, 0.5), opening, np.full(60, 0.1)], axis=1)
    shape[:, 0] += 0.01 * np.sin(np.arange(60) * 2)
    lips = lips_from_mouth(shape, (np.arange(60) + 0.5) * 25.0)
    right = agreement(lips, heard(60, (10, 50)), spoken_sounds("uau", [10, 10, 20, 10, 1], 0), ALL)
    wrong = agreement(lips, heard(60, (10, 50)), spoken_sounds("aua", [10, 10, 20, 10, 1], 0), ALL)
    assert right.opening_correlation is not None
    assert wrong.opening_correlation is not None
    assert right.opening_correlation > 0.8
    assert wrong.opening_correlation < -0.8


def test_without_a_mouth_nothing_is_claimed() -> None:
    nothing = agreement(mouth(60, ()), heard(60, (10, 50)), (), ALL)
    assert nothing.overlap is None
    assert overall([nothing]).overlap is None
    assert overall([]).lines == 0


def test_takes_are_heard_where_they_sound() -> None:
    silence = np.zeros((1, 24_000 // 2), np.float32)
    sound = tone(1000, rate_hz=24_000).samples
    audio = Audio(np.concatenate([silence, sound, silence], axis=1), 24_000)
    mask = heard_frames(audio)
    assert np.flatnonzero(mask)[0] == pytest.approx(20, abs=1)
    assert mask.sum() == pytest.approx(40, abs=2)
    lips = mouth(100, ())
    placed = on_frames_of(lips, mask, 250.0)
    assert np.flatnonzero(placed)[0] == pytest.approx(30, abs=1)
    assert around(1000, 2000) == (600, 72)


def test_bounds_are_counted_beyond_rounding() -> None:
    assert out_of_bounds([2, 3, 5], [3.0, 3.0, 3.0], LIMITS) == 0
    assert out_of_bounds([1, 9], [5.0, 5.0], LIMITS) == 2
    assert out_of_bounds([1], [0.2], LIMITS) == 0
    strict = Limits.of(TimingSettings(fastest=0.9, slowest=1.1))
    assert out_of_bounds([2, 3, 5], [3.0, 3.0, 3.0], strict) == 1


def test_baselines_are_the_same_line_without_a_look() -> None:
    plan = DurationPlan(
        "x", "ama", (4, 2, 3, 3, 5), (4.0, 3.0, 2.0, 4.0, 5.0), 1, 4, 0, Span(100, 300)
    )
    line = Span(0, 500)
    ours, natural, uniform = timed_three_ways(plan, line)
    assert ours.frames == plan.frames
    assert natural.frames[1:4] == (3, 2, 4)
    assert sum(uniform.frames[1:4]) * 25 == line.duration_ms
    assert natural.start_ms == uniform.start_ms == -100
    assert heard_as_planned(plan, ours).sum() == 8


def test_noise_sounds_worse_than_silence_with_speech_in_it(samples) -> None:
    import av

    with av.open(str(samples / "portrait.mp4")) as film:
        resampler = av.AudioResampler("flt", "mono", 16_000)
        parts = [
            f.to_ndarray() for frame in film.decode(audio=0) for f in resampler.resample(frame)
        ]
    speech = Audio(np.concatenate(parts, axis=1).astype(np.float32), 16_000)
    noise = Audio(
        np.random.default_rng(0).normal(size=(1, 48_000)).astype(np.float32) * 0.1, 16_000
    )
    assert dnsmos(speech) > dnsmos(noise) + 0.8
