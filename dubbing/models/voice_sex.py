"""A man's, a woman's or a child's voice: a linear reading of the GE2E vector.

A multinomial logistic regression over vectors of 1.6 s, trained by ``dub train voice-sex`` on actors of
EmoDB (Burkhardt et al. 2005) and on Kokoro's stock voices. The GE2E vector says how a vocal tract is
built, so shouting, which raises a man's pitch beyond a woman's, moves it little.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

LABELS = ("man", "woman", "child")
N_VECTOR = 256


@dataclass(frozen=True, slots=True, eq=False)
class VoiceSex:
    """Weights float64 ``[3, 256]`` and biases ``[3]``, in the order of ``LABELS``."""

    weights: npt.NDArray[np.float64]
    biases: npt.NDArray[np.float64]

    def log_shares(self, vectors: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
        """Log-probabilities float64 ``[n, 3]`` of unit GE2E vectors float32 ``[n, 256]``."""
        scores = vectors.astype(np.float64) @ self.weights.T + self.biases
        scores -= scores.max(axis=1, keepdims=True)
        logs: npt.NDArray[np.float64] = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        return logs

    def is_womans(self, vector: npt.NDArray[np.float32]) -> bool:
        """Tell a woman's voice from a man's by its GE2E vector, float32 ``[256]``."""
        man, woman, _ = self.log_shares(vector[None])[0]
        return bool(woman > man)


@cache
def load_voice_sex(path: Path | None = None) -> VoiceSex:
    """Load the shipped model, or one's own."""
    from safetensors.numpy import load_file

    from dubbing.models.resolver import resolve

    tensors = load_file(path or resolve("voice-sex") / "voice_sex.safetensors")
    return VoiceSex(tensors["weights"].astype(np.float64), tensors["biases"].astype(np.float64))


def save_voice_sex(model: VoiceSex, path: Path, card: dict[str, str]) -> None:
    """Write the weights with a card of what they were made from."""
    from safetensors.numpy import save_file

    plain = {"weights": model.weights, "biases": model.biases}
    tensors = {name: np.ascontiguousarray(v, dtype=np.float32) for name, v in plain.items()}
    save_file(tensors, path, {**card, "labels": ",".join(LABELS)})
