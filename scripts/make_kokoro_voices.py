"""Make `dubbing/models/data/kokoro_voices.safetensors` from Kokoro's own voice files.

    npm pack kokoro-js@1.2.1 && tar xzf kokoro-js-1.2.1.tgz
    python scripts/make_kokoro_voices.py package/voices

A voice file is float32 little endian [510, 1, 256]: one style vector for each number of symbols. The
rows of a voice differ little and smoothly, so each voice is stored as its mean and a few principal
components, float16. The timbre half (first 128) and the prosody half (last 128) are decomposed apart.
Prints the relative error, so that the rank can be judged.
"""

import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

RANK = 12
HALVES = {"timbre": slice(0, 128), "prosody": slice(128, 256)}
TARGET = Path(__file__).parent.parent / "dubbing/models/data/kokoro_voices.safetensors"


def main(folder: Path) -> None:
    """Read all voices, decompose, write, and print how well they come back."""
    paths = sorted(folder.glob("*.bin"))
    if not paths:
        sys.exit(f"No voice files in {folder}.")
    tensors: dict[str, np.ndarray] = {}
    for path in paths:
        voice = np.fromfile(path, dtype="<f4").reshape(510, 256)
        errors = [
            decompose(path.stem, name, voice[:, half], tensors) for name, half in HALVES.items()
        ]
        print(f"{path.stem:15s} relative error {errors[0]:.4f} timbre, {errors[1]:.4f} prosody")
    metadata = {
        "source": "hexgrad/Kokoro-82M voices, by way of npm kokoro-js 1.2.1",
        "licence": "Apache-2.0",
        "changes": f"mean and {RANK} principal components a half, float16",
    }
    save_file(tensors, TARGET, metadata=metadata)
    print(f"{len(paths)} voices, {TARGET.stat().st_size / 1e6:.1f} MB: {TARGET}")


def decompose(voice: str, half: str, rows: np.ndarray, tensors: dict[str, np.ndarray]) -> float:
    """Add mean [128], weights [510, RANK] and components [RANK, 128]; give the relative error."""
    mean = rows.mean(axis=0)
    u, s, vt = np.linalg.svd(rows - mean, full_matrices=False)
    weights, components = u[:, :RANK] * s[:RANK], vt[:RANK]
    parts = {"mean": mean, "weights": weights, "components": components}
    parts = {name: value.astype(np.float16) for name, value in parts.items()}
    tensors |= {f"{voice}.{half}.{name}": value for name, value in parts.items()}
    back = parts["mean"].astype(np.float32) + (
        parts["weights"].astype(np.float32) @ parts["components"].astype(np.float32)
    )
    return float(np.linalg.norm(back - rows) / np.linalg.norm(rows))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
