"""Room on the disk for a workspace: asked for before anything is made."""

from __future__ import annotations

import shutil
from pathlib import Path

from dubbing.errors import DiskFull

SOUNDS = 3
"""Working sounds as long as the film: the original, the bed without dialogue, and the mix."""
BYTES_PER_MS_AND_CHANNEL = 144
"""48 kHz, 24 bit."""
SPEECH_BYTES_PER_MS = 32
OTHER_BYTES_PER_MS = 480
"""Speech, tracks of faces, takes, timelines, the report; measured on ten minutes of 1080p."""


def workspace_bytes(duration_ms: int, n_channels: int) -> int:
    """What the workspace of a film takes at most."""
    return duration_ms * (SOUNDS * BYTES_PER_MS_AND_CHANNEL * n_channels + OTHER_BYTES_PER_MS)


def sound_bytes(duration_ms: int, n_channels: int) -> int:
    """What the working sound and its copy for recognition take."""
    return duration_ms * (BYTES_PER_MS_AND_CHANNEL * n_channels + SPEECH_BYTES_PER_MS)


def check_space(folder: Path, needed_bytes: int) -> None:
    """Refuse to begin what cannot end.

    Raises:
        DiskFull: if the disk of the folder has too little room.
    """
    place = next(parent for parent in (folder, *folder.parents) if parent.is_dir())
    free = shutil.disk_usage(place).free
    if free < needed_bytes:
        raise DiskFull(
            f"{folder} needs about {needed_bytes / 1e6:.0f} MB of free disk and has "
            f"{free / 1e6:.0f} MB.",
            hint="Free some space or choose another folder with --workspace.",
        )
