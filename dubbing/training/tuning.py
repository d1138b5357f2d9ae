"""``dub train translator``: tune the embedded language model to translate between two languages.

Low-rank adaptation (Hu et al. 2021): every linear layer W of the model becomes W + 2 B A with A and B of
a small rank, and only these are trained, on sentence pairs in both directions, part of them shown after
pairs that are like them, as they will be in use. Only the translation counts for the loss. The softmax
runs over the tokens that the pairs use and some thousand others, which on a CPU is ten times faster.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from pydantic import Field
from safetensors.torch import save_file
from torch import Tensor, nn

from dubbing.engines.translation.gemma import LINE_END, prompt_of
from dubbing.errors import UsageError
from dubbing.models.lora import SCALE, weight_names
from dubbing.settings import Strict
from dubbing.temporary import replacing
from dubbing.translation.example_memory import ExampleMemory

Pair = tuple[str, str]
BEGIN = 2
OTHER_TOKENS = 6000
SORTED_AT_ONCE = 512
WARM_UP_STEPS = 20
CHECKPOINT = "translator-checkpoint.pt"


class TuningRecipe(Strict):
    """All that decides what comes out, beside the data."""

    seed: int = 5
    pairs: int = Field(26_808, ge=1)
    """How many are trained on, once each."""
    rank: int = Field(16, ge=1)
    learning_rate: float = Field(4e-4, gt=0)
    backwards_share: float = Field(0.35, ge=0, le=1)
    shown_share: float = Field(0.4, ge=0, le=1)
    """How many are shown after pairs like them."""
    most_shown: int = Field(5, ge=1)
    tokens_a_step: int = Field(1800, ge=64)
    checkpoint_every: int = Field(100, ge=1)
    stop_at: float = Field(1.0, gt=0, le=1)
    """Share of the pairs after which the learning rate has come to nothing."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Token ids of a prompt and of what must follow it."""

    prompt: tuple[int, ...]
    answer: tuple[int, ...]

    def __len__(self) -> int:
        """Tokens in all."""
        return len(self.prompt) + len(self.answer)


def samples(
    pairs: Sequence[Pair],
    languages: tuple[str, str],
    recipe: TuningRecipe,
    encode: Callable[[str], list[int]],
) -> list[Sample]:
    """What is trained on, in the order in which it comes.

    Args:
        pairs: source and target.
        languages: their codes.
        recipe: how many, which way, how many examples.
        encode: text to token ids.
    """
    rng = random.Random(recipe.seed)  # noqa: S311 - an order, no secret
    memories = {
        False: ExampleMemory(pairs),
        True: ExampleMemory((target, source) for source, target in pairs),
    }
    chosen = rng.sample(range(len(pairs)), min(recipe.pairs, len(pairs)))
    made = []
    for number in chosen:
        back = rng.random() < recipe.backwards_share
        source, target = pairs[number][::-1] if back else pairs[number]
        shown: tuple[Pair, ...] = ()
        if rng.random() < recipe.shown_share:
            found = memories[back].like(source, rng.randint(1, recipe.most_shown))
            shown = tuple((e.source, e.target) for e in found)
        prompt = prompt_of(source, shown, languages[::-1] if back else languages)
        answer = encode(f" {target}{LINE_END[0]}")
        made.append(Sample((BEGIN, *encode(prompt)), tuple(answer)))
    return made


def batches(made: Sequence[Sample], recipe: TuningRecipe) -> list[list[Sample]]:
    """Samples of like length together, as many as ``tokens_a_step`` allow; the batches shuffled."""
    found: list[list[Sample]] = []
    for start in range(0, len(made), SORTED_AT_ONCE):
        group: list[Sample] = []
        for sample in sorted(made[start : start + SORTED_AT_ONCE], key=len):
            if group and len(sample) * (len(group) + 1) > recipe.tokens_a_step:
                found.append(group)
                group = []
            group.append(sample)
        found.append(group)
    random.Random(recipe.seed).shuffle(found)  # noqa: S311
    return found


class LowRank(nn.Module):
    """A linear layer that is kept, and a small one beside it that is trained."""

    def __init__(self, kept: nn.Linear, rank: int) -> None:
        super().__init__()
        self.kept = kept
        kept.weight.requires_grad_(False)
        self.a = nn.Parameter(torch.randn(rank, kept.in_features) / math.sqrt(kept.in_features))
        self.b = nn.Parameter(torch.zeros(kept.out_features, rank))

    def forward(self, x: Tensor) -> Tensor:
        """W x + 2 B A x."""
        beside = (x @ self.a.T.to(x.dtype)) @ self.b.T.to(x.dtype)
        found: Tensor = self.kept(x) + SCALE * beside
        return found


