"""``dub train judge``: train the judge of lip synchrony, and try it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import typer

if TYPE_CHECKING:
    from dubbing.training.sync_pairs import SpokenPair
    from dubbing.training.sync_trainer import JudgeRecipe, JudgeTrainer
    from dubbing.training.sync_trials import Window

Item = TypeVar("Item")
SOURCES = "GRID corpus (Cooke, Barker, Cunningham, Shao 2006), CC BY 4.0; synthetic lips"


def train_judge(
    data: Sequence[Path],
    out: Path,
    config: Path | None,
    hold_out: Path | None,
    evaluate: Sequence[Path],
    json_file: Path | None,
) -> None:
    """Train on all folders of ``data``, one person each; then try the weights on ``evaluate``."""
    from dubbing.training.grid import film_names
    from dubbing.training.sync_pairs import recorded_pairs
    from dubbing.training.sync_trainer import JudgeTrainer

    recipe = shipped_recipe(config)
    without = [film.stem for film in film_names(hold_out)] if hold_out else []
    people = {folder.name: recorded_pairs(folder, without=without) for folder in data}
    spoken = speak(recipe) if recipe.real_share < 1 else []
    trainer = JudgeTrainer(recipe, people, spoken)
    train(trainer)
    trainer.save_weights(out, notes(recipe))
    typer.echo(f"Weights: {out}")
    rows = trials(out, evaluate)
    if json_file is not None:
        from dubbing.workspace import write_text

        write_text(json_file, json.dumps(rows, indent=1) + "\n")


def shipped_recipe(config: Path | None = None) -> JudgeRecipe:
    """Return a recipe, by default the one that is shipped."""
    from importlib.resources import as_file, files

    from dubbing.training.sync_trainer import load_judge_recipe

    with as_file(files("dubbing.training").joinpath("judge.yaml")) as shipped:
        return load_judge_recipe(config or shipped)


def notes(recipe: JudgeRecipe) -> dict[str, str]:
    """Return what the file of weights says of itself."""
    return {
        "made_by": f"dub train judge, seed {recipe.seed}, {recipe.steps} steps",
        "data": SOURCES,
        "recipe": recipe.model_dump_json(),
    }


def speak(recipe: JudgeRecipe) -> list[SpokenPair]:
    """Speak the synthetic lines, in all voices but those of the trials."""
    from dubbing.cli.workshop import duration_model, voices
    from dubbing.training.sync_pairs import SPEAKS_IN_TRIALS, spoken_pairs

    taught = [voice for voice in voices() if voice not in SPEAKS_IN_TRIALS]
    lines = spoken_pairs(duration_model(), taught, np.random.default_rng(recipe.seed))
    return list(with_bar("speaking", islice(lines, recipe.spoken_lines), recipe.spoken_lines))


def train(trainer: JudgeTrainer) -> None:
    """Train under a bar that shows the loss."""
    from rich.progress import Progress

    with Progress(transient=True) as bar:
        task = bar.add_task("training", total=trainer.recipe.steps)
        trainer.run(
            lambda step, loss: bar.update(
                task, completed=step, description=f"training, loss {loss:.2f}"
            )
        )


def with_bar(what: str, items: Iterable[Item], total: int) -> Iterable[Item]:
    """Hand the items on under a bar."""
    from rich.progress import track

    return track(items, what, total=total, transient=True)


def trials(weights: Path, folders: Sequence[Path]) -> dict[str, dict[str, Any]]:
    """Try the weights on prepared folders; each lends its sounds to the others' mouths."""
    from dubbing.metrics.sync_judge import SyncJudge
    from dubbing.training.sync_trials import tried

    judge, rows = SyncJudge(weights), {}
    windows = {folder.name: windows_of(folder) for folder in folders}
    for name, own in windows.items():
        others = [window for group in windows.values() for window in group]
        rows[name] = tried(judge, own, others, np.random.default_rng(0)).summary()
        row = rows[name]
        typer.echo(
            f"{name}: {row['clips']} clips, planted offsets within 40 ms {row['within_40_ms']}, "
            f"true pair nearer than a swapped one {row['true_is_nearer']}"
        )
    return rows


def windows_of(folder: Path) -> list[Window]:
    """Return the middles of all prepared clips of a folder that last long enough."""
    from dubbing.training.sync_pairs import recorded_pairs
    from dubbing.training.sync_trials import middle

    found = (middle(pair) for pair in recorded_pairs(folder))
    return [window for window in found if window is not None]
