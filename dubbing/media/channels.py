"""Which channels a sound track has, in which order, as ffmpeg describes them.

PyAV must not be asked: it frees the channel map of a layout in custom order once too often
(``layout``, ``channels`` and decoding of sound), which ends the process. Films in MOV with seven or
eight channels have such maps.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from dubbing.media.ffmpeg import describe_input

STREAM = re.compile(r"^  Stream #0:(\d+).*?: Audio: .*?, \d+ Hz, ([^,]+)", re.MULTILINE)
LISTED = re.compile(r"(\d{1,3}) channels?(?: \(([^)]*)\))?")
AMBISONIC = re.compile(r"ambisonic (\d)(?:\+(.+))?")
MOST = 64
"""No film has more; a damaged one may say so."""
UNKNOWN = "?"
"""A channel of which nobody says where it belongs."""
LOW_FREQUENCY = ("LFE", "LFE2")
LAYOUTS = {
    "mono": "FC",
    "stereo": "FL+FR",
    "2.1": "FL+FR+LFE",
    "3.0": "FL+FR+FC",
    "3.0(back)": "FL+FR+BC",
    "4.0": "FL+FR+FC+BC",
    "quad": "FL+FR+BL+BR",
    "quad(side)": "FL+FR+SL+SR",
    "3.1": "FL+FR+FC+LFE",
    "5.0": "FL+FR+FC+BL+BR",
    "5.0(side)": "FL+FR+FC+SL+SR",
    "4.1": "FL+FR+FC+LFE+BC",
    "5.1": "FL+FR+FC+LFE+BL+BR",
    "5.1(side)": "FL+FR+FC+LFE+SL+SR",
    "6.0": "FL+FR+FC+BC+SL+SR",
    "6.0(front)": "FL+FR+FLC+FRC+SL+SR",
    "3.1.2": "FL+FR+FC+LFE+TFL+TFR",
    "hexagonal": "FL+FR+FC+BL+BR+BC",
    "6.1": "FL+FR+FC+LFE+BC+SL+SR",
    "6.1(back)": "FL+FR+FC+LFE+BL+BR+BC",
    "6.1(front)": "FL+FR+LFE+FLC+FRC+SL+SR",
    "7.0": "FL+FR+FC+BL+BR+SL+SR",
    "7.0(front)": "FL+FR+FC+FLC+FRC+SL+SR",
    "7.1": "FL+FR+FC+LFE+BL+BR+SL+SR",
    "7.1(wide)": "FL+FR+FC+LFE+BL+BR+FLC+FRC",
    "7.1(wide-side)": "FL+FR+FC+LFE+FLC+FRC+SL+SR",
    "5.1.2": "FL+FR+FC+LFE+SL+SR+TFL+TFR",
    "5.1.2(back)": "FL+FR+FC+LFE+BL+BR+TFL+TFR",
    "octagonal": "FL+FR+FC+BL+BR+BC+SL+SR",
    "cube": "FL+FR+BL+BR+TFL+TFR+TBL+TBR",
    "5.1.4": "FL+FR+FC+LFE+SL+SR+TFL+TFR+TBL+TBR",
    "7.1.2": "FL+FR+FC+LFE+BL+BR+SL+SR+TFL+TFR",
    "7.1.4": "FL+FR+FC+LFE+BL+BR+SL+SR+TFL+TFR+TBL+TBR",
    "7.2.3": "FL+FR+FC+LFE+BL+BR+SL+SR+TFL+TFR+TBC+LFE2",
    "9.1.4": "FL+FR+FC+LFE+BL+BR+FLC+FRC+SL+SR+TFL+TFR+TBL+TBR",
    "9.1.6": "FL+FR+FC+LFE+BL+BR+FLC+FRC+SL+SR+TFL+TFR+TBL+TBR+TSL+TSR",
    "hexadecagonal": "FL+FR+FC+BL+BR+BC+SL+SR+TFL+TFC+TFR+TBL+TBC+TBR+WL+WR",
    "22.2": "FL+FR+FC+LFE+BL+BR+FLC+FRC+BC+SL+SR+TC+TFL+TFC+TFR+TBL+TBC+TBR+LFE2+TSL+TSR+BFC+BFL+BFR",
}
"""ffmpeg's names and what they stand for (``ffmpeg -layouts``)."""
WAV_CHANNELS = "FL+FR+FC+LFE+BL+BR+FLC+FRC+BC+SL+SR+TC+TFL+TFC+TFR+TBL+TBC+TBR"
MORE_CHANNELS = "WL+WR+SDL+SDR+LFE2+TSL+TSR+BFC+BFL+BFR+SSL+SSR+TTL+TTR"
ORDER = tuple(f"{WAV_CHANNELS}+{MORE_CHANNELS}".split("+"))
"""In which channels lie in a sound file: the bits of ffmpeg's masks, from the lowest."""
SAME_AS = {"binaural": "stereo", "downmix": "stereo"}
"""Two channels for the two ears are played by every stereo player."""
USUAL = (
    *("mono", "stereo", "3.0", "4.0", "5.0", "5.1", "6.1", "7.1"),
    *("5.1.4", "7.1.4", "9.1.4", "9.1.6", "22.2"),
)
"""What a number of channels without names is taken for; three have no low-frequency channel."""


