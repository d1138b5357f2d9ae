"""``dub batch init`` and ``dub batch validate``: a manifest to begin with, and whether one is right."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dubbing.cli.batch_options import AllowAbsolute
from dubbing.errors import UsageError


def init(
    manifest: Annotated[Path, typer.Argument(help="The file to write.")] = Path("batch.yaml"),
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
) -> None:
    """Write a sample manifest with a comment on every field."""
    from importlib.resources import files

    from dubbing.errors import OutputExists
    from dubbing.workspace import write_text

    if manifest.exists() and not force:
        raise OutputExists(f"{manifest} is there already.", hint="Use --force to replace it.")
    text = (files("dubbing.batch") / "manifest_sample.yaml").read_text(encoding="utf-8")
    write_text(manifest, text)
    typer.echo(f"Wrote {manifest}. Then: dub batch validate {manifest}")


def validate(
    manifest: Annotated[Path | None, typer.Argument(help=".yaml, .json or .csv.")] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of manifests.")
    ] = False,
    allow_absolute: AllowAbsolute = False,
) -> None:
    """Check a manifest, its paths and settings; errors name file, line and field."""
    import json

    from dubbing.batch.manifest import json_schema, read_manifest

    if schema:
        typer.echo(json.dumps(json_schema(), indent=1))
        return
    if manifest is None:
        raise UsageError("No manifest is named.", hint="dub batch validate FILE")
    asked = read_manifest(manifest, absolute=allow_absolute)
    films = {job.source for job in asked.jobs}
    languages = sorted({job.target for job in asked.jobs})
    typer.echo(f"{asked.title}: {len(asked.jobs)} dubs of {len(films)} films, {languages}.")
