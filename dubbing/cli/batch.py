"""``dub batch``: many films, many languages. ``dub batch FILE`` is short for ``dub batch run FILE``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dubbing.cli import batch_control, batch_manifests
from dubbing.cli.batch_options import AllowAbsolute, Folder, Manifest, folder_of
from dubbing.cli.default_command import DefaultsTo
from dubbing.cli.strictness import Strict, end_unheard
from dubbing.errors import DubbingError, UsageError

if TYPE_CHECKING:
    from dubbing.batch.executors import Executor
    from dubbing.batch.hosts import Permissions
    from dubbing.batch.manifest import Asked
    from dubbing.batch.store import Store


class DefaultsToRun(DefaultsTo):
    """A first word that is not a command is a manifest."""

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


@app.command()
def run(  # noqa: PLR0913 - one parameter a flag is what a command line is
    manifest: Manifest,
    folder: Folder = None,
    executor: Annotated[
        ExecutorName, typer.Option(help="Executor: local or ray.")
    ] = ExecutorName.LOCAL,
    address: Annotated[
        str, typer.Option(help="Address of the Ray cluster: ray://host:10001, host:6379 or auto.")
    ] = "",
    storage: Annotated[
        str,
        typer.Option(help="Exchange files through this store if machines share no disk: s3://…"),
    ] = "",
    workers: Annotated[
        int, typer.Option(min=0, help="Tasks in parallel; 0 = as many as the machine has room for.")
    ] = 0,
    threads: Annotated[int, typer.Option(min=0, help="CPU threads per worker; 0 = automatic.")] = 0,
    gpus: Annotated[int, typer.Option(min=0, help="GPUs shared by the workers.")] = 0,
    series: Annotated[
        str,
        typer.Option(help="All films belong to this series: recurring speakers keep their voices."),
    ] = "",
    attempts: Annotated[
        int, typer.Option(min=1, help="Attempts per task for transient failures.")
    ] = 4,
    time_limit: Annotated[
        float, typer.Option(min=0, help="Time limit per task in seconds; 0 = none.")
    ] = 0.0,
    min_disk: Annotated[int, typer.Option(min=0, help="Disk space to keep free, in MB.")] = 2000,
    min_memory: Annotated[
        int, typer.Option(min=0, help="Free memory in MB below which no new task starts.")
    ] = 1500,
    metrics: Annotated[
        Path | None, typer.Option(help="Keep this Prometheus text file up to date.")
    ] = None,
    webhook: Annotated[
        str, typer.Option(help="URL to notify at the end; signed with DUBBING_WEBHOOK_SECRET.")
    ] = "",
    allow_server: Annotated[
        list[str] | None,
        typer.Option(help="HOST that texts may be sent to, if the manifest names one."),
    ] = None,
    allow_absolute: AllowAbsolute = False,
    allow_private_hosts: Annotated[
        bool,
        typer.Option("--allow-private-hosts", help="Allow films and dubs on private hosts."),
    ] = False,
    max_input_gb: Annotated[
        float, typer.Option(min=0, help="Largest film to download, in GB.")
    ] = 100.0,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show tasks, time, disk and memory needed.")
    ] = (False),
    rehearse: Annotated[
        bool,
        typer.Option("--rehearse", help="Run without models, in a separate folder."),
    ] = (False),
    strict: Strict = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
) -> None:
    """Dub all films of a manifest; after an interruption, the same command continues."""
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
    place = folder_of(manifest, folder)
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


for _command in (batch_manifests.init, batch_manifests.validate, *batch_control.COMMANDS):
    app.command()(_command)