def channel_layouts(path: Path) -> dict[int, str]:
    """Names of the channel layouts of a file's sound tracks, by the index of the stream.

    Tracks that ffmpeg cannot describe are left out.
    """
    said = describe_input(path, "-guess_layout_max", "0")
    return {int(index): name.strip() for index, name in STREAM.findall(said)}


def channel_names(layout: str) -> tuple[str, ...]:
    """The channels of a layout as ffmpeg writes it, in its order: ``2.1`` is FL, FR, LFE.

    A number without names is the usual layout of so many channels. At least one channel and at most 64;
    :data:`UNKNOWN` where nothing says where a channel belongs; stereo where the name says nothing.

    >>> channel_names("3 channels (FL+FC+FR)")
    ('FL', 'FC', 'FR')
    >>> channel_names("4 channels")
    ('FL', 'FR', 'FC', 'BC')
    """
    known = LAYOUTS.get(SAME_AS.get(layout, layout))
    if known is not None:
        return tuple(known.split("+"))
    word = layout.partition(" (")[0].strip()
    known = LAYOUTS.get(SAME_AS.get(word, word))  # what follows is a remark on the bit depth
    if known is not None:
        return tuple(known.split("+"))
    if ambisonic := AMBISONIC.fullmatch(layout):
        extra = channel_names(ambisonic[2]) if ambisonic[2] else ()
        return (UNKNOWN,) * min((int(ambisonic[1]) + 1) ** 2 + len(extra), MOST)
    if listed := LISTED.match(layout):
        return _listed(min(max(int(listed[1]), 1), MOST), listed[2] or "")
    if re.fullmatch(r"\d{1,2}(\.\d){1,2}(\(.*\))?", layout):  # of an ffmpeg newer than this table
        digits = layout.partition("(")[0].split(".")
        return (UNKNOWN,) * min(max(sum(map(int, digits)), 1), MOST)
    return tuple(LAYOUTS["stereo"].split("+"))


def _listed(n_channels: int, names: str) -> tuple[str, ...]:
    found = tuple(names.split("+"))
    if len(found) == n_channels and len(set(found)) == n_channels and set(found) <= set(ORDER):
        return found
    usual = [LAYOUTS[name] for name in USUAL if LAYOUTS[name].count("+") + 1 == n_channels]
    if usual and not names:
        return tuple(usual[0].split("+"))
    return (UNKNOWN,) * n_channels


def in_file_order(channels: Sequence[str]) -> tuple[str, ...]:
    """The same channels as sound files keep them; unknown ones stay where they are."""
    if UNKNOWN in channels:
        return tuple(channels)
    return tuple(sorted(channels, key=ORDER.index))


def wav_mask(channels: Sequence[str]) -> int:
    """Channels as a WAV file names them (``dwChannelMask``); 0 where it has no name for one of them."""
    own = WAV_CHANNELS.split("+")
    if not set(channels) <= set(own):
        return 0
    return sum(1 << own.index(name) for name in channels)


def layout_name(channels: Sequence[str]) -> str:
    """What ffmpeg calls these channels: a name, or the channels themselves."""
    written = "+".join(channels)
    names = [name for name, of in LAYOUTS.items() if of == written]
    if UNKNOWN in channels:
        return f"{len(channels)} channels"
    return names[0] if names else written


def layout_spelled(channels: Sequence[str]) -> str:
    """The channels as every ffmpeg takes them, also one that is too old for the name of their layout."""
    return f"{len(channels)} channels" if UNKNOWN in channels else "+".join(channels)


def placed(channels: Sequence[str], come_from: Sequence[int] | None = None) -> str:
    """The filter that says which channel is which, sample for sample.

    Args:
        channels: what the sound's channels are, in file order.
        come_from: for each, where it lies in the sound that comes in; there by default.
    """
    sources = range(len(channels)) if come_from is None else come_from
    # "pan" would mix by what the channels of the input are taken for
    routes = "|".join(f"{source}-{place}" for place, source in enumerate(sources))
    return f"channelmap=map={routes}:channel_layout={layout_spelled(channels)}"
