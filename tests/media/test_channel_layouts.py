"""Every layout that ffmpeg names, from a film into a dub: the same channels, or the nearest with a note.

Each channel holds a tone of its own, so that a channel in the wrong place is heard.
"""

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from dubbing.arrays import Audio
from dubbing.media.carriers import carrier
from dubbing.media.channels import (
    LAYOUTS,
    LOW_FREQUENCY,
    ORDER,
    UNKNOWN,
    channel_names,
    in_file_order,
    layout_name,
)
from dubbing.media.extract import extract_audio, first_filters
from dubbing.media.ffmpeg_choice import packaged_ffmpeg
from dubbing.media.mux import MuxRequest, mux, sound_note
from dubbing.media.probe import probe
from dubbing.media.sound_file import SoundWriter, read_sound

pytestmark = pytest.mark.usefixtures("each_ffmpeg")

QUICK = ("2.1", "3.0(back)", "quad(side)", "5.1(side)", "6.0(front)", "7.1", "7.2.3", "downmix")
"""A layout of each kind; the others take a minute."""
RATE_HZ, LENGTH_S = 48_000, 0.3
BIN_HZ = 10
LOWEST_HZ, STEP_HZ = 300, 200
LOW_HZ = 60
"""The tone of a low-frequency channel; encoders cut what is above 120 Hz."""


def made(*arguments: object) -> None:
    command = [packaged_ffmpeg().path, "-nostdin", "-v", "error", "-y", *map(str, arguments)]
    subprocess.run(command, check=True)


def tone_hz(channels: tuple[str, ...]) -> list[int]:
    return [
        LOW_HZ if name in LOW_FREQUENCY else LOWEST_HZ + STEP_HZ * n
        for n, name in enumerate(channels)
    ]


def film_in(layout: str, path: Path) -> Path:
    """PCM in MOV, which names any layout; each channel holds a tone of its own."""
    tones = "|".join(f"0.1*sin(2*PI*{hz}*t)" for hz in tone_hz(channel_names(layout)))
    source = f"aevalsrc='{tones}':s={RATE_HZ}:d={LENGTH_S}:c={layout}"
    made("-f", "lavfi", "-i", source, "-c:a", "pcm_s24le", path)
    return path


