"""``dub plot WORKSPACE LINE``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dubbing.errors import UsageError

if TYPE_CHECKING:
    from dubbing.timeline import Line, Timeline


def plot(
    workspace: Annotated[Path, typer.Argument(help="The FILM.dub folder.")],
    line: Annotated[int, typer.Argument(min=1, help="Number of the line, as in `dub show`.")],
    to: Annotated[
        str | None, typer.Option("--to", help="Target language, if the workspace has several.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File to write, .png or .svg (default: line-N.png)."),
    ] = None,
) -> None:
    """Draw a line: its mouth, its phonemes in three timings, its sound."""
    from dubbing.cli.show import latest
    from dubbing.review.line_drawing import to_png
    from dubbing.temporary import replacing
    from dubbing.workspace import disk_errors

    target = output or Path(f"line-{line}.png")
    if target.suffix not in (".png", ".svg"):
        raise UsageError(f"{target.name} is neither .png nor .svg.")
    timeline = latest(workspace, to)
    if line > len(timeline.lines):
        raise UsageError(f"There is no line {line}.", hint=f"There are {len(timeline.lines)}.")
    svg = _drawn(workspace, timeline, timeline.lines[line - 1])
    content = svg.encode() if target.suffix == ".svg" else to_png(svg)
    with disk_errors(target), replacing(target) as temporary:
        temporary.write_bytes(content)
    typer.echo(f"Drawn: {target}")


def _drawn(folder: Path, timeline: Timeline, line: Line) -> str:
    from dubbing.review.drawn_lines import drawn_line
    from dubbing.vision.mouths import Mouths
    from dubbing.workspace import Workspace

    workspace = Workspace(folder)
    svg = drawn_line(workspace, Mouths(workspace, timeline), line)
    if svg is None:
        raise UsageError(
            "This line has no mouth to draw.", hint="It is spoken off screen, or not planned yet."
        )
    return svg
