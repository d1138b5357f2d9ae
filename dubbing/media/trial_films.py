"""Tiny films and sounds to try an ffmpeg out on, made by PyAV alone so that they are always the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from dubbing.arrays import Audio
from dubbing.media.sound_file import write_sound

SIZE_PX = 64
FPS = 25
N_FRAMES = 10
RATE_HZ = 48_000
TONE_HZ = 997
TONE_S = 1.2
"""Three blocks of the loudness gate."""
TONE_LEVEL = 10 ** (-20 / 20)
SUBTITLES = "1\n00:00:00,000 --> 00:00:00,300\na\n"
DRAWN_SUBTITLES = (
    "[Script Info]\nPlayResX: 64\nPlayResY: 64\n[V4+ Styles]\nFormat: Name, Fontsize\n"
    "Style: Default,20\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, "
    "Effect, Text\nDialogue: 0,0:00:00.00,0:00:09.00,Default,,0,0,0,,a\n"
)


@dataclass(frozen=True, slots=True)
class TrialFilm:
    """What a film is made of; codecs by PyAV's names of encoders."""

    name: str
    picture: str
    sounds: tuple[str, ...]
    options: Mapping[str, str] = field(default_factory=dict)


def make_film(folder: Path, film: TrialFilm) -> Path:
    """Write the film; the same again if it is there already."""
    import av

    path = folder / film.name
    if path.exists():
        return path
    with av.open(str(path), "w") as container:
        picture: Any = container.add_stream(film.picture, rate=FPS, options=dict(film.options))
        picture.width = picture.height = SIZE_PX
        picture.pix_fmt = "yuv420p"
        sounds = [container.add_stream(codec, rate=RATE_HZ, layout="mono") for codec in film.sounds]
        for stream in sounds:
            _write_tone(container, stream)
        _write_picture(container, picture)
    return path


def make_tone(folder: Path) -> Path:
    """A sine in both channels, whose loudness is known (ITU-R BS.1770: its level and 3 dB a channel)."""
    time_s = np.arange(round(TONE_S * RATE_HZ)) / RATE_HZ
    sine = (TONE_LEVEL * np.sin(2 * np.pi * TONE_HZ * time_s)).astype(np.float32)
    path = folder / "tone.wav"
    write_sound(path, Audio(np.stack([sine, sine]), RATE_HZ))
    return path


def make_text(folder: Path, name: str, text: str) -> Path:
    """Write a text file."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def _write_picture(container: Any, stream: Any) -> None:
    import av

    grey = np.full((SIZE_PX, SIZE_PX, 3), 128, np.uint8)
    for number in range(N_FRAMES):
        grey[number] = 255
        frame = av.VideoFrame.from_ndarray(grey, format="rgb24")
        frame.pts, frame.time_base = number, Fraction(1, FPS)
        container.mux(stream.encode(frame))
    container.mux(stream.encode())


def _write_tone(container: Any, stream: Any) -> None:
    import av

    n_samples = N_FRAMES * RATE_HZ // FPS
    time_s = np.arange(n_samples) / RATE_HZ
    sine = (TONE_LEVEL * 32767 * np.sin(2 * np.pi * TONE_HZ * time_s)).astype(np.int16)
    frame = av.AudioFrame.from_ndarray(sine[None], format="s16", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, 0, Fraction(1, RATE_HZ)
    container.mux(stream.encode(frame))
    container.mux(stream.encode())
