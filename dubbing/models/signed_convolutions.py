"""8-bit convolutions on processors that multiply unsigned by signed bytes in one instruction (VNNI).

onnxruntime's ``ConvInteger`` multiplies weights by activations in that order. ONNX's dynamic
quantization makes both unsigned, for which x86 has no such instruction: they are widened to 16 bits.
With the same activations written as signed bytes (the same numbers, 128 lower, about a zero point 128
lower) the sums are the same to the bit and twice as fast. Processors without VNNI add up pairs of
such products in 16 bits, where they may overflow, so whoever uses such a graph asks
:func:`adds_up_exactly` first.
"""

from __future__ import annotations

import platform
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from dubbing.models.onnx import onnx_session

X86 = frozenset({"x86_64", "amd64"})
CHANNELS = 64
UNSIGNED_TO_SIGNED = 128
OFFSET = "signed_activations/128"


def with_signed_activations(model: Any) -> Any:
    """A copy of an ONNX model whose ``ConvInteger`` take signed activations.

    Only convolutions with constant unsigned weights whose input a ``DynamicQuantizeLinear`` makes are
    changed.
    """
    from onnx import ModelProto, numpy_helper

    changed = ModelProto()
    changed.CopyFrom(model)
    graph = changed.graph
    makers = {name: node for node in graph.node for name in node.output}
    weights = {item.name: item.data_type for item in graph.initializer}
    signed: set[str] = set()
    nodes: list[Any] = []
    for node in graph.node:
        maker = makers.get(node.input[0]) if node.op_type == "ConvInteger" else None
        if maker is not None and _is_unsigned(node, maker, weights):
            if maker.output[0] not in signed:
                nodes += _signed_quantization(maker)
                signed.add(maker.output[0])
            node.input[0], node.input[2] = _signed_names(maker)
        nodes.append(node)
    del graph.node[:]
    graph.node.extend(nodes)
    graph.initializer.append(
        numpy_helper.from_array(np.array(UNSIGNED_TO_SIGNED, np.int32), OFFSET)
    )
    return changed


def _is_unsigned(node: Any, maker: Any, weights: dict[str, int]) -> bool:
    from onnx import TensorProto

    quantized_here = maker.op_type == "DynamicQuantizeLinear" and node.input[2] == maker.output[2]
    return quantized_here and weights.get(node.input[1]) == TensorProto.UINT8


def _signed_names(maker: Any) -> tuple[str, str]:
    return f"{maker.output[0]}_signed", f"{maker.output[2]}_signed"


def _signed_quantization(maker: Any) -> list[Any]:
    """Quantize what ``maker`` quantizes once more, by the scale it found, 128 lower."""
    from onnx import TensorProto, helper

    _, scale, zero = maker.output
    quantized, signed_zero = _signed_names(maker)
    return [
        helper.make_node("Cast", [zero], [f"{zero}_wide"], to=TensorProto.INT32),
        helper.make_node("Sub", [f"{zero}_wide", OFFSET], [f"{zero}_lower"]),
        helper.make_node("Cast", [f"{zero}_lower"], [signed_zero], to=TensorProto.INT8),
        helper.make_node("QuantizeLinear", [maker.input[0], scale, signed_zero], [quantized]),
    ]


def overflow_probe() -> Any:
    """A model of one convolution of the largest bytes, whose sums do not fit into 16 bits."""
    from onnx import TensorProto, helper, numpy_helper

    node = helper.make_node("ConvInteger", ["x", "weights", "", ""], ["sums"], kernel_shape=[1])
    weights = np.full((CHANNELS, CHANNELS, 1), np.iinfo(np.uint8).max, np.uint8)
    graph = helper.make_graph(
        [node],
        "probe",
        [helper.make_tensor_value_info("x", TensorProto.INT8, [1, CHANNELS, "T"])],
        [helper.make_tensor_value_info("sums", TensorProto.INT32, None)],
        [numpy_helper.from_array(weights, "weights")],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    made.ir_version = 8
    return made


@cache
def adds_up_exactly(probe: Path) -> bool:
    """Whether this processor gains by signed activations and makes no mistakes with them."""
    if platform.machine().lower() not in X86:
        return False
    x = np.full((1, CHANNELS, CHANNELS), np.iinfo(np.int8).max, np.int8)
    (sums,) = onnx_session(probe).run(None, {"x": x})
    exact = CHANNELS * np.iinfo(np.uint8).max * np.iinfo(np.int8).max
    return bool(np.all(np.asarray(sums) == exact))
