"""Whatever cues on whatever lines: each word is said in exactly one line, or its cue is named."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from dubbing.engines.translation import Passage
from dubbing.engines.translation.written.cues import Cue
from dubbing.engines.translation.written.laying import lay, with_true_end
from dubbing.engines.translation.written.repeats import without_repeats
from dubbing.engines.translation.written.spoken import labels_of, spoken_text
from dubbing.language.text_language import is_other_language

MARKS = st.sampled_from(["", "", "", ",", ".", "?", "…"])


@st.composite
def lines(draw: st.DrawFn) -> list[Passage]:
    spans = draw(
        st.lists(st.tuples(st.integers(0, 4000), st.integers(100, 8000)), min_size=1, max_size=8)
    )
    found, at = [], 0
    for gap, lasts in spans:
        found.append(Passage("x", start_ms=at + gap, end_ms=at + gap + lasts))
        at += gap + lasts
    return found


@st.composite
def cues(draw: st.DrawFn) -> list[Cue]:
    """Of words that all differ, so that each can be found again; some with two speakers."""
    found, number = [], 0
    for _ in range(draw(st.integers(1, 8))):
        start = draw(st.integers(-5000, 60_000))
        rows = []
        for _ in range(draw(st.integers(0, 3))):
            count = draw(st.integers(1, 6))
            words = [f"w{number + n}{draw(MARKS)}" for n in range(count)]
            number += count
            rows.append(draw(st.sampled_from(["", "- "])) + " ".join(words))
        cue = Cue(start, start + draw(st.integers(-500, 20_000)), tuple(rows))
        found.append(with_true_end(cue))
    return sorted(found, key=lambda cue: (cue.start_ms, cue.end_ms))


def words(text: str) -> list[str]:
    return [word.strip(",.?…") for word in text.split() if word != "-"]


@given(cues(), lines())
@settings(deadline=None, max_examples=300)
def test_each_word_is_in_one_line_or_its_cue_is_named(
    shown: list[Cue], film: list[Passage]
) -> None:
    found = lay(shown, film, "es")
    said = Counter(word for text in found.texts for word in words(text))
    lost = Counter(word for n in found.lost for row in shown[n].rows for word in words(row))
    assert said + lost == Counter(word for cue in shown for row in cue.rows for word in words(row))
    assert all(found.texts[n] == "" for n in found.without)
    for cue in shown:  # in the order of the cue
        places = [
            n
            for word in words(" ".join(cue.rows))
            for n, t in enumerate(found.texts)
            if word in words(t)
        ]
        assert places == sorted(places)


@given(cues())
@settings(deadline=None, max_examples=100)
def test_cues_that_repeat_nothing_stay_as_they_are(shown: list[Cue]) -> None:
    assert without_repeats(shown) == tuple(shown)


@given(st.lists(st.integers(1, 4), min_size=2, max_size=8), st.booleans())
@settings(deadline=None, max_examples=100)
def test_rolling_captions_say_each_word_once(counts: list[int], grows: bool) -> None:
    rows, number = [], 0
    for count in counts:
        rows.append(" ".join(f"w{number + n}" for n in range(count)))
        number += count
    if grows:
        shown = [
            Cue(n * 1000, n * 1000 + 1000, (" ".join(rows[: n + 1]),)) for n in range(len(rows))
        ]
    else:
        shown = [
            Cue(n * 1000, n * 1000 + 1000, tuple(rows[max(0, n - 1) : n + 1]))
            for n in range(len(rows))
        ]
    said = [word for cue in without_repeats(shown) for row in cue.rows for word in row.split()]
    if len(counts) > 2 or not grows:  # one repeat of one word may be meant
        assert said == [f"w{n}" for n in range(number)]


@given(st.text(max_size=60))
@settings(deadline=None, max_examples=300)
def test_any_text_can_be_cleaned(text: str) -> None:
    said = spoken_text(text, labels_of([text]))
    assert "\x00" not in said
    assert said == " ".join(said.split())
    is_other_language(said, "es")
