"""A language model made ready for 8-bit arithmetic: SmoothQuant (Xiao et al. 2023, arXiv:2211.10438).

In 8 bits every vector of activations has one scale, and a few channels of Gemma are twenty times as
large as the others, which are then rounded away. Dividing these channels by a factor where they arise,
and multiplying the weights behind them by the same, changes nothing in exact arithmetic and leaves less
to round. Embeddings stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

STRENGTH = 0.65
"""Share of the outliers that goes into the weights: of 0, 0.5 and 0.65 the one that costs least."""
LEAST = 1e-5


def smooth(model: Any, texts: Sequence[Sequence[int]]) -> None:
    """Even out the channels of a Gemma 3 of transformers, in place.

    Args:
        model: ``Gemma3ForCausalLM``, float32.
        texts: token numbers of texts like those that it will meet; they show which channels are large.
    """
    import torch

    with torch.no_grad():
        largest = _largest_inputs(model, texts)
        for layer in model.model.layers:
            _smooth_layer(layer, largest, model.config)


def _largest_inputs(model: Any, texts: Sequence[Sequence[int]]) -> dict[Any, Tensor]:
    """Of every linear module, the greatest absolute value that each of its inputs has.

    Not at the first token, at which attention rests when nothing asks for it: its channels are like no
    other's, and it has a scale of its own.
    """
    import torch

    largest: dict[Any, Tensor] = {}

    def look(module: Any, inputs: tuple[Tensor, ...]) -> None:
        found = inputs[0][:, 1:].abs().flatten(0, -2).amax(0)
        before = largest.get(module)
        largest[module] = found if before is None else torch.maximum(before, found)

    layers = model.model  # without the head, which is wide and not asked about
    linear = (module for module in layers.modules() if isinstance(module, torch.nn.Linear))
    hooks = [module.register_forward_pre_hook(look) for module in linear]
    for text in texts:
        layers(torch.tensor([list(text)]))
    for hook in hooks:
        hook.remove()
    return largest


def _smooth_layer(layer: Any, largest: dict[Any, Tensor], config: Any) -> None:
    """Each of the four places where activations meet weights."""
    attention, mlp = layer.self_attn, layer.mlp
    asked = (attention.q_proj, attention.k_proj, attention.v_proj)
    _behind_norm(layer.input_layernorm, asked, largest[attention.q_proj])
    gated = (mlp.gate_proj, mlp.up_proj)
    _behind_norm(layer.pre_feedforward_layernorm, gated, largest[mlp.gate_proj])
    _behind_linear(mlp.up_proj, mlp.down_proj, largest[mlp.down_proj])
    # several heads share one value, so its channels have one factor in all of them
    repeats = config.num_attention_heads // config.num_key_value_heads
    groups = config.num_key_value_heads, repeats, config.head_dim
    values = largest[attention.o_proj]
    _behind_linear(attention.v_proj, attention.o_proj, values, groups)


def _behind_norm(norm: Any, linears: Sequence[Any], largest: Tensor) -> None:
    import torch

    weights = torch.stack([linear.weight.abs().amax(0) for linear in linears]).amax(0)
    factors = _factors(largest, weights)
    norm.weight.copy_((1 + norm.weight) / factors - 1)  # Gemma's norms multiply by 1 + weight
    for linear in linears:
        linear.weight.mul_(factors)


def _behind_linear(
    before: Any, behind: Any, largest: Tensor, groups: tuple[int, int, int] | None = None
) -> None:
    """``groups``: key-value heads, queries that share each of them, channels."""
    weights = behind.weight.abs().amax(0)
    if groups is None:
        factors = repeated = _factors(largest, weights)
    else:
        shared = (largest.view(groups).amax(1).flatten(), weights.view(groups).amax(1).flatten())
        factors = _factors(*shared)
        repeated = factors.view(groups[0], 1, groups[2]).expand(groups).flatten()
    before.weight.div_(factors[:, None])
    behind.weight.mul_(repeated)


def _factors(activations: Tensor, weights: Tensor) -> Tensor:
    """Factors of channels, whose geometric mean is 1."""
    wanted = activations.clamp(min=LEAST) ** STRENGTH / weights.clamp(min=LEAST) ** (1 - STRENGTH)
    return wanted / wanted.log().mean().exp()
