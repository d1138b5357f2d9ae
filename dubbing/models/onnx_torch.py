"""ONNX graphs in torch, so that gradients flow through them.

Only what Kokoro's decoder is made of. Dynamic quantization is undone: weights are
de-quantized once, activations stay float, and what an int8 graph rounds on the way is not rounded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import onnx
import torch
from onnx import helper, numpy_helper
from torch import Tensor
from torch.nn import functional

FLOAT, INT32 = 1, 6
DTYPES = {FLOAT: torch.float32, INT32: torch.int32, 7: torch.int64, 9: torch.bool}
TINY = 1e-12
"""Stands for a zero that is divided by: phases of silence, which are multiplied by zero afterwards."""


class TorchGraph:
    """A graph that is called with a mapping of tensors and gives its outputs in order."""

    def __init__(self, path: Path) -> None:
        """Read the graph and de-quantize its weights.

        Raises:
            ValueError: if it has an operator that is not known here.
        """
        graph = onnx.load(str(path)).graph
        self.inputs = tuple(item.name for item in graph.input)
        self._outputs = tuple(item.name for item in graph.output)
        self._known = {
            item.name: torch.from_numpy(numpy_helper.to_array(item).copy())
            for item in graph.initializer
        }
        rounded = {n.input[0] for n in graph.node if n.op_type == "Cast" and _to(n) == INT32}
        self._nodes = [self._node(node, rounded) for node in graph.node]
        self._last_use = {
            name: number for number, node in enumerate(self._nodes) for name in node[1]
        }
        self._known = {name: v for name, v in self._known.items() if name in self._last_use}

    def __call__(self, feed: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
        """Run the graph; what is not needed any more is forgotten on the way."""
        made = {name: feed[name] for name in self.inputs}
        for number, (work, inputs, outputs, attributes) in enumerate(self._nodes):
            given = [made[n] if n in made else self._known.get(n) for n in inputs]
            result = work(*given, **attributes)
            results = result if isinstance(result, tuple) else (result,)
            made.update(zip(outputs, results, strict=False))
            for name in inputs:
                if self._last_use[name] == number and name not in self._outputs:
                    made.pop(name, None)
        return tuple(made[name] for name in self._outputs)

    def _node(
        self, node: Any, rounded: set[str]
    ) -> tuple[Callable[..., Any], tuple[str, ...], tuple[str, ...], dict[str, Any]]:
        kind, inputs = node.op_type, tuple(node.input)
        attributes = {a.name: _plain(helper.get_attribute_value(a)) for a in node.attribute}
        if kind in ("ConvInteger", "MatMulInteger"):
            weights, zero = self._known[inputs[1]], self._known[inputs[3]]
            name = f"{inputs[1]} as float"
            self._known[name] = weights.float() - zero.float()
            kind, inputs = kind.removesuffix("Integer"), (inputs[0], name)
        if kind == "Floor" and node.output[0] in rounded:  # a bias rounded to the weights' step
            kind = "Identity"
        if kind not in OPERATORS:
            raise ValueError(f"the operator {kind} is not known")
        return OPERATORS[kind], inputs, tuple(node.output), attributes


def _to(node: Any) -> int:
    return int(next(a.i for a in node.attribute if a.name == "to"))


def _plain(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value


def _ints(tensor: Tensor) -> list[int]:
    return [int(value) for value in tensor.reshape(-1).tolist()]


# -- operators, named as in the ONNX specification -------------------------------------------------


def _quantize(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Not at all: scale 1, zero point 0."""
    return x, torch.tensor(1.0), torch.tensor(0.0)


def _cast(x: Tensor, to: int, **_: Any) -> Tensor:
    return x if to == INT32 and x.is_floating_point() else x.to(DTYPES[to])


def _div(a: Tensor, b: Tensor) -> Tensor:
    if not a.is_floating_point():
        return torch.div(a, b, rounding_mode="trunc")
    return a / torch.where(b == 0, torch.full_like(b, TINY), b)


def _reshape(x: Tensor, shape: Tensor, **_: Any) -> Tensor:
    return x.reshape([x.shape[i] if n == 0 else n for i, n in enumerate(_ints(shape))])


def _gather(x: Tensor, index: Tensor, axis: int = 0) -> Tensor:
    found = torch.index_select(x, axis, index.reshape(-1) % x.shape[axis])
    return found.reshape(x.shape[:axis] + index.shape + x.shape[axis + 1 :])


def _slice(
    x: Tensor, starts: Tensor, ends: Tensor, axes: Tensor | None = None, steps: Tensor | None = None
) -> Tensor:
    over = _ints(axes) if axes is not None else list(range(starts.numel()))
    by = _ints(steps) if steps is not None else [1] * starts.numel()
    for axis, start, end, step in zip(over, _ints(starts), _ints(ends), by, strict=True):
        kept = list(range(x.shape[axis]))[_python_slice(start, end, step, x.shape[axis])]
        x = x.index_select(axis, torch.tensor(kept, dtype=torch.int64))
    return x


