"""``dub batch``: many films, many languages. ``dub batch FILE`` is short for ``dub batch run FILE``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dubbing.cli.default_command import DefaultsTo
from dubbing.cli.strictness import Strict, end_unheard
from dubbing.errors import DubbingError, UsageError

if TYPE_CHECKING:
    from dubbing.batch.executors import Executor
    from dubbing.batch.hosts import Permissions
    from dubbing.batch.manifest import Asked
    from dubbing.batch.store import Store


class DefaultsToRun(DefaultsTo):
    """A first word that is no command is a manifest."""

    usual = "run"


class ExecutorName(StrEnum):
    """Who does the work."""

    LOCAL = "local"
    RAY = "ray"


app = typer.Typer(
    cls=DefaultsToRun,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
Manifest = Annotated[Path, typer.Argument(metavar="MANIFEST", help=".yaml, .json or .csv.")]
Batch = Annotated[
    Path, typer.Argument(metavar="BATCH", help="The manifest, or the batch's folder.")
]
Folder = Annotated[
    Path | None, typer.Option("--folder", help="Of the batch (default: MANIFEST.batch).")
]
Film = Annotated[list[str] | None, typer.Argument(help="Films as status shows them; all if none.")]
To = Annotated[str | None, typer.Option("--to", help="Only this target language.")]
AllowAbsolute = Annotated[
    bool,
    typer.Option(
        "--allow-absolute", help="Paths may lead out of the manifest's folder, if it asks."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON.")]


@app.command()
def run(  # noqa: PLR0913 - one parameter a flag is what a command line is
    manifest: Manifest,
    folder: Folder = None,
    executor: Annotated[ExecutorName, typer.Option(help="local or ray.")] = ExecutorName.LOCAL,
    address: Annotated[
        str, typer.Option(help="Ray cluster: ray://host:10001, host:6379 or auto.")
    ] = "",
    storage: Annotated[
        str, typer.Option(help="Where machines exchange files that share no disk: s3://…")
    ] = "",
    workers: Annotated[
        int, typer.Option(min=0, help="Tasks side by side; 0: as the machine has room.")
    ] = 0,
    threads: Annotated[int, typer.Option(min=0, help="CPU threads of a worker; 0: chosen.")] = 0,
    gpus: Annotated[int, typer.Option(min=0, help="GPUs that the workers share.")] = 0,
    series: Annotated[
        str, typer.Option(help="All films are of this series: speakers keep their voices.")
    ] = "",
    attempts: Annotated[int, typer.Option(min=1, help="For what may pass.")] = 4,
    time_limit: Annotated[
        float, typer.Option(min=0, help="Seconds that a task may take; 0: any.")
    ] = 0.0,
    min_disk: Annotated[int, typer.Option(min=0, help="MB of disk that stay free.")] = 2000,
    min_memory: Annotated[
        int, typer.Option(min=0, help="MB of memory without which nothing more is begun.")
    ] = 1500,
    metrics: Annotated[
        Path | None, typer.Option(help="Prometheus text file, kept up to date.")
    ] = None,
    webhook: Annotated[
        str, typer.Option(help="Is told at the end; signed with DUBBING_WEBHOOK_SECRET.")
    ] = "",
    allow_server: Annotated[
        list[str] | None,
        typer.Option(help="HOST that texts may be sent to, if the manifest names one."),
    ] = None,
    allow_absolute: AllowAbsolute = False,
    allow_private_hosts: Annotated[
        bool,
        typer.Option("--allow-private-hosts", help="Films and dubs may be on private hosts."),
    ] = False,
    max_input_gb: Annotated[float, typer.Option(min=0, help="Of a film that is fetched.")] = 100.0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what it would take.")] = (
        False
    ),
    rehearse: Annotated[
        bool,
        typer.Option("--rehearse", help="Without models, in a folder of its own."),
    ] = (False),
    strict: Strict = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")] = False,
) -> None:
    """Dub all films of a manifest; the same command goes on after an interruption."""
    import os

    from dubbing.batch.drive import Driver, Policy
    from dubbing.batch.guards import Guards
    from dubbing.batch.hosts import GB, Permissions
    from dubbing.batch.lease import Lease
    from dubbing.batch.manifest import read_manifest
    from dubbing.batch.metrics_file import write_metrics
    from dubbing.batch.permissions import check_permitted
    from dubbing.batch.store import Store
    from dubbing.batch.tables import Watcher, show_rows
    from dubbing.batch.webhook import SECRET_VARIABLE, check_webhook
    from dubbing.workspace import disk_errors

    secret = os.environ.get(SECRET_VARIABLE, "")
    if webhook:
        check_webhook(webhook, secret)
    permissions = Permissions(
        tuple(allow_server or ()), allow_private_hosts, int(max_input_gb * GB)
    )
    asked = read_manifest(manifest, series=series, absolute=allow_absolute)
    check_permitted(asked, permissions)
    place = _folder(manifest, folder)
    if dry_run:
        _dry_run(asked, place, workers, permissions)
        return
    if rehearse:  # nothing of it may be taken for a dub later on
        place = place.with_name(f"{place.name}.rehearsal")
        asked = asked.into(place / "outputs")
    with disk_errors(place):
        place.mkdir(parents=True, exist_ok=True)
    policy = Policy(attempts=attempts, time_limit_s=time_limit, guards=Guards(min_disk, min_memory))
    with Store(place, create=True) as store:
        with Lease(store):  # another driver's plan is not changed under its hands
            _take_in(store, asked, permissions)
        chosen = executor_of(executor, workers, threads, gpus, address, rehearse=rehearse)
        with Watcher(store, quiet=quiet, metrics=metrics) as watcher:
            driver = Driver(
                store,
                chosen,
                policy,
                storage=storage,
                permissions=permissions,
                tell=watcher.tell,
                each_tick=watcher.look,
            )
            driver.run()
        if metrics is not None:
            write_metrics(store, metrics)
        if not quiet:
            show_rows(store)
        _finish(store, webhook, secret, quiet=quiet, strict=strict)


def executor_of(
    name: ExecutorName, workers: int, threads: int, gpus: int, address: str, *, rehearse: bool
) -> Executor:
    """The executor that the flags ask for."""
    from dubbing.batch.estimate import shipped_speeds
    from dubbing.batch.guards import workers_for
    from dubbing.batch.rehearsal import WORK
    from dubbing.batch.worker import REAL_WORK

    work = WORK if rehearse else REAL_WORK
    memory_mb = int(shipped_speeds()["memory_mb"])
    if name is ExecutorName.RAY:
        from dubbing.batch.executors.ray import RayExecutor

        share = gpus / workers if gpus and workers else float(gpus)
        return RayExecutor(
            workers,
            address=address,
            threads=max(1, threads),
            gpus=share,
            memory_mb=0 if rehearse else memory_mb,
            work=work,
        )
    from dubbing.batch.executors.local import LocalExecutor

    if address:
        raise UsageError("--address is for --executor ray.")
    fitting, each = workers_for(memory_mb, threads)
    return LocalExecutor(
        workers or fitting, threads=threads or (each if not workers else 0), gpus=gpus, work=work
    )


@app.command()
def init(
    manifest: Annotated[Path, typer.Argument(help="The file to write.")] = Path("batch.yaml"),
    force: Annotated[bool, typer.Option("--force", help="Replace it if it is there.")] = False,
) -> None:
    """Write a sample manifest with a comment on everything."""
    from importlib.resources import files

    from dubbing.errors import OutputExists
    from dubbing.workspace import write_text

    if manifest.exists() and not force:
        raise OutputExists(f"{manifest} is there already.", hint="Use --force to replace it.")
    text = (files("dubbing.batch") / "manifest_sample.yaml").read_text(encoding="utf-8")
    write_text(manifest, text)
    typer.echo(f"Wrote {manifest}. Then: dub batch validate {manifest}")


@app.command()
def validate(
    manifest: Annotated[Path | None, typer.Argument(help=".yaml, .json or .csv.")] = None,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schema of manifests.")
    ] = False,
    allow_absolute: AllowAbsolute = False,
) -> None:
    """Check a manifest, its paths and its settings; names file, line and field of what is wrong."""
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


@app.command()
def status(
    batch: Batch,
    folder: Folder = None,
    watch: Annotated[bool, typer.Option("--watch", help="Until it is over.")] = False,
    as_json: AsJson = False,
) -> None:
    """Where everything stands; exit code 1 if something failed."""
    import json
    from dataclasses import asdict

    from dubbing.batch.status import rows
    from dubbing.batch.status import status as status_of
    from dubbing.batch.tables import show_rows, watch_rows

    with _open(batch, folder) as store:
        if watch:
            watch_rows(store)
        elif as_json:
            told = {**asdict(status_of(store)), "rows": [asdict(row) for row in rows(store)]}
            typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
        else:
            show_rows(store)
        if status_of(store).failed:
            raise typer.Exit(1)


@app.command()
def retry(batch: Batch, films: Film = None, to: To = None, folder: Folder = None) -> None:
    """Give what failed, was set aside or cancelled a new start; run the batch again after it."""
    from dubbing.batch.queue import retry as retry_tasks

    with _open(batch, folder) as store:
        typer.echo(f"{retry_tasks(store, _chosen(store, films, to))} tasks wait again.")


@app.command()
def cancel(batch: Batch, films: Film = None, to: To = None, folder: Folder = None) -> None:
    """End what has not ended; a driver that is at work stops it within seconds."""
    from dubbing.batch.queue import cancel as cancel_tasks

    with _open(batch, folder) as store:
        typer.echo(f"{cancel_tasks(store, _chosen(store, films, to))} tasks are cancelled.")


@app.command()
def pause(batch: Batch, folder: Folder = None) -> None:
    """Begin nothing new until dub batch resume; what runs goes on to its end."""
    with _open(batch, folder) as store:
        store.pause(True)
    typer.echo("Paused.")


@app.command()
def resume(batch: Batch, folder: Folder = None) -> None:
    """Go on after a pause."""
    with _open(batch, folder) as store:
        store.pause(False)
    typer.echo("Goes on; if no driver is at work, run the batch again.")


@app.command()
def logs(
    batch: Batch, film: Annotated[str, typer.Argument()], to: To = None, folder: Folder = None
) -> None:
    """What happened to a film, attempt by attempt, with the tracebacks of failures."""
    from dubbing.batch.status import find_tasks, log_entries

    with _open(batch, folder) as store:
        tasks = find_tasks(store, film, to)
        if not tasks:
            raise UsageError(f"There is no film {film} in the batch.", hint="dub batch status")
        for _, key in tasks:
            for entry in log_entries(store.folder, key):
                typer.echo(_log_line(entry))


@app.command()
def report(batch: Batch, folder: Folder = None, as_json: AsJson = False) -> None:
    """Quality of all dubs side by side, the worst first, as a page and as JSON."""
    import json

    from dubbing.batch.report import report_document, write_report

    with _open(batch, folder) as store:
        if as_json:
            typer.echo(json.dumps(report_document(store), ensure_ascii=False, indent=1))
            return
        data, page = write_report(store)
    typer.echo(f"{page}\n{data}")


def _folder(manifest: Path, folder: Path | None) -> Path:
    return (folder or manifest.with_suffix(".batch")).absolute()


def _open(batch: Path, folder: Path | None) -> Store:
    """The store of a batch that is named by its manifest or its folder."""
    from dubbing.batch.store import Store

    return Store(batch.absolute() if batch.is_dir() else _folder(batch, folder))


def _take_in(store: Store, asked: Asked, permissions: Permissions) -> None:
    from dubbing.batch.films import Identities
    from dubbing.batch.plan import make_plan
    from dubbing.batch.plan_store import known_films, take_in

    if store.is_paused:
        raise UsageError("This batch is paused.", hint=f"Go on: dub batch resume {store.folder}")
    identities = Identities(known_films(store), permissions)
    plan = make_plan(asked, identities)
    store.describe(asked.title, asked.path)
    take_in(store, plan, identities.new)


def _dry_run(asked: Asked, folder: Path, workers: int, permissions: Permissions) -> None:
    from dubbing.batch.estimate import estimate, film_seconds, shipped_speeds, speeds_of
    from dubbing.batch.films import Identities
    from dubbing.batch.guards import workers_for
    from dubbing.batch.plan import RECIPE, make_plan
    from dubbing.batch.store import FILE_NAME, Store
    from dubbing.batch.tables import show_estimate

    plan = make_plan(asked, Identities({}, permissions))
    lengths = {source: film_seconds(source) for source in {job.source for job in asked.jobs}}
    by_task = plan.by_source(lengths)
    store = Store(folder) if (folder / FILE_NAME).is_file() else None
    speeds = speeds_of(store)
    if store is not None:
        store.close()
    fitting, _ = workers_for(int(shipped_speeds()["memory_mb"]))
    show_estimate(plan, estimate(plan, by_task, speeds, workers or fitting, RECIPE))


def _finish(store: Store, webhook: str, secret: str, *, quiet: bool, strict: bool) -> None:
    """Write the report, tell who wants to know, and say by the exit code whether all went well."""
    from dubbing.batch.report import unheard_sentence, write_report
    from dubbing.batch.status import status as status_of
    from dubbing.batch.webhook import send

    now = status_of(store)
    _, page = write_report(store)
    if not quiet:
        typer.echo(f"Report: {page}")
    if webhook:
        content = {"event": "batch.finished", "batch": now.title, "jobs": dict(now.jobs),
                   "failed": now.failed, "seconds": now.seconds}  # fmt: skip
        try:
            send(webhook, secret, content)
        except DubbingError as error:  # the dubs are there all the same
            typer.secho(f"dub: {error}", err=True, fg="yellow")
    end_unheard(unheard_sentence(store), quiet=quiet, strict=strict)
    if now.failed:
        raise typer.Exit(1)


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
