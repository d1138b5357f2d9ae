"""Make `dubbing/models/data/ge2e.onnx` from Resemblyzer's weights.

    pip download --no-deps Resemblyzer==0.1.4 && unzip Resemblyzer-0.1.4-py3-none-any.whl
    python scripts/make_speaker_encoder.py resemblyzer/pretrained.pt

Keeps the network of Wan et al. 2018 (three LSTM layers, a projection) without optimiser state, as an
ONNX graph: mel spectrograms float32 [batch, 160, 40] -> unit vectors float32 [batch, 256].
"""

import sys
from pathlib import Path

import numpy as np
import onnxruntime
import torch

TARGET = Path(__file__).parent.parent / "dubbing/models/data/ge2e.onnx"


class Encoder(torch.nn.Module):
    """The network, named as in the checkpoint."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = torch.nn.LSTM(40, 256, 3, batch_first=True)
        self.linear = torch.nn.Linear(256, 256)

    def forward(self, mels: torch.Tensor) -> torch.Tensor:
        """Last hidden state of the last layer, projected, rectified, of unit length."""
        start = mels.new_zeros(3, mels.shape[0], 256)  # explicit, or the graph fixes the batch size
        _, (hidden, _) = self.lstm(mels, (start, start))
        raw = torch.relu(self.linear(hidden[-1]))
        return raw / torch.norm(raw, dim=1, keepdim=True)


def main(checkpoint: Path) -> None:
    """Export and compare."""
    state = torch.load(checkpoint, map_location="cpu", weights_only=True)["model_state"]
    encoder = Encoder().eval()
    encoder.load_state_dict(
        {k: v for k, v in state.items() if k.split(".")[0] in ("lstm", "linear")}
    )
    example = torch.rand(2, 160, 40)
    torch.onnx.export(
        encoder,
        (example,),
        str(TARGET),
        input_names=["mels"],
        output_names=["embeddings"],
        dynamic_axes={"mels": {0: "batch"}, "embeddings": {0: "batch"}},
        opset_version=17,
        dynamo=False,
    )
    session = onnxruntime.InferenceSession(str(TARGET))
    ours = session.run(None, {"mels": example.numpy()})[0]
    with torch.no_grad():
        difference = np.abs(ours - encoder(example).numpy()).max()
    print(f"{TARGET.stat().st_size / 1e6:.1f} MB, largest difference {difference:.2e}: {TARGET}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
