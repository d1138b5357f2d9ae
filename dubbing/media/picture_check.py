"""Whether the picture of a film can be decoded: a few of its frames are, before hours are spent."""

from __future__ import annotations

from contextlib import suppress
from itertools import islice
from typing import Any

from dubbing.media.opening import open_media
from dubbing.media.packet_times import every_packet
from dubbing.media.probe import MediaInfo

PLACES = (0.0, 0.2, 0.4, 0.6, 0.8)
"""Shares of the film's length."""
PACKETS = 12
"""Per place, from a key frame on."""
LEAST_SOUND_SHARE = 0.25
"""Of the packets; after a key frame within a film, the frames that are shown before it are lost."""


def picture_note(info: MediaInfo) -> str:
    """A sentence if the picture is damaged wherever it was looked at; else empty.

    Raises:
        UnreadableMedia: if the film cannot be opened.
    """
    if info.video is None:
        return ""
    looked_at = [_look(info, info.video.index, share * info.duration_ms) for share in PLACES]
    looked_at = [found for found in looked_at if found[0]]
    if not looked_at or any(whole >= LEAST_SOUND_SHARE * n for n, _, whole in looked_at):
        return ""
    if any(decoded for _, decoded, _ in looked_at):
        return (
            "The picture is damaged everywhere it was looked at; it is copied as it is. Lines are "
            "timed without a mouth where none can be seen."
        )
    return (
        f"The picture ({info.video.codec}) cannot be decoded; it is copied as it is. No mouth can be "
        "seen, and lines are timed freely."
    )


def _look(info: MediaInfo, index: int, time_ms: float) -> tuple[int, int, int]:
    """Packets from a time on; frames of them that can be decoded, and those without damage."""
    import av

    n_packets = n_decoded = n_whole = 0
    with open_media(info.path) as container:
        stream: Any = container.streams[index]
        if time_ms > 0 and stream.time_base:
            at = (time_ms + info.start_ms) / 1000 / float(stream.time_base)
            with suppress(av.error.FFmpegError):  # what cannot be searched is read from its start
                container.seek(int(at), stream=stream)
        packets = [p for p in islice(every_packet(container, [stream]), PACKETS) if p.size]
        n_packets = len(packets)
        for packet in (*packets, None):
            with suppress(av.error.FFmpegError, ValueError):
                for frame in stream.codec_context.decode(packet):
                    n_decoded += 1
                    n_whole += not frame.is_corrupt
    return n_packets, n_decoded, n_whole
