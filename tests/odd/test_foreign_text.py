"""Names, titles and lines that look like markup are printed as they are."""

import io

import pytest
from rich.console import Console

from dubbing.cli import listeners
from dubbing.cli.foreign_text import plain, safe
from dubbing.progress import Event


@pytest.mark.parametrize(
    "text", ["Director [/commentary]", "[bold]x[/]", "[x264] a\\[b]", "[/b]", "a\\"]
)
def test_foreign_text_is_printed_as_it_is(text: str) -> None:
    console = Console(file=io.StringIO(), width=200)
    console.print(f"[bold]{safe(text)}[/]", end="")
    assert console.file.getvalue().rstrip("\n") == text  # type: ignore[attr-defined]


def test_control_characters_do_not_reach_the_terminal() -> None:
    assert plain("a\x1b[2Jb\x00c\nd") == "a[2Jbc\nd"


def test_a_note_with_markup_in_a_title_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with listeners.listener_for("bars", quiet=False) as listener:
        listener(Event("note", "ingest", 'track "Director [/commentary]"'))
        listener(Event("progress", "ingest", "[/b]", 1.0, 2.0, "s"))
    assert 'Director [/commentary]"' in capsys.readouterr().out
