"""Small clips and scripted engines for tests: ours, and those of anybody who writes an engine."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from dubbing.arrays import Audio
from dubbing.media.ffmpeg_choice import packaged_ffmpeg

VIDEO_CODECS = {
    ".mp4": ("libx264", "-bf", "2", "-g", "25", "-pix_fmt", "yuv420p"),
    ".mov": ("libx264", "-bf", "2", "-pix_fmt", "yuv420p"),
    ".mkv": ("libx264", "-bf", "2", "-pix_fmt", "yuv420p"),
    ".ts": ("libx264", "-bf", "2", "-pix_fmt", "yuv420p"),
    ".webm": ("libvpx", "-deadline", "realtime", "-b:v", "200k"),
    ".avi": ("mpeg4",),
    ".mpg": ("mpeg2video", "-bf", "2"),
}
AUDIO_CODECS = {".webm": "libopus", ".avi": "mp3", ".mpg": "mp2"}


def tone(
    duration_ms: int, *, hz: float = 440.0, rate_hz: int = 16_000, level: float = 0.3
) -> Audio:
    """A mono sine."""
    time_s = np.arange(duration_ms * rate_hz // 1000) / rate_hz
    return Audio((level * np.sin(2 * np.pi * hz * time_s)).astype(np.float32)[None], rate_hz)


def silence(duration_ms: int, *, rate_hz: int = 16_000) -> Audio:
    """Mono digital silence."""
    return Audio(np.zeros((1, duration_ms * rate_hz // 1000), np.float32), rate_hz)


def make_clip(  # noqa: PLR0913 - a clip has that many sides
    path: Path,
    *,
    duration_s: float = 3.0,
    beep_at_s: float = 1.0,
    picture: bool = True,
    sound: bool = True,
    layout: str = "stereo",
    rate_hz: int = 48_000,
    fps: str = "25",
    extra: Sequence[str] = (),
) -> Path:
    """A clip with a white flash and a beep of 0.1 s at the same instant; container by suffix.

    Args:
        path: where to; suffix mp4, mov, mkv, ts, webm, avi, or wav/m4a/mp3 without picture.
        duration_s: length.
        beep_at_s: when flash and beep begin.
        picture: whether there is one.
        sound: whether there is any.
        layout: channel layout of the sound.
        rate_hz: its sample rate.
        fps: frame rate of the picture.
        extra: further output arguments for ffmpeg.
    """
    arguments: list[str] = []
    if picture:
        flash = f"between(t,{beep_at_s},{beep_at_s + 0.0999})"
        arguments += ["-f", "lavfi", "-i", f"color=black:s=160x120:r={fps}:d={duration_s}"]
        arguments += ["-vf", f"drawbox=c=white:t=fill:enable='{flash}'"]
    if sound:
        beep = f"0.5*sin(2*PI*1000*t)*between(t,{beep_at_s},{beep_at_s + 0.1})"
        source = f"aevalsrc='{beep}':s={rate_hz}:d={duration_s},aformat=channel_layouts={layout}"
        arguments += ["-f", "lavfi", "-i", source]
    suffix = path.suffix
    if picture:
        arguments += ["-c:v", *VIDEO_CODECS[suffix]]
    if sound and suffix not in (".wav", ".mp3"):
        arguments += ["-c:a", AUDIO_CODECS.get(suffix, "aac")]
    command = [packaged_ffmpeg().path, "-nostdin", "-v", "error", "-y", *_inputs_first(arguments)]
    subprocess.run([*command, *extra, f"file:{path}"], check=True)
    return path


def _inputs_first(arguments: list[str]) -> list[str]:
    """Ffmpeg wants every input before the first output option."""
    inputs, others, i = [], [], 0
    while i < len(arguments):
        if arguments[i] == "-f" and arguments[i + 2] == "-i":
            inputs += arguments[i : i + 4]
            i += 4
        else:
            others.append(arguments[i])
            i += 1
    return inputs + others
