"""How progress reaches the person or the script: bars, JSON lines, or not at all."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from dubbing.cli.foreign_text import safe
from dubbing.progress import Event, Listener, silence


@contextmanager
def listener_for(log_format: str, quiet: bool) -> Iterator[Listener]:
    """The listener that the flags ask for."""
    if quiet:
        yield silence
    elif log_format == "json":
        yield _json_line
    else:
        with _bars() as listener:
            yield listener


def _json_line(event: Event) -> None:
    """One line of JSON an event, on standard output, flushed."""
    sys.stdout.write(json.dumps(asdict(event), ensure_ascii=False) + "\n")
    sys.stdout.flush()


@contextmanager
def _bars() -> Iterator[Listener]:
    """A bar for each stage, with what it is at and the time left."""
    from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description:<11}"),
        BarColumn(bar_width=28),
        TextColumn("{task.fields[state]:<10}"),
        TimeRemainingColumn(compact=True),
        TextColumn("[dim]{task.fields[message]}"),
    )
    tasks: dict[str, TaskID] = {}
    with Progress(*columns) as progress:

        def listen(event: Event) -> None:
            if event.kind == "note":
                message = safe(event.message)
                progress.console.print(f"[yellow]note[/] {message}", soft_wrap=True)
                return
            if event.stage not in tasks:
                tasks[event.stage] = progress.add_task(
                    event.stage, state="", message="", total=None
                )
            task = tasks[event.stage]
            if event.kind == "progress":
                state = f"{event.done:.0f}/{event.total:.0f} {event.unit}"
                progress.update(
                    task,
                    completed=event.done,
                    total=event.total,
                    state=state,
                    message=safe(event.message[:40]),
                )
            elif event.kind == "stage-finished":
                state = "kept" if event.reused else f"{event.seconds:.1f} s"
                progress.update(task, completed=1, total=1, state=state, message="")

        yield listen
