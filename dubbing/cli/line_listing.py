"""Lines of a dub for a terminal: a table where there is room, else one block per line; nothing is cut.

All text comes from films and other people, so it is printed as plain text and never as markup.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dubbing.language.script import as_written

if TYPE_CHECKING:
    from rich.console import Console

    from dubbing.delivery import Delivery
    from dubbing.timeline import Candidate, Line, Sense, Timeline

TABLE_COLUMNS = 150
"""Narrower terminals leave the columns of text too few characters to read."""
INDENT = 4
SENSES = (("voice", "voice"), ("face", "face"), ("text", "words"))


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of a block and its style in rich's words."""

    text: str
    style: str = ""
    mark: str = ""
    """Stands before the paragraph, which is indented by its width."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the film in both forms: cells of the table; heading and paragraphs of the block."""

    cells: tuple[str, ...]
    heading: str
    paragraphs: tuple[Paragraph, ...]


def print_speakers(timeline: Timeline, console: Console) -> None:
    """Print who speaks, and whose voice they get."""
    from rich.text import Text

    for person in timeline.speakers:
        voice = f"{person.voice.name} ({person.voice.reason})" if person.voice else "no voice yet"
        words = Text(overflow="fold").append(person.id, style="bold")
        console.print(words.append(" ".join(("", person.name, voice))))


def print_lines(timeline: Timeline, console: Console) -> None:
    """Print source, translation, times and flags of every line."""
    columns = ("#", "from", "to", "who", "source", "says", "tempo", "flags")
    _print(columns, [_line(timeline, n, line) for n, line in enumerate(timeline.lines, 1)], console)


def print_emotions(timeline: Timeline, console: Console) -> None:
    """Print the mood of every line, what each sense says of it, and how the dub says the line."""
    columns = (
        *("#", "who", "source", "mood", "valence", "arousal"),
        *("voice", "face", "words", "the dub"),
    )
    rows = [_emotion(n, line) for n, line in enumerate(timeline.lines, 1) if line.emotion]
    _print(columns, rows, console)


def print_candidates(timeline: Timeline, console: Console) -> None:
    """Print all translations of every line, the one that is said first."""
    columns = ("#", "translation", "by", "engine", "reverse", "length", "fit", "worth", "flags")
    rows = [
        row
        for n, line in enumerate(timeline.lines, 1)
        for row in _candidates(n, line, timeline.written)
    ]
    _print(columns, rows, console)


# -- both forms ----------------------------------------------------------------------------------


def _print(columns: Sequence[str], rows: Sequence[Row], console: Console) -> None:
    if console.width >= TABLE_COLUMNS:
        _print_table(columns, rows, console)
    else:
        _print_blocks(rows, console)


def _print_table(columns: Sequence[str], rows: Sequence[Row], console: Console) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(show_lines=True)
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row.cells))
    console.print(table)


def _print_blocks(rows: Sequence[Row], console: Console) -> None:
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    for number, row in enumerate(rows):
        if row.heading:
            before = "\n" if number else ""
            console.print(Text(before + row.heading, style="bold", overflow="fold"))
        for paragraph in row.paragraphs:
            words = Text(paragraph.text, style=paragraph.style, overflow="fold")
            grid = Table.grid(padding=(0, 1))
            grid.add_row(*((Text(paragraph.mark), words) if paragraph.mark else (words,)))
            console.print(Padding(grid, (0, 0, 0, INDENT)))


def _known(*paragraphs: Paragraph) -> tuple[Paragraph, ...]:
    return tuple(paragraph for paragraph in paragraphs if paragraph.text)


# -- lines ---------------------------------------------------------------------------------------


def _line(timeline: Timeline, number: int, line: Line) -> Row:
    span = line.plan.span if line.plan else line.span
    start, end = clock(span.start_ms), clock(span.end_ms)
    tempo = f"{line.plan.tempo:.2f}" if line.plan else ""
    told = f"timed by {line.plan.told_by}" if line.plan and line.plan.told_by else ""
    flags = ", ".join(line.flags)
    says = as_written(line.spoken_text, timeline.written)
    return Row(
        (str(number), start, end, line.speaker, line.text, says, tempo, flags),
        _joined(
            f"{number:>3}", f"{start} to {end}", line.speaker, tempo and f"tempo {tempo}", told
        ),
        _known(
            Paragraph("" if line.text == says else line.text, "dim"),
            Paragraph(says or _why_kept(timeline, line)),
            Paragraph(flags and f"flags: {flags}", "yellow"),
        ),
    )


