"""Damage at the right byte: time stamps of MPEG-TS, lengths in Matroska and MP4."""

import struct

TS_PACKET = 188
PES_AUDIO, PES_VIDEO = 0xC0, 0xE0
CLOCK_HZ = 90_000
EBML_DURATION = b"\x44\x89"


def moved_pes(content: bytes, stream_id: int, number: int, by_s: float) -> bytes:
    """MPEG-TS in which one PES packet says another time (ISO 13818-1, 2.4.3.7)."""
    changed = bytearray(content)
    places = [
        place
        for packet in range(0, len(content) - TS_PACKET + 1, TS_PACKET)
        if content[packet + 1] & 0x40 and (place := _pes_of(content, packet, stream_id)) is not None
    ]
    place = places[number]
    n_times = 2 if content[place + 7] & 0x40 else 1
    for at in (place + 9, place + 14)[:n_times]:
        time = (_time(content, at) + round(by_s * CLOCK_HZ)) % 2**33
        changed[at : at + 5] = _time_bytes(content[at] >> 4, time)
    return bytes(changed)


def _pes_of(content: bytes, packet: int, stream_id: int) -> int | None:
    """Where a PES packet begins in a TS packet, if it has a time."""
    place = packet + 4
    if content[packet + 3] & 0x20:
        place += 1 + content[place]
    begins = content[place : place + 4] == bytes((0, 0, 1, stream_id))
    return place if begins and content[place + 7] & 0x80 else None


def _time(content: bytes, at: int) -> int:
    a, b, c, d, e = content[at : at + 5]
    return (a >> 1 & 7) << 30 | b << 22 | (c >> 1) << 15 | d << 7 | e >> 1


def _time_bytes(mark: int, time: int) -> bytes:
    return bytes((
        mark << 4 | (time >> 30 & 7) << 1 | 1, time >> 22 & 255, (time >> 15 & 127) << 1 | 1,
        time >> 7 & 255, (time & 127) << 1 | 1,
    ))  # fmt: skip


def with_ebml_float(content: bytes, duration_ms: float) -> bytes:
    """Matroska with another length of the segment."""
    place = content.index(EBML_DURATION + b"\x88") + 3
    return content[:place] + struct.pack(">d", duration_ms) + content[place + 8 :]


def with_long_sample(content: bytes, ticks: int = 0x7FFF_FFFF) -> bytes:
    """MP4 whose first table of durations (``stts``) ends with a sample that lasts for ever."""
    table = content.index(b"stts") + 8
    n_rows = struct.unpack(">I", content[table : table + 4])[0]
    last = table + 4 + 8 * (n_rows - 1) + 4
    return content[:last] + struct.pack(">I", ticks) + content[last + 4 :]


def without_bytes(content: bytes, begin: float, end: float, *, step: int = 1) -> bytes:
    """The content without a stretch, given as shares of it, in whole packets."""
    first, last = (int(len(content) * share) // step * step for share in (begin, end))
    return content[:first] + content[last:]
