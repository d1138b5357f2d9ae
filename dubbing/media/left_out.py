"""What of a film does not go into a container, in one sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dubbing.media.containers import (
    CHAPTERS,
    MATROSKA,
    ONE_TRACK,
    PLACE_OF_PHONES,
    holds_cover,
    holds_picture,
    own_tags,
    subtitle_codec,
)
from dubbing.media.probe import MediaInfo, OtherStream

MOST_NAMED = 4
PURPOSELESS = (".mov", ".webm")
"""Containers in which ffmpeg writes no flags of tracks but the default one."""
KEEPS_MOST = ".mkv"


def left_out_note(info: MediaInfo, suffix: str) -> str:
    """A sentence that names all that a container cannot hold; empty if it holds everything."""
    missing = tuple(_left_out(info, suffix))
    if not missing:
        return ""
    note = f"{suffix} cannot hold {_listed(missing)}; left out."
    would_help = info.video is not None and len(tuple(_left_out(info, KEEPS_MOST))) < len(missing)
    return f"{note} {KEEPS_MOST} can hold more: -o FILM{KEEPS_MOST}." if would_help else note


def left_out_when_drawn(info: MediaInfo, suffix: str) -> str:
    """A sentence that names what a film loses whose subtitles are drawn into its picture."""
    missing = []
    if info.angles:
        missing.append(_counted(len(info.angles), "picture", [item.codec for item in info.angles]))
    if info.covers:
        missing.append("the cover art")
    if info.subtitles:
        names = [_subtitle_name(item) for item in info.subtitles]
        missing.append(_counted(len(names), "subtitle track", names))
    missing += _files_and_data(info)
    if info.n_chapters and suffix not in CHAPTERS:
        missing.append(f"{info.n_chapters} chapters")
    return (
        f"Left out of the film with subtitles in its picture: {_listed(missing)}."
        if missing
        else ""
    )


def _left_out(info: MediaInfo, suffix: str) -> Iterator[str]:
    angles = [item.codec for item in info.angles if not holds_picture(suffix, item.codec)]
    if angles:
        yield _counted(len(angles), "picture", angles)
    if suffix in ONE_TRACK and len(info.audio) > 1:
        yield "more than one sound track"
    covers = [item.codec for item in info.covers if not holds_cover(suffix, item)]
    if covers:
        yield "the cover art"
    subtitles = [
        _subtitle_name(item) for item in info.subtitles if not subtitle_codec(item.codec, suffix)
    ]
    if subtitles:
        yield _counted(len(subtitles), "subtitle track", subtitles)
    purposes = sorted({name for track in info.audio for name in track.purposes})
    if purposes and suffix in PURPOSELESS:
        yield "what tracks are for (" + ", ".join(purposes) + ")"
    yield from _files_and_data(info, holds_files=suffix in MATROSKA)
    if info.n_chapters and suffix not in CHAPTERS:
        yield f"{info.n_chapters} chapters"
    tags = [] if suffix == ".mov" else list(own_tags(info, suffix))
    tags = [tag for tag in tags if tag.lower() != PLACE_OF_PHONES]
    if tags:
        yield _counted(len(tags), "tag", tags)


def _subtitle_name(item: OtherStream) -> str:
    return " ".join(filter(None, (item.language, item.title, item.codec)))


def _files_and_data(info: MediaInfo, *, holds_files: bool = False) -> Iterator[str]:
    if info.attachments and not holds_files:
        names = [item.name or item.mimetype or "unnamed" for item in info.attachments]
        yield _counted(len(names), "attached file", names)
    if info.data:
        yield _counted(len(info.data), "data track", info.data)


def _counted(number: int, noun: str, names: Sequence[str]) -> str:
    """``2 attached files (a.ttf, b.ttf)``."""
    more = ", …" if len(names) > MOST_NAMED else ""
    named = ", ".join(names[:MOST_NAMED]) + more
    return f"{number} {noun}{'' if number == 1 else 's'} ({named})"


def _listed(things: Sequence[str]) -> str:
    *first, last = things
    return f"{', '.join(first)} and {last}" if first else last
