"""What is said of lines that are not heard in the finished file."""

from dataclasses import replace

import pytest
import typer

from dubbing.cli.strictness import report_unheard
from dubbing.review.audibility import checked_in_file, unheard_sentence
from dubbing.review.report_document import Measured
from dubbing.timeline import Artifact, Line, Media, Span, Take, Timeline
from dubbing.timing.audible import CUT, DROWNED, NOT_IN_FILM


def spoken(number: int, start_ms: int, end_ms: int, *flags: str) -> Line:
    take = Take(Artifact("a.wav", "a", 1), start_ms, 48, 48_000, Span(start_ms, end_ms))
    return Line(f"L{number}", Span(start_ms, end_ms), "words", (), "S1", take=take, flags=flags)


def timeline(*lines: Line) -> Timeline:
    return Timeline("zh", Media("film.mp4", "abc", 10_000, True, 0), "en", lines=lines)


HEARD = {"start_error_ms": 3.0, "end_error_ms": 3.0, "error_rate": 0.1}


@pytest.mark.parametrize(
    ("line", "measured", "flags"),
    [
        (spoken(1, 1_000, 2_000), HEARD, ()),
        (spoken(1, 1_000, 2_000), {**HEARD, "error_rate": 1.0}, ()),
        (spoken(1, 1_000, 2_000), {"error_rate": 0.1}, ()),
        (spoken(1, 1_000, 2_000), {"error_rate": 1.0}, (NOT_IN_FILM,)),
        (spoken(1, 1_000, 2_000), {}, (NOT_IN_FILM,)),
        (spoken(1, 10_300, 11_000), {}, (NOT_IN_FILM,)),
        (spoken(1, 9_000, 10_100), HEARD, ()),
        (spoken(1, 9_000, 11_100), HEARD, (CUT,)),
        (spoken(1, 9_000, 11_100, CUT), HEARD, (CUT,)),
    ],
)
def test_a_line_is_heard_if_it_is_found_or_understood(line, measured, flags) -> None:
    done = checked_in_file(timeline(line), [Measured("L1", **measured)], 10_000)
    assert done.lines[0].flags == flags


def test_the_last_sentence_names_each_line_and_why() -> None:
    lines = (spoken(1, 0, 900), spoken(2, 1_000, 2_000, DROWNED, "fast"),
             spoken(3, 3_000, 4_000, NOT_IN_FILM))  # fmt: skip
    assert unheard_sentence(timeline(*lines)) == (
        "2 lines are not heard as written: line 2 (talked over), line 3 (not in the film)."
    )
    many = [replace(lines[2], id=f"L{n}") for n in range(20)]
    assert unheard_sentence(timeline(*many)).endswith("line 12 (not in the film) and 8 more.")
    assert unheard_sentence(timeline(lines[0])) == ""


def test_strict_ends_with_1_and_says_why_even_when_quiet(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lost, whole = timeline(spoken(1, 0, 900, NOT_IN_FILM)), timeline(spoken(1, 0, 900))
    report_unheard(lost, quiet=True, strict=False)
    report_unheard(whole, quiet=False, strict=True)
    assert capsys.readouterr().err == ""
    report_unheard(lost, quiet=False, strict=False)
    assert "line 1 (not in the film)" in capsys.readouterr().err
    with pytest.raises(typer.Exit) as ended:
        report_unheard(lost, quiet=True, strict=True)
    assert ended.value.exit_code == 1
    assert "line 1 (not in the film)" in capsys.readouterr().err
