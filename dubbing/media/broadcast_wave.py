"""Broadcast WAV: a sound file that says when its first sample sounds (EBU Tech 3285)."""

from __future__ import annotations

from pathlib import Path

from dubbing.media.ffmpeg import input_args, run_ffmpeg
from dubbing.media.sound_file import sound_format

LONGEST_DESCRIPTION = 250


def write_broadcast_wave(sound: Path, output: Path, start_s: float) -> None:
    """Write the same samples, 24 bit; the first one sounds at ``start_s``."""
    first_sample = round(start_s * sound_format(sound).rate_hz)
    run_ffmpeg(
        [
            *input_args(sound),
            *("-c:a", "pcm_s24le", "-f", "wav", "-rf64", "auto", "-write_bext", "1"),
            *("-metadata", f"time_reference={first_sample}", "-metadata", "originator=dubbing"),
            *("-metadata", f"description={output.name[:LONGEST_DESCRIPTION]}"),
        ],
        what=f"{output.name} cannot be written",
        output=output,
    )
