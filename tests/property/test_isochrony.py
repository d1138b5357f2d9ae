"""The ladder: it never fails, and makes concessions in the fixed order."""

from hypothesis import given, settings
from hypothesis import strategies as st

from dubbing.settings import TimingSettings
from dubbing.timing.bounds import Bending, problem
from dubbing.timing.isochrony import MOST_TEMPO, Limits, Option, Slot, fit_line

SYMBOLS = "kˈata, mo pˈuʃ"
LIMITS = Limits.of(TimingSettings())
ORDER = (
    "candidate", "early end", "borrow", "pauses", "durations", "rate",
    "spill", "earlier", "squeeze", "overlap", "cut",
)  # fmt: skip


def option(scale: float = 1.0) -> Option:
    natural = {" ": 2.0, ",": 6.0, "ˈ": 2.0}
    return Option(SYMBOLS, tuple(natural.get(symbol, 4.0) * scale for symbol in SYMBOLS))


NATURAL = round(option().natural_frames)


def rungs(wanted: int, most: int | None = None, *options: Option, before: int | None = None):
    most = most or wanted
    slot = Slot(wanted, most) if before is None else Slot(wanted, most, most, most, before)
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
    made, total, _ = rungs(int(NATURAL * 0.6), before=0)
    assert total == int(NATURAL * 0.6)
    assert made[-1] == "squeeze"


def test_before_the_end_of_the_film_a_line_begins_earlier_if_it_can() -> None:
    made, total, _ = rungs(int(NATURAL * 0.6), before=NATURAL)
    assert total == -(-NATURAL * 0.85 // 1.2)
    assert made[-1] == "earlier"


def test_what_no_tempo_makes_fit_overlaps_or_is_cut_after_a_word() -> None:
    brief = int(NATURAL * 0.3)
    fit = fit_line((option(),), Slot(brief, brief, brief, NATURAL * 2), LIMITS)
    assert fit.rungs[-2:] == ("squeeze", "overlap")
    assert len(fit.frames) == len(SYMBOLS)
    assert sum(fit.frames) >= NATURAL / MOST_TEMPO / 1.2
    fit = fit_line((option(),), Slot(brief, brief, brief, brief), LIMITS)
    assert fit.rungs[-2:] == ("squeeze", "cut")
    assert SYMBOLS[: len(fit.frames)] == "kˈata, mo"
    assert sum(fit.frames) <= brief


def test_pauses_and_vowels_give_way_before_consonants() -> None:
    fit = fit_line((option(),), Slot(int(NATURAL * 0.87), int(NATURAL * 0.87)), LIMITS)
    lost = {s: f / n for s, f, n in zip(SYMBOLS, fit.frames, option().natural, strict=True)}
    assert lost[","] < lost["u"] <= lost["ʃ"]


@given(
    st.lists(
        st.tuples(st.sampled_from("aikmʃˈ,. "), st.floats(0.3, 30.0)), min_size=1, max_size=40
    ),
    st.lists(st.integers(0, 200), min_size=4, max_size=4),
    st.integers(-3, 6),
)
@settings(deadline=None, max_examples=300)
def test_it_never_fails_and_names_concessions_in_order(pairs, bounds, unheard) -> None:
    line = Option("".join(s for s, _ in pairs), tuple(n for _, n in pairs), unheard)
    wanted, most, limit, before = bounds
    slot = Slot(1 + wanted, 1 + wanted + most, 1 + wanted + most + limit, 600, before)
    fit = fit_line((line,), slot, LIMITS)
    assert min(fit.frames) >= 1
    places = [ORDER.index(rung) for rung in fit.rungs]
    assert places == sorted(places)
    assert fit.earlier <= before
    if "cut" in fit.rungs:
        assert len(fit.frames) <= len(pairs)
        assert sum(fit.frames) <= max(600 + before, fit.frames[0])
        return
    assert len(fit.frames) == len(pairs)
    if "rate" not in fit.rungs:
        within = problem(line.symbols, line.natural, Bending(LIMITS.fastest, LIMITS.slowest))
        assert all(
            a <= f <= b for a, f, b in zip(within.lower, fit.frames, within.upper, strict=True)
        )
    heard = max(sum(fit.frames) - unheard, 1)
    shortest = max(1, bounds_shortest(line) - unheard)
    if not {"spill", "squeeze", "overlap", "earlier"} & set(fit.rungs):
        assert heard <= max(slot.most, shortest)
    elif "overlap" not in fit.rungs:
        assert heard <= max(slot.limit + fit.earlier, shortest)
    assert heard <= max(slot.film + fit.earlier, shortest)


def bounds_shortest(line: Option) -> int:
    return problem(line.symbols, line.natural, Bending(LIMITS.fastest, LIMITS.slowest)).shortest
