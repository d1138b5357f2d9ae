"""``dub export WORKSPACE``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Of(StrEnum):
    """Whose words the subtitles hold."""

    TARGET = "target"
    SOURCE = "source"
    BOTH = "both"


def export(  # noqa: PLR0913 - one parameter a flag is what a command line is
    workspace: Annotated[Path, typer.Argument(help="The FILM.dub folder.")],
    to: Annotated[
        str | None, typer.Option("--to", help="Target language, if the workspace has several.")
    ] = None,
    srt: Annotated[Path | None, typer.Option(help="Write subtitles as SubRip.")] = None,
    vtt: Annotated[Path | None, typer.Option(help="Write subtitles as WebVTT.")] = None,
    ass: Annotated[Path | None, typer.Option(help="Write subtitles as ASS, with styles.")] = None,
    ttml: Annotated[Path | None, typer.Option(help="Write subtitles as TTML (IMSC1 text).")] = None,
    of: Annotated[
        Of, typer.Option(help="Language of the subtitles; both = the dub's row above the film's.")
    ] = Of.TARGET,
    colours: Annotated[
        bool, typer.Option("--colours", help="One colour per speaker (ASS, burnt in).")
    ] = False,
    otio: Annotated[
        Path | None,
        typer.Option(help="Write an OpenTimelineIO edit: picture, and one track per speaker."),
    ] = None,
    edl: Annotated[Path | None, typer.Option(help="Write a CMX3600 edit decision list.")] = None,
    csv: Annotated[
        Path | None,
        typer.Option(help="Write a cue sheet: times, texts, syllables, lips, emotion, flags."),
    ] = None,
    stems: Annotated[
        Path | None,
        typer.Option(
            help="Write stems into this folder: dialogue per speaker, music and effects, mix (BWF)."
        ),
    ] = None,
    burn_in: Annotated[
        Path | None,
        typer.Option(help="Write the dub with burnt-in subtitles (re-encodes the picture)."),
    ] = None,
    multi: Annotated[
        Path | None,
        typer.Option(help="Write one film with every dub and its subtitles (copies the picture)."),
    ] = None,
    film: Annotated[
        Path | None, typer.Option(help="The film, if it is not next to its workspace.")
    ] = None,
    drop_frame: Annotated[
        bool | None,
        typer.Option(
            "--drop-frame/--non-drop-frame",
            help="Timecode at 29.97 and 59.94 fps (default: the film's).",
        ),
    ] = None,
    credentials: Annotated[
        bool,
        typer.Option(
            "--credentials/--no-credentials", help="Label films as synthetic, signed (C2PA)."
        ),
    ] = True,
    force: Annotated[bool, typer.Option("--force", help="Replace existing files.")] = False,
) -> None:
    """Hand a dub on: subtitles, edit lists, a cue sheet, other films; several at once."""
    from dubbing.cli.export_files import Exporter, checked_outputs
    from dubbing.cli.export_sources import Sources

    named = {
        "srt": srt,
        "vtt": vtt,
        "ass": ass,
        "ttml": ttml,
        "otio": otio,
        "edl": edl,
        "csv": csv,
        "stems": stems,
        "multi": multi,
        "burn-in": burn_in,
    }
    outputs = checked_outputs(named, force=force)
    sources = Sources(workspace, to, film, drop_frame)
    Exporter(sources, of.value, colours, credentials, force).write_all(outputs)
