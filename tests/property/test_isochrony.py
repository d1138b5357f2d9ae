"""The ladder: it never fails, and makes concessions in the fixed order."""

from hypothesis import given, settings
from hypothesis import strategies as st

from dubbing.timing.bounds import Bending, problem
from dubbing.timing.isochrony import Limits, Option, Slot, fit_line

SYMBOLS = "kˈata, mo pˈuʃ"
LIMITS = Limits()
ORDER = ("candidate", "early end", "borrow", "pauses", "durations", "rate", "spill")


def option(scale: float = 1.0) -> Option:
    natural = {" ": 2.0, ",": 6.0, "ˈ": 2.0}
    return Option(SYMBOLS, tuple(natural.get(symbol, 4.0) * scale for symbol in SYMBOLS))


NATURAL = round(option().natural_frames)


def rungs(wanted: int, most: int | None = None, *options: Option, closed: bool = False):
    slot = Slot(wanted, most or wanted, closed=closed)
    fit = fit_line(options or (option(),), slot, LIMITS)
    return fit.rungs, sum(fit.frames), fit.option


def test_what_fits_fills_the_slot_exactly_and_concedes_nothing() -> None:
    assert rungs(NATURAL) == ((), NATURAL, 0)
    assert rungs(NATURAL + 4)[:2] == ((), NATURAL + 4)


def test_a_short_text_ends_early_rather_than_drawl() -> None:
    made, total, _ = rungs(NATURAL * 4)
    assert made == ("early end",)
    assert total < NATURAL * 2


def test_each_concession_comes_when_the_ones_before_do_not_suffice() -> None:
    assert rungs(int(NATURAL * 0.7), NATURAL * 2)[0] == ("borrow",)
    assert rungs(int(NATURAL * 0.85))[0][-1] in ("pauses", "durations")
    assert rungs(int(NATURAL * 0.75))[0][-1] == "rate"
    assert rungs(int(NATURAL * 0.3))[0][-1] == "spill"


def test_a_shorter_translation_is_taken_before_the_rate_is_raised() -> None:
    made, _, chosen = rungs(int(NATURAL * 0.6), None, option(), option(0.6))
    assert chosen == 1
    assert made == ("candidate",)


def test_candidates_are_only_asked_for_when_they_are_needed() -> None:
    def lazy():
        yield option()
        raise AssertionError("the first one fitted")

    fit_line(lazy(), Slot(NATURAL, NATURAL), LIMITS)


def test_nothing_spills_beyond_the_end_of_the_film() -> None:
    made, total, _ = rungs(int(NATURAL * 0.6), closed=True)
    assert total == int(NATURAL * 0.6)
    assert made[-1] == "rate"


def test_pauses_and_vowels_give_way_before_consonants() -> None:
    fit = fit_line((option(),), Slot(int(NATURAL * 0.87), int(NATURAL * 0.87)), LIMITS)
    lost = {s: f / n for s, f, n in zip(SYMBOLS, fit.frames, option().natural, strict=True)}
    assert lost[","] < lost["u"] <= lost["ʃ"]


@given(
    st.lists(
        st.tuples(st.sampled_from("aikmʃˈ,. "), st.floats(0.3, 30.0)), min_size=1, max_size=40
    ),
    st.integers(1, 400),
    st.integers(0, 200),
    st.integers(-3, 6),
    st.booleans(),
)
@settings(deadline=None, max_examples=200)
def test_it_never_fails_and_names_concessions_in_order(
    pairs, wanted, more, unheard, closed
) -> None:
    line = Option("".join(s for s, _ in pairs), tuple(n for _, n in pairs), unheard)
    slot = Slot(wanted, wanted + more, closed=closed)
    fit = fit_line((line,), slot, LIMITS)
    assert len(fit.frames) == len(pairs)
    assert min(fit.frames) >= 1
    places = [ORDER.index(rung) for rung in fit.rungs]
    assert places == sorted(places)
    if "rate" not in fit.rungs:
        bounds = problem(line.symbols, line.natural, Bending(LIMITS.fastest, LIMITS.slowest))
        assert all(
            a <= f <= b for a, f, b in zip(bounds.lower, fit.frames, bounds.upper, strict=True)
        )
    if not {"spill", "early end"} & set(fit.rungs):
        assert sum(fit.frames) - unheard <= max(slot.most, bounds_shortest(line) - unheard)


def bounds_shortest(line: Option) -> int:
    return problem(line.symbols, line.natural, Bending(LIMITS.fastest, LIMITS.slowest)).shortest
