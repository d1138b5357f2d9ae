"""What a recogniser doubts is said."""

import pytest

from dubbing.language.doubt import is_stock_phrase, is_uncertain, language_doubt, only_guessed
from dubbing.timeline import Hearing, Line, Span, Word


def test_a_doubtful_language_is_said_with_the_way_out() -> None:
    assert language_doubt("ko", 0.58, 20_000) == (
        "The language was guessed as Korean (58%); use --from if it is another."
    )


@pytest.mark.parametrize(
    ("probability", "speech_ms", "is_doubtful"),
    [(0.97, 20_000, False), (0.97, 2000, True), (0.79, 60_000, True), (0.8, 3000, False)],
)
def test_little_speech_and_little_probability_are_doubtful(
    probability: float, speech_ms: int, is_doubtful: bool
) -> None:
    assert bool(language_doubt("zh", probability, speech_ms)) == is_doubtful


def line(
    sureness: float, text: str = "Some more words", start_ms: int = 0, **hearing: float
) -> Line:
    span = Span(start_ms, start_ms + 1000)
    words = tuple(Word(word, start_ms, start_ms + 500, sureness) for word in text.split())
    return Line(f"L{start_ms}", span, text, words, hearing=Hearing("en", **hearing))


def is_guessed(*lines: Line) -> bool:
    return lines[0].id in only_guessed(lines)


def test_a_line_is_uncertain_by_its_words_or_by_its_segment() -> None:
    assert is_uncertain(line(0.45))
    assert is_uncertain(line(0.75, mean_log_probability=-0.7))
    assert not is_uncertain(line(0.75, mean_log_probability=-0.4))
    assert not is_uncertain(Line("L1", Span(0, 1), "", ()))


def test_a_word_or_two_need_more_doubt_for_they_have_no_context() -> None:
    assert not is_uncertain(line(0.45, "The media."))
    assert is_uncertain(line(0.3, "The media."))
    assert is_uncertain(line(0.45, "I love you."))
    assert is_uncertain(line(0.75, "Go ahead.", mean_log_probability=-0.7))


def test_under_loud_music_less_doubt_is_enough() -> None:
    """ "The Eastern Coast" under music as loud as it, and 6 dB softer."""
    misheard = line(0.66, "The mystery close is a place", mean_log_probability=-0.51)
    assert is_uncertain(misheard, is_buried=True)
    assert not is_uncertain(misheard)
    assert not is_uncertain(line(0.85, "The Eastern Coast is a place"), is_buried=True)


HEARD_AND_SAID = {
    "quiet but clear": (0.82, {"mean_log_probability": -0.3, "no_speech_probability": 0.18}),
    "unclear": (0.62, {"mean_log_probability": -0.8, "no_speech_probability": 0.16}),
    "quarrel": (0.52, {"mean_log_probability": -0.54, "no_speech_probability": 0.23}),
    "short film": (0.8, {"mean_log_probability": -0.28, "language_probability": 0.56}),
}
MADE_UP = {
    "an audience laughs": (
        0.91,
        {
            "language_probability": 0.43,
            "mean_log_probability": -0.76,
            "no_speech_probability": 0.72,
        },
    ),
    "backwards": (0.35, {"mean_log_probability": -1.3}),
    "buried in noise": (0.48, {"mean_log_probability": -0.91, "no_speech_probability": 0.48}),
    "grimaces": (0.54, {"mean_log_probability": -0.95, "language_probability": 0.42}),
    "loop": (0.76, {"mean_log_probability": -0.47, "compression_ratio": 4.0}),
}


@pytest.mark.parametrize("kind", HEARD_AND_SAID)
def test_what_was_heard_is_dubbed(kind: str) -> None:
    sureness, hearing = HEARD_AND_SAID[kind]
    assert not is_guessed(line(sureness, **hearing))


@pytest.mark.parametrize("kind", MADE_UP)
def test_what_was_made_up_is_not(kind: str) -> None:
    sureness, hearing = MADE_UP[kind]
    assert is_guessed(line(sureness, **hearing))


def test_a_stock_phrase_is_only_evidence() -> None:
    text = "See you next time!"
    assert is_stock_phrase(text)
    assert not is_guessed(line(0.9, text))
    assert is_guessed(line(0.65, text, no_speech_probability=0.5))
    assert not is_guessed(line(0.65, "See you on Monday!", no_speech_probability=0.5))


def test_repeated_lines_are_only_evidence() -> None:
    again = line(0.6, start_ms=2000)
    assert not is_guessed(line(0.9), again)
    assert is_guessed(line(0.6, no_speech_probability=0.5), again)
    assert not is_guessed(line(0.6), again)


def test_without_a_hearing_nothing_is_guessed() -> None:
    assert not only_guessed([Line("L1", Span(0, 9), "a", (Word("a", 0, 9, 0.1),))])
