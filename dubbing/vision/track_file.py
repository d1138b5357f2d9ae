"""Face tracks on disk: safetensors with ``times_ms``, ``points`` and ``boxes``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy.typing as npt

from dubbing.errors import WorkspaceError
from dubbing.vision.tracking import FaceTrack


def write_track(path: Path, track: FaceTrack) -> None:
    """Write all three arrays of a track."""
    from safetensors.numpy import save_file

    arrays: dict[str, npt.NDArray[Any]] = {
        "times_ms": track.times_ms,
        "points": track.points,
        "boxes": track.boxes,
    }
    save_file(arrays, path)


def read_track(path: Path) -> FaceTrack:
    """Read what :func:`write_track` wrote.

    Raises:
        WorkspaceError: if the file is damaged or not there.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        arrays = load_file(path)
        return FaceTrack(arrays["times_ms"], arrays["points"], arrays["boxes"])
    except (OSError, KeyError, SafetensorError) as error:
        raise WorkspaceError(
            f"The face track {path} cannot be read.",
            hint="Run the dub command again: what is damaged is made again.",
        ) from error
