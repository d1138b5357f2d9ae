"""``dub show WORKSPACE``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dubbing.errors import UsageError, WorkspaceError

if TYPE_CHECKING:
    from dubbing.delivery import Delivery
    from dubbing.timeline import Line, Sense, Timeline
    from dubbing.workspace import Workspace


def show(
    workspace: Annotated[Path, typer.Argument(help="The FILM.dub folder.")],
    to: Annotated[str | None, typer.Option("--to", help="Which target language.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The whole timeline as JSON.")] = False,
    emotions: Annotated[
        bool, typer.Option("--emotions", help="The mood of each line, and what speaks for it.")
    ] = False,
    candidates: Annotated[
        bool, typer.Option("--candidates", help="All translations, and what speaks for each.")
    ] = False,
) -> None:
    """Show the lines of a workspace: source, translation, timing, flags."""
    from dubbing import timeline_json

    timeline = latest(workspace, to)
    if as_json:
        typer.echo(timeline_json.dumps(timeline), nl=False)
        return
    if candidates:
        _candidates(timeline)
    elif emotions:
        _emotions(timeline)
    else:
        _table(timeline)


def latest(folder: Path, to: str | None) -> Timeline:
    """The newest document of a workspace, in the language asked for or the only one there is."""
    workspace, language = _workspace(folder, to)
    return workspace.latest_timeline(language)


def finished(folder: Path, to: str | None) -> Timeline:
    """The newest document of a dub that was mixed."""
    workspace, language = _workspace(folder, to)
    return workspace.finished_timeline(language)


def _workspace(folder: Path, to: str | None) -> tuple[Workspace, str]:
    from dubbing.workspace import Workspace

    if not folder.is_dir():
        raise UsageError(f"There is no workspace {folder}.", hint="It is the folder FILM.dub.")
    workspace = Workspace(folder)
    languages = workspace.languages()
    if not languages:
        raise WorkspaceError(f"{folder} is no workspace.", hint="It is the folder FILM.dub.")
    if to is None and len(languages) > 1:
        raise UsageError(
            f"{folder} holds several languages.", hint=f"Choose with --to: {', '.join(languages)}."
        )
    return workspace, to or languages[0]


def _table(timeline: Timeline) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("#", "from", "to", "who", "source", "says", "tempo", "flags", show_lines=True)
    for number, line in enumerate(timeline.lines, start=1):
        table.add_row(*_cells(number, line))
    console = Console()
    for person in timeline.speakers:
        voice = f"{person.voice.name} ({person.voice.reason})" if person.voice else "no voice yet"
        console.print(f"[bold]{person.id}[/] {person.name}: {voice}", highlight=False)
    console.print(table)


def _cells(number: int, line: Line) -> tuple[str, ...]:
    from rich.markup import escape

    span = line.plan.span if line.plan else line.span
    return (
        str(number),
        clock(span.start_ms),
        clock(span.end_ms),
        line.speaker,
        escape(line.text),
        escape(line.spoken_text),
        f"{line.plan.tempo:.2f}" if line.plan else "",
        ", ".join(line.flags),
    )


def _candidates(timeline: Timeline) -> None:
    """One row a candidate, the one that is said first."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table("#", "translation", "by", "engine", "reverse", "length", "fit", "worth", "flags")
    for number, line in enumerate(timeline.lines, start=1):
        table.add_row(str(number), f"[dim]{escape(line.text)}[/]", *[""] * 7)
        for candidate in line.translation.candidates if line.translation else ():
            is_said = candidate.text == line.spoken_text
            table.add_row(
                "→" if is_said else "",
                escape(candidate.text),
                candidate.origin,
                f"{candidate.score:.2f}",
                _number(candidate.reverse),
                "" if candidate.natural_ms is None else f"{candidate.natural_ms / 1000:.2f} s",
                _number(candidate.fit),
                f"{candidate.total:.2f}",
                ", ".join(candidate.flags),
            )
        table.add_section()
    Console().print(table)


def _emotions(timeline: Timeline) -> None:
    """One row a line: what is told and what each sense says, then how the dub says it."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(
        "#", "who", "source", "mood", "valence", "arousal", "voice", "face", "words", "the dub"
    )
    for number, line in enumerate(timeline.lines, start=1):
        told = line.emotion
        if told is None:
            continue
        senses = {sense.name: _evidence(sense) for sense in told.senses}
        table.add_row(
            str(number),
            line.speaker,
            escape(line.text),
            f"{told.label} {told.intensity:.1f}" if told.intensity else told.label,
            f"{told.valence:+.2f}",
            f"{told.arousal:.2f}",
            *(senses.get(name, "") for name in ("voice", "face", "text")),
            "" if line.delivery is None else in_words(line.delivery),
        )
    Console().print(table)


def in_words(delivery: Delivery) -> str:
    """How a line is said: the reason, and each difference that is heard."""
    told = [
        f"pitch {delivery.pitch_st:+.1f} st",
        f"range ×{delivery.pitch_range:.2f}",
        f"pace ×{delivery.rate:.2f}",
        f"level {delivery.level_db:+.1f} dB",
        f"brightness {delivery.bright_db:+.1f} dB",
    ]
    return f"{delivery.reason}: {', '.join(told)}"


def _evidence(sense: Sense) -> str:
    """The likeliest label, its probability, and how sure the sense is."""
    label, share = max(sense.probabilities, key=lambda item: item[1])
    return f"{label} {share:.0%}, sure {sense.confidence:.0%}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def clock(time_ms: int) -> str:
    """``75_250`` as ``1:15.25``."""
    minutes, rest = divmod(time_ms, 60_000)
    return f"{minutes}:{rest / 1000:05.2f}"
