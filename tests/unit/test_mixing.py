import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dubbing.arrays import Audio
from dubbing.mixing.ducking import duck_gain, merge
from dubbing.mixing.limiter import limit
from dubbing.mixing.mixer import MixPlan, PlacedTake, mix

RATE_HZ = 48_000


def noise(n: int, channels: int = 2, level: float = 0.1) -> np.ndarray:
    return (np.random.default_rng(3).normal(size=(channels, n)) * level).astype(np.float32)


def mixed(original: np.ndarray, plan: MixPlan) -> np.ndarray:
    def read(first: int, last: int) -> Audio:
        return Audio(original[:, first:last].copy(), RATE_HZ)

    return np.concatenate(
        [block.samples for block in mix(read, original.shape[1], RATE_HZ, plan)], axis=1
    )


BOTH_SIDES = ((0, 1.0), (1, 1.0))


def plan(takes=(), ducked=(), voice=BOTH_SIDES) -> MixPlan:
    return MixPlan(tuple(takes), tuple(ducked), 0.05, 480, -1.0, tuple(voice))


def take(first: int, samples: np.ndarray, gain: float = 1.0) -> PlacedTake:
    return PlacedTake(first, len(samples), gain, lambda: samples)


def test_outside_dubbed_lines_every_sample_is_the_original() -> None:
    original = noise(25 * RATE_HZ)
    made = mixed(original, plan([take(12 * RATE_HZ, np.ones(RATE_HZ, np.float32) * 0.1)],
                                [(12 * RATE_HZ, 13 * RATE_HZ)]))  # fmt: skip
    first, last = 12 * RATE_HZ - 480, 13 * RATE_HZ + 480
    assert np.array_equal(made[:, :first], original[:, :first])
    assert np.array_equal(made[:, last:], original[:, last:])
    assert made.shape == original.shape


def test_the_original_is_down_while_the_dub_speaks_and_the_dub_is_added() -> None:
    original = noise(3 * RATE_HZ)
    voice = np.full(RATE_HZ, 0.2, np.float32)
    made = mixed(original, plan([take(RATE_HZ, voice, gain=0.5)], [(RATE_HZ, 2 * RATE_HZ)]))
    inside = slice(RATE_HZ, 2 * RATE_HZ)
    assert np.allclose(made[:, inside], original[:, inside] * 0.05 + 0.1, atol=1e-6)


def test_a_take_over_a_block_border_is_seamless_and_one_before_the_film_is_clipped() -> None:
    original = np.zeros((1, 21 * RATE_HZ), np.float32)
    ramp = np.linspace(0, 0.5, 2 * RATE_HZ).astype(np.float32)
    made = mixed(original, plan([take(9 * RATE_HZ, ramp), take(-RATE_HZ, ramp)], voice=[(0, 1.0)]))
    assert np.allclose(made[0, 9 * RATE_HZ : 11 * RATE_HZ], ramp, atol=1e-6)
    assert np.allclose(made[0, :RATE_HZ], ramp[RATE_HZ:], atol=1e-6)


def test_no_true_peak_passes_the_ceiling() -> None:
    from scipy.signal import resample_poly

    loud = noise(RATE_HZ, level=0.6)
    limited = limit(loud, RATE_HZ, -1.0)
    peak = np.abs(resample_poly(limited.astype(np.float64), 8, 1, axis=1)).max()
    assert 20 * np.log10(peak) <= -1.0 + 0.1
    soft = noise(RATE_HZ, level=0.05)
    assert limit(soft, RATE_HZ, -1.0) is soft


def test_what_was_loud_before_stays_loud_outside_dubbed_lines() -> None:
    original = noise(3 * RATE_HZ, level=0.6)
    voice = np.full(RATE_HZ, 0.3, np.float32)
    made = mixed(original, plan([take(RATE_HZ, voice)], [(RATE_HZ, 2 * RATE_HZ)]))
    assert np.array_equal(made[:, : RATE_HZ - 960], original[:, : RATE_HZ - 960])
    assert np.array_equal(made[:, 2 * RATE_HZ + 960 :], original[:, 2 * RATE_HZ + 960 :])


def test_the_dub_goes_where_the_voice_was_with_its_balance() -> None:
    original = noise(RATE_HZ, channels=6)
    place = ((2, 1.0), (4, 0.25))
    others = [0, 1, 3, 5]
    made = mixed(original, plan([take(0, np.full(RATE_HZ, 0.1, np.float32))], voice=place))
    assert np.array_equal(made[others], original[others])
    assert np.allclose(made[2] - original[2], 0.1, atol=1e-6)
    assert np.allclose(made[4] - original[4], 0.025, atol=1e-6)
    ducked = mixed(original, plan([], [(0, RATE_HZ)], voice=place))
    assert np.array_equal(ducked[others], original[others])
    assert np.allclose(ducked[[2, 4]], original[[2, 4]] * 0.05, atol=1e-6)


intervals = st.lists(st.tuples(st.integers(0, 900), st.integers(1, 90)), max_size=8).map(
    lambda pairs: [(a, a + n) for a, n in pairs]
)


@given(intervals, st.integers(0, 50))
def test_merged_intervals_cover_the_same_and_lie_apart(found, gap) -> None:
    merged = merge(found, gap)
    for a, b in found:
        assert any(x <= a and b <= y for x, y in merged)
    assert all(b[0] - a[1] > gap for a, b in itertools.pairwise(merged))


@given(intervals, st.integers(0, 800), st.integers(1, 300))
def test_the_duck_is_the_same_however_it_is_cut_into_blocks(found, first, n) -> None:
    whole = duck_gain(found, 0, 1200, floor=0.1, ramp=20)
    assert np.allclose(duck_gain(found, first, n, floor=0.1, ramp=20), whole[first : first + n])
    assert whole.min() >= 0.1 - 1e-6
    assert whole.max() <= 1.0
