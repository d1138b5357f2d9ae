"""``dub apply WORKSPACE review.json``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dubbing.cli.strictness import Strict, report_unheard

if TYPE_CHECKING:
    from dubbing.reviewer.redirect import Outcome
    from dubbing.reviewer.review_file import Review
    from dubbing.reviewer.reviews import Merged
    from dubbing.timeline import Timeline


def apply(  # noqa: PLR0913 - one parameter a flag is what a command line is
    workspace: Annotated[Path, typer.Argument(help="The FILM.dub folder.")],
    reviews: Annotated[
        list[Path] | None,
        typer.Argument(
            help="review.json of one or more reviewers (default: decisions not yet applied)."
        ),
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", help="Target language, if the workspace has several.")
    ] = None,
    latest: Annotated[
        bool, typer.Option("--latest", help="If reviewers disagree, take the later decision.")
    ] = False,
    even_changed: Annotated[
        bool,
        typer.Option(
            "--even-changed", help="Apply decisions even to lines that changed since the review."
        ),
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Where to write the dub (default: where it was)."),
    ] = None,
    allow_server: Annotated[
        list[str] | None,
        typer.Option(help="HOST that texts may be sent to, if the workspace names one."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would be done.")
    ] = False,
    strict: Strict = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
) -> None:
    """Re-dub what reviewers decided on, and nothing else."""
    from dubbing.cli.listeners import listener_for
    from dubbing.cli.show import finished
    from dubbing.reviewer.redirect import engines_of, keep_decisions, make_anew, place_of
    from dubbing.reviewer.reviews import merge

    read = [_read(path, workspace) for path in reviews or ()]
    language = to or (read[0].target_language if read else None)
    timeline = finished(workspace, language)
    merged = merge(timeline, read, latest=latest, changed=even_changed)
    if dry_run:
        _tell_merged(timeline, merged)
        return
    target = timeline.target_language
    place = place_of(workspace, target, output)
    keep_decisions(workspace, timeline, merged.decisions)
    with listener_for("bars", quiet) as listener:
        engines = engines_of(workspace, target, allow_server or ())
        outcome = make_anew(workspace, target, engines, listener, place)
    if not quiet:
        _tell_merged(timeline, merged)
        _tell_outcome(outcome)
    report_unheard(outcome.timeline, quiet=quiet, strict=strict)
    if merged.conflicts or merged.changed or merged.gone:
        raise typer.Exit(1)


def _read(path: Path, workspace: Path) -> Review:
    """Read a review; an error names its line by the number that the dub gives it."""
    from dubbing.cli.show import finished
    from dubbing.errors import DubbingError
    from dubbing.reviewer.review_file import WrongDecision, read_review

    try:
        return read_review(path)
    except WrongDecision as error:
        try:
            number = finished(workspace, error.language).number_of(error.line)
        except (DubbingError, KeyError):
            raise error from None  # the dub does not have the line: its id is all there is
        raise error.numbered(number) from error


def _tell_merged(timeline: Timeline, merged: Merged) -> None:
    from collections import Counter

    numbers = {line.id: number for number, line in enumerate(timeline.lines, start=1)}
    kinds = Counter(d.verdict or "noted" for d in merged.decisions.values())
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    typer.echo(f"Decisions: {told or 'none'}.")
    for conflict in merged.conflicts:
        typer.echo(
            f"Line {numbers[conflict.line]}: {' and '.join(conflict.by)} do not agree; left as it is "
            "(--latest lets the later one count)."
        )
    if merged.changed:
        lines = ", ".join(str(numbers[line]) for line in merged.changed)
        typer.echo(f"Changed since they were reviewed, left as they are: lines {lines}.")
    if merged.gone:
        typer.echo(f"{len(merged.gone)} decisions are about lines that are not there any more.")


def _tell_outcome(outcome: Outcome) -> None:
    from rich.console import Console

    from dubbing.language.script import as_written

    console, written = Console(), outcome.timeline.written
    for number, line in enumerate(outcome.timeline.lines, start=1):
        before = outcome.before.get(line.id)
        if before is not None:
            console.print(
                f"Line {number}: {as_written(before.spoken_text, written)}",
                soft_wrap=True,
                markup=False,
            )
            console.print(
                f"     now: {as_written(line.spoken_text, written)}", soft_wrap=True, markup=False
            )
    n = len(outcome.before)
    console.print(f"{n} line{'' if n == 1 else 's'} made anew.", markup=False)
    if outcome.moved:
        numbers = {line.id: n for n, line in enumerate(outcome.timeline.lines, start=1)}
        moved = ", ".join(str(numbers[line]) for line in outcome.moved)
        console.print(f"Timed anew beside them: {moved}.", soft_wrap=True, markup=False)
    if outcome.timeline.output is not None:
        console.print(f"Dub: {outcome.timeline.output.path}", soft_wrap=True, markup=False)
