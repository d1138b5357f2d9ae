"""``dub train translator``."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import typer

from dubbing.errors import UsageError


def tune(data: Path | None, languages: str, out: Path, config: Path | None, resume: bool) -> None:
    """Tune the embedded model and write the changes, small enough to ship."""
    import torch
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn
    from tokenizers import Tokenizer

    from dubbing.models.gemma_ct2 import load
    from dubbing.models.resolver import resolve
    from dubbing.settings import parse
    from dubbing.settings_text import read_text
    from dubbing.training.tuning import Tuner, TuningRecipe, samples
    from dubbing.translation.pair_groups import held_out

    shipped = files("dubbing.training").joinpath("translator.yaml").read_text("utf-8")
    given = shipped if config is None else read_text(config)
    recipe = parse(TuningRecipe, given, str(config or "translator.yaml"))
    source, _, target = languages.partition("-")
    given_pairs = _pairs(data, source, target)
    kept = held_out(given_pairs)
    pairs = [pair for pair, is_kept in zip(given_pairs, kept, strict=True) if not is_kept]
    out.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer.from_file(str(resolve("gemma-3-270m") / "tokenizer.json"))
    made = samples(
        pairs,
        (source, target),
        recipe,
        lambda text: tokenizer.encode(text, add_special_tokens=False).ids,
    )
    typer.echo("Reading the model (a minute) …")
    model = load(resolve("gemma-3-270m-gguf")).to(torch.bfloat16)
    tuner = Tuner(model, made, recipe, out)
    if resume:
        tuner.resume()
    columns = (
        *Progress.get_default_columns()[:1],
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns) as bar:
        task = bar.add_task("tuning", total=len(tuner.batches), completed=tuner.step)
        tuner.run(
            lambda step, loss: bar.update(task, completed=step, description=f"loss {loss:.2f}")
        )
    weights = out / "translator.safetensors"
    tuner.save_weights(
        weights,
        {
            "made_by": f"dub train translator, seed {recipe.seed}, {tuner.step} steps",
            "data": str(data.name) if data else "Tatoeba (tatoeba.org), CC BY 2.0 FR",
            "recipe": recipe.model_dump_json(),
        },
    )
    typer.echo(f"Weights: {weights}")


def _pairs(data: Path | None, source: str, target: str) -> list[tuple[str, str]]:
    from dubbing.translation.example_memory import shipped_memory

    if data is None:
        memory = shipped_memory(source, target)
        if memory is None:
            raise UsageError(f"No pairs ship for {source}-{target}.", hint="Name some with --data.")
        return list(memory.pairs)
    try:
        rows = [line.split("\t") for line in data.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{data} cannot be read as text in UTF-8.") from error
    return [(row[0], row[1]) for row in rows if len(row) > 1]
