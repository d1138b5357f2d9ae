"""``dub compare A.dub B.dub`` and ``dub compare FOLDER answers.json``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from dubbing.reviewer.comparison import Dub
    from dubbing.reviewer.preferences import Tally


def compare(
    what: Annotated[
        list[Path],
        typer.Argument(
            metavar="A B | FOLDER ANSWERS",
            help="Two workspaces, or a comparison folder and its listeners' answers.",
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder to write the comparison to.")
    ] = Path("comparison"),
    to: Annotated[
        str | None, typer.Option("--to", help="Target language, if the workspace has several.")
    ] = None,
    blind: Annotated[
        bool,
        typer.Option(
            "--blind", help="Randomise left and right per line, and hide which dub is which."
        ),
    ] = False,
    seed: Annotated[int | None, typer.Option(help="Random seed, for a reproducible order.")] = None,
) -> None:
    """Hear two dubs of a film side by side, or count what listeners preferred."""
    from dubbing.errors import UsageError
    from dubbing.reviewer.comparison import KEY, PAGE, write_comparison
    from dubbing.reviewer.preferences import read_key, read_preferences, tally

    if len(what) >= 2 and (what[0] / KEY).is_file():
        _tell(tally(read_key(what[0]), [read_preferences(path) for path in what[1:]]))
        return
    if len(what) != 2:
        raise UsageError(
            "Two workspaces are needed, or a comparison and answers.",
            hint="dub compare A.dub B.dub",
        )
    dubs = (_dub(what[0], to), _dub(what[1], to))
    n_lines = write_comparison(dubs, output, blind=blind, seed=seed)
    typer.echo(f"{n_lines} lines. Open {output / PAGE / 'index.html'} in a browser.")
    typer.echo(f"Then: dub compare {output} preferences.json")


def _dub(folder: Path, to: str | None) -> Dub:
    from dubbing.cli.show import finished
    from dubbing.reviewer.comparison import Dub
    from dubbing.workspace import Workspace

    return Dub(
        folder.name.removesuffix(".dub") or str(folder), finished(folder, to), Workspace(folder)
    )


def _tell(found: Tally) -> None:
    from rich.console import Console
    from rich.table import Table

    from dubbing.cli.foreign_text import safe

    table = Table("", *map(safe, found.dubs))
    table.add_row("preferred", *map(str, found.votes))
    table.add_row("mean score (1-5)", *("-" if s is None else f"{s:.2f}" for s in found.scores))
    console = Console()
    console.print(table)
    console.print(f"No difference: {found.same}.")
    if found.share is not None:
        console.print(
            f"{found.dubs[0]} is preferred in {found.share:.0%} of the decided cases "
            f"(95 %: {found.low:.0%} to {found.high:.0%}); by chance alone a split like this "
            f"comes with {found.chance:.1%}.",
            markup=False,
        )
