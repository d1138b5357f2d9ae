"""What a recogniser doubts is said."""

import pytest

from dubbing.language.doubt import is_uncertain, language_doubt
from dubbing.timeline import Word


def test_a_doubtful_language_is_said_with_the_way_out() -> None:
    assert language_doubt("ko", 0.58, 20_000) == (
        "The language was guessed as Korean (58%); say --from if it is another."
    )


@pytest.mark.parametrize(
    ("probability", "speech_ms", "is_doubtful"),
    [(0.97, 20_000, False), (0.97, 2000, True), (0.79, 60_000, True), (0.8, 3000, False)],
)
def test_little_speech_and_little_probability_are_doubtful(
    probability: float, speech_ms: int, is_doubtful: bool
) -> None:
    assert bool(language_doubt("zh", probability, speech_ms)) == is_doubtful


def words(*probabilities: float) -> list[Word]:
    return [Word("a", n, n + 1, p) for n, p in enumerate(probabilities)]


def test_a_line_is_uncertain_by_the_mean_of_its_words() -> None:
    assert is_uncertain(words(0.4, 0.5))
    assert not is_uncertain(words(0.9, 0.2, 0.95))
    assert not is_uncertain([])
