"""What a worker does for each kind of task: the library's own ``run_job``, amid files that come and go.

A dub goes straight to its place if that is on a disk; other places get a copy. The report is kept in the
batch's folder under the task's name, since two dubs of one film into one language share a workspace.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from dubbing.batch import series
from dubbing.batch.hosts import OWN_STORE
from dubbing.batch.places import is_url
from dubbing.batch.tasks import Kind, Order, Receipt
from dubbing.batch.transfer import copy_file, fetch, fetch_folder, put, put_folder
from dubbing.batch.worker import Tools
from dubbing.diarization.people_file import People
from dubbing.engines.translation.auto import SMALL
from dubbing.errors import OutputExists, StageFailed
from dubbing.job import Job, run_job
from dubbing.outputs import check_output, record_output
from dubbing.review.job_file import upgraded
from dubbing.settings import AUTO, Profile
from dubbing.timeline import Timeline
from dubbing.voice.revocation import take_in
from dubbing.workspace import disk_errors

PLACEHOLDER = "analysis.mkv"
"""An analysis writes no film, but a job has an output; this one is never made."""


def perform(order: Order, tools: Tools) -> Receipt:
    """Do a task; gives back its receipt.

    Raises:
        DubbingError: whatever keeps it from being done.
    """
    began = time.monotonic()
    take_in(order.revocations)
    done = {Kind.ANALYSIS: _analysis, Kind.CASTING: _casting, Kind.DUB: _dub}
    desk = Desk(order)
    desk.fetch()
    receipt = done[order.kind](order, tools, desk)
    desk.bring_back()
    seconds = round(time.monotonic() - began, 3)
    return replace(receipt, seconds=seconds, finished_s=time.time(), worker=tools.name)


class Desk:
    """Where a task's files lie while it is worked on."""

    def __init__(self, order: Order) -> None:
        self.order = order
        root = order.home
        self.workspace = root / "work" / order.workspace
        self.films = root / "films"
        self.remote = f"{order.storage}/work/{order.workspace}" if order.storage else ""

    def fetch(self) -> None:
        """The workspace as other machines left it."""
        if self.remote:
            fetch_folder(self.remote, self.workspace)

    def bring_back(self) -> None:
        """What is new in the workspace, for other machines."""
        if self.remote:
            put_folder(self.workspace, self.remote)

    def film(self) -> Path:
        """The film as a local file."""
        source = str(self.order.payload["source"])
        return fetch(source, self.films, self.order.permissions) if is_url(source) else Path(source)

    def job(self, output: Path, *, until: str | None = None) -> Job:
        """What is asked of the library."""
        payload, kept = self.order.payload, _record(self.order)
        return Job(
            source=self.film(),
            target=payload["target"],
            output=output,
            workspace=self.workspace,
            recipe=payload["recipe"],
            until=until,
            consents=_new_consents(self.workspace, payload["consents"]),
            # other settings of the analysis have another workspace, and the same place for the dub
            maker=self.order.home,
            cast={**payload.get("cast", {}), **kept["cast"], **payload.get("voices", {})},
            people=People(names={**kept["people"]["names"], **payload.get("names", {})}),
        )

    def placeholder(self) -> Path:
        """The output of a job that writes none."""
        with disk_errors(self.workspace):
            self.workspace.mkdir(parents=True, exist_ok=True)
        return self.workspace / PLACEHOLDER


def _new_consents(workspace: Path, consents: Sequence[str]) -> tuple[str, ...]:
    """Those that were not recorded in the workspace with a key that counts on this machine.

    Consents are signed with the time of day, so they are recorded once, by a film's first task; a node
    that does not trust the key of another one records them with its own.
    """
    from dubbing.voice.consent import FILE_NAME, parse_flag, read_unchecked
    from dubbing.voice.trust import is_trusted

    known = [item for item in read_unchecked(workspace / FILE_NAME) if is_trusted(item.public_key)]
    return tuple(text for text in consents if not any(map(parse_flag(text).is_in, known)))


def _analysis(order: Order, tools: Tools, desk: Desk) -> Receipt:
    job = desk.job(desk.placeholder(), until=order.payload["until"])
    timeline = run_job(job, _profile(order), tools.engines, tools.listen)
    return _receipt(order, timeline)


