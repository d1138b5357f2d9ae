"""Films with channel maps in custom order, fonts and sounds that only some containers hold."""

import subprocess
import sys
from pathlib import Path

import av
import pytest

from dubbing.media.channels import channel_names
from dubbing.media.extract import extract_audio
from dubbing.media.ffmpeg_choice import packaged_ffmpeg
from dubbing.media.mux import MuxRequest, mux
from dubbing.media.probe import probe
from dubbing.media.sound_file import sound_format
from dubbing.testing import make_clip

pytestmark = pytest.mark.usefixtures("each_ffmpeg")

LAYOUT_TAGS = {
    "6.1": 0x007D_0007,
    "7.1": 0x0080_0008,
    "7.1(wide)": 0x007E_0008,
}
"""Core Audio's tags whose channels are in another order than ffmpeg's own."""
TAGGED_AT = 8
"""In a ``chan`` box, after its name, version and flags: the tag, and a bitmap."""


def made(*arguments: object) -> None:
    command = [packaged_ffmpeg().path, "-v", "error", "-y", *map(str, arguments)]
    subprocess.run(command, check=True)


def film_with_custom_channels(path: Path, layout: str) -> Path:
    """PCM in MOV as editing systems and older ffmpegs write it, with the layout named by its tag."""
    made("-f", "lavfi", "-i", "color=s=64x64:r=25:d=1", "-f", "lavfi", "-i",
         f"sine=440:d=1,aformat=channel_layouts={layout}", "-c:a", "pcm_s16le", path)  # fmt: skip
    content = bytearray(path.read_bytes())
    tag = content.index(b"chan") + TAGGED_AT
    content[tag : tag + 8] = LAYOUT_TAGS[layout].to_bytes(4, "big") + bytes(4)
    path.write_bytes(content)
    return path


def dubbed(film: Path, suffix: str, wav: Path | None = None) -> Path:
    info = probe(film)
    if wav is None:
        wav = film.with_suffix(".dub.wav")
        extract_audio(film, 0, wav, start_ms=info.start_ms)
    output = film.with_name(f"dub{suffix}")
    mux(
        MuxRequest(
            source=film, dub_wav=wav, output=output, source_info=info, dub_language="zho",
            dub_title="Chinese", original_audio_track=0, original_language="eng",
        )
    )  # fmt: skip
    return output


@pytest.mark.parametrize("layout", LAYOUT_TAGS)
def test_channels_in_custom_order_end_no_process(tmp_path: Path, layout: str) -> None:
    film = film_with_custom_channels(tmp_path / "film.mov", layout)
    n_channels = int(layout[0]) + int(layout[2])
    script = (
        "import sys; from pathlib import Path; from dubbing.media.probe import probe\n"
        "for _ in range(3): info = probe(Path(sys.argv[1]))\n"
        "print(info.audio[0].n_channels)"
    )
    told = subprocess.run(
        [sys.executable, "-c", script, str(film)], capture_output=True, text=True, check=False
    )
    assert (told.returncode, told.stdout.strip()) == (0, str(n_channels)), told.stderr
    output = dubbed(film, ".mov")
    assert sound_format(film.with_suffix(".dub.wav")).n_channels == n_channels
    assert [track.n_channels for track in probe(output).audio] == [n_channels, n_channels]


@pytest.mark.parametrize(
    ("layout", "n_channels"),
    [
        ("mono", 1),
        ("stereo", 2),
        ("5.1(side)", 6),
        ("22.2", 24),
        ("3.1.2", 6),
        ("7 channels (FL+FR+FC+LFE+SL+SR+BC)", 7),
        ("16 channels", 16),
        ("1 channel", 1),
        ("ambisonic 1", 4),
        ("ambisonic 1+stereo", 6),
        ("hexadecagonal", 16),
        ("0 channels", 1),
        ("999 channels", 64),
        ("something else", 2),
    ],
)
def test_channels_are_counted_by_the_name_of_their_layout(layout: str, n_channels: int) -> None:
    assert len(channel_names(layout)) == n_channels


def test_attached_fonts_are_kept(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "plain.mkv")
    font = tmp_path / "a.ttf"
    font.write_bytes(b"\0\1\0\0" + bytes(400))
    film = tmp_path / "film.mkv"
    made("-i", clip, "-attach", font, "-metadata:s:t", "mimetype=application/x-truetype-font",
         "-metadata:s:t", "filename=a.ttf", "-map", "0", "-c", "copy", film)  # fmt: skip
    output = dubbed(film, ".mkv")
    with av.open(str(output)) as container:
        kinds = [stream.type for stream in container.streams]
        assert kinds == ["video", "audio", "audio", "attachment"]
        assert container.streams[3].metadata["filename"] == "a.ttf"
    assert [track.language for track in probe(output).audio] == ["zho", "eng"]


@pytest.mark.parametrize("suffix", [".mp4", ".m4v", ".mov"])
@pytest.mark.parametrize("codec", ["flac", "libopus", "pcm_s16le"])
def test_any_original_sound_fits_into_the_containers_of_mp4(
    tmp_path: Path, codec: str, suffix: str
) -> None:
    clip = make_clip(tmp_path / "clip.mkv", extra=("-c:a", codec))
    assert len(probe(dubbed(clip, suffix)).audio) == 2


def test_a_program_stream_whose_packets_end_early_is_described(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4")
    film = tmp_path / "mp2.mpg"
    made("-i", clip, "-c:v", "copy", "-c:a", "mp2", film)
    info = probe(film)
    assert info.audio[0].n_channels == 2
