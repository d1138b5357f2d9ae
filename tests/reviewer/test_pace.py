"""How long a text takes, told from others."""

import pytest

from dubbing.reviewer.pace import pace, units
from dubbing.timeline import Candidate


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("你好，世界 2 次", "zh", 6),
        ("これはペンです。", "ja", 7),
        ("Have you ever seen the sea?", "en", 8),
        ("¿Cómo está usted?", "es", 6),
        ("pssst", "en", 1),
        ("", "en", 0),
    ],
)
def test_units(text: str, language: str, expected: int) -> None:
    assert units(text, language) == expected


def test_pace_of_texts_that_take_a_time_each() -> None:
    known = [Candidate("字" * n, 0.0, natural_ms=200 * n + 150) for n in (3, 5, 8, 12)]
    found = pace(known, "zh")
    assert found is not None
    assert found.ms_per_unit == pytest.approx(200, abs=1)
    assert found.extra_ms == pytest.approx(150, abs=5)


def test_pace_of_one_text_and_of_none() -> None:
    found = pace([Candidate("五个字是五", 0.0, natural_ms=1000)], "zh")
    assert found is not None
    assert (found.ms_per_unit, found.extra_ms) == (200.0, 0.0)
    assert pace([Candidate("没有", 0.0)], "zh") is None
