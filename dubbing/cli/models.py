"""``dub models``: what there is, where it lies, whether it is what we know."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True)
EMBEDDED = ("whisper-base", "kokoro-82m-split", "gemma-3-270m", "gemma-3-270m-en-zh", "perth")
OPTIONAL = ("qwen-1.5b",)
"""Prepared where the packages of their extra are installed."""


@app.command("list")
def list_models() -> None:
    """All models with licence, size and place."""
    from rich.console import Console
    from rich.table import Table

    from dubbing.cli.foreign_text import safe
    from dubbing.models.catalogue import catalogue
    from dubbing.models.resolver import is_ready, resolve

    table = Table("name", "what", "licence", "MB", "where")
    for name, entry in catalogue().items():
        ready = is_ready(name)
        place = resolve(name) if ready else None
        size = sum((place / f).stat().st_size for f in entry.file_names) if place else 0
        table.add_row(
            name,
            entry.title,
            entry.licence,
            f"{size / 1e6:.0f}" if size else "",
            safe(place or "-"),
        )
    Console().print(table)


@app.command()
def verify() -> None:
    """Hash every file again; exit code 1 if one is not what it was."""
    from dubbing.models.catalogue import catalogue
    from dubbing.models.resolver import is_ready
    from dubbing.models.resolver import verify as verify_model

    damaged = False
    for name in catalogue():
        if not is_ready(name):
            typer.echo(f"{name}: not prepared")
            continue
        good = verify_model(name)
        damaged |= not good
        typer.echo(f"{name}: {'verified' if good else 'DAMAGED, run: dub models prepare'}")
    raise typer.Exit(1 if damaged else 0)


@app.command()
def path(name: Annotated[str, typer.Argument(help="Name in the list.")]) -> None:
    """Where a model lies (it is made if need be)."""
    from dubbing.models.resolver import resolve

    typer.echo(str(resolve(name)))


@app.command()
def prepare(
    network: Annotated[
        bool, typer.Option("--network", help="Allow downloads from the hub.")
    ] = False,
) -> None:
    """Assemble, verify and convert what the embedded profile needs, and optional models installed."""
    from rich.progress import Progress

    from dubbing.models.catalogue import model
    from dubbing.models.resolver import install_command, is_obtainable, resolve

    installed = [name for name in OPTIONAL if is_obtainable(name)]
    with Progress() as bars:
        for name in (*EMBEDDED, *installed):
            task = bars.add_task(name, total=1.0)

            def tell(what: str, share: float, task: object = task) -> None:
                bars.update(task, description=what, completed=share)  # type: ignore[arg-type]

            resolve(name, allow_network=network, progress=tell)
            bars.update(task, description=f"{name}: ready", completed=1.0)
    for name in OPTIONAL:
        if name not in installed:
            typer.echo(
                f"{name}: optional, not installed; get it with {install_command(model(name))}"
            )


@app.command()
def room() -> None:
    """Whether this machine has the memory and disk for the strong translator; exit code 1 if not."""
    from dubbing.engines.translation.auto import lack_of_room

    lack = lack_of_room()
    if lack is None:
        typer.echo("There is room for the strong translator.")
        return
    typer.echo(f"No room for the strong translator: {lack.why}. {lack.hint}")
    raise typer.Exit(1)


@app.command()
def notices() -> None:
    """Licences and terms of all models."""
    from dubbing.models.catalogue import catalogue

    for name, entry in catalogue().items():
        typer.echo(f"{name}: {entry.title}\n    {entry.licence}")
        typer.echo(f"    from {', '.join(entry.packages) or entry.derived_from or 'this package'}")