def _python_slice(start: int, end: int, step: int, size: int) -> slice:
    """Backwards, ONNX writes "to the very start" as a number before it."""
    return slice(start, None if step < 0 and end < -size else end, step)


def _squeeze(x: Tensor, axes: Tensor) -> Tensor:
    return x.squeeze(tuple(_ints(axes)))


def _unsqueeze(x: Tensor, axes: Tensor) -> Tensor:
    for axis in sorted(_ints(axes)):
        x = x.unsqueeze(axis)
    return x


def _pad(x: Tensor, pads: Tensor, *_: Any, mode: str = "constant") -> Tensor:
    """Of the last axis."""
    ends = _ints(pads)
    flat = x.reshape(1, -1, x.shape[-1])
    padded = functional.pad(flat, (ends[x.dim() - 1], ends[-1]), mode=mode)
    return padded.reshape(*x.shape[:-1], -1)


def _resize(x: Tensor, _roi: Tensor, scales: Tensor, *_: Any, mode: str, **__: Any) -> Tensor:
    """Of the last of three axes."""
    size = int(x.shape[-1] * float(scales[-1]) + TINY)
    if mode == "linear":
        return functional.interpolate(x, size=size, mode="linear", align_corners=False)
    return functional.interpolate(x, size=size, mode=mode)


def _stft(x: Tensor, step: Tensor, window: Tensor, length: Tensor, **_: Any) -> Tensor:
    frames = (x.squeeze(-1) if x.dim() == 3 else x).unfold(-1, int(length), int(step))
    return torch.view_as_real(torch.fft.rfft(frames * window))


def _conv(
    x: Tensor,
    w: Tensor,
    b: Tensor | None = None,
    *,
    pads: Sequence[int] = (0, 0),
    strides: Sequence[int] = (1,),
    dilations: Sequence[int] = (1,),
    group: int = 1,
    **_: Any,
) -> Tensor:
    return functional.conv1d(x, w, b, strides[0], pads[0], dilations[0], group)


def _conv_transpose(
    x: Tensor,
    w: Tensor,
    b: Tensor | None = None,
    *,
    pads: Sequence[int] = (0, 0),
    strides: Sequence[int] = (1,),
    output_padding: Sequence[int] = (0,),
    group: int = 1,
    **_: Any,
) -> Tensor:
    return functional.conv_transpose1d(x, w, b, strides[0], pads[0], output_padding[0], group)


def _scatter(x: Tensor, index: Tensor, values: Tensor, **_: Any) -> Tensor:
    result = x.clone()
    result[tuple(index.unbind(-1))] = values
    return result


def _range(start: Tensor, end: Tensor, step: Tensor) -> Tensor:
    return torch.arange(start.item(), end.item(), step.item(), dtype=start.dtype)


OPERATORS: dict[str, Callable[..., Any]] = {
    "Add": torch.add,
    "Atan": torch.atan,
    "Cast": _cast,
    "Concat": lambda *parts, axis: torch.cat(parts, axis),
    "Conv": _conv,
    "ConvTranspose": _conv_transpose,
    "Cos": torch.cos,
    "CumSum": lambda x, axis, **_: x.cumsum(int(axis)),
    "Div": _div,
    "DynamicQuantizeLinear": _quantize,
    "Equal": torch.eq,
    "Exp": torch.exp,
    "Expand": lambda x, shape: x * torch.ones(_ints(shape), dtype=x.dtype),
    "Floor": torch.floor,
    "Gather": _gather,
    "Greater": torch.gt,
    "Identity": lambda x: x,
    "LeakyRelu": lambda x, alpha=0.01: functional.leaky_relu(x, alpha),
    "Less": torch.lt,
    "MatMul": torch.matmul,
    "Mul": torch.mul,
    "NonZero": lambda x: torch.nonzero(x).T,
    "Pad": _pad,
    "Pow": torch.pow,
    "Range": _range,
    "ReduceMean": lambda x, axes, keepdims=1, **_: x.mean(_ints(axes), keepdim=bool(keepdims)),
    "Reshape": _reshape,
    "Resize": _resize,
    "STFT": _stft,
    "ScatterND": _scatter,
    "Shape": lambda x, **_: torch.tensor(x.shape, dtype=torch.int64),
    "Sin": torch.sin,
    "Slice": _slice,
    "Split": lambda x, sizes, axis=0: torch.split(x, _ints(sizes), axis),
    "Sqrt": torch.sqrt,
    "Squeeze": _squeeze,
    "Sub": torch.sub,
    "Tanh": torch.tanh,
    "Transpose": lambda x, perm: x.permute(perm),
    "Unsqueeze": _unsqueeze,
    "Where": torch.where,
}
