"""The choice: what fits beats what does not, neighbours lend each other time, wholes stay whole."""

from hypothesis import given
from hypothesis import strategies as st

from dubbing.settings import ChoiceWeights, TimingSettings
from dubbing.timeline import Candidate
from dubbing.timing.isochrony import Limits
from dubbing.translation.candidates import candidates, contenders, merged, valued
from dubbing.translation.choice import Contender, Fitting, Place, choose, fit_cost

WEIGHTS = ChoiceWeights()
LIMITS = Limits.of(TimingSettings())
FITTING = Fitting(LIMITS, gap_ms=100)
lengths = st.floats(100, 20_000)


def test_a_line_that_fits_costs_nothing() -> None:
    assert fit_cost(1000, 1000, 1000, LIMITS) == 0
    assert fit_cost(1100, 1000, 1000, LIMITS) == 0
    assert fit_cost(850, 1000, 1000, LIMITS) == 0


@given(lengths, lengths, st.floats(0, 5000))
def test_costs_are_never_negative_and_room_never_hurts(
    natural: float, wanted: float, more: float
) -> None:
    cost = fit_cost(natural, wanted, wanted + more, LIMITS)
    assert 0 <= cost <= fit_cost(natural, wanted, wanted, LIMITS) + 1e-9


@given(lengths, st.floats(1.0, 3.0), st.floats(1.0, 3.0))
def test_the_longer_it_is_the_more_it_costs(wanted: float, one: float, other: float) -> None:
    shorter, longer = sorted((one * wanted, other * wanted))
    assert (
        fit_cost(shorter, wanted, wanted, LIMITS) <= fit_cost(longer, wanted, wanted, LIMITS) + 1e-9
    )


def test_the_cost_is_by_the_settings_that_the_timing_stage_keeps() -> None:
    loose = Limits.of(TimingSettings(comfortable_fast=0.7, comfortable_slow=1.6, max_rate=1.9))
    assert fit_cost(1300, 1000, 1000, LIMITS) > 0 == fit_cost(1300, 1000, 1000, loose)
    assert fit_cost(700, 1000, 1000, LIMITS) > 0 == fit_cost(700, 1000, 1000, loose)
    assert fit_cost(3000, 1000, 1000, LIMITS) > fit_cost(3000, 1000, 1000, loose) + 1


def test_the_gap_of_the_settings_makes_the_next_line_late() -> None:
    long, short = Contender(0.0, 2400), Contender(-3.0, 1500)
    second = [Contender(0.0, 2000)]
    places = [Place(0, 1500, 1600), Place(1600, 3600, 3700)]
    picks = {
        gap_ms: choose([[long, short], second], places, WEIGHTS, Fitting(LIMITS, gap_ms))
        for gap_ms in (0, 1500)
    }
    assert picks == {0: (0, 0), 1500: (1, 0)}


def test_the_better_text_is_said_unless_it_does_not_fit() -> None:
    good, short = Contender(0.0, 3000), Contender(-0.4, 1000)
    assert choose([[good, short]], [Place(0, 3000, 3200)], WEIGHTS, FITTING) == (0,)
    assert choose([[good, short]], [Place(0, 1000, 1200)], WEIGHTS, FITTING) == (1,)
    assert choose([[good, short]], [Place(0, 1000, 1200)], ChoiceWeights(fit=0), FITTING) == (0,)


def test_neighbours_are_chosen_together() -> None:
    """A long first line makes the second one late, so that only a shorter one would fit there."""
    long, short = Contender(0.0, 2600), Contender(-0.5, 1500)
    second = [Contender(0.0, 2000)]
    places = [Place(0, 1500, 1600), Place(1600, 3600, 3700)]
    assert choose([[long, short], second], places, WEIGHTS, FITTING) == (1, 0)
    roomy = [Place(0, 1500, 3000), Place(3000, 5000, 9000)]
    assert choose([[long, short], second], roomy, WEIGHTS, FITTING) == (0, 0)


def test_parts_of_a_whole_are_said_together() -> None:
    first = [Contender(0.0, 900), Contender(0.2, 900, "p.0", opens=True)]
    second = [Contender(0.0, 900), Contender(5.0, 900, "p.0", opens=False)]
    places = [Place(0, 1000, 1100), Place(1100, 2100, 2200)]
    assert choose([first, second], places, WEIGHTS, FITTING) == (1, 1)
    worse = [Contender(0.0, 900), Contender(-5.0, 900, "p.0", opens=False)]
    assert choose([first, worse], places, WEIGHTS, FITTING) == (0, 0)


@given(st.lists(st.lists(st.tuples(st.floats(-3, 0), lengths), max_size=4), max_size=6))
def test_every_line_gets_one_of_its_own(lines: list[list[tuple[float, float]]]) -> None:
    offered = [[Contender(quality, natural) for quality, natural in line] for line in lines]
    places = [Place(2000 * n, 2000 * n + 1800, 2000 * n + 2000) for n in range(len(lines))]
    picks = choose(offered, places, WEIGHTS, FITTING)
    for pick, line in zip(picks, offered, strict=True):
        assert 0 <= pick < len(line) if line else pick == -1


def test_worth_has_parts_that_can_be_read() -> None:
    from dubbing.engines.translation import Hypothesis

    made = candidates(
        "Tom has 3 dogs.",
        [Hypothesis("汤姆有两条狗。", -0.1), Hypothesis("汤姆有三条狗。", -0.4)],
        ("en", "zh"),
    )
    assert [candidate.flags for candidate in made] == [("number lost",), ()]
    wrong, right = valued(made, WEIGHTS, {"Tom": "汤姆"}, "Tom has 3 dogs.")
    assert right.total > wrong.total
    remembered = Candidate("汤姆养了三条狗。", 0.0, origin="memory")
    best = max(valued([*made, remembered], WEIGHTS, {}, "Tom has 3 dogs."), key=lambda c: c.total)
    assert best.origin == "memory"


def test_merging_keeps_the_first_and_wholes_apart() -> None:
    one, again = Candidate("好", -1.0), Candidate("好", -2.0)
    part = Candidate("好", -3.0, whole="L1.0/1")
    assert merged([one], [again, part]) == [one, part]
    assert [c.opens for c in contenders([one, part])] == [True, False]
    assert contenders([part])[0].whole == "L1.0"
