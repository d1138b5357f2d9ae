"""Under a marked take, what is left of the film carries the same mark; elsewhere it does not."""

from dataclasses import replace

import numpy as np
import pytest

from dubbing.arrays import Audio
from dubbing.mixing.mixer import MixPlan, PlacedTake, mix, shifted
from dubbing.watermark.finder import find
from dubbing.watermark.marker import with_mark

RATE_HZ, SECONDS = 24_000, 16
START, END = 4 * RATE_HZ + 55, 11 * RATE_HZ


def noise(n_channels: int, seed: int) -> np.ndarray:
    drawn = np.random.default_rng(seed).normal(0, 0.05, (n_channels, SECONDS * RATE_HZ))
    return drawn.astype(np.float32)


@pytest.fixture(scope="module")
def plan() -> MixPlan:
    """A take that is as loud as what it lies over."""
    said = noise(1, 1)[:, START:END]
    sound = with_mark(said, RATE_HZ, START, [(START, END)])[0]
    take = PlacedTake(START, len(sound), 1.0, lambda: sound, is_marked=True)
    return MixPlan(
        (take,), ((START, END),), floor=1.0, ramp=100, ceiling_dbtp=60.0, voice=((0, 1.0), (1, 1.0))
    )


def mixed(plan: MixPlan, first: int = 0, last: int = SECONDS * RATE_HZ) -> np.ndarray:
    film = noise(2, 2)

    def read(a: int, b: int) -> Audio:
        return Audio(film[:, first + a : first + b].copy(), RATE_HZ)

    blocks = mix(read, last - first, RATE_HZ, shifted(plan, first))
    return np.concatenate([block.samples for block in blocks], axis=1)


def test_it_is_found_though_the_bed_is_as_loud_as_the_voice(plan: MixPlan) -> None:
    found = find(lambda: [Audio(mixed(plan), RATE_HZ)])
    (stretch,) = found.stretches
    assert stretch.start_ms == pytest.approx(START * 1000 / RATE_HZ, abs=1_000)
    assert stretch.end_ms == pytest.approx(END * 1000 / RATE_HZ, abs=1_000)


def test_outside_the_take_nothing_is_changed(plan: MixPlan) -> None:
    sound, film = mixed(plan), noise(2, 2)
    assert np.array_equal(sound[:, :START], film[:, :START])
    assert np.array_equal(sound[:, END:], film[:, END:])


def test_under_an_unmarked_take_the_film_stays_as_it_is(plan: MixPlan) -> None:
    unmarked = replace(plan, takes=tuple(replace(take, is_marked=False) for take in plan.takes))
    sound = plan.takes[0].load()
    left = mixed(unmarked)[:, START:END] - sound
    assert np.abs(left - noise(2, 2)[:, START:END]).max() < 1e-6


def test_a_piece_sounds_as_in_the_whole(plan: MixPlan) -> None:
    first, last = 6 * RATE_HZ + 17, 9 * RATE_HZ
    inner = slice(RATE_HZ // 4, -RATE_HZ // 4)
    piece = mixed(plan, first, last)[:, inner]
    assert np.abs(piece - mixed(plan)[:, first:last][:, inner]).max() < 1e-6
