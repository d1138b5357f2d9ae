"""What a command says of lines that are not heard, and its exit code with ``--strict``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from dubbing.timeline import Timeline

Strict = Annotated[
    bool,
    typer.Option(
        "--strict", help="Exit with code 1 if a line of the dub is not spoken as written."
    ),
]
UNHEARD = 1


def report_unheard(timeline: Timeline, *, quiet: bool, strict: bool) -> None:
    """Name the lines that are not heard, as the last words of a run.

    Raises:
        typer.Exit: with code 1, if there are any and they are not tolerated.
    """
    from dubbing.review.audibility import unheard_sentence

    end_unheard(unheard_sentence(timeline), quiet=quiet, strict=strict)


def end_unheard(sentence: str, *, quiet: bool, strict: bool) -> None:
    """Say a sentence of lines that are not heard, if there is one, and end accordingly.

    Raises:
        typer.Exit: with code 1, if there is a sentence and ``strict`` holds.
    """
    if sentence and (strict or not quiet):
        typer.secho(sentence, err=True, fg="red")
    if sentence and strict:
        raise typer.Exit(UNHEARD)