def _casting(order: Order, tools: Tools, desk: Desk) -> Receipt:
    job = desk.job(desk.placeholder(), until="voices")
    timeline = run_job(job, _profile(order), tools.engines, tools.listen)
    known = [series.Person.from_plain(person) for person in order.payload["known"]]
    cast, people = series.recognise(known, timeline.speakers, order.payload["threshold"])
    plain = tuple(person.to_plain() for person in people)
    return replace(_receipt(order, timeline), cast=cast, people=plain)


def _dub(order: Order, tools: Tools, desk: Desk) -> Receipt:
    """Dub into the first place on a disk, or into the workspace if there is none."""
    outputs: list[str] = list(order.payload["outputs"])
    local = [place for place in outputs if not is_url(place)]
    direct = local and not order.storage
    output = Path(local[0]) if direct else _apart(desk.workspace, outputs[0])
    with disk_errors(output.parent):
        output.parent.mkdir(parents=True, exist_ok=True)
    try:
        timeline = run_job(desk.job(output), _profile(order), tools.engines, tools.listen)
    except OutputExists as error:
        raise OutputExists(
            f"{output} is there already, and this batch did not make it.",
            hint="Move it away, or change 'output' in the manifest; then: dub batch retry.",
        ) from error
    written = [deliver(order, output, place) for place in outputs]
    report, summary = _keep_report(order, desk.workspace, timeline)
    return replace(
        _receipt(order, timeline), outputs=tuple(written), report=report, summary=summary
    )


def _apart(workspace: Path, place: str) -> Path:
    """Beside the workspace; its name is that of the place."""
    return workspace.with_name(f"{workspace.name}.out") / place.rpartition("/")[2]


def deliver(order: Order, output: Path, place: str) -> dict[str, Any]:
    """The dub at one of its places."""
    if is_url(place):
        n_bytes = put(output, place, order.permissions)
    elif order.storage:
        # the driver fetches it from there to its own disk
        name = f"{order.storage}/outputs/{order.task[:16]}{output.suffix}"
        return {"place": place, "n_bytes": put(output, name, OWN_STORE), "from": name}
    elif Path(place) == output:
        n_bytes = output.stat().st_size
    else:
        n_bytes = _copied(order, output, Path(place))
    return {"place": place, "n_bytes": n_bytes}


def _copied(order: Order, output: Path, place: Path) -> int:
    """The dub at a further place on the disk; a file that this batch did not make stays."""
    check_output(place, order.home)
    record_output(place, order.home, output)
    return copy_file(output, place)


def _keep_report(order: Order, workspace: Path, timeline: Timeline) -> tuple[str, dict[str, Any]]:
    """Copy the report to the batch's own; gives back where it lies there, and its figures."""
    folder = workspace / "reports" / timeline.target_language
    try:
        document = json.loads((folder / "report.json").read_text(encoding="utf-8"))
        if not order.storage:
            kept = Path(order.folder) / "reports" / order.task[:16]
            kept.mkdir(parents=True, exist_ok=True)
            for name in ("report.json", "report.html"):
                shutil.copyfile(folder / name, kept / name)
    except FileNotFoundError:
        return "", {}  # a recipe may end without a report
    mouths = document.get("mouths", {}).get("ours", {})
    figures = {**document.get("summary", {}), "mouths": mouths}
    if order.storage:
        return f"{order.storage}/work/{order.workspace}/reports/{timeline.target_language}", figures
    return f"reports/{order.task[:16]}/report.html", figures


def _profile(order: Order) -> Profile:
    """The profile of the order."""
    profile = Profile.model_validate(_record(order)["profile"])
    if profile.translate.engine == AUTO:  # what every machine has, so that episodes are alike
        profile = profile.with_translator(SMALL)
    return profile


def _record(order: Order) -> dict[str, Any]:
    """Settings, casting and names; an order of an earlier version has all of them among its settings."""
    return upgraded({"profile": dict(order.settings)})


def _receipt(order: Order, timeline: Timeline) -> Receipt:
    if timeline.media is None:
        raise StageFailed(f"The recipe made nothing of {order.film}.")
    return Receipt(
        task=order.task,
        kind=order.kind,
        film=order.film,
        target=timeline.target_language,
        seconds=0.0,
        finished_s=0.0,
        film_ms=timeline.media.duration_ms,
        stages=tuple(
            {"stage": step.stage, "seconds": step.seconds, "reused": step.reused}
            for step in timeline.history
        ),
    )
