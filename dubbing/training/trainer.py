"""Training the aligner: batches, losses, checkpoints; every step is the same on every run.

All randomness of step n comes from (seed, n), so that a run that was stopped goes on exactly as if it
had not been.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from pydantic import Field
from safetensors.torch import save_file
from torch import Tensor

from dubbing.errors import UsageError
from dubbing.settings import Strict
from dubbing.temporary import replacing
from dubbing.timing.aligner import (
    AlignerNet,
    closure_loss,
    forward_sum_loss,
    frame_loss,
    length_loss,
)
from dubbing.timing.evidence import centres_of, feed
from dubbing.timing.lips import Lips
from dubbing.timing.visemes import Sound
from dubbing.training.augment import changed, joined
from dubbing.training.examples import Batch, Example, batch
from dubbing.training.grid import Clip
from dubbing.training.judge import judged, moving, summary
from dubbing.training.recipe_file import read_recipe
from dubbing.training.synthetic import (
    FRAME_RATES_HZ,
    SpeaksLengths,
    SpokenLine,
    spoken_lines,
    synthetic_example,
)

Floats = npt.NDArray[np.float64]
LONGEST_FRAMES = 520
MOST_JOINED = 3
ROUGHNESS_FRAMES = (1.0, 3.0, 8.0)
CHECKPOINT = "checkpoint.pt"


class LossWeights(Strict):
    """How much each loss counts."""

    frame: float = 1.0
    forward_sum: float = 0.2
    length: float = 0.5
    closure: float = 0.05


class Recipe(Strict):
    """All that decides what comes out, beside the data."""

    seed: int = 7
    steps: int = Field(2400, ge=1)
    batch_size: int = Field(24, ge=1)
    learning_rate: float = Field(0.002, gt=0)
    weight_decay: float = Field(0.01, ge=0)
    real_share: float = Field(0.45, ge=0, le=1)
    joined_share: float = Field(0.4, ge=0, le=1)
    spoken_lines: int = Field(2500, ge=1)
    held_out: int = Field(80, ge=0)
    validate_every: int = Field(200, ge=1)
    weights: LossWeights = LossWeights()


def load_recipe(path: Path) -> Recipe:
    """A recipe from YAML.

    Raises:
        BadSettings: naming what is wrong.
    """
    return read_recipe(Recipe, path)


@dataclass(frozen=True, slots=True)
class Told:
    """What a listener is told now and then."""

    step: int
    losses: dict[str, float]
    judged: dict[str, float]


class Trainer:
    """One training run in a folder: ``checkpoint.pt`` while it lasts, weights when it is done."""

    def __init__(
        self,
        recipe: Recipe,
        clips: Sequence[Clip],
        model: SpeaksLengths,
        voices: Sequence[str],
        folder: Path,
    ) -> None:
        """Speak the synthetic lines and make the network; nothing is trained yet."""
        self.recipe, self.folder = recipe, folder
        order = np.random.default_rng(recipe.seed).permutation(len(clips))
        self.held_out = [clips[i] for i in order[: recipe.held_out]]
        self.clips = [clips[i] for i in order[recipe.held_out :]]
        if recipe.real_share > 0 and not self.clips:
            raise UsageError("No clip is left to train on.", hint="Lower held_out in the recipe.")
        self.lines = list(
            islice(
                spoken_lines(model, voices, np.random.default_rng(recipe.seed)),
                recipe.spoken_lines,
            )
        )
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        torch.manual_seed(recipe.seed)
        self.net = AlignerNet().to(self.device)
        self.optimizer = torch.optim.AdamW(
            self.net.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay
        )
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer, recipe.learning_rate, total_steps=recipe.steps + 1, pct_start=0.1
        )
        self.step = 0

    # -- running ---------------------------------------------------------------------------------

    def run(self, on_step: Callable[[int], None], on_told: Callable[[Told], None]) -> None:
        """Train to the end of the recipe, from wherever it stands."""
        while self.step < self.recipe.steps:
            losses = self._train_step()
            self.step += 1
            on_step(self.step)
            if self.step % self.recipe.validate_every == 0 or self.step == self.recipe.steps:
                on_told(Told(self.step, losses, self.judge(self.held_out)))
                self.save_checkpoint()

    def _train_step(self) -> dict[str, float]:
        torch.manual_seed(self.recipe.seed * 1_000_003 + self.step)
        self.net.train()
        data = self._batch(np.random.default_rng([self.recipe.seed, self.step])).to(self.device)
        losses = self._losses(data)
        counts = self.recipe.weights.model_dump()
        total = torch.stack([counts[name] * loss for name, loss in losses.items()]).sum()
        self.optimizer.zero_grad()
        total.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        self.optimizer.step()
        self.schedule.step()
        return {name: float(loss.detach()) for name, loss in losses.items()}

    def _losses(self, data: Batch) -> dict[str, Tensor]:
        log_p, offsets = self.net(
            data.sounds, data.centres, data.lips, data.n_sounds, data.n_frames
        )
        return {
            "frame": frame_loss(log_p, data.owner),
            "forward_sum": forward_sum_loss(log_p, data.n_sounds, data.n_frames),
            "length": length_loss(offsets, data.wanted, data.known),
            "closure": closure_loss(log_p, data.closure, data.closes),
        }

    # -- data ------------------------------------------------------------------------------------

    def _batch(self, rng: np.random.Generator) -> Batch:
        examples = [self._example(rng) for _ in range(self.recipe.batch_size)]
        examples = [e for e in examples if len(e.lips) < LONGEST_FRAMES] or examples[:1]
        return batch(examples, [rough_centres(example, rng) for example in examples])

    def _example(self, rng: np.random.Generator) -> Example:
        if rng.random() >= self.recipe.real_share:
            line: SpokenLine = self.lines[rng.integers(len(self.lines))]
            return synthetic_example(line, rng)
        n_clips = 1
        if rng.random() < self.recipe.joined_share:
            n_clips = int(rng.integers(2, MOST_JOINED + 1))
        chosen = [self.clips[i] for i in rng.integers(len(self.clips), size=n_clips)]
        symbols, natural, scene = joined([(c.symbols, c.natural, c.scene) for c in chosen], rng)
        return changed(symbols, natural, scene, float(rng.choice(FRAME_RATES_HZ)), rng)

    # -- judging and keeping ---------------------------------------------------------------------

    def judge(self, clips: Sequence[Clip]) -> dict[str, float]:
        """Boundary errors on clips; nothing if there are none."""
        if not clips:
            return {}
        return summary([judged(clip.example, self.look) for clip in clips])

    def look(
        self, found: Sequence[Sound], natural: Floats, edges: Floats, lips: Lips
    ) -> tuple[Floats, Floats]:
        """The network in training, used like :meth:`dubbing.timing.evidence.Aligner.look`."""
        self.net.eval()
        sizes = (torch.tensor([len(found) + 2]), torch.tensor([len(lips)]))
        arrays = feed(found, natural, edges, lips).values()
        with torch.no_grad():
            inputs = [torch.from_numpy(array).to(self.device) for array in arrays]
            log_p, offsets = self.net(*inputs, *(size.to(self.device) for size in sizes))
        return (
            log_p[0].cpu().numpy().astype(np.float64),
            offsets[0, 1:-1].cpu().numpy().astype(np.float64),
        )

    def save_checkpoint(self) -> None:
        """Keep all that is needed to go on; whole or not at all."""
        state = {
            "step": self.step,
            "recipe": self.recipe.model_dump_json(),
            "net": self.net.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
        }
        with replacing(self.folder / CHECKPOINT) as temporary:
            torch.save(state, temporary)

    def resume(self) -> None:
        """Go on from the checkpoint of the folder.

        Raises:
            UsageError: if there is none, or it was made by another recipe.
        """
        path = self.folder / CHECKPOINT
        if not path.is_file():
            raise UsageError(
                f"There is no checkpoint in {self.folder}.", hint="Leave --resume out."
            )
        state: dict[str, Any] = torch.load(path, map_location=self.device, weights_only=True)
        if json.loads(state["recipe"]) != json.loads(self.recipe.model_dump_json()):
            raise UsageError(
                f"{path} was made by another recipe.", hint="Use that one, or another --out."
            )
        self.net.load_state_dict(state["net"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        self.step = int(state["step"])

    def save_weights(self, notes: dict[str, str]) -> None:
        """Write ``aligner.safetensors`` and, for use without torch, ``aligner.onnx``."""
        weights = {name: value.cpu().contiguous() for name, value in self.net.state_dict().items()}
        save_file(weights, self.folder / "aligner.safetensors", metadata=notes)
        export_onnx(self.net, self.folder / "aligner.onnx")


def rough_centres(example: Example, rng: np.random.Generator) -> Floats:
    """Where the sounds might be thought to lie before anybody has looked closely.

    Natural lengths between more or less wrong ends, or half of the way to the truth, as they are at
    a second look.
    """
    true, roughness = example.edges, rng.choice(ROUGHNESS_FRAMES)
    begin, end = true[[0, -1]] + rng.normal(0, roughness, 2)
    if rng.random() < 0.3:
        begin, end = moving(example.lips)
    naturally = np.concatenate([[0.0], np.cumsum(example.natural)])
    rough = begin + naturally * max(end - begin, 4.0) / naturally[-1]
    nearer = rng.random() if rng.random() < 0.5 else 0.0
    return centres_of((1 - nearer) * rough + nearer * true, len(example.lips))


class _OneLine(torch.nn.Module):
    """The network for one line of full length, as it is used."""

    def __init__(self, net: AlignerNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, sounds: Tensor, centres: Tensor, lips: Tensor) -> tuple[Tensor, Tensor]:
        n_sounds = torch.full((1,), 1, dtype=torch.int64) * sounds.shape[1]
        n_frames = torch.full((1,), 1, dtype=torch.int64) * lips.shape[1]
        found: tuple[Tensor, Tensor] = self.net(sounds, centres, lips, n_sounds, n_frames)
        return found


def export_onnx(net: AlignerNet, path: Path) -> None:
    """Write the network as an ONNX graph for any number of sounds and frames."""
    from dubbing.timing.aligner import N_SOUND_INPUTS
    from dubbing.timing.lips import N_INPUTS

    example = (
        torch.rand(1, 12, N_SOUND_INPUTS),
        torch.arange(12, dtype=torch.float32)[None] * 4,
        torch.rand(1, 60, N_INPUTS),
    )
    torch.onnx.export(
        _OneLine(net).eval().cpu(),
        example,
        str(path),
        input_names=["sounds", "centres", "lips"],
        output_names=["log_p", "offsets"],
        dynamic_axes={
            "sounds": {1: "T"},
            "centres": {1: "T"},
            "lips": {1: "F"},
            "log_p": {1: "T", 2: "F"},
            "offsets": {1: "T"},
        },
        opset_version=17,
        dynamo=False,
    )
