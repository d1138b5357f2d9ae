"""Proof that the picture is untouched: a hash over its packets."""

from __future__ import annotations

import hashlib
from pathlib import Path

from dubbing.media.probe import open_media

ANNEX_B = {"h264": "h264_mp4toannexb", "hevc": "hevc_mp4toannexb"}
"""MPEG-TS frames these codecs with start codes, MP4 and Matroska with lengths; the same picture has
other bytes. Both are brought to start codes before they are hashed."""


def picture_fingerprint(path: Path) -> tuple[str, int]:
    """SHA-256 over the payloads of the picture's packets in order, and their number."""
    from av.bitstream import BitStreamFilterContext

    sha, count = hashlib.sha256(), 0
    with open_media(path) as container:
        stream = container.streams.video[0]
        name = ANNEX_B.get(stream.codec_context.name)
        convert = BitStreamFilterContext(name, stream) if name else None
        for packet in container.demux(stream):
            if not packet.size:
                continue
            for part in convert.filter(packet) if convert else [packet]:
                sha.update(bytes(part))
                count += 1
    return sha.hexdigest(), count
