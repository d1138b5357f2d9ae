"""Qwen2's GGUF file to CTranslate2 in 8 bits, once, at set-up.

Weights are dequantised and rounded to 8 bits a block of rows at a time, so that no more than the finished
model (1.5 GB) is ever in memory. One matrix serves as embedding and as output, as in the published
checkpoint: of the two that a GGUF file may hold, the output's, which is kept in more bits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dubbing.errors import WeightsMissing

Progress = Callable[[str, float], None]
ROWS_AT_ONCE = 4096
CONTROL, USER_DEFINED = 3, 4
"""Types of a GGUF vocabulary's tokens that are never made of letters."""
WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
"""How Qwen2 splits a text before its merges."""
WHAT = "converting Qwen (about a minute)"


def make(source: Path, folder: Path, progress: Progress) -> None:
    """Convert ``source/qwen.gguf`` into ``folder``.

    Raises:
        WeightsMissing: if the file is not a model of this kind.
    """
    import gguf

    progress(WHAT, 0.0)
    reader = gguf.GGUFReader(source / "qwen.gguf")
    fields = {name: field.contents() for name, field in reader.fields.items()}
    if fields.get("general.architecture") != "qwen2":
        raise WeightsMissing(
            f"{source / 'qwen.gguf'} is not a Qwen2 model.", hint="Run: dub models prepare"
        )
    tensors = {str(tensor.name): tensor for tensor in reader.tensors}
    _model(fields, tensors, progress).save(str(folder))
    _tokenizer(fields).save(str(folder / "tokenizer.json"))
    progress(WHAT, 1.0)


# -- weights -------------------------------------------------------------------------------------


def _model(fields: Mapping[str, Any], tensors: Mapping[str, Any], progress: Progress) -> Any:
    """The model as CTranslate2 describes it."""
    spec = _architecture(fields)
    decoder = spec.decoder
    decoder.scale_embeddings = False
    shared = "output.weight" if "output.weight" in tensors else "token_embd.weight"
    decoder.embeddings.weight, decoder.embeddings.weight_scale = _rounded(tensors[shared])
    # stands in until the specification is validated
    decoder.projection.weight, decoder.projection.weight_scale = np.zeros((1, 1), np.int8), 1.0
    decoder.layer_norm.gamma = _exact(tensors["output_norm.weight"])
    for number, layer in enumerate(decoder.layer):
        _fill(layer, f"blk.{number}.", tensors)
        progress(WHAT, (number + 1) / (len(decoder.layer) + 1))
    tokens = fields["tokenizer.ggml.tokens"]
    spec.register_vocabulary(tokens)
    spec.config.bos_token = tokens[fields["tokenizer.ggml.bos_token_id"]]
    spec.config.eos_token = tokens[fields["tokenizer.ggml.eos_token_id"]]
    spec.config.unk_token = ""
    spec.config.layer_norm_epsilon = fields["qwen2.attention.layer_norm_rms_epsilon"]
    spec.validate()
    decoder.projection.weight = "decoder/embeddings/weight"
    decoder.projection.weight_scale = "decoder/embeddings/weight_scale"
    return spec


def _architecture(fields: Mapping[str, Any]) -> Any:
    from ctranslate2.specs import common_spec, transformer_spec

    heads, heads_kv = fields["qwen2.attention.head_count"], fields["qwen2.attention.head_count_kv"]
    return transformer_spec.TransformerDecoderModelSpec.from_config(
        fields["qwen2.block_count"],
        heads,
        activation=common_spec.Activation.SWISH,
        pre_norm=True,
        ffn_glu=True,
        rms_norm=True,
        rotary_dim=0,
        rotary_interleave=False,
        rotary_base=fields["qwen2.rope.freq_base"],
        num_heads_kv=None if heads_kv == heads else heads_kv,
    )


def _fill(layer: Any, prefix: str, tensors: Mapping[str, Any]) -> None:
    """One layer; CTranslate2 keeps query, key and value in one matrix."""
    attention, ffn = layer.self_attention, layer.ffn
    parts = [f"{prefix}attn_{name}" for name in "qkv"]
    rounded = [_rounded(tensors[f"{part}.weight"]) for part in parts]
    joined = attention.linear[0]
    joined.weight = np.concatenate([weight for weight, _ in rounded])
    joined.weight_scale = np.concatenate([scale for _, scale in rounded])
    joined.bias = np.concatenate([_exact(tensors[f"{part}.bias"]) for part in parts])
    for linear, name in (
        (attention.linear[1], "attn_output"),
        (ffn.linear_0, "ffn_gate"),
        (ffn.linear_0_noact, "ffn_up"),
        (ffn.linear_1, "ffn_down"),
    ):
        linear.weight, linear.weight_scale = _rounded(tensors[f"{prefix}{name}.weight"])
    attention.layer_norm.gamma = _exact(tensors[f"{prefix}attn_norm.weight"])
    ffn.layer_norm.gamma = _exact(tensors[f"{prefix}ffn_norm.weight"])


def _exact(tensor: Any) -> NDArray[np.float32]:
    from gguf.quants import dequantize

    return np.array(dequantize(tensor.data, tensor.tensor_type), dtype=np.float32)


def _rounded(tensor: Any) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """A matrix in 8 bits, and the scale of each row: what is divided by it is the weight."""
    from gguf.quants import dequantize

    n_columns, n_rows = (int(size) for size in tensor.shape)
    weights = np.empty((n_rows, n_columns), np.int8)
    scales = np.empty(n_rows, np.float32)
    for start in range(0, n_rows, ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        block = dequantize(tensor.data[rows], tensor.tensor_type)
        peaks = np.abs(block).max(axis=1)
        scales[rows] = 127 / np.where(peaks > 0, peaks, 127)
        weights[rows] = np.rint(block * scales[rows, None])
    return weights, scales


# -- tokens --------------------------------------------------------------------------------------


def _tokenizer(fields: Mapping[str, Any]) -> Any:
    """The tokenizer that the file describes, as ``tokenizers`` has it."""
    from tokenizers import (
        AddedToken,
        Regex,
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
    )

    tokens: list[str] = fields["tokenizer.ggml.tokens"]
    merges = [tuple(merge.split(" ", 1)) for merge in fields["tokenizer.ggml.merges"]]
    vocabulary = {token: number for number, token in enumerate(tokens)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(WORDS), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    kinds = zip(tokens, fields["tokenizer.ggml.token_type"], strict=True)
    tokenizer.add_special_tokens(
        [
            AddedToken(token, special=True, normalized=False)
            for token, kind in kinds
            if kind in (CONTROL, USER_DEFINED)
        ]
    )
    return tokenizer
