"""Listening tests counted."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dubbing.errors import UsageError
from dubbing.reviewer.preferences import (
    Key,
    Preferences,
    read_preferences,
    sign_test,
    tally,
    wilson,
)

KEY = Key.model_validate_json(
    json.dumps(
        {
            "schema": "dubbing.ComparisonKey/1",
            "id": "t1",
            "dubs": ["ours", "theirs"],
            "swapped": [False, True, True],
        }
    )
)


def answered(**answers: dict[str, object]) -> Preferences:
    plain = {"schema": "dubbing.Preferences/1", "comparison": "t1", "listener": "Ana",
             "answers": {pair.removeprefix("p"): answer for pair, answer in answers.items()}}  # fmt: skip
    return Preferences.model_validate_json(json.dumps(plain))


def test_sides_are_turned_back_before_votes_are_counted() -> None:
    given_ = answered(
        p1={"choice": "left", "left": 5, "right": 2},
        p2={"choice": "right", "left": 1, "right": 4},
        p3={"choice": "same"},
    )
    found = tally(KEY, [given_])
    assert found.votes == (2, 0)
    assert found.same == 1
    assert found.scores == (4.5, 1.5)
    assert found.share == 1.0


def test_answers_about_pairs_that_are_not_there_do_not_count() -> None:
    assert tally(KEY, [answered(p9={"choice": "left"}, px={"choice": "left"})]).votes == (0, 0)


def test_another_test_is_refused() -> None:
    other = answered().model_copy(update={"comparison": "t2"})
    with pytest.raises(UsageError, match="another test"):
        tally(KEY, [other])


def test_known_values_of_the_statistics() -> None:
    low, high = wilson(8, 10)
    assert (low, high) == (pytest.approx(0.4902, abs=1e-3), pytest.approx(0.9433, abs=1e-3))
    assert sign_test(8, 2) == pytest.approx(0.109375)
    assert sign_test(5, 5) == 1.0


@given(st.integers(0, 200), st.integers(0, 200))
def test_the_interval_holds_the_share(hits: int, misses: int) -> None:
    low, high = wilson(hits, hits + misses)
    assert 0 <= low <= high <= 1
    if hits + misses:
        assert low - 1e-9 <= hits / (hits + misses) <= high + 1e-9


def test_a_wrong_file_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "preferences.json"
    path.write_text('{"schema": "dubbing.Preferences/1", "comparison": 3}', encoding="utf-8")
    with pytest.raises(UsageError, match="comparison"):
        read_preferences(path)
    path.write_bytes(b"\xff")
    with pytest.raises(UsageError, match="no preferences"):
        read_preferences(path)
