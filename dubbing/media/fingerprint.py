"""Proof that the picture is untouched: a hash over its packets."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dubbing.media.opening import open_media
from dubbing.media.pictures import sort_pictures

TO_START_CODES = {"h264": "h264_mp4toannexb", "hevc": "hevc_mp4toannexb"}
START_CODE = re.compile(rb"\x00\x00\x01")


def picture_fingerprint(path: Path) -> tuple[str, int]:
    """SHA-256 over the payloads of the picture's packets in order, and their number.

    MPEG-TS frames H.264 and HEVC with start codes and repeats parameter sets, MP4 and Matroska write
    lengths and keep parameter sets apart: the same picture has other bytes. For these two codecs the
    coded slices are hashed (NAL unit types 1 to 5, ITU-T H.264 table 7-1; 0 to 31, H.265 table 7-1).
    """
    from av.bitstream import BitStreamFilterContext

    sha, count = hashlib.sha256(), 0
    with open_media(path) as container:
        stream = sort_pictures(path, container.streams.video).film
        if stream is None:
            return sha.hexdigest(), 0
        codec = stream.codec_context.name
        convert = (
            BitStreamFilterContext(TO_START_CODES[codec], stream)
            if codec in TO_START_CODES
            else None
        )
        for packet in container.demux(stream):
            if not packet.size:
                continue
            count += 1
            for part in _payloads(packet, codec, convert):
                sha.update(part)
    return sha.hexdigest(), count


def _payloads(packet: Any, codec: str, convert: Any) -> Iterator[bytes]:
    if convert is None:
        yield bytes(packet)
        return
    for converted in convert.filter(packet):
        for unit in START_CODE.split(bytes(converted)):
            if unit and _is_slice(unit[0], codec):
                yield unit.rstrip(b"\x00")


def _is_slice(header: int, codec: str) -> bool:
    return 1 <= header & 0x1F <= 5 if codec == "h264" else (header >> 1) & 0x3F < 32
