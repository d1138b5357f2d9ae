"""``dub train aligner``: train the network that reads lips, or judge one."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dubbing.errors import EngineUnavailable, UsageError

if TYPE_CHECKING:
    from dubbing.training.trainer import Told, Trainer

app = typer.Typer(no_args_is_help=True, help="Train or evaluate the small networks.")
TRAINING_NEEDS = "pip install 'dubbing[train]'"


@app.callback()
def _group() -> None:
    """Train or evaluate the small networks."""


@app.command("aligner")
def aligner(  # noqa: PLR0913 - one parameter a flag is what a command line is
    data: Annotated[
        Path | None,
        typer.Option(
            help="Prepared GRID clips (lips.npz, words.json, audio/), or films with .align."
        ),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for checkpoints, curves and weights.")] = Path(
        "aligner"
    ),
    config: Annotated[
        Path | None, typer.Option(help="Training recipe (default: the shipped one).")
    ] = None,
    hold_out: Annotated[
        Path | None, typer.Option(help="Exclude clips whose names are in this folder.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue from the checkpoint in --out.")
    ] = False,
    evaluate: Annotated[
        Path | None,
        typer.Option(
            help="Evaluate on a folder of NAME.mp4 (or .mpg …) with NAME.align, or a prepared one."
        ),
    ] = None,
    weights: Annotated[
        Path | None, typer.Option(help="aligner.onnx to evaluate (default: the shipped one).")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the evaluation, clip by clip, as JSON.")
    ] = None,
) -> None:
    """Train the aligner on --data, evaluate it on --evaluate, or both."""
    if data is None and evaluate is None:
        raise UsageError("There is nothing to do.", hint="Give --data, --evaluate or both.")
    if data is not None:
        _train(data, out, config, hold_out, resume)
    if evaluate is not None:
        trained = out / "aligner.onnx" if data is not None else None
        _judge(evaluate, weights or trained, json_file)


@app.command("judge")
def judge_of_synchrony(
    data: Annotated[
        list[Path],
        typer.Option(help="Prepared GRID clips (lips.npz, audio/) of one person; may be repeated."),
    ],
    out: Annotated[Path, typer.Option(help="Where to write the weights.")] = Path(
        "sync_judge.safetensors"
    ),
    config: Annotated[
        Path | None, typer.Option(help="Recipe; the shipped one if not given.")
    ] = None,
    hold_out: Annotated[
        Path | None, typer.Option(help="Never train on clips whose names are in this folder.")
    ] = None,
    evaluate: Annotated[
        list[Path] | None, typer.Option(help="Prepared clips to try it on; may be repeated.")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write what the trials found as JSON.")
    ] = None,
) -> None:
    """Train the judge of lip synchrony that planning never sees (a quarter of an hour)."""
    from dubbing.cli.train_judge import train_judge

    train_judge(data, out, config, hold_out, evaluate or [], json_file)


@app.command("translator")
def translator(
    data: Annotated[
        Path | None, typer.Option(help="Sentence pairs (.tsv; default: the shipped ones).")
    ] = None,
    languages: Annotated[str, typer.Option(help="Languages of the pairs.")] = "en-zh",
    out: Annotated[Path, typer.Option(help="Folder for the checkpoint and the weights.")] = Path(
        "translator"
    ),
    config: Annotated[
        Path | None, typer.Option(help="Training recipe (default: the shipped one).")
    ] = (None),
    resume: Annotated[
        bool, typer.Option("--resume", help="Continue from the checkpoint in --out.")
    ] = False,
) -> None:
    """Tune the embedded language model on sentence pairs (an hour on two cores)."""
    from dubbing.cli.tune import tune

    tune(data, languages, out, config, resume)


@app.command("voice")
def voice(
    data: Annotated[Path, typer.Option(help="Prepared GRID clips (lips.npz, words.json, audio/).")],
    out: Annotated[Path, typer.Option(help="File to write the weights to.")] = Path(
        "mouth_voice.safetensors"
    ),
) -> None:
    """Fit the model that predicts the voice's level from the lips (seconds)."""
    from dubbing.training.grid import prepared_voices
    from dubbing.training.voicing import fit_voice, save_voice

    save_voice(fit_voice((lips, audio) for _, lips, audio, _ in prepared_voices(data)), out)
    typer.echo(f"Weights: {out}")


