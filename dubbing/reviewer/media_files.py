"""What the review page plays: a small picture, and the three sounds as files that begin together."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dubbing.errors import UsageError, WorkspaceError
from dubbing.exports.stems import bed_blocks
from dubbing.media.browser_copies import write_small_picture, write_small_sound
from dubbing.media.probe import MediaInfo
from dubbing.media.sound_file import SoundWriter, sound_format, stream_sound
from dubbing.timeline import Timeline
from dubbing.workspace import Workspace

PEAKS_HZ = 50
BLOCK_MS = 30_000
SIZES = {"360p": 360, "480p": 480, "720p": 720, "1080p": 1080}
PICTURE, ORIGINAL, DUB, BED = "picture.mp4", "original.m4a", "dub.m4a", "bed.m4a"
FILES = {"picture": PICTURE, "original": ORIGINAL, "dub": DUB, "bed": BED}
"""By what the page calls them."""
Tell = Callable[[str, float], None]
"""Told what is being made, and the share of it that is done."""


@dataclass(frozen=True, slots=True)
class Sounds:
    """The two finished sounds of a workspace."""

    original: Path
    dub: Path


def sounds_of(timeline: Timeline, workspace: Workspace) -> Sounds:
    """Where the original's sound and the dub's lie.

    Raises:
        WorkspaceError: if the dub is not mixed, or a file is gone.
    """
    media, made = timeline.media, timeline.mix
    if media is None or media.sound is None or made is None:
        raise WorkspaceError("The dub is not mixed yet.", hint="Dub the film to its end first.")
    for artifact in (media.sound, made.sound):
        if not workspace.holds(artifact):
            raise WorkspaceError(
                f"A sound of {workspace.root} is gone.", hint="Run the dub command again."
            )
    return Sounds(workspace.path(media.sound), workspace.path(made.sound))


def write_picture(film: MediaInfo, dub: Path, size: str, output: Path, tell: Tell) -> None:
    """The picture made small, with the dub as its sound.

    Raises:
        UsageError: if the size is none of :data:`SIZES`.
    """
    if size not in SIZES:
        raise UsageError(f"There is no size '{size}'.", hint=f"Choose from {', '.join(SIZES)}.")
    seconds = max(film.duration_ms / 1000, 0.001)
    write_small_picture(
        film,
        dub,
        SIZES[size],
        output,
        lambda done_s: tell("picture", min(1.0, done_s / seconds)),
    )


def write_bed(timeline: Timeline, workspace: Workspace, output: Path) -> None:
    """Music and effects without any dialogue that is dubbed."""
    info = sound_format(sounds_of(timeline, workspace).original)
    with workspace.new_file(".wav") as plain:
        channels = () if timeline.media is None else timeline.media.channels
        with SoundWriter(plain, info.rate_hz, info.n_channels, channels=channels) as writer:
            for block in bed_blocks(timeline, workspace):
                writer.write(block)
        write_small_sound(plain, output)


def peaks_document(sounds: Sounds) -> dict[str, Any]:
    """Both waveforms, small enough to travel in the page."""
    return {
        "per_second": PEAKS_HZ,
        "original": base64.b64encode(_peaks(sounds.original)).decode(),
        "dub": base64.b64encode(_peaks(sounds.dub)).decode(),
    }


def _peaks(path: Path) -> bytes:
    """The loudest sample of each fiftieth of a second over all channels, in 255ths of full scale."""
    step = sound_format(path).rate_hz // PEAKS_HZ
    found: list[npt.NDArray[np.uint8]] = []
    for block in stream_sound(path, BLOCK_MS):
        loudest = np.abs(block.samples).max(axis=0)
        padded = np.pad(loudest, (0, -len(loudest) % step)).reshape(-1, step).max(axis=1)
        found.append(np.clip(padded * 255, 0, 255).round().astype(np.uint8))
    return np.concatenate(found).tobytes() if found else b""
