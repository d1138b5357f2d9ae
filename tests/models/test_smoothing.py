"""Channels evened out: the model says the same, and 8 bits cost it less."""

import pytest
import torch

from dubbing.models.smoothing import smooth

TEXTS = [[2, *range(5, 60)], [2, *range(99, 40, -1)]]


def model_with_loud_channels() -> torch.nn.Module:
    """A tiny Gemma, in whose layers two channels are thirty times as large as the others."""
    from transformers import Gemma3ForCausalLM, Gemma3TextConfig

    torch.manual_seed(0)
    config = Gemma3TextConfig(
        vocab_size=100, hidden_size=32, intermediate_size=48, num_hidden_layers=2,
        num_attention_heads=4, num_key_value_heads=2, head_dim=8, sliding_window=64,
    )  # fmt: skip
    model = Gemma3ForCausalLM(config).eval()
    with torch.no_grad():
        for layer in model.model.layers:
            for norm in (layer.input_layernorm, layer.pre_feedforward_layernorm):
                norm.weight[:2] = 30.0
            layer.mlp.up_proj.weight[:2] *= 30
            layer.self_attn.v_proj.weight[:2] *= 30
    return model


def said(model: torch.nn.Module) -> torch.Tensor:
    with torch.no_grad():
        return torch.cat([model(torch.tensor([text])).logits[0] for text in TEXTS])


def rounded(values: torch.Tensor) -> torch.Tensor:
    scale = values.abs().amax(-1, keepdim=True) / 127
    return (values / scale).round() * scale


def in_8_bits(model: torch.nn.Module) -> torch.Tensor:
    """As CTranslate2 computes: a scale for each row of weights and for each vector."""
    layers = [m for n, m in model.named_modules() if n.endswith("_proj")]
    hooks = [m.register_forward_pre_hook(lambda _m, x: (rounded(x[0]),)) for m in layers]
    before = [layer.weight.detach().clone() for layer in layers]
    with torch.no_grad():
        for layer in layers:
            layer.weight.copy_(rounded(layer.weight))
        found = said(model)
        for layer, weight in zip(layers, before, strict=True):
            layer.weight.copy_(weight)
    for hook in hooks:
        hook.remove()
    return found


def test_nothing_changes_in_exact_arithmetic_and_less_is_lost_in_8_bits() -> None:
    model = model_with_loud_channels()
    true = said(model)
    lost = (in_8_bits(model) - true).pow(2).mean()
    smooth(model, TEXTS)
    assert torch.allclose(said(model), true, atol=2e-4)
    assert (in_8_bits(model) - true).pow(2).mean() < 0.5 * lost


def test_the_channels_come_nearer_to_each_other() -> None:
    model = model_with_loud_channels()
    norm = model.model.layers[0].input_layernorm

    def spread() -> float:
        loud = (1 + norm.weight.detach()).abs()
        return float(loud.max() / loud.median())

    before = spread()
    smooth(model, TEXTS)
    assert before == pytest.approx(31, rel=0.1)
    assert spread() < before / 2
