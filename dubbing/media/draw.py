"""Subtitles drawn into the picture by libass, through ffmpeg; the picture is encoded again."""

from __future__ import annotations

import re
from pathlib import Path

from dubbing.media.ffmpeg import OnProgress, input_args, run_ffmpeg
from dubbing.media.mux import SYNTHETIC, container_args, original_codec
from dubbing.media.probe import MediaInfo

CONTAINERS = (".mp4", ".m4v", ".mov", ".mkv", ".webm")
ENCODER = ("libx264", "-crf", "18", "-preset", "fast")
WEBM_ENCODER = ("libvpx-vp9", "-crf", "24", "-b:v", "0", "-row-mt", "1", "-cpu-used", "3")
"""At a quality at which nobody sees a difference."""
EVEN = "pad=ceil(iw/2)*2:ceil(ih/2)*2"
"""Chroma is halved both ways."""
BLANK = "color=s=320x180:d=0.04:r=25"
QUOTED_IN_OPTION = re.compile(r"([\\':])")
QUOTED_IN_GRAPH = re.compile(r"([\\'\[\],;])")
NO_LETTER = re.compile(r"failed to find any fallback with glyph 0x([0-9A-Fa-f]+)")


def draw_subtitles(
    info: MediaInfo, subtitles: Path, output: Path, on_progress: OnProgress | None = None
) -> None:
    """Write a film again with an ASS file in its picture; sound is copied where that is possible.

    Raises:
        UnreadableMedia: if the film is at fault.
        EngineUnavailable: if this ffmpeg cannot do it.
        DiskFull: if there was no room.
    """
    suffix = output.suffix.lower()
    picture = "0:V:0" if info.video is None else f"0:{info.video.index}"
    arguments = ["-max_error_rate", "1", *input_args(info.path), "-map", picture]
    arguments += ["-map_metadata", "0"]
    arguments += ["-map_chapters", "0", "-metadata", f"comment={SYNTHETIC}"]
    arguments += _picture(info, subtitles, suffix) + _sound(info, suffix)
    run_ffmpeg(
        arguments,
        what="The subtitles cannot be burnt in",
        output=output,
        on_progress=on_progress,
    )


def characters_without_font(subtitles: Path) -> frozenset[str]:
    """Characters of an ASS file that libass finds in no font here; its first picture is drawn."""
    log = run_ffmpeg(
        ["-f", "lavfi", "-i", BLANK, "-vf", _ass(subtitles), "-frames:v", "1", "-f", "null", "-"],
        what="The subtitles cannot be drawn",
    )
    return frozenset(chr(int(code, 16)) for code in NO_LETTER.findall(log))


def filter_value(path: Path) -> str:
    """A path as the value of a filter's option in a filter graph, whatever characters are in it.

    ffmpeg takes quotes off twice: once for the graph, once for the options of a filter
    (ffmpeg-filters, "Notes on filtergraph escaping").
    """
    option = QUOTED_IN_OPTION.sub(r"\\\1", str(path))
    return QUOTED_IN_GRAPH.sub(r"\\\1", option)


def _ass(subtitles: Path) -> str:
    return f"ass=filename={filter_value(subtitles)}"


def _picture(info: MediaInfo, subtitles: Path, suffix: str) -> list[str]:
    encoder = WEBM_ENCODER if suffix == ".webm" else ENCODER
    depth = [] if info.video is None or info.video.hdr else ["-pix_fmt", "yuv420p"]
    drawn = ["-vf", f"{EVEN},{_ass(subtitles)}", "-c:v", *encoder, *depth]
    return [*drawn, *container_args(suffix), "-sn"]


def _sound(info: MediaInfo, suffix: str) -> list[str]:
    arguments = []
    for place, track in enumerate(info.audio):
        arguments += ["-map", f"0:a:{track.number}", *original_codec(track, place, suffix)]
    return arguments
