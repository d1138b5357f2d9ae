"""Arguments that the commands of ``dub batch`` share, and the batch that they mean."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from dubbing.batch.store import Store

Manifest = Annotated[Path, typer.Argument(metavar="MANIFEST", help=".yaml, .json or .csv.")]
Batch = Annotated[
    Path, typer.Argument(metavar="BATCH", help="The manifest, or the batch's folder.")
]
Folder = Annotated[
    Path | None, typer.Option("--folder", help="Folder of the batch (default: MANIFEST.batch).")
]
Film = Annotated[
    list[str] | None, typer.Argument(help="Films, as dub batch status shows them (default: all).")
]
To = Annotated[str | None, typer.Option("--to", help="Only this target language.")]
AllowAbsolute = Annotated[
    bool,
    typer.Option(
        "--allow-absolute",
        help="Allow paths outside the manifest's folder, if the manifest asks for it.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def folder_of(manifest: Path, folder: Path | None) -> Path:
    """The folder of a batch, as it is named, or next to its manifest."""
    return (folder or manifest.with_suffix(".batch")).absolute()


def open_batch(batch: Path, folder: Path | None) -> Store:
    """The store of a batch that is named by its manifest or its folder."""
    from dubbing.batch.store import Store

    return Store(batch.absolute() if batch.is_dir() else folder_of(batch, folder))
