"""Cover art in the containers that have no track for it: an attachment, or a comment of text."""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from dubbing.media.containers import IMAGE_TYPES, MATROSKA, holds_cover
from dubbing.media.opening import open_media
from dubbing.media.packet_times import every_packet
from dubbing.media.probe import MediaInfo

LARGEST_BYTES = 32 << 20
FRONT_COVER = 3
SUFFIX = {
    "image/jpeg": ".jpg", "image/png": ".png", "image/bmp": ".bmp", "image/gif": ".gif",
    "image/webp": ".webp", "image/tiff": ".tif",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CoverFile:
    """Cover art as a file of its own, for Matroska; for Ogg, as tags in ffmpeg's own format."""

    path: Path
    name: str
    mimetype: str


@contextmanager
def cover_files(info: MediaInfo, suffix: str) -> Iterator[tuple[CoverFile, ...]]:
    """Covers as files that vanish afterwards; none where a container takes them as streams."""
    wanted = [cover for cover in info.covers if holds_cover(suffix, cover)]
    if not wanted or suffix not in (*MATROSKA, ".ogg"):
        yield ()
        return
    with TemporaryDirectory(prefix="dub-") as folder:
        files: list[CoverFile] = []
        for cover in wanted:
            image = _image(info.path, cover.index)
            mimetype = IMAGE_TYPES[cover.codec]
            name = ("cover" if not files else f"cover_{len(files) + 1}") + SUFFIX[mimetype]
            path = Path(folder) / name
            if not 0 < len(image) <= LARGEST_BYTES:
                continue
            if suffix == ".ogg":
                path.write_text(_as_tags(image, mimetype), encoding="ascii")
            else:
                path.write_bytes(image)
            files.append(CoverFile(path, name, mimetype))
        yield tuple(files)


def _image(film: Path, index: int) -> bytes:
    with open_media(film) as container:
        for packet in every_packet(container, [container.streams[index]]):
            if packet.size:
                return bytes(packet)
    return b""


def _as_tags(image: bytes, mimetype: str) -> str:
    """A picture as Vorbis comments have it: FLAC's own block (RFC 9639, 8.8) in base 64."""
    kind = mimetype.encode()
    block = struct.pack(">II", FRONT_COVER, len(kind)) + kind + bytes(4 + 16)
    block += struct.pack(">I", len(image)) + image
    value = base64.b64encode(block).decode().replace("=", "\\=")
    return f";FFMETADATA1\nMETADATA_BLOCK_PICTURE={value}\n"
