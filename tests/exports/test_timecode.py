"""Timecode against a count of its own, against OpenTimelineIO, and from real files."""

from fractions import Fraction
from pathlib import Path

import pytest
from export_workspace import make_film
from hypothesis import given
from hypothesis import strategies as st
from opentimelineio import opentime

from dubbing.errors import UsageError
from dubbing.exports.film import FrameClock, frame_clock, start_timecode
from dubbing.exports.timecode import USUAL, can_drop, exact_rate, frame_of, nominal, timecode
from dubbing.media.probe import probe

NTSC, NTSC_TWICE = Fraction(30000, 1001), Fraction(60000, 1001)
KNOWN_TO_OTIO = [rate for rate in USUAL if rate <= 60]


def counted(rate: Fraction, *, drop: bool, n_minutes: int) -> list[str]:
    """Names in order, by counting up and leaving out those that drop-frame skips."""
    count, mark = nominal(rate), ";" if drop else ":"
    skipped = {30: 2, 60: 4}.get(count, 0) if drop else 0
    return [
        f"{minute // 60:02d}:{minute % 60:02d}:{second:02d}{mark}{frame:02d}"
        for minute in range(n_minutes)
        for second in range(60)
        for frame in range(count)
        if not (second == 0 and frame < skipped and minute % 10)
    ]


@pytest.mark.parametrize(
    ("rate", "drop"),
    [(NTSC, True), (NTSC, False), (NTSC_TWICE, True), (Fraction(25), False),
     (Fraction(24000, 1001), False)],
)  # fmt: skip
def test_names_are_those_of_a_count(rate: Fraction, drop: bool) -> None:
    names = counted(rate, drop=drop, n_minutes=22)
    assert [timecode(frame, rate, drop=drop) for frame in range(len(names))] == names
    assert [frame_of(name, rate) for name in names[::7]] == list(range(len(names)))[::7]


@given(st.sampled_from(KNOWN_TO_OTIO), st.booleans(), st.integers(0, 23 * 3600 * 60))
def test_names_agree_with_opentimelineio(rate: Fraction, drop: bool, frame: int) -> None:
    frame %= int(rate * 86_000)
    drop = drop and can_drop(rate)
    name = timecode(frame, rate, drop=drop)
    assert frame_of(name, rate) == frame
    theirs = opentime.RationalTime(frame, float(rate))
    assert name == opentime.to_timecode(theirs, float(rate), drop_frame=drop)
    assert opentime.from_timecode(name, float(rate)).value == frame


def test_drop_frame_keeps_up_with_the_clock() -> None:
    hour = round(3600 * NTSC)
    assert timecode(hour, NTSC, drop=True) == "01:00:00;00"
    assert timecode(hour, NTSC, drop=False) == "00:59:56:12"
    assert timecode(1800, NTSC, drop=True) == "00:01:00;02"


@pytest.mark.parametrize(
    "name", ["00:01:00;00", "00:11:00;01", "00:00:00:30", "00:60:00:00", "1:00:00:00", "", "x"]
)
def test_names_that_do_not_exist_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"timecode|exist"):
        frame_of(name, NTSC)


def test_rates_without_drop_frame_refuse_it() -> None:
    with pytest.raises(ValueError, match="no drop-frame"):
        timecode(5, Fraction(25), drop=True)
    with pytest.raises(ValueError, match="frame 0"):
        timecode(-1, Fraction(25), drop=False)


@pytest.mark.parametrize(
    ("measured", "exact"),
    [(23.976, "24000/1001"), (24.0, "24"), (25.0, "25"), (29.97, "30000/1001"), (30.0, "30"),
     (50.0, "50"), (59.94, "60000/1001"), (59.9401, "60000/1001"), (12.5, "25/2"), (15.0, "15")],
)  # fmt: skip
def test_rates_are_exact(measured: float, exact: str) -> None:
    assert exact_rate(measured) == Fraction(exact)
    with pytest.raises(ValueError, match="no rate"):
        exact_rate(0.0)


@pytest.mark.parametrize("fps", ["24000/1001", "24", "25", "30000/1001", "30", "50", "60000/1001"])
def test_the_rate_of_a_real_film_is_exact(fps: str, tmp_path: Path) -> None:
    clock = frame_clock(probe(make_film(tmp_path / "film.mp4", fps, 2.0)))
    assert clock.rate == Fraction(fps)
    assert clock.drop == can_drop(clock.rate)
    assert clock.is_steady
    assert abs(clock.n_frames - 2 * clock.rate) <= 2
    for frame in (0, 1, 17, clock.n_frames):
        assert clock.nearest(clock.ms(frame)) == frame


@pytest.mark.parametrize(
    ("name", "drop", "first"),
    [("01:00:00;00", True, 107892), ("01:00:00:00", False, 108000), (None, True, 0)],
)
def test_the_film_says_how_it_is_counted(
    name: str | None, drop: bool, first: int, tmp_path: Path
) -> None:
    film = make_film(tmp_path / "film.mov", "30000/1001", 1.0, name)
    assert start_timecode(film) == name
    clock = frame_clock(probe(film))
    assert (clock.drop, clock.first) == (drop, first)
    assert clock.name(0) == (name or "00:00:00;00")
    assert frame_clock(probe(film), drop=False).name(0)[8] == ":"


def test_drop_frame_cannot_be_forced_upon_25(tmp_path: Path) -> None:
    info = probe(make_film(tmp_path / "film.mp4", "25", 1.0))
    with pytest.raises(UsageError, match="drop-frame"):
        frame_clock(info, drop=True)


@given(st.sampled_from(USUAL), st.floats(0, 10_000_000, allow_nan=False), st.fractions(0, 100))
def test_a_time_lies_in_its_frame(rate: Fraction, time_ms: float, picture_ms: Fraction) -> None:
    clock = FrameClock(rate, picture_ms=picture_ms)
    frame = clock.floor(time_ms)
    assert clock.ms(frame) <= Fraction(time_ms) < clock.ms(frame + 1)
    assert clock.ceil(time_ms) - frame in (0, 1)
    assert abs(clock.ms(clock.nearest(time_ms)) - Fraction(time_ms)) <= max(500 / rate, picture_ms)
