"""Commands of ``dub batch`` for a batch that was begun: where it stands, and what becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dubbing.cli.batch_options import AsJson, Batch, Film, Folder, To, open_batch
from dubbing.errors import UsageError

if TYPE_CHECKING:
    from dubbing.batch.store import Store


def status(
    batch: Batch,
    folder: Folder = None,
    watch: Annotated[bool, typer.Option("--watch", help="Update until the batch ends.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show the state of every film; exit code 1 if something failed."""
    import json
    from dataclasses import asdict

    from dubbing.batch.status import rows
    from dubbing.batch.status import status as status_of
    from dubbing.batch.tables import show_rows, watch_rows

    with open_batch(batch, folder) as store:
        if watch:
            watch_rows(store)
        elif as_json:
            told = {**asdict(status_of(store)), "rows": [asdict(row) for row in rows(store)]}
            typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
        else:
            show_rows(store)
        if status_of(store).failed:
            raise typer.Exit(1)


def retry(batch: Batch, films: Film = None, to: To = None, folder: Folder = None) -> None:
    """Reset failed, quarantined and cancelled tasks; then run the batch again."""
    from dubbing.batch.queue import retry as retry_tasks

    with open_batch(batch, folder) as store:
        typer.echo(f"{retry_tasks(store, _chosen(store, films, to))} tasks wait again.")


def cancel(batch: Batch, films: Film = None, to: To = None, folder: Folder = None) -> None:
    """Cancel unfinished tasks; a running driver stops them within seconds."""
    from dubbing.batch.queue import cancel as cancel_tasks

    with open_batch(batch, folder) as store:
        typer.echo(f"{cancel_tasks(store, _chosen(store, films, to))} tasks are cancelled.")


def pause(batch: Batch, folder: Folder = None) -> None:
    """Start no new tasks until dub batch resume; running ones finish."""
    with open_batch(batch, folder) as store:
        store.pause(True)
    typer.echo("Paused.")


def resume(batch: Batch, folder: Folder = None) -> None:
    """Continue after a pause."""
    with open_batch(batch, folder) as store:
        store.pause(False)
    typer.echo("Goes on; if no driver is at work, run the batch again.")


def logs(
    batch: Batch, film: Annotated[str, typer.Argument()], to: To = None, folder: Folder = None
) -> None:
    """Show what happened to a film, attempt by attempt, with tracebacks."""
    from dubbing.batch.status import find_tasks, log_entries

    with open_batch(batch, folder) as store:
        tasks = find_tasks(store, film, to)
        if not tasks:
            raise UsageError(f"There is no film {film} in the batch.", hint="dub batch status")
        for _, key in tasks:
            for entry in log_entries(store.folder, key):
                typer.echo(_log_line(entry))


def report(batch: Batch, folder: Folder = None, as_json: AsJson = False) -> None:
    """Write the quality of all dubs, worst first, as a page and as JSON."""
    import json

    from dubbing.batch.report import report_document, write_report

    with open_batch(batch, folder) as store:
        if as_json:
            typer.echo(json.dumps(report_document(store), ensure_ascii=False, indent=1))
            return
        data, page = write_report(store)
    typer.echo(f"{page}\n{data}")


COMMANDS = (status, retry, cancel, pause, resume, logs, report)


def _chosen(store: Store, films: list[str] | None, to: str | None) -> list[int] | None:
    """Numbers of the tasks of these films; ``None`` for all."""
    from dubbing.batch.status import find_tasks
    from dubbing.job import target_code

    target = target_code(to) if to else None
    if not films and target is None:
        return None
    named = films or [row[0] for row in store.base.execute("SELECT DISTINCT film FROM jobs")]
    chosen: list[int] = []
    for film in named:
        tasks = find_tasks(store, film, target)
        if not tasks and films:
            raise UsageError(f"There is no film {film} in the batch.", hint="See: dub batch status")
        chosen += [task for task, _ in tasks]
    return chosen


def _log_line(entry: dict[str, object]) -> str:
    from datetime import UTC, datetime

    at = datetime.fromtimestamp(float(str(entry.get("at", 0))), UTC).strftime("%F %T")
    told = " ".join(
        f"{key}={value}"
        for key, value in entry.items()
        if key not in ("at", "kind", "trace") and value not in ("", 0, 0.0, False)
    )
    trace = f"\n{entry['trace']}" if entry.get("trace") else ""
    return f"{at} {entry.get('kind', '')} {told}{trace}"
