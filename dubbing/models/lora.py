"""Low-rank changes of a language model's linear layers (Hu et al. 2021): W + 2 B A."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dubbing.errors import WeightsMissing

SCALE = 2.0


def weight_names(model: Any) -> tuple[str, ...]:
    """Names of the linear layers that are changed: all but the output."""
    from torch import nn

    return tuple(
        name
        for name, part in model.named_modules()
        if isinstance(part, nn.Linear) and "lm_head" not in name
    )


def merge(model: Any, path: Path) -> None:
    """Add the changes of a safetensors file (``NAME.a``, ``NAME.b``) to the weights of a model.

    Raises:
        WeightsMissing: if they are of another model.
    """
    import torch
    from safetensors.torch import load_file

    changes = load_file(path)
    names = weight_names(model)
    if {name.rpartition(".")[0] for name in changes} != set(names):
        raise WeightsMissing(f"{path.name} belongs to another model.", hint="Train it again.")
    with torch.no_grad():
        for name in names:
            change = changes[f"{name}.b"].float() @ changes[f"{name}.a"].float()
            model.get_submodule(name).weight += SCALE * change
