"""``dub evaluate WORKSPACE`` and ``dub evaluate emotion DIR``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from dubbing.cli.default_command import DefaultsTo


class DefaultsToDub(DefaultsTo):
    """A first word that is not a command is a workspace."""

    usual = "dub"


app = typer.Typer(cls=DefaultsToDub, no_args_is_help=True)


@app.command("emotion")
def emotion(
    folder: Annotated[
        Path, typer.Argument(help="Folder of recordings named as in EmoDB or RAVDESS.")
    ],
    weights: Annotated[
        Path | None, typer.Option(help="Evaluate these weights instead of the shipped ones.")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write all figures as JSON.")
    ] = None,
) -> None:
    """Measure emotion recognition: recall over four emotions, confusions, ranking of arousal."""
    from dubbing.cli.workshop import described_corpus
    from dubbing.models.emotion_voice import load_emotion_voice
    from dubbing.training.emotion import judge_emotion
    from dubbing.workspace import write_text

    found = judge_emotion(described_corpus(folder), load_emotion_voice(weights))
    typer.echo(
        f"{found['utterances']} utterances of {found['speakers']} speakers\n"
        f"unweighted recall over neutral, happy, sad, angry: {found['recall']:.3f}"
    )
    for name, heard in found["confusion"].items():
        typer.echo(f"  {name:8s} heard as " + ", ".join(f"{n} {k}" for n, k in heard.items()))
    typer.echo(f"AUC of arousal: {found['arousal_auc']:.3f}")
    if json_file is not None:
        write_text(json_file, json.dumps(found, indent=1) + "\n")


@app.command("dub")
def evaluate(
    workspace: Annotated[Path, typer.Argument(help="The FILM.dub folder of a finished dub.")],
    to: Annotated[
        str | None, typer.Option("--to", help="Target language, if the workspace has several.")
    ] = None,
    profile: Annotated[str, typer.Option(help="The profile it was dubbed with.")] = "embedded",
    listen: Annotated[
        bool,
        typer.Option("--listen/--no-listen", help="Transcribe every version for its error rate."),
    ] = True,
    syncnet: Annotated[
        Path | None, typer.Option(help="SyncNet weights (syncnet_v2.model): adds LSE-D and LSE-C.")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write all figures, line by line, as JSON.")
    ] = None,
) -> None:
    """Measure a dub against the mouths on screen; natural timing and uniform stretch compared."""
    from rich.progress import Progress

    from dubbing.cli.show import latest
    from dubbing.evaluation import METHODS, Evaluation, summary
    from dubbing.registry import Engines
    from dubbing.servers import ANY_SERVER
    from dubbing.settings import load_profile
    from dubbing.workspace import Workspace, write_text

    timeline, settings = latest(workspace, to), load_profile(profile)
    judge_of_sync = None
    if syncnet is not None:
        from dubbing.metrics.syncnet import load_syncnet

        judge_of_sync = load_syncnet(syncnet)
    with Workspace(workspace) as held, Progress(transient=True) as bar:
        work = Evaluation(
            held, timeline, settings, Engines(settings.threads, servers=ANY_SERVER), judge_of_sync
        )
        task = bar.add_task("measuring", total=len(work.lines) * len(METHODS))
        judged = []
        for item in work.judge(listen=listen):
            judged.append(item)
            bar.advance(task)
    if not judged:
        typer.echo("No line of this dub is spoken by a mouth that is seen.")
        return
    rows = summary(judged)
    _print(rows, METHODS)
    if json_file is not None:
        lines = [_plain(item) for item in judged]
        document = {"schema": "dubbing.Evaluation/1", "summary": rows, "lines": lines}
        write_text(json_file, json.dumps(document, indent=1) + "\n")


def _plain(item: Any) -> dict[str, Any]:
    from dataclasses import asdict

    plain = asdict(item)
    return {**plain.pop("agreement"), **plain}


COLUMNS = {
    "overlap": ("overlap", "{:.2f}"),
    "onset_ms": ("onset", "{:.0f} ms"),
    "offset_ms": ("offset", "{:.0f} ms"),
    "closure_hits": ("m b p on closed lips", "{:.0%}"),
    "pause_agreement": ("pauses", "{:.2f}"),
    "opening_correlation": ("opening", "{:.2f}"),
    "out_of_bounds": ("beyond bounds", "{:.1%}"),
    "error_rate": ("CER", "{:.3f}"),
    "dnsmos": ("DNSMOS", "{:.2f}"),
    "lse_d": ("LSE-D", "{:.2f}"),
    "lse_c": ("LSE-C", "{:.2f}"),
}


def _print(rows: dict[str, dict[str, Any]], methods: dict[str, str]) -> None:
    from rich.console import Console
    from rich.table import Table

    measured = {
        name: column
        for name, column in COLUMNS.items()
        if any(row[name] is not None for row in rows.values())
    }
    table = Table()
    table.add_column("", no_wrap=True)
    for title, _ in measured.values():
        table.add_column(title)
    for method, words in methods.items():
        cells = [
            "-" if rows[method][name] is None else form.format(rows[method][name])
            for name, (_, form) in measured.items()
        ]
        table.add_row(words, *cells)
    console = Console(width=120)
    console.print(table)
    ours = rows["ours"]
    chances = [ours[f"p_overlap_vs_{method}"] for method in ("natural", "uniform")]
    if None not in chances:
        console.print(
            f"{ours['lines']} lines; overlap better than natural timing with p = {chances[0]:.2g}, "
            f"than uniform stretch with p = {chances[1]:.2g} (Wilcoxon)."
        )
