"""``dub memory WORKSPACE FILE.tmx``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dubbing.errors import UsageError


def memory(
    workspace: Annotated[Path, typer.Argument(help="The FILM.dub folder.")],
    file: Annotated[Path, typer.Argument(help="Translation memory (.tmx); created if missing.")],
    to: Annotated[
        str | None, typer.Option("--to", help="Target language, if the workspace has several.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Include flagged lines that no reviewer has accepted.")
    ] = False,
) -> None:
    """Keep what a dub says, so that other episodes say it the same way (--memory FILE.tmx)."""
    from dubbing.cli.show import latest
    from dubbing.translation.memory_file import add_to_memory

    timeline = latest(workspace, to)
    if timeline.is_spoken_again:
        raise UsageError(
            "This dub is in the film's own language: it holds no translations.",
            hint="Name another one with --to.",
        )
    pairs = [
        (line.text.strip(), line.spoken_text)
        for line in timeline.lines
        if line.spoken_text and (everything or not line.flags)
    ]
    origin = timeline.media.name if timeline.media else workspace.name
    source, target = timeline.source_language, timeline.target_language
    n_new = add_to_memory(file, pairs, source, target, origin)
    typer.echo(f"{n_new} of {len(pairs)} lines are new in {file}.")
