"""How clean speech sounds, judged without a reference: DNSMOS P.835 (Reddy et al. 2022)."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from dubbing.arrays import Audio
from dubbing.errors import EngineUnavailable
from dubbing.models.onnx import onnx_session

RATE_HZ = 16_000
WINDOW_S = 9.01
OVERALL = np.poly1d([-0.06766283, 1.11546468, 0.04602535])
"""From the network's raw score to the scale of listeners, as published with the weights."""


def dnsmos(audio: Audio) -> float:
    """Overall quality 1 (bad) to 5 (excellent) of mono speech at 16 kHz.

    Sound shorter than 9 s is repeated; longer is judged every second and averaged.

    Raises:
        EngineUnavailable: without the package that ships the weights.
    """
    assert audio.rate_hz == RATE_HZ, "DNSMOS hears 16 kHz"
    samples = audio.mono().samples[0].astype(np.float32)
    window = int(WINDOW_S * RATE_HZ)
    if not len(samples):
        return 1.0
    if len(samples) < window:
        samples = np.resize(samples, window)
    scores = []
    for start in range(0, len(samples) - window + 1, RATE_HZ):
        raw = _session().run(None, {"input_1": samples[np.newaxis, start : start + window]})[0]
        scores.append(float(OVERALL(raw[0][2])))
    return round(float(np.mean(scores)), 3)


@cache
def _session() -> Any:
    found = find_spec("speechmos")
    if found is None or found.origin is None:
        raise EngineUnavailable("DNSMOS needs its weights.", hint="pip install speechmos==0.0.1.1")
    path = Path(found.origin).parent / "dnsmos_models" / "sig_bak_ovr.onnx"
    return onnx_session(path, threads=0)  # as many as there are cores