def _why_kept(timeline: Timeline, line: Line) -> str:
    why = timeline.why_kept(line)
    return f"(the original is kept: {why})" if why else ""


def _joined(*parts: str) -> str:
    return "  ".join(part for part in parts if part)


# -- moods ---------------------------------------------------------------------------------------


def _emotion(number: int, line: Line) -> Row:
    mood = line.emotion
    assert mood is not None
    label = f"{mood.label} {mood.intensity:.1f}" if mood.intensity else mood.label
    valence, arousal = f"{mood.valence:+.2f}", f"{mood.arousal:.2f}"
    evidence = {sense.name: _evidence(sense) for sense in mood.senses}
    delivery = "" if line.delivery is None else in_words(line.delivery)
    shown = [(title, evidence[name]) for name, title in SENSES if name in evidence]
    senses = "; ".join(f"{title}: {words}" for title, words in shown)
    return Row(
        (
            *(str(number), line.speaker, line.text, label, valence, arousal),
            *(evidence.get(name, "") for name, _ in SENSES),
            delivery,
        ),
        _joined(f"{number:>3}", line.speaker, label, f"valence {valence}", f"arousal {arousal}"),
        _known(
            Paragraph(line.text),
            Paragraph(senses, "dim"),
            Paragraph(delivery and f"the dub: {delivery}"),
        ),
    )


def in_words(delivery: Delivery) -> str:
    """Describe how a line is said: the reason, and each audible difference."""
    differences = [
        f"pitch {delivery.pitch_st:+.1f} st",
        f"range ×{delivery.pitch_range:.2f}",
        f"pace ×{delivery.rate:.2f}",
        f"level {delivery.level_db:+.1f} dB",
        f"brightness {delivery.bright_db:+.1f} dB",
    ]
    return f"{delivery.reason}: {', '.join(differences)}"


def _evidence(sense: Sense) -> str:
    """Name the likeliest label, its probability, and how sure the sense is."""
    label, share = max(sense.probabilities, key=lambda item: item[1])
    return f"{label} {share:.0%}, sure {sense.confidence:.0%}"


# -- candidates ----------------------------------------------------------------------------------


def _candidates(number: int, line: Line, written: str | None) -> Iterator[Row]:
    """The source, then one row per candidate."""
    yield Row(
        (str(number), line.text, *[""] * 7), f"{number:>3}", _known(Paragraph(line.text, "dim"))
    )
    for candidate in line.translation.candidates if line.translation else ():
        text = as_written(candidate.text, written)
        yield _candidate(candidate, text, is_said=candidate.text == line.spoken_text)


def _candidate(candidate: Candidate, text: str, *, is_said: bool) -> Row:
    mark = "→" if is_said else ""
    score, reverse = f"{candidate.score:.2f}", _number(candidate.reverse)
    length = "" if candidate.natural_ms is None else f"{candidate.natural_ms / 1000:.2f} s"
    fit, worth, flags = _number(candidate.fit), f"{candidate.total:.2f}", ", ".join(candidate.flags)
    figures = [("engine", score), ("reverse", reverse), ("length", length), ("fit", fit)]
    figures.append(("worth", worth))
    facts = ", ".join(f"{name} {value}" for name, value in figures if value)
    return Row(
        (mark, text, candidate.origin, score, reverse, length, fit, worth, flags),
        "",
        _known(
            Paragraph(text, "bold" if is_said else "", mark or "·"),
            Paragraph(f"{candidate.origin}: {facts}", "dim", " "),
            Paragraph(flags and f"flags: {flags}", "yellow", " "),
        ),
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def clock(time_ms: int) -> str:
    """``75_250`` as ``1:15.25``."""
    minutes, rest = divmod(time_ms, 60_000)
    return f"{minutes}:{rest / 1000:05.2f}"