@app.command("emotion")
def emotion(
    data: Annotated[Path, typer.Option(help="Folder of recordings named as in EmoDB.")],
    out: Annotated[Path, typer.Option(help="File to write the weights to.")] = Path(
        "emotion_voice.safetensors"
    ),
) -> None:
    """Fit the emotion recognition model (a minute or two)."""
    from dubbing.cli.workshop import described_corpus
    from dubbing.training.emotion import save_emotion, train_emotion

    model, found = train_emotion(described_corpus(data))
    save_emotion(model, out, {"made_by": "dub train emotion", "data": data.name})
    typer.echo(
        f"Unweighted recall of speakers left out: {found['recall_left_out']:.3f} "
        f"(regularization 1/{found['strength']})"
    )
    typer.echo(f"Weights: {out}")


@app.command("moods")
def moods(
    data: Annotated[Path, typer.Option(help="Folder of recordings named as in EmoDB.")],
    out: Annotated[Path, typer.Option(help="File to write the table to.")] = Path("moods.yaml"),
) -> None:
    """Learn the prosody of each emotion (half a minute)."""
    from dubbing.cli.workshop import with_bar
    from dubbing.training.moods import as_yaml, learn_moods
    from dubbing.workspace import write_text

    table = with_bar("measuring", data, learn_moods)
    write_text(out, as_yaml(table, data.name))
    typer.echo(f"Table: {out}")


@app.command("voice-space")
def voice_space(
    data: Annotated[Path, typer.Option(help="Folder of recordings named as in EmoDB.")],
    out: Annotated[Path, typer.Option(help="File to write the weights to.")] = Path(
        "voice_space.safetensors"
    ),
) -> None:
    """Learn the speaker space in which one person's emotions are close together."""
    from dubbing.cli.workshop import with_bar
    from dubbing.training.voice_space import save_voice_space, train_voice_space

    space = with_bar("listening", data, train_voice_space)
    save_voice_space(space, out, {"made_by": "dub train voice-space", "data": data.name})
    typer.echo(f"Weights: {out}")


@app.command("voice-sex")
def voice_sex(
    data: Annotated[Path, typer.Option(help="Folder of recordings named as in EmoDB.")],
    out: Annotated[Path, typer.Option(help="File to write the weights to.")] = Path(
        "voice_sex.safetensors"
    ),
    judge: Annotated[
        Path | None,
        typer.Option(help="Evaluate on these recordings of other people, named as in RAVDESS."),
    ] = None,
) -> None:
    """Fit the classifier of men's, women's and children's voices (two minutes)."""
    from dubbing.cli.workshop import with_bar
    from dubbing.models.voice_sex import save_voice_sex
    from dubbing.training.voice_sex import judge_voice_sex, train_voice_sex

    model, found = with_bar("listening", data, train_voice_sex)
    save_voice_sex(model, out, {"made_by": "dub train voice-sex", "data": data.name})
    typer.echo(f"Windows of left-out actors read right: {found['right_left_out']:.1%}")
    if judge is not None:
        judged = with_bar("judging", judge, partial(judge_voice_sex, model))
        typer.echo(
            f"{judge.name}: {judged['people_right']:.0%} of {judged['people']} people, "
            f"{judged['utterances_right']:.1%} of {judged['utterances']} utterances"
        )
    typer.echo(f"Weights: {out}")


@app.command("mood-timbre")
def mood_timbre(
    data: Annotated[Path, typer.Option(help="Folder of recordings named as in EmoDB.")],
    out: Annotated[Path, typer.Option(help="File to write the weights to.")] = Path(
        "mood_timbre.safetensors"
    ),
) -> None:
    """Learn how each emotion changes the timbre of a voice (ten minutes)."""
    from dubbing.cli.workshop import with_bar
    from dubbing.training.mood_timbre import learn_mood_timbre, save_mood_timbre

    changes = with_bar("learning", data, learn_mood_timbre)
    save_mood_timbre(changes, out, {"made_by": "dub train mood-timbre", "data": data.name})
    typer.echo(f"Weights: {out}")


