"""Training the judge of synchrony by contrast: a true pair against shifted and swapped ones.

In every batch each mouth is held against every sound at every offset of ``OFFSETS``, and each sound
against every mouth; the true one of all these must be found (InfoNCE, van den Oord et al. 2018; many
offsets at once after Chung, Chung and Kang 2019, "Perfect match"). What is compared has no padding and
begins anywhere in a clip, so that nothing but mouth and sound tells where it was cut.

All randomness comes from the seed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from pydantic import Field
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional as F

from dubbing.errors import UsageError
from dubbing.metrics.sync_inputs import N_HEARD, N_SEEN, heard_inputs, seen_inputs
from dubbing.metrics.sync_judge import MOST_OFFSET_FRAMES
from dubbing.settings import Strict
from dubbing.temporary import replacing
from dubbing.training.recipe_file import read_recipe
from dubbing.training.sync_pairs import Pair, spectra_of, varied

Floats = npt.NDArray[np.float32]
TAPS = (5, 5, 5, 3, 1)
"""Of the convolutions of both towers: together 15 frames, 0.375 s."""
REACH = (sum(TAPS) - len(TAPS)) // 2
LIPS_WIDTH, VOICE_WIDTH, N_OUT = 48, 64, 32
FIRST_SCALE = 20.0
NEARLY_RIGHT = 0.15
"""Share of the truth that goes to each neighbour of the true offset: no camera is right to 25 ms."""
ACTIVE_DB = -30.0
LOOKS = 3
"""Steps for which an example is kept, cut differently in each: to vary one costs as much as to learn."""
Example = tuple[Floats, Floats, npt.NDArray[np.int64]]
"""A mouth ``[F, 8]``, its sound ``[F, 80]``, and the frames in which it speaks."""


class JudgeRecipe(Strict):
    """All that decides what comes out, beside the data."""

    seed: int = 7
    steps: int = Field(3000, ge=1)
    batch_size: int = Field(24, ge=2)
    learning_rate: float = Field(0.002, gt=0)
    weight_decay: float = Field(0.02, ge=0)
    dropout: float = Field(0.1, ge=0, lt=1)
    real_share: float = Field(0.6, ge=0, le=1)
    spoken_lines: int = Field(400, ge=1)
    shortest_frames: int = Field(24, ge=8)
    longest_frames: int = Field(64, ge=8)


def load_judge_recipe(path: Path) -> JudgeRecipe:
    """Return a recipe from YAML.

    Raises:
        BadSettings: naming what is wrong.
    """
    return read_recipe(JudgeRecipe, path)


class Towers(nn.Module):
    """A mouth ``[B, F, 8]`` and a sound ``[B, F, 80]`` to unit vectors ``[B, F - 14, 32]``."""

    def __init__(self, dropout: float = 0.0) -> None:
        super().__init__()
        self.lips = _tower(N_SEEN, LIPS_WIDTH)
        self.voice = _tower(N_HEARD, VOICE_WIDTH)
        self.dropout = nn.Dropout(dropout)
        self.log_scale = nn.Parameter(torch.tensor(float(np.log(FIRST_SCALE))))

    def forward(self, seen: Tensor, heard: Tensor) -> tuple[Tensor, Tensor]:
        """Embed both."""
        return self._through(self.lips, seen), self._through(self.voice, heard)

    def _through(self, tower: nn.ModuleList, inputs: Tensor) -> Tensor:
        hidden = inputs.transpose(1, 2)
        for number, layer in enumerate(tower):
            if number:
                hidden = self.dropout(F.relu(hidden))
            hidden = layer(hidden)
        return F.normalize(hidden.transpose(1, 2), dim=2)


def _tower(n_in: int, width: int) -> nn.ModuleList:
    widths = [n_in, *([width] * (len(TAPS) - 1)), N_OUT]
    return nn.ModuleList(
        nn.Conv1d(a, b, taps) for a, b, taps in zip(widths[:-1], widths[1:], TAPS, strict=True)
    )


def similarities(lips: Tensor, voice: Tensor) -> Tensor:
    """Return the mean cosine of every mouth with every sound at every offset: ``[B, B, 31]``.

    Args:
        lips: ``[B, L, 32]``.
        voice: ``[B, L + 30, 32]``, beginning 15 frames before the lips.
    """
    every = voice.unfold(1, lips.shape[1], 1)
    return torch.einsum("ald,bodl->abo", lips, every) / lips.shape[1]


def contrast_loss(lips: Tensor, voice: Tensor, scale: Tensor) -> Tensor:
    """Return minus the log chance that the true partner is picked, from both sides."""
    logits = similarities(lips, voice) * scale
    n_pairs, _, n_offsets = logits.shape
    truth = logits.new_zeros(n_offsets)
    truth[MOST_OFFSET_FRAMES - 1 : MOST_OFFSET_FRAMES + 2] = NEARLY_RIGHT
    truth[MOST_OFFSET_FRAMES] = 1 - 2 * NEARLY_RIGHT
    by_mouth = logits.reshape(n_pairs, -1).log_softmax(dim=1).view_as(logits)
    by_sound = logits.permute(1, 0, 2).reshape(n_pairs, -1).log_softmax(dim=1).view_as(logits)
    own = torch.arange(n_pairs)
    return -((by_mouth[own, own] + by_sound[own, own]) * truth).sum(dim=1).mean() / 2


class JudgeTrainer:
    """One training run: people, synthetic lines, a network."""

    def __init__(
        self, recipe: JudgeRecipe, people: Mapping[str, Sequence[Pair]], spoken: Sequence[Pair]
    ) -> None:
        """Make the network; nothing is trained yet.

        Raises:
            UsageError: if a kind of pair that the recipe wants is missing.
        """
        if (recipe.real_share > 0 and not all(people.values())) or not people:
            raise UsageError(
                "There is no clip to train on.", hint="Name a folder of clips: --data."
            )
        if recipe.real_share < 1 and not spoken:
            raise UsageError("There is no synthetic line.", hint="Set real_share to 1.")
        self.recipe = recipe
        self._people = [[(pair, spectra_of(pair)) for pair in pairs] for pairs in people.values()]
        self._spoken = [(pair, spectra_of(pair)) for pair in spoken]
        self._pool: list[Example] = []
        torch.manual_seed(recipe.seed)
        self.net = Towers(recipe.dropout)
        self._optimizer = torch.optim.AdamW(
            self.net.parameters(), recipe.learning_rate, weight_decay=recipe.weight_decay
        )
        self._schedule = torch.optim.lr_scheduler.OneCycleLR(
            self._optimizer, recipe.learning_rate, total_steps=recipe.steps + 1, pct_start=0.1
        )

    def run(self, on_step: Callable[[int, float], None]) -> None:
        """Train to the end of the recipe; ``on_step`` is told the step and its loss."""
        self.net.train()
        for step in range(self.recipe.steps):
            torch.manual_seed(self.recipe.seed * 1_000_003 + step)
            seen, heard = self._batch(np.random.default_rng([self.recipe.seed, step]))
            lips, voice = self.net(seen, heard)
            loss = contrast_loss(lips, voice, self.net.log_scale.exp())
            self._optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
            self._optimizer.step()
            self._schedule.step()
            on_step(step + 1, float(loss.detach()))
        self.net.eval()

    def save_weights(self, path: Path, notes: Mapping[str, str]) -> None:
        """Write the towers as float16 safetensors; whole or not at all."""
        weights = {
            name: value.detach().half().contiguous()
            for name, value in self.net.state_dict().items()
            if name != "log_scale"
        }
        with replacing(path) as temporary:
            save_file(weights, temporary, metadata=dict(notes))

    # -- data ------------------------------------------------------------------------------------

    def _batch(self, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """Cut every example of the pool, some of which are new."""
        while len(self._pool) < self.recipe.batch_size:
            self._pool.append(self._varied(rng))
        del self._pool[: max(1, self.recipe.batch_size // LOOKS)]
        while len(self._pool) < self.recipe.batch_size:
            self._pool.append(self._varied(rng))
        n_frames = int(rng.integers(self.recipe.shortest_frames, self.recipe.longest_frames + 1))
        pairs = [_cut(example, n_frames, rng) for example in self._pool]
        seen, heard = (torch.from_numpy(np.stack(part)) for part in zip(*pairs, strict=True))
        return seen, heard

    def _varied(self, rng: np.random.Generator) -> Example:
        lips, spectra = varied(*self._drawn(rng), rng)
        levels = spectra.max(axis=1)[::2]
        speaks = np.flatnonzero(levels > levels.max() + ACTIVE_DB)
        return seen_inputs(lips), heard_inputs(spectra), speaks

    def _drawn(self, rng: np.random.Generator) -> tuple[Pair, Floats]:
        kind = self._spoken
        if rng.random() < self.recipe.real_share:
            kind = self._people[rng.integers(len(self._people))]
        return kind[rng.integers(len(kind))]


def _cut(example: Example, n_frames: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return ``n_frames`` of a mouth and the sound around it, with what the towers reach."""
    seen, heard, speaks = example
    before = MOST_OFFSET_FRAMES + REACH
    missing = max(0, n_frames + 2 * before - len(heard))
    seen, heard = (np.pad(x, ((0, missing), (0, 0)), mode="edge") for x in (seen, heard))
    latest = len(heard) - before - n_frames
    first = int(np.clip(rng.choice(speaks) - n_frames // 2, before, latest))
    return (
        seen[first - REACH : first + n_frames + REACH],
        heard[first - before : first + n_frames + before],
    )
