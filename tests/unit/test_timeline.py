from pathlib import Path

import pytest

from dubbing import timeline_json
from dubbing.errors import WorkspaceError
from dubbing.timeline import DurationPlan, Line, Span, Timeline, Word, line_id


def a_line(start_ms: int = 0, text: str = "hi", name: str = "a") -> Line:
    span = Span(start_ms, start_ms + 100)
    return Line(name, span, text, (Word(text, start_ms, start_ms + 50, 0.9),))


def test_a_span_cannot_be_empty_or_run_backwards() -> None:
    with pytest.raises(ValueError, match="5-2"):
        Span(5, 2)


def test_words_lie_inside_their_line() -> None:
    with pytest.raises(ValueError, match="outside"):
        Line("a", Span(0, 100), "hi", (Word("hi", 50, 150, 1.0),))


def test_lines_have_unique_ids_and_stand_in_order() -> None:
    with pytest.raises(ValueError, match="same id"):
        Timeline("zh", lines=(a_line(), a_line(200)))
    with pytest.raises(ValueError, match="order"):
        Timeline("zh", lines=(a_line(200, name="b"), a_line(0)))


def test_a_plan_fills_its_span_to_the_millisecond() -> None:
    good = DurationPlan("x", "ab", (4, 2, 3, 5), (9.0, 2.0, 3.0, 6.0), 1, 3, 1, Span(0, 100))
    assert good.spoken_frames == 4
    assert good.lead_ms == 100
    with pytest.raises(ValueError, match="125 ms in a span of 100"):
        DurationPlan("x", "ab", (4, 2, 4, 5), (9.0, 2.0, 3.0, 6.0), 1, 3, 1, Span(0, 100))


def test_the_same_words_at_the_same_time_get_the_same_id() -> None:
    assert line_id(Span(0, 10), "a") == line_id(Span(0, 10), "a") != line_id(Span(0, 11), "a")


def test_json_gives_back_what_it_was_given() -> None:
    timeline = Timeline("zh", lines=(a_line(),))
    assert timeline_json.loads(timeline_json.dumps(timeline)) == timeline


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda plain: plain["lines"][0].update(extra=1), "lines.0.extra"),
        (lambda plain: plain["lines"][0]["span"].update(start_ms="0"), "lines.0.span.start_ms"),
        (lambda plain: plain["lines"][0]["span"].update(start_ms=5000), "lines.0.span"),
    ],
)
def test_a_broken_document_is_refused_with_the_place(change, where) -> None:
    plain = timeline_json.to_plain(Timeline("zh", lines=(a_line(),)))
    change(plain)
    with pytest.raises(WorkspaceError, match=where.replace(".", r"\.")):
        timeline_json.from_plain(plain)


def test_a_newer_schema_is_refused_with_a_sentence() -> None:
    with pytest.raises(WorkspaceError, match="Update dubbing"):
        timeline_json.loads('{"schema": "dubbing.Timeline/99", "timeline": {}}')


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "else/1"}', '{"schema": 3}'])
def test_other_files_are_no_timelines(text: str) -> None:
    with pytest.raises(WorkspaceError):
        timeline_json.loads(text)


def test_old_documents_are_read_for_ever() -> None:
    golden = sorted((Path(__file__).parent.parent / "golden").glob("timeline_v*.json"))
    assert golden
    for path in golden:
        assert timeline_json.loads(path.read_text(encoding="utf-8")).lines
