"""Subtitles that are pictures, as on a Blu-ray: a white square from 0.2 s to 1.5 s."""

import struct
from pathlib import Path

CLOCK_HZ = 90_000
PALETTE, OBJECT, COMPOSITION, WINDOW, END = 0x14, 0x15, 0x16, 0x17, 0x80
SIDE = 8


def write_pgs(path: Path) -> None:
    """Write a SUP file of one subtitle (Presentation Graphic Stream, US 2009/0185789 A1)."""
    row = bytes((0, 0x80 | SIDE, 1, 0, 0))  # SIDE pixels of colour 1, end of the row
    bitmap = struct.pack(">HH", SIDE, SIDE) + row * SIDE
    shown = [
        (COMPOSITION, _composition(0, 0x80, 1)),
        (WINDOW, b"\x01\x00" + struct.pack(">HHHH", 16, 16, SIDE, SIDE)),
        (PALETTE, bytes((0, 0, 1, 235, 128, 128, 255))),
        (OBJECT, struct.pack(">HBB", 0, 0, 0xC0) + len(bitmap).to_bytes(3, "big") + bitmap),
        (END, b""),
    ]
    gone = [(COMPOSITION, _composition(1, 0, 0)), (WINDOW, shown[1][1]), (END, b"")]
    segments = [_segment(0.2, *item) for item in shown] + [_segment(1.5, *item) for item in gone]
    path.write_bytes(b"".join(segments))


def _composition(number: int, state: int, n_objects: int) -> bytes:
    head = struct.pack(">HHBHBBBB", 160, 120, 0x10, number, state, 0, 0, n_objects)
    return head + struct.pack(">HBBHH", 0, 0, 0, 16, 16) * n_objects


def _segment(time_s: float, kind: int, content: bytes) -> bytes:
    head = b"PG" + struct.pack(">IIBH", round(time_s * CLOCK_HZ), 0, kind, len(content))
    return head + content