class Tuner:
    """One run in a folder; it can be stopped at any moment and goes on from its last checkpoint."""

    def __init__(
        self, model: Any, made: Sequence[Sample], recipe: TuningRecipe, folder: Path
    ) -> None:
        """Put the small layers in; nothing is trained yet.

        Args:
            model: a causal language model as transformers gives it.
            made: from :func:`samples`.
            recipe: the same.
            folder: for the checkpoint and the weights.
        """
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        torch.manual_seed(recipe.seed)
        self.model = model.to(self.device)
        self.recipe, self.folder, self.step = recipe, folder, 0
        self.batches = batches(made, recipe)
        for parameter in model.parameters():
            parameter.requires_grad_(False)
        self.layers = {name: self._put_in(name) for name in weight_names(model)}
        self.vocabulary, self.place = self._vocabulary(made)
        self.optimizer = torch.optim.AdamW(
            [p for layer in self.layers.values() for p in (layer.a, layer.b)],
            recipe.learning_rate,
            betas=(0.9, 0.98),
            weight_decay=0.01,
        )

    def _put_in(self, name: str) -> LowRank:
        parent, _, own = name.rpartition(".")
        layer = LowRank(self.model.get_submodule(name), self.recipe.rank).to(self.device)
        setattr(self.model.get_submodule(parent), own, layer)
        return layer

    def _vocabulary(self, made: Sequence[Sample]) -> tuple[Tensor, Tensor]:
        """Output rows of the tokens that count, and where in them each token stands."""
        weights = self.model.lm_head.weight.detach()
        used = {token for sample in made for token in (*sample.prompt, *sample.answer)}
        others = torch.randperm(len(weights))[:OTHER_TOKENS].tolist()
        tokens = torch.tensor(sorted(used | set(others)), device=self.device)
        place = torch.full((len(weights),), -1, device=self.device)
        place[tokens] = torch.arange(len(tokens), device=self.device)
        return weights[tokens].contiguous(), place

    def run(self, on_step: Callable[[int, float], None]) -> None:
        """Train to the end, from wherever it stands; ``on_step`` hears the step and its loss."""
        last = max(1, int(len(self.batches) * self.recipe.stop_at))
        while self.step < last:
            loss = self._train_step(self.batches[self.step], self.step / last)
            self.step += 1
            on_step(self.step, loss)
            if self.step % self.recipe.checkpoint_every == 0:
                self.save_checkpoint()

    def _train_step(self, group: Sequence[Sample], done: float) -> float:
        rate = 0.5 * (1 + math.cos(math.pi * done)) * min(1.0, (self.step + 1) / WARM_UP_STEPS)
        for settings in self.optimizer.param_groups:
            settings["lr"] = self.recipe.learning_rate * rate
        loss = self._loss(group)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_([p for g in self.optimizer.param_groups for p in g["params"]], 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        return float(loss.detach())

    def _loss(self, group: Sequence[Sample]) -> Tensor:
        """Mean cross-entropy of the answers' tokens."""
        longest = max(map(len, group))
        ids = torch.zeros(len(group), longest, dtype=torch.long)
        mask = torch.zeros_like(ids)
        where: list[int] = []
        wanted: list[int] = []
        for row, sample in enumerate(group):
            whole = (*sample.prompt, *sample.answer)
            ids[row, : len(whole)] = torch.tensor(whole)
            mask[row, : len(whole)] = 1
            begin = len(sample.prompt) - 1
            where += [row * longest + begin + i for i in range(len(sample.answer))]
            wanted += sample.answer
        hidden = self.model.model(
            input_ids=ids.to(self.device), attention_mask=mask.to(self.device)
        ).last_hidden_state
        counted = hidden.flatten(0, 1)[torch.tensor(where, device=self.device)]
        targets = self.place[torch.tensor(wanted, device=self.device)]
        return nn.functional.cross_entropy((counted @ self.vocabulary.T).float(), targets)

    # -- keeping ---------------------------------------------------------------------------------

    def save_checkpoint(self) -> None:
        """Keep all that is needed to go on; whole or not at all."""
        state = {
            "step": self.step,
            "recipe": self.recipe.model_dump_json(),
            "weights": dict(self._weights()),
            "optimizer": self.optimizer.state_dict(),
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
            raise UsageError(f"{path} was made by another recipe.", hint="Use that one.")
        own = dict(self._weights())
        with torch.no_grad():
            for name, value in state["weights"].items():
                own[name].copy_(value)
        self.optimizer.load_state_dict(state["optimizer"])
        self.step = int(state["step"])

    def save_weights(self, path: Path, notes: dict[str, str]) -> None:
        """The small layers alone, float16: what :func:`dubbing.models.lora.merge` adds to the model."""
        plain = {name: w.detach().half().cpu().contiguous() for name, w in self._weights()}
        save_file(plain, path, metadata=notes)

    def _weights(self) -> Iterator[tuple[str, Tensor]]:
        for name, layer in self.layers.items():
            yield f"{name}.a", layer.a
            yield f"{name}.b", layer.b
