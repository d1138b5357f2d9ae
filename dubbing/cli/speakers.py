"""``dub speakers WORKSPACE``: who speaks, and corrections by hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dubbing.errors import UnknownSpeaker, UsageError

if TYPE_CHECKING:
    from dubbing.diarization.people_file import People
    from dubbing.timeline import Timeline


def speakers(
    workspace: Annotated[Path, typer.Argument(help="The FILM.dub folder.")],
    to: Annotated[
        str | None, typer.Option("--to", help="Target language, if the workspace has several.")
    ] = None,
    merge: Annotated[
        list[str] | None, typer.Option(help="Merge speakers: S3=S1 gives the lines of S3 to S1.")
    ] = None,
    split: Annotated[
        list[str] | None,
        typer.Option(help="Split a speaker: S1=3,5-7 gives these lines of S1 to a new speaker."),
    ] = None,
    assign: Annotated[
        list[str] | None, typer.Option(help="Assign lines: S2=4,9 gives these lines to S2.")
    ] = None,
    rename: Annotated[list[str] | None, typer.Option(help='Rename a speaker: S1="Anna".')] = None,
) -> None:
    """Show who speaks; merge, split, assign or rename. The next run of dub takes it in."""
    from dubbing.cli.show import latest
    from dubbing.diarization.people_file import read_people, write_people

    timeline = latest(workspace, to)
    if not timeline.speakers:
        raise UsageError("Nobody is known yet.", hint="Run dub at least --until speakers.")
    people = before = read_people(workspace)
    for text in merge or ():
        people = _merged(timeline, people, *_pair(text))
    for text in split or ():
        people = _split(timeline, people, *_pair(text))
    for text in assign or ():
        people = _assigned(timeline, people, *_pair(text))
    for text in rename or ():
        speaker, name = _pair(text)
        _check(timeline, speaker)
        people = people.named(speaker, name)
    if people != before:
        write_people(workspace, people)
        typer.echo("Kept. Run dub again: only what depends on it is made anew.")
    _list(timeline, people)


def _pair(text: str) -> tuple[str, str]:
    left, equals, right = text.partition("=")
    if not equals or not left.strip() or not right.strip():
        raise UsageError(f"'{text}' says nothing.", hint="Write e.g. --merge S3=S1.")
    return left.strip(), right.strip()


def _check(timeline: Timeline, speaker: str) -> None:
    known = [person.id for person in timeline.speakers]
    if speaker not in known:
        raise UnknownSpeaker.among(known, speaker)


def _merged(timeline: Timeline, people: People, gone: str, into: str) -> People:
    _check(timeline, gone)
    _check(timeline, into)
    return people.said_by([n.id for n in timeline.lines if n.speaker == gone], into)


def _split(timeline: Timeline, people: People, speaker: str, lines: str) -> People:
    _check(timeline, speaker)
    ids = _line_ids(timeline, lines)
    theirs = {line.id for line in timeline.lines if line.speaker == speaker}
    if stray := [i for i in ids if i not in theirs]:
        number = [line.id for line in timeline.lines].index(stray[0]) + 1
        raise UsageError(f"Line {number} is not said by {speaker}.")
    taken = {person.id for person in timeline.speakers} | set(people.lines.values())
    new = next(f"S{n}" for n in range(1, len(taken) + 2) if f"S{n}" not in taken)
    return people.said_by(ids, new)


def _assigned(timeline: Timeline, people: People, speaker: str, lines: str) -> People:
    _check(timeline, speaker)
    return people.said_by(_line_ids(timeline, lines), speaker)


def _line_ids(timeline: Timeline, text: str) -> list[str]:
    from dubbing.cli.run import line_numbers

    numbers = line_numbers(text)
    if numbers[-1] > len(timeline.lines):
        raise UsageError(f"There is no line {numbers[-1]}; the film has {len(timeline.lines)}.")
    return [timeline.lines[number - 1].id for number in numbers]


def _list(timeline: Timeline, people: People) -> None:
    from rich.console import Console
    from rich.table import Table

    from dubbing.cli.foreign_text import safe

    table = Table("", "name", "lines", "seconds", "pitch", "voice", "says for instance")
    told = {line.id: people.lines.get(line.id, line.speaker) for line in timeline.lines}
    known = {person.id: person for person in timeline.speakers}
    for speaker in sorted({*told.values()}, key=lambda name: (len(name), name)):
        lines = [line for line in timeline.lines if told[line.id] == speaker]
        person = known.get(speaker)
        seconds = sum(line.span.duration_ms for line in lines) / 1000
        longest = max(lines, key=lambda line: line.span.duration_ms)
        voice = person.voice.name if person is not None and person.voice else ""
        pitch = f"{person.f0_hz:.0f} Hz" if person is not None and person.f0_hz else ""
        name = people.names.get(speaker, person.name if person is not None else "new")
        cells = speaker, name, str(len(lines)), f"{seconds:.1f}", pitch, voice, longest.text
        table.add_row(*map(safe, cells))
    Console().print(table)
