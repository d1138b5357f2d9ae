"""Which codec carries the channels of a sound into a container, and what they become where none does.

Tables of codecs and layouts differ from one ffmpeg to the next, and some encoders take a layout and name
it otherwise; so a twentieth of a second of silence is written and looked at.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dubbing.errors import DubbingError
from dubbing.media.channels import (
    LAYOUTS,
    UNKNOWN,
    channel_layouts,
    channel_names,
    in_file_order,
    layout_name,
    layout_spelled,
    placed,
)
from dubbing.media.ffmpeg import ffmpeg_path, run_ffmpeg

KBIT_PER_CHANNEL = 96
LOSSLESS = ("flac", "pcm_s24le")
MP4_CODECS = ("aac", "eac3", "flac")
CODECS = {
    ".mp4": MP4_CODECS,
    ".m4v": MP4_CODECS,
    ".m4a": MP4_CODECS,
    ".mov": ("aac", "eac3", "pcm_s24le"),
    ".webm": ("libopus",),
    ".ogg": ("libopus", "flac"),
    ".mp3": ("libmp3lame",),
    ".flac": ("flac",),
    ".wav": ("pcm_s24le",),
}
"""By container, the preferred first."""
MATROSKA_CODECS = ("aac", "eac3", "flac")
NAMES = {
    "aac": "AAC",
    "eac3": "E-AC-3",
    "flac": "FLAC",
    "libopus": "Opus",
    "libmp3lame": "MP3",
    "pcm_s24le": "PCM",
}
SMALLER = ("7.1", "6.1", "5.1", "5.0", "quad", "3.0", "stereo", "mono")
"""What a layout that no codec carries becomes: the smallest that has all its channels, else the first
that is no larger."""
TRIAL_S = 0.05


@dataclass(frozen=True, slots=True)
class Carrier:
    """How a sound goes into a container: its codec, and its channels there.

    ``given`` are the channels of the sound that comes in.
    """

    codec: str
    given: tuple[str, ...]
    channels: tuple[str, ...]

    def arguments(
        self,
        place: int,
        first_filters: Sequence[str] = (),
        kbit_per_channel: int = KBIT_PER_CHANNEL,
    ) -> list[str]:
        """Filters and codec of the output's sound track number ``place``."""
        filters = ",".join((*first_filters, *self._filters()))
        arguments = [f"-filter:a:{place}", filters, f"-c:a:{place}", self.codec]
        if self.codec not in LOSSLESS:
            arguments += [f"-b:a:{place}", f"{kbit_per_channel * len(self.channels)}k"]
        # FLAC in MP4 was an experiment to ffmpeg before 6.0
        return [*arguments, "-strict", "experimental"] if self.codec == "flac" else arguments

    def _filters(self) -> tuple[str, ...]:
        """Filters that name the channels, and mix them down where there are fewer in the end."""
        if UNKNOWN in self.given:
            return (_even_mix(len(self.given), self.channels),)
        named = placed(self.given)
        if self.given == self.channels:
            return (named,)
        # in floating point nothing is turned down to make room for a sum
        return (
            named,
            "aformat=sample_fmts=fltp",
            f"aformat=channel_layouts={layout_spelled(self.channels)}",
        )

    def _holds_all(self) -> bool:
        """Whether each channel has a place of its own, at the back or at the sides."""
        places = [{name.replace("S", "B") for name in own} for own in (self.given, self.channels)]
        return len(self.given) <= len(self.channels) and places[0] <= places[1]

    @property
    def layout(self) -> str:
        """What ffmpeg calls the channels in the container."""
        return layout_name(self.channels)

    def note(self, suffix: str) -> str:
        """What a person should know of it; empty if there is nothing."""
        if not self._holds_all():
            return (
                f"No codec in {suffix} carries {layout_name(self.given)}: "
                f"the dub is mixed down to {self.layout}."
            )
        preferred = codecs_of(suffix)[0]
        if self.codec != preferred:
            return (
                f"The dub is written in {NAMES[self.codec]}, "
                f"since {NAMES[preferred]} does not carry {self.layout}."
            )
        return ""


def codecs_of(suffix: str) -> tuple[str, ...]:
    """Codecs that a dub may have in a container, the preferred first."""
    return CODECS.get(suffix, MATROSKA_CODECS)


def carrier(suffix: str, channels: Sequence[str]) -> Carrier:
    """How a sound with these channels (in file order) goes into a container."""
    given = tuple(channels)
    for wanted in _wishes(given):
        for codec in codecs_of(suffix):
            if len(wanted) <= 2 or _carries(ffmpeg_path(), suffix, codec, layout_name(wanted)):
                return Carrier(codec, given, wanted)
    return Carrier(codecs_of(suffix)[0], given, channel_names("stereo"))


def _wishes(given: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The channels themselves, then what may stand for them, the best first."""
    if UNKNOWN in given:
        yield channel_names("mono" if len(given) == 1 else "stereo")
        return
    yield given
    yield from _other_surround(given)
    smaller = [tuple(LAYOUTS[name].split("+")) for name in SMALLER]
    yield from (wider for wider in reversed(smaller) if set(given) < set(wider))
    yield from (fewer for fewer in smaller if len(fewer) <= len(given))


def _other_surround(given: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The back for the sides or the sides for the back, where there is only one of them."""
    for there, instead in (("S", "B"), ("B", "S")):
        swapped = {f"{there}{side}": f"{instead}{side}" for side in "LR"}
        if set(swapped) <= set(given) and not set(swapped.values()) & set(given):
            yield in_file_order([swapped.get(name, name) for name in given])


@cache
def _carries(ffmpeg: str, suffix: str, codec: str, layout: str) -> bool:
    """Whether a sound comes out of a container in the layout in which it went in."""
    del ffmpeg  # another one is another answer
    spelled = layout_spelled(channel_names(layout))
    silence = f"anullsrc=channel_layout={spelled}:sample_rate=48000:d={TRIAL_S}"
    with tempfile.TemporaryDirectory(prefix="dub-") as folder:
        path = Path(folder) / f"trial{suffix}"
        try:
            run_ffmpeg(
                ["-f", "lavfi", "-i", silence, "-c:a", codec, "-strict", "experimental"],
                what="The trial cannot be written",
                output=path,
            )
        except DubbingError:
            return False
        written = channel_layouts(path).get(0, "")
    return bool(written) and layout_name(channel_names(written)) == layout


def _even_mix(n_given: int, channels: Sequence[str]) -> str:
    """All channels alike in each, where nobody knows which is which."""
    total = "+".join(f"{1 / n_given:.6f}*c{number}" for number in range(n_given))
    return f"pan={layout_name(channels)}" + "".join(
        f"|c{place}={total}" for place in range(len(channels))
    )
