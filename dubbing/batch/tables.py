"""How a batch is shown: tables that stand, and one that is redrawn while it runs."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from rich.table import Table

    from dubbing.batch.estimate import Estimate
    from dubbing.batch.plan import Plan
    from dubbing.batch.store import Store

MOST_ROWS = 40
"""Of films that are drawn live; the ones that run or failed come first."""
COLOURS = {"done": "green", "running": "cyan", "failed": "red", "set aside": "red",
           "unreadable": "red", "cancelled": "yellow"}  # fmt: skip
TURN = {"running": 0, "failed": 1, "set aside": 1, "unreadable": 1}
METRICS_EVERY_S = 5.0
REDRAW_EVERY_S = 1.0


def table_of(store: Store, *, most: int = 0) -> Table:
    """A row for each film and language."""
    from rich.table import Table

    from dubbing.batch.status import rows, status

    now = status(store)
    all_rows = list(rows(store))
    shown = sorted(all_rows, key=lambda row: TURN.get(row.state, 2))[:most] if most else all_rows
    counts = ", ".join(f"{n} {state}" for state, n in now.jobs.items())
    left_out = f"; {len(all_rows) - len(shown)} more" if len(shown) < len(all_rows) else ""
    title = f"{now.title}: {counts}{' (paused)' if now.paused else ''}"
    table = Table("film", "to", "state", "at", "s", "tries", "", title=title)
    for row in shown:
        state = f"[{COLOURS.get(row.state, 'dim')}]{row.state}[/]"
        seconds = f"{row.seconds:.1f}" if row.seconds else ""
        told = row.error or row.output
        table.add_row(row.film, row.target, state, row.stage, seconds, str(row.attempts), told)
    driver = f"Driver: {now.driver}" if now.driver else "No driver is at work"
    table.caption = f"{driver}{left_out}{'; ' + now.note if now.note else ''}"
    return table


def show_rows(store: Store) -> None:
    """Print the table."""
    from rich.console import Console

    Console().print(table_of(store))


def watch_rows(store: Store) -> None:
    """Redraw the table every second until the batch is over."""
    from rich.live import Live

    from dubbing.batch.status import status

    with Live(table_of(store, most=MOST_ROWS), auto_refresh=False) as live:
        while not status(store).is_over:
            time.sleep(REDRAW_EVERY_S)
            live.update(table_of(store, most=MOST_ROWS), refresh=True)


def show_estimate(plan: Plan, found: Estimate) -> None:
    """Print what a batch would take."""
    from rich.console import Console
    from rich.table import Table

    table = Table("film", "task", "film s", "about s")
    for item in found.tasks[:MOST_ROWS]:
        length = "?" if item.film_s is None else f"{item.film_s:.0f}"
        seconds = "?" if item.seconds is None else f"{item.seconds:.0f}"
        table.add_row(item.film, f"{item.kind} {item.target}".strip(), length, seconds)
    console = Console()
    console.print(table)
    if len(found.tasks) > MOST_ROWS:
        console.print(f"… and {len(found.tasks) - MOST_ROWS} more tasks.")
    lines = [
        f"{len(plan.jobs)} dubs in {len(found.tasks)} tasks: about {duration(found.seconds)}, "
        f"{found.disk_mb:.0f} MB of disk, {found.memory_mb:.0f} MB of memory."
    ]
    if found.unknown_films:
        lines.append(
            f"Of {found.unknown_films} films the length is not known; they are not counted."
        )
    lines += [f"{job.wanted.film}: {job.problem}" for job in plan.jobs if job.problem]
    lines.append(f"From {found.origin}.")
    say("\n".join(lines))


def say(text: str) -> None:
    """Print plain text, unbroken."""
    from rich.console import Console

    Console().print(text, soft_wrap=True, markup=False, highlight=False)


def duration(seconds: float) -> str:
    """``3700`` as ``1:01:40 h``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d} h" if hours else f"{minutes}:{rest:02d} min"


class Watcher:
    """Shows a batch while its driver runs here: a live table, or lines where nobody looks."""

    def __init__(self, store: Store, *, quiet: bool, metrics: Path | None) -> None:
        """Show nothing yet."""
        import sys

        self.store, self.quiet, self.metrics = store, quiet, metrics
        self.live: Any = None
        if not quiet and sys.stdout.isatty():
            from rich.live import Live

            self.live = Live(auto_refresh=False, transient=True)
        self._drawn = self._written = 0.0

    def tell(self, text: str) -> None:
        """Say a sentence above the table."""
        if self.live is not None:
            self.live.console.print(text, soft_wrap=True, markup=False)
        elif not self.quiet:
            say(text)

    def look(self) -> None:
        """Redraw and write metrics, each now and then."""
        now_s = time.monotonic()
        if self.live is not None and now_s - self._drawn > REDRAW_EVERY_S:
            self._drawn = now_s
            self.live.update(table_of(self.store, most=MOST_ROWS), refresh=True)
        if self.metrics is not None and now_s - self._written > METRICS_EVERY_S:
            from dubbing.batch.metrics_file import write_metrics

            self._written = now_s
            write_metrics(self.store, self.metrics)

    def __enter__(self) -> Self:
        """Begin to draw."""
        if self.live is not None:
            self.live.start()
        return self

    def __exit__(self, *told: object) -> None:
        """Stop drawing."""
        if self.live is not None:
            self.live.stop()
