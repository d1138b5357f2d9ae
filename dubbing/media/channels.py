"""How many channels a sound track has and what they are called, as ffmpeg describes them.

PyAV must not be asked: it frees the channel map of a layout in custom order once too often
(``layout``, ``channels`` and decoding of sound), which ends the process. Films in MOV with seven or
eight channels have such maps.
"""

from __future__ import annotations

import re
from pathlib import Path

from dubbing.media.ffmpeg import describe_input

STREAM = re.compile(r"^  Stream #0:(\d+).*?: Audio: .*?, \d+ Hz, ([^,]+)", re.MULTILINE)
NAMED = {
    "mono": 1,
    "stereo": 2,
    "binaural": 2,
    "downmix": 2,
    "quad": 4,
    "hexagonal": 6,
    "octagonal": 8,
    "cube": 8,
    "hexadecagonal": 16,
}
MOST = 64
"""No film has more; a damaged one may say so."""


def channel_layouts(path: Path) -> dict[int, str]:
    """Names of the channel layouts of a file's sound tracks, by the index of the stream.

    Tracks that ffmpeg cannot describe are left out.
    """
    return {int(index): name.strip() for index, name in STREAM.findall(describe_input(path))}


def count_channels(layout: str) -> int:
    """How many channels a layout has: ``stereo``, ``5.1(side)``, ``7 channels (FL+FR+...)``.

    At least 1 and at most 64; 2 where the name says nothing.
    """
    word = layout.partition("(")[0].strip()
    order = re.fullmatch(r"ambisonic (\d)(?:\+(.+))?", word)
    if order:
        n_channels = (int(order[1]) + 1) ** 2 + (count_channels(order[2]) if order[2] else 0)
    elif re.fullmatch(r"\d{1,3} channels?", word):
        n_channels = int(word.split()[0])
    elif re.fullmatch(r"\d{1,2}(\.\d){1,2}", word):
        n_channels = sum(map(int, word.split(".")))
    else:
        n_channels = NAMED.get(word, 2)
    return min(max(n_channels, 1), MOST)
