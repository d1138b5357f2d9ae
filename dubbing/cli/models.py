"""``dub models``: what there is, where it lies, whether it is what we know."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from dubbing.errors import UnknownLanguage, UsageError

app = typer.Typer(no_args_is_help=True)
EMBEDDED = ("whisper-base", "kokoro-82m-split", "gemma-3-270m", "gemma-3-270m-en-zh", "perth")
OPTIONAL = ("qwen-1.5b",)
"""Prepared where the packages of their extra are installed."""


@app.command("list")
def list_models() -> None:
    """List all models with licence, size and path."""
    from rich.console import Console
    from rich.table import Table

    from dubbing.cli.foreign_text import safe
    from dubbing.models import firefox
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
    pairs = firefox.described(firefox.available())
    typer.echo(f"Firefox models for: {pairs}. More, for instance: dub models get firefox en-zh")


@app.command()
def get(
    engine: Annotated[str, typer.Argument(help="firefox: its models come from Mozilla.")],
    pairs: Annotated[
        list[str] | None,
        typer.Argument(help="Pairs of languages, like en-zh; without any, those there are."),
    ] = None,
    network: Annotated[
        bool, typer.Option("--network", help="Allow downloads from Mozilla's servers.")
    ] = False,
    service: Annotated[
        str | None,
        typer.Option(
            "--from", help="Address of another Remote Settings service, such as a mirror."
        ),
    ] = None,
    allow_server: Annotated[
        list[str] | None,
        typer.Option(help="A further host that files may come from; may be repeated."),
    ] = None,
) -> None:
    """Download translation models; each file is checked by its SHA-256."""
    from rich.progress import Progress

    from dubbing.models import firefox
    from dubbing.models.firefox_service import ATTACHMENTS, SERVICE, Service, route

    if engine != "firefox":
        raise UsageError(f"There is nothing to get for '{engine}'.", hint="Known: firefox.")
    wanted = [languages_of(pair) for pair in pairs or ()]
    if service is None and not network:
        hosts = f"{SERVICE.split('/')[2]} and {ATTACHMENTS}"
        raise UsageError(
            f"Firefox models come from {hosts}, and nothing is downloaded without your leave.",
            hint="Say --network to allow it, or name a mirror with --from.",
        )
    shop = Service(service or SERVICE, tuple(allow_server or ()))
    offers = shop.offers()
    if not wanted:
        typer.echo(firefox.described(offers))
        return
    steps = dict.fromkeys(step.pair for pair in wanted for step in route(offers, *pair))
    with Progress() as bars:
        for step in steps:
            offer = offers[step]
            title = f"{step[0]}-{step[1]}, {offer.packed_bytes / 1e6:.0f} MB"
            task = bars.add_task(title, total=1.0)

            def tell(what: str, share: float, task: Any = task) -> None:
                bars.update(task, completed=share)

            shop.fetch(offer, firefox.home(), tell)
    typer.echo(f"In {firefox.home()}: {firefox.described(firefox.available())}")


@app.command()
def verify() -> None:
    """Check every file's hash; exit code 1 if one has changed."""
    from dubbing.models import firefox
    from dubbing.models.catalogue import catalogue
    from dubbing.models.firefox_service import verified
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
    for pair, good in verified(firefox.home()).items():
        damaged |= not good
        cure = f"DAMAGED, run: dub models get firefox {pair}"
        typer.echo(f"firefox {pair}: {'verified' if good else cure}")
    raise typer.Exit(1 if damaged else 0)


@app.command()
def path(name: Annotated[str, typer.Argument(help="Name in the list.")]) -> None:
    """Print the path of a model (prepared if necessary)."""
    from dubbing.models.resolver import resolve

    typer.echo(str(resolve(name)))


@app.command()
def prepare(
    network: Annotated[
        bool, typer.Option("--network", help="Allow downloads from the hub.")
    ] = False,
) -> None:
    """Assemble, verify and convert the models of the embedded profile and of installed extras."""
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
    """Check whether this machine has room for the strong translator; exit code 1 if not."""
    from dubbing.engines.translation.auto import lack_of_room

    lack = lack_of_room()
    if lack is None:
        typer.echo("There is room for the strong translator.")
        return
    typer.echo(f"No room for the strong translator: {lack.why}. {lack.hint}")
    raise typer.Exit(1)


@app.command()
def notices() -> None:
    """Print licences and terms of all models."""
    from dubbing.models.catalogue import catalogue

    for name, entry in catalogue().items():
        typer.echo(f"{name}: {entry.title}\n    {entry.licence}")
        typer.echo(f"    from {', '.join(entry.packages) or entry.derived_from or 'this package'}")


def languages_of(pair: str) -> tuple[str, str]:
    """Both languages of ``en-zh``, ``en-pt-br`` or ``pt-br-en``.

    Raises:
        UsageError: if it is no pair of two languages.
    """
    from dubbing.language.languages import language

    parts = pair.split("-")
    for cut in range(1, len(parts)):
        try:
            source, target = (language("-".join(tag)).code for tag in (parts[:cut], parts[cut:]))
        except UnknownLanguage:
            continue
        if source != target:
            return source, target
    raise UsageError(f"'{pair}' is no pair of languages.", hint="Write it like en-zh.")
