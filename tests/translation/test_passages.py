"""Sentences over several lines: found, and divided where the mouth pauses."""

import pytest

from dubbing.engines.translation import Hypothesis
from dubbing.language.dividing import divided
from dubbing.timeline import Line, Span
from dubbing.translation.names import agreed_renderings, recurring_names
from dubbing.translation.passages import clauses_of, joined_clauses, runs


def line(number: int, text: str, begin: int, end: int, who: str = "S1") -> Line:
    return Line(f"L{number}", Span(begin, end), text, (), who)


def test_a_sentence_that_goes_on_belongs_together() -> None:
    lines = [
        line(1, "If you come tomorrow,", 0, 1500),
        line(2, "we can talk about it.", 2200, 3500),
        line(3, "Fine.", 4000, 4500),
        line(4, "And then", 5000, 5400),
        line(5, "what?", 9000, 9400),
        line(6, "I said", 10_000, 10_500),
        line(7, "nothing.", 10_600, 11_000, "S2"),
    ]
    assert runs(lines, "en") == ((0, 1), (2,), (3,), (4,), (5,), (6,))


def test_a_translation_is_cut_after_a_mark_near_the_pause() -> None:
    told = ["If you come tomorrow,", "we can talk about it."]
    assert divided("如果你明天来，我们可以谈谈。", told, [1.5, 1.3], "zh", None) == (
        "如果你明天来，",
        "我们可以谈谈。",
    )
    assert divided("Si vienes mañana podemos hablar.", told, [1, 1], "es", None) == (
        "Si vienes mañana",
        "podemos hablar.",
    )
    assert divided("好。", told, [1, 1], "zh", None) is None


def test_the_cut_follows_what_the_pieces_mean() -> None:
    def score(pairs):
        return [0.0 if ("来" in said) == ("come" in told) else -5.0 for told, said in pairs]

    told = ["If you come tomorrow,", "we can talk about it."]
    pieces = divided("我们可以谈谈这件事，你明天来。", told[::-1], [1, 1], "zh", score)
    assert pieces == ("我们可以谈谈这件事，", "你明天来。")


def test_long_sentences_are_cut_at_their_clauses() -> None:
    long = (
        "When we came back to the house that evening, the door was open, and all of the lights that "
        "we had turned off in the morning were on again."
    )
    parts = clauses_of(long, "en")
    assert " ".join(parts) == long
    assert [part[-1] for part in parts] == [",", "."]
    assert all(len(part.split()) >= 5 for part in parts)
    assert clauses_of("We came back, and it was open.", "en") == ()
    assert clauses_of("word " * 30, "en") == ()
    found = [[Hypothesis("我们回来的时候，", -0.5)], [Hypothesis("门开着。", -1.0)]]
    joined = joined_clauses(found, "zh")
    assert joined.text == "我们回来的时候，门开着。"
    assert joined.score == pytest.approx(-0.6667)
    assert joined_clauses(found[::-1], "es").text == "门开着。 我们回来的时候，"


def test_names_that_recur_are_found_and_said_one_way() -> None:
    texts = ["Where is Tom?", "I saw Tom with Mary Jane.", "Then Mary Jane left.", "Well, London."]
    assert recurring_names(texts, "en") == ("Tom", "Mary Jane")
    assert recurring_names(["Der Hund und die Katze.", "Ein Hund."], "de") == ()
    rendered = {"Tom": ["汤姆。", "汤"], "Mary Jane": ["Mary Jane"]}
    assert agreed_renderings(("Tom", "Mary Jane"), rendered, "zh") == {"Tom": "汤姆"}
