"""Signed activations give the same sums, faster; what would go wrong is found out beforehand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from dubbing.models.onnx import onnx_session
from dubbing.models.signed_convolutions import (
    adds_up_exactly,
    overflow_probe,
    with_signed_activations,
)


def _quantized_convolution(weights: np.ndarray) -> onnx.ModelProto:
    """As ONNX's dynamic quantization writes it: float in, sums of bytes out."""
    nodes = [
        helper.make_node("DynamicQuantizeLinear", ["x"], ["bytes", "scale", "zero"]),
        helper.make_node(
            "ConvInteger", ["bytes", "w", "zero", "wz"], ["sums"], kernel_shape=[3], pads=[1, 1]
        ),
    ]
    zero_point = np.array(131, np.uint8) if weights.dtype == np.uint8 else np.array(3, np.int8)
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, weights.shape[1], "T"])],
        [helper.make_tensor_value_info("sums", TensorProto.INT32, None)],
        [numpy_helper.from_array(weights, "w"), numpy_helper.from_array(zero_point, "wz")],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    made.ir_version = 8
    return made


def _sums(model: onnx.ModelProto, folder: Path, x: np.ndarray) -> np.ndarray:
    path = folder / "model.onnx"
    onnx.save(model, str(path))
    return np.asarray(onnx_session(path).run(None, {"x": x})[0])


def test_the_sums_are_the_same_to_the_bit(tmp_path: Path) -> None:
    onnx.save(overflow_probe(), str(tmp_path / "probe.onnx"))
    if not adds_up_exactly(tmp_path / "probe.onnx"):
        pytest.skip("this processor multiplies no signed by unsigned bytes")
    rng = np.random.default_rng(3)
    weights = rng.integers(0, 256, (48, 64, 3), dtype=np.uint8)
    model = _quantized_convolution(weights)
    for spread in (0.01, 1.0, 40.0):
        x = (rng.standard_normal((1, 64, 301)) * spread + spread / 3).astype(np.float32)
        signed = _sums(with_signed_activations(model), tmp_path, x)
        assert np.array_equal(signed, _sums(model, tmp_path, x))


def test_two_convolutions_of_one_tensor_share_its_signed_bytes() -> None:
    model = _quantized_convolution(np.zeros((4, 4, 3), np.uint8))
    twin = helper.make_node(
        "ConvInteger", ["bytes", "w", "zero", "wz"], ["more"], kernel_shape=[3], pads=[1, 1]
    )
    model.graph.node.append(twin)
    kinds = [node.op_type for node in with_signed_activations(model).graph.node]
    assert kinds.count("QuantizeLinear") == 1
    assert kinds.count("ConvInteger") == 2


def test_signed_weights_are_left_as_they_are() -> None:
    model = _quantized_convolution(np.zeros((4, 4, 3), np.int8))
    nodes = with_signed_activations(model).graph.node
    assert [node.op_type for node in nodes] == ["DynamicQuantizeLinear", "ConvInteger"]


def test_a_processor_of_another_kind_keeps_the_plain_graph(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dubbing.models.signed_convolutions.platform.machine", lambda: "arm64")
    assert not adds_up_exactly(tmp_path / "never_read.onnx")


def test_sums_that_overflow_are_noticed(tmp_path: Path) -> None:
    probe = overflow_probe()
    halved = numpy_helper.to_array(probe.graph.initializer[0]) // 2
    probe.graph.initializer[0].CopyFrom(numpy_helper.from_array(halved, "weights"))
    onnx.save(probe, str(tmp_path / "wrong.onnx"))
    assert not adds_up_exactly(tmp_path / "wrong.onnx")
