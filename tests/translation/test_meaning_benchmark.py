"""What the benchmark of kept meaning counts, on outcomes made by hand; no engine runs."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from benchmarks.meaning import (
    Outcome,
    bounds,
    chosen_lines,
    detection,
    judged_part,
    languages_of,
    outcome,
)
from benchmarks.meaning_film import APART_MS, film_of
from benchmarks.meaning_lines import written_lines
from benchmarks.translation import GAP_MS
from dubbing.flags import Flag
from dubbing.registry import Engines
from dubbing.timeline import Translation

DOUBT = (f"translation: {Flag.MEANING_DOUBTFUL.value}",)
LINES = written_lines("en", "es")[:10]


def good(place: int) -> Outcome:
    line = LINES[place]
    return outcome(line, Translation(line.reference, (), "test"), "es")


def bad(place: int, flags: tuple[str, ...] = ()) -> Outcome:
    return outcome(LINES[place], Translation("Buenos días.", (), "test", flags), "es")


def test_references_keep_everything_and_other_sentences_do_not() -> None:
    pytest.importorskip("sacrebleu", reason="an extra that is not installed: bench")
    assert judged_part([good(n) for n in range(10)], "es")["lines_kept"] == 1.0
    result = judged_part([*(good(n) for n in range(5)), *(bad(n) for n in range(5, 10))], "es")
    assert result["lines_kept"] == 0.5
    assert result["chrf"] < 100
    kept = sum(some for some, _ in result["kept_by_pitfall"].values())
    assert kept == 5


def test_a_line_without_translation_loses_its_points_and_is_flagged() -> None:
    missing = outcome(LINES[0], None, "es")
    assert missing.lost == LINES[0].keep
    assert missing.flags
    assert not missing.is_doubtful


def test_flags_are_judged_by_the_lines_that_lost_a_point() -> None:
    outcomes = [good(0), replace(good(1), flags=DOUBT), bad(2, DOUBT), bad(3), bad(4, ("other",))]
    found = detection([o.is_doubtful for o in outcomes], outcomes)
    assert found == {"flagged": 2, "lost": 3, "both": 1, "precision": 0.5, "recall": 0.333}
    assert detection([False], [good(0)])["precision"] is None


def test_bounds_enclose_the_share_and_are_one_where_groups_agree() -> None:
    halves = [*(good(n) for n in range(5)), *(bad(n) for n in range(5, 10))]
    assert bounds(halves) == (0.0, 1.0)
    assert bounds([good(n) for n in range(10)]) == (1.0, 1.0)


def test_a_sample_has_whole_groups_of_each_part() -> None:
    every = Counter(line.group for line in written_lines("en", "zh"))
    drawn = chosen_lines("en-zh", ("dev", "held_out"), 12)
    assert all(every[group] == n for group, n in Counter(line.group for line in drawn).items())
    assert Counter(line.part for line in drawn) == {"dev": 15, "held_out": 15}
    assert {line.part for line in chosen_lines("en-zh", ("dev",), None)} == {"dev"}


@pytest.mark.parametrize(
    ("pair", "languages"),
    [("en-pt-br", ("en", "pt-br")), ("zh-en", ("zh", "en")), ("pt-br-en", ("pt-br", "en"))],
)
def test_a_pair_names_its_languages(pair: str, languages: tuple[str, str]) -> None:
    assert languages_of(pair) == languages


def test_lines_of_a_scene_follow_at_once_and_others_after_a_while() -> None:
    film = film_of(LINES, "de", "de", Engines())
    gaps = [
        after.span.start_ms - before.span.end_ms
        for before, after in zip(film.lines, film.lines[1:], strict=False)
    ]
    assert LINES[0].is_scene
    assert not LINES[5].is_scene
    assert gaps == [GAP_MS] * 4 + [APART_MS] * 5
    assert [line.speaker for line in film.lines[:5]] == ["A", "B", "A", "B", "A"]
    assert all(speaker.voice is None for speaker in film.speakers)
