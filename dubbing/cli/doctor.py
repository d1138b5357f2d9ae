"""``dub doctor``."""

from __future__ import annotations

import json
import os
import platform
import shutil
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from dubbing.media.ffmpeg_check import Verdict
    from dubbing.media.ffmpeg_choice import Ffmpeg


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: fine or not, and what to do."""

    what: str
    is_fine: bool
    found: str
    advice: str = ""


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Check this machine: what works, what does not, what to do; exit code 1 if something is missing."""
    findings = examine()
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], indent=1))
    else:
        _table(findings)
    if not all(finding.is_fine for finding in findings):
        raise typer.Exit(1)


def examine() -> tuple[Finding, ...]:
    """Look at everything the embedded profile needs."""
    return (
        _python(),
        _cores(),
        _memory(),
        _disk(),
        *_ffmpeg(),
        *_packages(),
        *_models(),
        _translator(),
        _firefox(),
    )


def _python() -> Finding:
    return Finding("Python", True, platform.python_version())


def _cores() -> Finding:
    cores = os.cpu_count() or 1
    return Finding("CPU cores", True, str(cores), "" if cores > 1 else "Two make it twice as fast.")


def _memory() -> Finding:
    import psutil

    free_gb = psutil.virtual_memory().available / 1e9
    return Finding("free memory", free_gb > 2.5, f"{free_gb:.1f} GB", "A dub needs 2.5 GB.")


def _disk() -> Finding:
    from dubbing.homes import cache_home

    home = cache_home()
    place = next(p for p in (home, *home.parents) if p.exists())
    free_gb = shutil.disk_usage(place).free / 1e9
    return Finding("free disk", free_gb > 3, f"{free_gb:.1f} GB at {place}", "Models need 3 GB.")


def _ffmpeg() -> list[Finding]:
    """The ffmpeg that is used, and everything that is done with it, tried out."""
    from dubbing.errors import DubbingError
    from dubbing.media.ffmpeg_check import check
    from dubbing.media.ffmpeg_choice import asked_for_ffmpeg, packaged_ffmpeg

    try:
        ffmpeg = asked_for_ffmpeg() or packaged_ffmpeg()
    except DubbingError as error:
        return [Finding("ffmpeg", False, error.message, error.hint)]
    where = "packaged" if ffmpeg.origin == "packaged" else f"asked for by {ffmpeg.origin}"
    known = Finding("ffmpeg", True, f"{ffmpeg.version} ({where}: {ffmpeg.path})")
    return [known, *(_capability(verdict, ffmpeg) for verdict in check(ffmpeg))]


def _capability(verdict: Verdict, ffmpeg: Ffmpeg) -> Finding:
    from dubbing.media.ffmpeg_failure import next_step

    found = "works" if verdict.is_fine else f"missing: {verdict.reason}"
    if not verdict.is_fine and verdict.only_for:
        return Finding(
            f"ffmpeg: {verdict.name}", True, f"{found} Needed only for {verdict.only_for}."
        )
    return Finding(f"ffmpeg: {verdict.name}", verdict.is_fine, found, next_step(ffmpeg))


def _packages() -> list[Finding]:
    """Installed versions against the pinned ones."""
    from importlib.metadata import PackageNotFoundError, requires, version

    from packaging.requirements import Requirement

    wanted = [Requirement(text) for text in requires("dubbing") or ()]
    findings = []
    for need in (need for need in wanted if need.marker is None):
        try:
            found = version(need.name)
        except PackageNotFoundError:
            findings.append(Finding(need.name, False, "missing", f"pip install '{need}'"))
            continue
        if not need.specifier.contains(found, prereleases=True):
            findings.append(Finding(need.name, False, found, f"pip install '{need}'"))
    good = Finding("packages", True, f"{len(wanted)} at their pinned versions")
    return findings or [good]


def _models() -> list[Finding]:
    from dubbing.models.catalogue import catalogue
    from dubbing.models.resolver import is_obtainable, is_ready

    needed = [
        name
        for name, entry in catalogue().items()
        if not entry.role.startswith("source") and (entry.extra is None or is_obtainable(name))
    ]
    return [
        Finding(
            name,
            ready := is_ready(name),
            "ready" if ready else "not prepared",
            "dub models prepare",
        )
        for name in needed
        if name != "kokoro-82m-int8"
    ]


def _translator() -> Finding:
    """Which translator is used if none is named, and what the stronger one would take."""
    from dubbing.engines.translation.auto import settled

    choice = settled()
    why = f": {choice.why}. {choice.hint}" if choice.why else ""
    return Finding("translator", True, f"{choice.engine}{why}")


def _firefox() -> Finding:
    """The pairs that have a Firefox model, which goes before the other translators."""
    from importlib.util import find_spec

    from dubbing.models import firefox

    if find_spec("fxtranslate") is None:
        return Finding("Firefox models", False, "no engine", "pip install fxtranslate==0.5.0")
    found = f"first choice for {firefox.described(firefox.available()) or 'nothing yet'}"
    more = "more: dub models get firefox en-zh"
    return Finding("Firefox models", True, f"{found}; {more}")


def _table(findings: tuple[Finding, ...]) -> None:
    from rich.console import Console
    from rich.table import Table

    from dubbing.cli.foreign_text import safe

    table = Table("", "what", "found", "what to do", box=None)
    for finding in findings:
        mark = "[green]ok[/]" if finding.is_fine else "[red]no[/]"
        advice = "" if finding.is_fine else finding.advice
        table.add_row(mark, *map(safe, (finding.what, finding.found, advice)))
    Console().print(table)