def _train(data: Path, out: Path, config: Path | None, hold_out: Path | None, resume: bool) -> None:
    from importlib.resources import as_file, files

    from dubbing.cli.workshop import clips_of, duration_model, voices
    from dubbing.training.grid import film_names
    from dubbing.training.trainer import Trainer, load_recipe

    with as_file(files("dubbing.training").joinpath("aligner.yaml")) as shipped:
        recipe = load_recipe(config or shipped)
    out.mkdir(parents=True, exist_ok=True)
    without = [film.stem for film in film_names(hold_out)] if hold_out else []
    typer.echo("Reading the clips and speaking the synthetic lines …")
    trainer = Trainer(recipe, clips_of(data, without), duration_model(), voices(), out)
    if resume:
        trainer.resume()
    _run(trainer, out)
    trainer.save_weights(
        {
            "made_by": f"dub train aligner, seed {recipe.seed}, {recipe.steps} steps",
            "data": "GRID corpus (Cooke, Barker, Cunningham, Shao 2006), CC BY 4.0; synthetic lips",
            "recipe": recipe.model_dump_json(),
        }
    )
    typer.echo(f"Weights: {out / 'aligner.safetensors'}, {out / 'aligner.onnx'}")


def _run(trainer: Trainer, out: Path) -> None:
    """Train with a bar and curves."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    curves = _curves(out / "curves")
    columns = ("training", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns) as bar:
        task = bar.add_task("training", total=trainer.recipe.steps, completed=trainer.step)

        def told(news: Told) -> None:
            for name, value in {**news.losses, **news.judged}.items():
                curves.add_scalar(name, value, news.step)
            curves.flush()
            ours = news.judged.get("ours_median_ms")
            bar.console.print(f"step {news.step}: held-out boundary error {ours} ms")

        trainer.run(lambda step: bar.update(task, completed=step), told)
    curves.close()


def _curves(folder: Path) -> Any:
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise EngineUnavailable("Training needs tensorboard.", hint=TRAINING_NEEDS) from error
    return SummaryWriter(str(folder))


def _judge(folder: Path, weights: Path | None, json_file: Path | None) -> None:
    from dubbing.cli.workshop import clips_of
    from dubbing.timing.evidence import Aligner
    from dubbing.training.judge import Errors, judged, summary
    from dubbing.training.planner_judge import planner_errors
    from dubbing.workspace import write_text

    if weights is not None and not weights.is_file():
        raise UsageError(f"There are no weights {weights}.")
    look, names = Aligner(weights).look, _names(folder)
    clips = clips_of(folder, [])
    if not clips:
        raise UsageError(
            f"No clip of {folder} has a face and words that can be found in its sound."
        )
    errors: dict[str, Errors] = {clip.name: judged(clip.example, look) for clip in clips}
    total, planner = summary(list(errors.values())), planner_errors(clips, look)
    _show_judgement(total, planner, len(clips), len(names))
    if json_file is not None:
        by_clip = {name: summary([error]) for name, error in errors.items()}
        document = {"schema": "dubbing.Alignment/1", "summary": total, "planner": planner}
        document |= {"clips": by_clip, "left_out": [name for name in names if name not in errors]}
        write_text(json_file, json.dumps(document, indent=1) + "\n")


def _names(folder: Path) -> list[str]:
    """Names of the clips in a folder of films, or in a prepared one."""
    from dubbing.training.grid import film_names, prepared_names

    if (folder / "lips.npz").is_file():
        return prepared_names(folder)
    return [film.stem for film in film_names(folder)]


def _show_judgement(
    total: dict[str, float],
    planner: dict[str, dict[str, float | None]],
    n_clips: int,
    n_found: int,
) -> None:
    """Two tables: the alignment by lips alone, and the planner of dubs part by part."""
    from rich.console import Console
    from rich.table import Table

    from dubbing.training.judge import METHODS

    columns = ("", "median", "mean", "within 80 ms")
    aligned = Table(*columns, title="Boundary error of lips alone against forced alignment")
    for method, words in METHODS.items():
        aligned.add_row(
            words,
            f"{total[f'{method}_median_ms']:.1f} ms",
            f"{total[f'{method}_mean_ms']:.1f} ms",
            f"{total[f'{method}_within_80_ms']:.0%}",
        )
    planned = Table(
        *columns,
        "middle of m, b, p",
        title="Boundary error of the planner, the ends of the line known within 50 ms",
    )
    for way, row in planner.items():
        closures = row["closures_median_ms"]
        planned.add_row(
            way,
            f"{row['median_ms']:.1f} ms",
            f"{row['mean_ms']:.1f} ms",
            f"{row['within_80_ms']:.0%}",
            "" if closures is None else f"{closures:.1f} ms",
        )
    console = Console()
    console.print(aligned)
    console.print(planned)
    console.print(
        f"{n_clips} of {n_found} clips; median error of lips alone "
        f"{total['better_than_best_baseline']:.0%} below the better baseline."
    )