def tones_of(path: Path, channels: tuple[str, ...]) -> np.ndarray:
    """Amplitude of each tone in each channel, float64 ``[channels, tones]``."""
    samples = read_sound(path).samples[:, : RATE_HZ // 5].astype(np.float64)
    size = RATE_HZ // BIN_HZ
    spectra = np.abs(np.fft.rfft(samples[:, size // 2 : size // 2 + size])) * 2 / size
    return spectra[:, [hz // BIN_HZ for hz in tone_hz(channels)]]


def dub_of(film: Path, suffix: str) -> tuple[Path, Path]:
    """The film's own sound as its dub, and what the dub's track sounds like again."""
    info, wav = probe(film), film.with_suffix(".working.wav")
    extract_audio(film, 0, wav, start_ms=info.start_ms, filters=first_filters(info.audio[0]))
    output = film.with_name(f"dub{suffix}")
    mux(
        MuxRequest(
            source=film, dub_wav=wav, output=output, source_info=info, dub_language="zho",
            dub_title="Chinese", original_audio_track=0, original_language="eng",
        )
    )  # fmt: skip
    back = film.with_suffix(".back.wav")
    track = probe(output).audio[0]
    extract_audio(output, 0, back, filters=first_filters(track))
    return output, back


def test_the_table_of_layouts_is_ffmpegs() -> None:
    told = subprocess.run(
        [packaged_ffmpeg().path, "-hide_banner", "-layouts"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    names, layouts = told.split("Standard channel layouts:")
    pairs = (line.split() for line in layouts.splitlines()[2:] if line)
    assert dict(pairs) == {**LAYOUTS, "binaural": "BIL+BIR", "downmix": "DL+DR"}
    listed = re.findall(r"^(\S+) ", names, re.MULTILINE)
    assert [name for name in listed if name in ORDER][:18] == list(ORDER[:18])
    for layout in LAYOUTS:
        channels = channel_names(layout)
        assert in_file_order(channels) == channels
        assert layout_name(channels) == layout


@pytest.mark.parametrize(
    "layout",
    [
        layout if layout in QUICK else pytest.param(layout, marks=pytest.mark.slow)
        for layout in (*LAYOUTS, "binaural", "downmix")
    ],
)
def test_every_layout_that_ffmpeg_names_comes_out_as_itself(tmp_path: Path, layout: str) -> None:
    film = film_in(layout, tmp_path / "film.mov")
    (track,) = probe(film).audio
    output, back = dub_of(film, ".mov")
    assert probe(output).audio[0].channels == track.channels
    own = tones_of(back, track.channels)
    lows = [n for n, name in enumerate(track.channels) if name in LOW_FREQUENCY]
    own[np.ix_(lows, lows)] = 0.1 * np.eye(len(lows))  # both have the same tone
    assert np.allclose(own, 0.1 * np.eye(track.n_channels), atol=0.02)


@pytest.mark.parametrize(
    ("layout", "suffix"),
    [
        ("2.1", ".webm"),
        ("5.1(side)", ".mp4"),
        ("6.0", ".mkv"),
        ("7.1", ".mp3"),
        ("9.1.6", ".mp4"),
        ("9.1.6", ".mkv"),
        ("22.2", ".m4a"),
        ("hexadecagonal", ".wav"),
    ],
)
def test_what_a_container_cannot_carry_becomes_the_nearest(
    tmp_path: Path, layout: str, suffix: str
) -> None:
    film = film_in(layout, tmp_path / "film.mov")
    info = probe(film)
    output, back = dub_of(film, suffix)
    dub, *originals = probe(output).audio
    expected = carrier(suffix, info.audio[0].channels)
    assert dub.channels == expected.channels
    assert len(originals) == (suffix in (".mkv", ".mp4", ".webm", ".m4a"))
    front = tones_of(back, info.audio[0].channels)
    for name in ("FL", "FR"):  # what they held is heard on the same side, and nowhere else in front
        place, own = dub.channels.index(name), info.audio[0].channels.index(name)
        other = dub.channels.index("FR" if name == "FL" else "FL")
        assert front[place, own] > 0.05
        assert front[other, own] < 0.1 * front[place, own]
    is_less = dub.n_channels < info.audio[0].n_channels
    assert is_less == ("mixed down" in sound_note(info, 0, suffix))


def test_channels_in_another_order_are_put_in_file_order(tmp_path: Path) -> None:
    film = tmp_path / "film.mka"
    made("-f", "lavfi", "-i", "aevalsrc='0.1*sin(2*PI*300*t)|0.1*sin(2*PI*500*t)|0.1*sin(2*PI*700*t)'"
         f":s={RATE_HZ}:d={LENGTH_S}:c=3.0", "-c:a", "pcm_s24le", film)  # fmt: skip
    wav = tmp_path / "out.wav"
    track = probe(film).audio[0]
    shuffled = ("FC", "FL", "FR")  # as if the track had said so
    extract_audio(film, 0, wav, filters=first_filters(replace(track, channels=shuffled)))
    assert tones_of(wav, ("FL", "FR", "FC")).argmax(axis=1).tolist() == [1, 2, 0]


@pytest.mark.parametrize("n_channels", [3, 4, 9])
def test_a_sound_that_names_no_channel_is_dubbed_too(tmp_path: Path, n_channels: int) -> None:
    film = tmp_path / "film.wav"
    time_s = np.arange(int(RATE_HZ * LENGTH_S)) / RATE_HZ
    hz = np.array(tone_hz((UNKNOWN,) * n_channels))
    soundfile.write(film, 0.1 * np.sin(2 * np.pi * hz * time_s[:, None]), RATE_HZ, "PCM_24")
    track = probe(film).audio[0]
    assert track.n_channels == n_channels
    assert "LFE" not in track.channels or n_channels >= 6
    output, back = dub_of(film, ".mkv")
    dub = probe(output).audio[0]
    assert dub.n_channels == min(n_channels, 8) or track.channels[0] == UNKNOWN
    heard = tones_of(back, (UNKNOWN,) * n_channels).max(axis=0)
    assert (heard[: min(n_channels, 3)] > 0.005).all()


@pytest.mark.parametrize("subtype", ["FLOAT"])
def test_what_is_no_number_is_silent_and_counted(tmp_path: Path, subtype: str) -> None:
    samples = np.full((RATE_HZ, 2), 0.25)
    samples[1000:1100] = np.nan
    samples[5000, 0], samples[6000, 1] = np.inf, -np.inf
    samples[20_000], samples[30_000] = 1e30, 1e-40
    film, wav = tmp_path / "film.wav", tmp_path / "out.wav"
    soundfile.write(film, samples, RATE_HZ, subtype)
    extracted = extract_audio(film, 0, wav, filters=first_filters(probe(film).audio[0]))
    assert extracted.n_no_numbers == 202
    found = read_sound(wav).samples
    assert not found[:, 1000:1100].any()
    assert found[0, 5000] == found[1, 6000] == 0
    assert found[0, 20_000] > 0.99
    assert np.allclose(found[:, 8000:19_000], 0.25)
    dub_of(film, ".m4a")


@pytest.mark.parametrize("layout", ["3.0", "2.1", "4.0", "5.1(side)", "6.0", "7.1(wide)", "7.1.4"])
def test_sound_files_of_ours_say_which_channel_is_which(tmp_path: Path, layout: str) -> None:
    channels, path = channel_names(layout), tmp_path / "a.wav"
    with SoundWriter(path, RATE_HZ, len(channels), channels=channels) as writer:
        writer.write(Audio(np.full((len(channels), 4800), 0.25, np.float32), RATE_HZ))
    assert probe(path).audio[0].channels == channels
    assert (read_sound(path).samples == 0.25).all()
