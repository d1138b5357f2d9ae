"""ONNX graphs, run on the CPU."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

ERRORS_ONLY = 3


def onnx_session(path: Path, threads: int = 1) -> InferenceSession:
    """A graph ready to run; its runtime says nothing unless it fails."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = ERRORS_ONLY
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
