"""Cut the Kokoro graph where durations enter, so that durations, F0 and energy become inputs.

    encode.onnx    tokens int64 [1, T], style float32 [1, 256]
                   -> raw durations [1, T] in frames, and the tensors that prosody needs
    prosody.onnx   those tensors + durations float32 [1, T]
                   -> F0 in Hz [1, 2F], energy [1, 2F], text features [1, 512, F]; F = sum
    decode.onnx    style, F0, energy, features -> 24 kHz sound, exactly 600 samples a frame (25 ms)
    decode_signed.onnx   the same, for processors on which probe.onnx comes out right

The chain is bit-identical to the whole graph when it is fed its own predictions.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from dubbing.models.signed_convolutions import overflow_probe, with_signed_activations

RAW_DURATIONS = "/encoder/predictor/ReduceSum_output_0"
DURATIONS = "/encoder/Div_output_0"
F0 = "/encoder/Squeeze_output_0"
ENERGY = "/encoder/Squeeze_1_output_0"
FEATURES = "/encoder/MatMul_1_output_0"
GRAPH_INPUTS = frozenset({"tokens", "style", "speed"})
DEEP = 20_000
"""Recursion over a graph of some 3,000 nodes in a chain."""


def make(source: Path, folder: Path, progress: Callable[[str, float], None]) -> None:
    """Write the three graphs of ``source/kokoro.onnx`` into ``folder``."""
    import onnx
    from onnx import TensorProto

    progress("cutting Kokoro", 0.0)
    graph = _Graph(onnx.load(str(source / "kokoro.onnx")))
    seam = graph.seam()
    known = {
        "tokens": (TensorProto.INT64, [1, "T"]),
        "style": (TensorProto.FLOAT, [1, 256]),
        DURATIONS: (TensorProto.FLOAT, [1, "T"]),
        F0: (TensorProto.FLOAT, [1, "F2"]),
        ENERGY: (TensorProto.FLOAT, [1, "F2"]),
        FEATURES: (TensorProto.FLOAT, [1, 512, "F"]),
        **dict.fromkeys(seam, (TensorProto.FLOAT, None)),
    }
    pieces = {
        "encode": ([RAW_DURATIONS, *seam], ["tokens", "style"]),
        "prosody": ([F0, ENERGY, FEATURES], ["tokens", "style", *seam, DURATIONS]),
        "decode": (["audio"], ["tokens", "style", F0, ENERGY, FEATURES]),
    }
    made = {
        name: graph.piece(name, outputs, {tensor: known[tensor] for tensor in inputs})
        for name, (outputs, inputs) in pieces.items()
    }
    made["decode_signed"] = with_signed_activations(made["decode"])
    made["probe"] = overflow_probe()
    for number, (name, model) in enumerate(made.items(), start=1):
        onnx.save(model, str(folder / f"{name}.onnx"))
        progress("cutting Kokoro", number / len(made))


class _Graph:
    """The whole graph with what is needed to cut it."""

    def __init__(self, whole: Any) -> None:
        self.whole = whole
        self.maker = {name: node for node in whole.graph.node for name in node.output}
        self.constants = {item.name: item for item in whole.graph.initializer}
        self.position = {id(node): i for i, node in enumerate(whole.graph.node)}
        self._late: dict[str, bool] = {}

    def ancestors(self, outputs: Iterable[str], cut: frozenset[str]) -> list[Any]:
        """Nodes that ``outputs`` need, in graph order, not looking beyond ``cut``."""
        seen: dict[int, Any] = {}
        waiting = list(outputs)
        while waiting:
            name = waiting.pop()
            node = None if name in cut else self.maker.get(name)
            if node is not None and id(node) not in seen:
                seen[id(node)] = node
                waiting += [item for item in node.input if item]
        return sorted(seen.values(), key=lambda node: self.position[id(node)])

    def seam(self) -> list[str]:
        """Tensors made before the durations are known and needed after."""
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, DEEP))
        try:
            needed = self.ancestors([F0, ENERGY, FEATURES], frozenset({DURATIONS}))
            late = [node for node in needed if any(map(self._is_late, node.output))]
        finally:
            sys.setrecursionlimit(limit)
        late_ids = {id(node) for node in late}
        crossing = {
            name
            for node in late
            for name in node.input
            if name != DURATIONS and name in self.maker and id(self.maker[name]) not in late_ids
        }
        return sorted(filter(self._varies, crossing))

    def _is_late(self, name: str) -> bool:
        """Whether a tensor depends on the durations."""
        if name == DURATIONS:
            return True
        if name not in self._late:
            self._late[name] = False
            node = self.maker.get(name)
            self._late[name] = node is not None and any(
                map(self._is_late, filter(None, node.input))
            )
        return self._late[name]

    def _varies(self, name: str) -> bool:
        """Whether a tensor depends on the inputs: a constant is made again, not handed over."""
        return any(
            item in GRAPH_INPUTS
            for node in self.ancestors([name], frozenset())
            for item in node.input
        )

    def piece(self, name: str, outputs: list[str], inputs: dict[str, tuple[int, Any]]) -> Any:
        """A model of its own from ``inputs`` to ``outputs``."""
        from onnx import TensorProto, helper

        nodes = self.ancestors(outputs, frozenset(inputs))
        used = {item for node in nodes for item in node.input}
        graph = helper.make_graph(
            nodes,
            name,
            [helper.make_tensor_value_info(k, *t) for k, t in inputs.items() if k in used],
            [helper.make_tensor_value_info(item, TensorProto.FLOAT, None) for item in outputs],
            [item for key, item in self.constants.items() if key in used],
        )
        made = helper.make_model(graph, opset_imports=self.whole.opset_import)
        made.ir_version = self.whole.ir_version
        return made
