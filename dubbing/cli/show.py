"""``dub show WORKSPACE``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dubbing.errors import UsageError, WorkspaceError

if TYPE_CHECKING:
    from dubbing.timeline import Timeline
    from dubbing.workspace import Workspace


def show(
    workspace: Annotated[Path, typer.Argument(help="The FILM.dub folder.")],
    to: Annotated[
        str | None, typer.Option("--to", help="Target language, if the workspace has several.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the whole timeline as JSON.")
    ] = False,
    emotions: Annotated[
        bool, typer.Option("--emotions", help="Show the emotion of each line with its evidence.")
    ] = False,
    candidates: Annotated[
        bool,
        typer.Option("--candidates", help="Show all candidate translations with their scores."),
    ] = False,
) -> None:
    """Show the lines of a workspace: source, translation, timing, flags."""
    from rich.console import Console

    from dubbing import timeline_json
    from dubbing.cli import line_listing

    timeline = latest(workspace, to)
    if as_json:
        typer.echo(timeline_json.dumps(timeline), nl=False)
        return
    console = Console(highlight=False)
    if candidates:
        line_listing.print_candidates(timeline, console)
    elif emotions:
        line_listing.print_emotions(timeline, console)
    else:
        line_listing.print_speakers(timeline, console)
        line_listing.print_lines(timeline, console)


def latest(folder: Path, to: str | None) -> Timeline:
    """The newest document of a workspace, in the language asked for or the only one there is."""
    workspace, language = _workspace(folder, to)
    return workspace.latest_timeline(language)


def finished(folder: Path, to: str | None) -> Timeline:
    """The newest document of a dub that was mixed."""
    workspace, language = _workspace(folder, to)
    return workspace.finished_timeline(language)


def _workspace(folder: Path, to: str | None) -> tuple[Workspace, str]:
    from dubbing.cli.ffmpeg_option import heed_kept_ffmpeg
    from dubbing.workspace import Workspace
    from dubbing.workspace_marker import check_existing

    check_existing(folder)
    workspace = Workspace(folder)
    languages = workspace.languages()
    if not languages:
        raise WorkspaceError(f"{folder} holds no dub yet.", hint="Dub a film first.")
    if to is None and len(languages) > 1:
        raise UsageError(
            f"{folder} holds several languages.", hint=f"Choose with --to: {', '.join(languages)}."
        )
    heed_kept_ffmpeg(folder, to or languages[0])
    return workspace, to or languages[0]
