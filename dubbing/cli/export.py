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
    to: Annotated[str | None, typer.Option("--to", help="Which target language.")] = None,
    srt: Annotated[Path | None, typer.Option(help="Subtitles as SubRip.")] = None,
    vtt: Annotated[Path | None, typer.Option(help="Subtitles as WebVTT.")] = None,
    ass: Annotated[Path | None, typer.Option(help="Subtitles as ASS, with styles.")] = None,
    ttml: Annotated[Path | None, typer.Option(help="Subtitles as TTML (IMSC1 text).")] = None,
    of: Annotated[
        Of, typer.Option(help="Words of the subtitles; both is two rows, the dub's above.")
    ] = Of.TARGET,
    colours: Annotated[
        bool, typer.Option("--colours", help="A colour for each speaker (ASS, burnt in).")
    ] = False,
    otio: Annotated[
        Path | None, typer.Option(help="Edit for OpenTimelineIO: picture, a track a speaker.")
    ] = None,
    edl: Annotated[Path | None, typer.Option(help="The same as a CMX3600 edit list.")] = None,
    csv: Annotated[
        Path | None, typer.Option(help="Cue sheet: times, texts, syllables, lips, mood, flags.")
    ] = None,
    stems: Annotated[
        Path | None,
        typer.Option(help="Folder for dialogue of each speaker, music and effects, mix (BWF)."),
    ] = None,
    burn_in: Annotated[
        Path | None,
        typer.Option(help="The dub with its subtitles in the picture, which is encoded anew."),
    ] = None,
    multi: Annotated[
        Path | None,
        typer.Option(help="One film with every dub and its subtitles; the picture is copied."),
    ] = None,
    film: Annotated[
        Path | None, typer.Option(help="The film, if it does not lie beside its workspace.")
    ] = None,
    drop_frame: Annotated[
        bool | None,
        typer.Option(
            "--drop-frame/--non-drop-frame", help="Timecode at 29.97 and 59.94 (default: film's)."
        ),
    ] = None,
    credentials: Annotated[
        bool, typer.Option("--credentials/--no-credentials", help="Signed label (C2PA) of films.")
    ] = True,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
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
