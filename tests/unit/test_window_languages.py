"""Each window is heard in its own language, and none is switched without strong evidence."""

import pytest

from dubbing.stages.window_languages import Tongue, most_spoken, window_languages

FILM = Tongue("de", 0.9)


class ScriptedEar:
    """Names languages by the start of windows; hears a language as well as it is told."""

    def __init__(self, named: dict[int, tuple[str, float]], fits: dict[str, float]) -> None:
        self.named, self.fits, self.asked = named, fits, 0

    def language_in(self, window: tuple[int, int]) -> tuple[str, float]:
        return self.named[window[0]]

    def fit_of(self, window: tuple[int, int], language: str) -> float:
        self.asked += 1
        return self.fits[language]


def languages(windows, named, fits) -> list[str]:
    return [t.language for t in window_languages(windows, FILM, ScriptedEar(named, fits))]


def test_a_window_that_is_surely_english_is_heard_so() -> None:
    windows = [(0, 3000), (4500, 7000)]
    named = {0: ("de", 0.99), 4500: ("en", 0.97)}
    assert languages(windows, named, {"en": -0.1, "de": -0.45}) == ["de", "en"]


@pytest.mark.parametrize(
    ("probability", "fits"),
    [
        (0.89, {"en": -0.1, "de": -0.45}),
        (0.97, {"en": -0.4, "de": -0.45}),
        (0.97, {"en": -0.8, "de": -1.2}),
    ],
    ids=["not sure", "hardly better understood", "not understood"],
)
def test_weak_evidence_does_not_switch(probability: float, fits: dict[str, float]) -> None:
    named = {0: ("de", 0.99), 4500: ("en", probability)}
    assert languages([(0, 3000), (4500, 7000)], named, fits) == ["de", "de"]


def test_a_short_window_is_spoken_as_its_near_neighbour() -> None:
    windows = [(0, 3000), (4500, 7000), (7300, 7900), (12_000, 12_500)]
    named = {0: ("de", 0.99), 4500: ("en", 0.97)}
    assert languages(windows, named, {"en": -0.1, "de": -0.45}) == ["de", "en", "en", "de"]


def test_short_windows_that_follow_closely_are_judged_together() -> None:
    windows = [(0, 900), (1200, 2100), (9000, 12_000)]
    named = {0: ("en", 0.95), 9000: ("de", 0.99)}
    assert languages(windows, named, {"en": -0.1, "de": -0.45}) == ["en", "en", "de"]


def test_a_language_that_is_spoken_elsewhere_needs_less() -> None:
    windows = [(0, 3000), (4500, 7000), (9000, 11_000)]
    named = {0: ("de", 0.99), 4500: ("en", 0.97), 9000: ("en", 0.8)}
    assert languages(windows, named, {"en": -0.1, "de": -0.45}) == ["de", "en", "en"]


def test_a_film_of_one_language_is_heard_once() -> None:
    ear = ScriptedEar({0: ("de", 0.6), 4500: ("de", 0.99)}, {})
    window_languages([(0, 3000), (4500, 7000)], FILM, ear)
    assert ear.asked == 0


def test_the_film_has_the_language_that_most_speech_is_in() -> None:
    windows = [(0, 2000), (3000, 9000), (10_000, 12_000)]
    tongues = [Tongue("de", 0.9), Tongue("en", 0.98), Tongue("de", 0.9)]
    assert most_spoken(windows, tongues) == Tongue("en", 0.98)
