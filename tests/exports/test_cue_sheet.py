"""The cue sheet says what is in the timeline, and is safe to open."""

import csv
import io
from fractions import Fraction
from pathlib import Path

import pytest
from export_workspace import make_film, make_workspace
from hypothesis import given
from hypothesis import strategies as st

from dubbing.exports.cue_sheet import COLUMNS, cue_sheet, harmless
from dubbing.exports.film import FrameClock, frame_clock
from dubbing.media.probe import probe
from dubbing.timeline import Line, Media, Span, Timeline


def rows_of(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    folder = tmp_path_factory.mktemp("film")
    film = make_film(folder / "film.mov", "30000/1001", 8.0, "00:59:59;00")
    timeline = make_workspace(film).latest_timeline("zh")
    return rows_of(cue_sheet(timeline, frame_clock(probe(film))))


def test_every_line_is_a_row(rows: list[dict[str, str]]) -> None:
    assert [row["number"] for row in rows] == ["1", "2", "3"]
    assert tuple(rows[0]) == COLUMNS
    first = rows[0]
    assert (first["start ms"], first["end ms"], first["duration ms"]) == ("300", "1800", "1500")
    assert (first["start"], first["end"]) == ("00:59:59;09", "01:00:00;24")
    assert (first["speaker"], first["source"]) == ("S1", "Good morning, everybody.")
    assert first["target"] == "大家早上好。"
    assert first["syllables"] == "2"
    assert first["mouth"] == "on screen (93% seen)"
    assert first["emotion"] == "happy 0.6"
    assert first["delivery"] == "happy: pitch +1.5 st, pace x1.08"
    assert rows[1]["mouth"] == "off screen"
    assert [row["flags"] for row in rows] == ["", "fast, unclear speech", "runs over"]


def test_closed_lips_are_named_by_their_frame(rows: list[dict[str, str]]) -> None:
    # symbols ma→pʰa↘n share 1500 ms in 60 frames of 25 ms: m 8, a 8, → 8, p 8 …
    # so m is made from 0.3 to 0.5 s, p from 0.9 to 1.1 s
    assert rows[0]["lips close"] == "m 00:59:59;12, p 01:00:00;00"


def test_formulas_are_harmless_and_numbers_stay(rows: list[dict[str, str]]) -> None:
    assert rows[1]["source"] == "'=1+1 is two, isn't it?"
    for formula in ("=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\tx", "＝1"):
        assert harmless(formula) == f"'{formula}"
    for number in ("-5", "+3.14", "-1,000", "12"):
        assert harmless(number) == number
    assert harmless("- Hello") == "'- Hello"


@given(st.text(max_size=30))
def test_any_text_is_one_cell_and_no_formula(text: str) -> None:
    line = Line("L1", Span(0, 1000), text, (), speaker=text)
    timeline = Timeline("zh", media=Media("f", "", 2000, True, 0), lines=(line,))
    clock = FrameClock(Fraction(25))
    (row,) = list(csv.reader(io.StringIO(cue_sheet(timeline, clock).removeprefix("\ufeff"))))[1:]
    assert len(row) == len(COLUMNS)
    for cell in row:
        assert (
            not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
            or cell[1:].replace(".", "").replace(",", "").isdigit()
        )


def test_a_film_without_a_picture_is_counted_at_25(tmp_path: Path) -> None:
    import numpy as np
    import soundfile

    soundfile.write(tmp_path / "a.wav", np.zeros(48000), 48000)
    assert frame_clock(probe(tmp_path / "a.wav")).rate == 25
