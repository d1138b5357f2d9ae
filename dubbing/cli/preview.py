"""``dub preview WORKSPACE -o review/``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from dubbing.media.probe import MediaInfo

LARGE_BYTES = 200_000_000


class Proxy(StrEnum):
    """Height of the small picture."""

    P360 = "360p"
    P480 = "480p"
    P720 = "720p"
    P1080 = "1080p"


def preview(  # noqa: PLR0913 - one parameter a flag is what a command line is
    workspace: Annotated[Path, typer.Argument(help="The FILM.dub folder.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder, .zip or .html to write.")
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", help="Target language, if the workspace has several.")
    ] = None,
    as_zip: Annotated[bool, typer.Option("--zip", help="Pack the folder into a .zip.")] = False,
    single_file: Annotated[
        bool, typer.Option("--single-file", help="Write everything into one .html (short films).")
    ] = False,
    lines: Annotated[str | None, typer.Option(help="Include only these lines, e.g. 3,7-9.")] = None,
    proxy: Annotated[Proxy, typer.Option(help="Size of the preview picture.")] = Proxy.P480,
    film: Annotated[
        Path | None, typer.Option(help="The film, if it was moved after it was dubbed.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing preview.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
) -> None:
    """Write a page for reviewers; it opens in any browser, without a server."""
    from dubbing.cli.listeners import listener_for
    from dubbing.cli.run import line_numbers
    from dubbing.cli.show import finished
    from dubbing.errors import UsageError
    from dubbing.progress import Event
    from dubbing.review.decisions_file import read_decisions
    from dubbing.reviewer.document import ProjectDocument
    from dubbing.reviewer.preview import Form, write_preview
    from dubbing.workspace import Workspace

    if as_zip and single_file:
        raise UsageError("--zip and --single-file exclude each other.")
    timeline = finished(workspace, to)
    target = timeline.target_language
    kind = "zip" if as_zip else "file" if single_file else "folder"
    ending = {"zip": ".zip", "file": ".html", "folder": ""}[kind]
    place = output or workspace.absolute().with_name(f"{workspace.stem}.{target}.review{ending}")
    document = ProjectDocument(timeline, Workspace(workspace), read_decisions(workspace, target))
    with listener_for("bars", quiet) as listener:

        def tell(what: str, share: float) -> None:
            listener(Event("progress", "preview", what, share, 1.0, "share"))

        listener(Event("stage-started", "preview"))
        written = write_preview(
            document,
            _film(workspace, target, film),
            place,
            Form(kind, proxy.value, line_numbers(lines) if lines else (), force),
            tell,
        )
        listener(Event("stage-finished", "preview"))
    if not quiet:
        page = written / "index.html" if kind == "folder" else written
        typer.echo(f"Open {page} in a browser.")
        if kind == "file" and written.stat().st_size > LARGE_BYTES:
            typer.echo("It is large for one file; browsers open a folder sooner.", err=True)


def _film(workspace: Path, target: str, given: Path | None) -> MediaInfo:
    from dubbing.media.probe import probe
    from dubbing.review.job_file import read_job

    return probe(given if given is not None else read_job(workspace, target).source)
