"""``dub show`` in narrow and wide terminals: every word of every line is there."""

import io
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console

from dubbing.cli.line_listing import print_candidates, print_emotions, print_lines, print_speakers
from dubbing.delivery import Delivery
from dubbing.timeline import (
    Candidate,
    DurationPlan,
    Emotion,
    Line,
    Sense,
    Span,
    Speaker,
    Timeline,
    Translation,
    Voice,
)

SOURCE = (
    "He did not want us to go with him [to the station], but in the end he let us because "
    "Donaudampfschifffahrtsgesellschaftskapitänsmützenhersteller was not there."
)
CHINESE = (
    "他本来不想让我们跟他一起去火车站，可是最后还是答应了，因为那天谁也不在家，我们等了足足三个小时四十五分钟，"
    "直到天色完全暗下来，街上的路灯一盏接一盏地亮起来，他才慢慢地走过来，对我们点了点头，什么也没有说。"
)
OTHER = "他不愿意带我们去车站，不过后来同意了。"
FLAGS = ("translation: number lost", "unclear speech", "runs over")


def film(n_lines: int = 12) -> Timeline:
    candidates = (
        Candidate(CHINESE, -0.42, ("number lost",), reverse=-0.8, natural_ms=9400, fit=0.1),
        Candidate(OTHER, -0.51, origin="by clauses"),
    )
    senses = tuple(
        Sense(name, (("angry", 0.61), ("sad", 0.39)), 0.5) for name in ("voice", "face", "text")
    )
    lines = tuple(
        Line(
            id=f"L{n}",
            span=Span(n * 10_000, n * 10_000 + 9000),
            text=SOURCE,
            words=(),
            speaker="S1",
            emotion=Emotion("angry", 0.6, -0.4, 0.7, senses),
            delivery=Delivery("angry", 0.6, reason="as the original"),
            translation=Translation(CHINESE, candidates, "embedded"),
            plan=DurationPlan(
                text=CHINESE,
                symbols="a",
                frames=(0, 360, 0),
                natural=(0.0, 380.0, 0.0),
                first=1,
                last=2,
                fade_frames=0,
                span=Span(n * 10_000, n * 10_000 + 9000),
            ),
            flags=FLAGS,
        )
        for n in range(n_lines)
    )
    voice = Voice(
        "kokoro", "zm_yunjian", 0.46, "nearest stock voice: cosine 0.46, 110 Hz to 121 Hz"
    )
    return Timeline("zh", speakers=(Speaker("S1", "Anna", voice=voice),), lines=lines)


def printed(
    show: Callable[[Timeline, Console], None], width: int, timeline: Timeline | None = None
) -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    show(film() if timeline is None else timeline, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def letters(text: str) -> str:
    return re.sub(r"[\s│]", "", text)


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize(
    ("show", "must_hold"),
    [
        (print_lines, (SOURCE, CHINESE, *FLAGS, "0:10.00 to 0:19.00", "tempo 1.06")),
        (print_emotions, (SOURCE, "angry 0.6", "voice: angry 61%, sure 50%", "pace ×1.00")),
        (print_candidates, (SOURCE, CHINESE, OTHER, "by clauses", "reverse -0.80", "number lost")),
        (print_speakers, ("Anna", "zm_yunjian", "nearest stock voice: cosine 0.46")),
    ],
)
def test_nothing_is_cut(
    show: Callable[[Timeline, Console], None], must_hold: tuple[str, ...], width: int
) -> None:
    shown = printed(show, width)
    for text in must_hold:
        assert letters(text) in letters(shown)
    assert "…" not in shown
    assert max(map(cell_len, shown.splitlines())) <= width


@pytest.mark.parametrize("show", [print_lines, print_candidates])
def test_a_wide_terminal_shows_a_table_with_all_of_the_text(
    show: Callable[[Timeline, Console], None],
) -> None:
    shown = printed(show, 200)
    assert "┃" in shown
    assert "…" not in shown
    columns = [row.split("│") for row in shown.splitlines() if row.count("│") > 3]
    assert any(
        letters(CHINESE) in letters("".join(column)) for column in zip(*columns, strict=True)
    )


def test_text_in_brackets_is_no_markup() -> None:
    assert "[to the station]" in printed(print_lines, 120)


def test_taiwan_reads_its_own_characters_in_every_listing() -> None:
    """The subtitles are traditional; what is shown of the dub is no different."""
    taiwan = replace(film(2), written="zh-Hant-TW")
    for show in (print_lines, print_candidates):
        said = letters(printed(show, 100, taiwan))
        assert "他本來不想讓我們" in said
        assert "让" not in said
