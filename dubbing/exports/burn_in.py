"""Subtitles drawn into the picture by libass, through ffmpeg; the picture is encoded anew."""

from __future__ import annotations

import re
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from dubbing.errors import EngineUnavailable, UsageError
from dubbing.exports.subtitles import Picture
from dubbing.media.ffmpeg import OnProgress, ffmpeg_path, input_args, run_ffmpeg
from dubbing.media.mux import SYNTHETIC, original_codec
from dubbing.media.probe import MediaInfo

ENCODERS = {
    ".webm": (("libvpx-vp9", "-crf 24 -b:v 0 -row-mt 1 -cpu-used 3"),),
    "": (
        ("libx264", "-crf 18 -preset fast"),
        ("libopenh264", "-b:v 8M"),
        ("mpeg4", "-q:v 2"),
    ),
}
"""By container, the best first; the quality is one at which nobody sees a difference."""
CONTAINERS = (".mp4", ".m4v", ".mov", ".mkv", ".webm")
NO_LETTER = re.compile(r"failed to find any fallback with glyph 0x([0-9A-Fa-f]+)")
MOST_MISSING = 0.1
"""A sign or two may be missing; a script may not."""
QUOTED_IN_OPTION = re.compile(r"([\\':])")
QUOTED_IN_GRAPH = re.compile(r"([\\'\[\],;])")


def burn_in(
    info: MediaInfo, document: str, output: Path, on_progress: OnProgress | None = None
) -> None:
    """Write a film again with subtitles in its picture; its sound is copied where that is possible.

    Args:
        info: what ``probe`` says of the film.
        document: the subtitles, as ASS.
        output: written whole or not at all; the ending says which container.
        on_progress: told the seconds that are done.

    Raises:
        UsageError: if there is no picture, or the container can hold none.
        EngineUnavailable: if this ffmpeg cannot draw, or no font here has the letters.
        UnreadableMedia: if ffmpeg fails.
        DiskFull: if there was no room.
    """
    suffix = output.suffix.lower()
    check_picture(info, output)
    with tempfile.TemporaryDirectory(prefix="dub-") as folder:
        subtitles = Path(folder) / "subtitles.ass"
        subtitles.write_text(document, encoding="utf-8")
        draw = f"ass=filename={filter_value(subtitles)}"
        _check_letters(draw, document)
        arguments = [*input_args(info.path), "-map", "0:V:0", "-map_metadata", "0"]
        arguments += ["-map_chapters", "0", "-metadata", f"comment={SYNTHETIC}"]
        arguments += _picture(info, draw, suffix) + _sound(info, suffix)
        run_ffmpeg(
            arguments,
            what="The subtitles cannot be burnt in",
            output=output,
            on_progress=on_progress,
        )


def check_picture(info: MediaInfo, output: Path) -> None:
    """Raise ``UsageError`` unless there is a picture to draw into and a container for it."""
    if info.video is None:
        raise UsageError(f"{info.path.name} has no picture to draw into.")
    if output.suffix.lower() not in CONTAINERS:
        raise UsageError(
            f"'{output.suffix or output.name}' is no container for a picture here.",
            hint=f"Use one of {', '.join(CONTAINERS)}.",
        )


def shown_picture(info: MediaInfo) -> Picture:
    """The size at which the film is shown, upright; that of HD where there is no picture."""
    if info.video is None:
        return Picture()
    width, height = info.video.width, info.video.height
    is_lying = info.video.rotation_deg % 180 == 90
    return Picture(height, width) if is_lying else Picture(width, height)


def filter_value(path: Path) -> str:
    """A path as the value of a filter's option in a filter graph, whatever signs are in it.

    ffmpeg takes quotes off twice: once for the graph, once for the options of a filter
    (ffmpeg-filters, "Notes on filtergraph escaping").
    """
    option = QUOTED_IN_OPTION.sub(r"\\\1", str(path))
    return QUOTED_IN_GRAPH.sub(r"\\\1", option)


def _picture(info: MediaInfo, draw: str, suffix: str) -> list[str]:
    name, options = _encoder(suffix)
    even = "pad=ceil(iw/2)*2:ceil(ih/2)*2"  # chroma is halved both ways
    depth = [] if info.video is None or info.video.hdr else ["-pix_fmt", "yuv420p"]
    tail = ["-movflags", "+faststart"] if suffix in (".mp4", ".m4v", ".mov") else []
    return ["-vf", f"{even},{draw}", "-c:v", name, *options.split(), *depth, *tail, "-sn"]


def _sound(info: MediaInfo, suffix: str) -> list[str]:
    arguments = []
    for place, track in enumerate(info.audio):
        arguments += ["-map", f"0:a:{track.number}", *original_codec(track, place, suffix)]
    return arguments


def _encoder(suffix: str) -> tuple[str, str]:
    known = _listed("-encoders")
    for name, options in ENCODERS.get(suffix, ENCODERS[""]):
        if name in known:
            return name, options
    raise EngineUnavailable(
        "This ffmpeg cannot encode a picture.", hint="pip install imageio-ffmpeg"
    )


@cache
def _listed(flag: str) -> frozenset[str]:
    """Names in one of ffmpeg's lists."""
    said = subprocess.run(
        [ffmpeg_path(), "-hide_banner", flag], capture_output=True, text=True, check=False
    ).stdout
    return frozenset(re.findall(r"^ *[A-Z.|]+ +(\S+)", said, re.MULTILINE))


def _check_letters(draw: str, document: str) -> None:
    """Draw every letter once, before hours are spent on a film full of boxes."""
    if "ass" not in _listed("-filters"):
        raise EngineUnavailable(
            "This ffmpeg cannot draw subtitles (it lacks libass).",
            hint="pip install imageio-ffmpeg, and take the other ffmpeg off PATH.",
        )
    letters = {char for row in _texts(document) for char in row if char.isalnum()}
    missing = letters & _without_font(document)
    if len(missing) > MOST_MISSING * len(letters):
        raise EngineUnavailable(
            f"No font on this machine has the letters {''.join(sorted(missing)[:8])}.",
            hint="Install one that has, e.g. Noto Sans (Debian: fonts-noto-core, fonts-noto-cjk).",
        )


def _texts(document: str) -> list[str]:
    """What is shown, of an ASS document."""
    fields = [row.split(",", 9) for row in document.splitlines() if row.startswith("Dialogue:")]
    return [parts[9] for parts in fields if len(parts) == 10]


def _without_font(document: str) -> frozenset[str]:
    """Signs that libass finds in no font here, all drawn in one picture."""
    head = document.partition("Dialogue:")[0]
    signs = "".join(sorted({char for row in _texts(document) for char in row}))
    probe = f"{head}Dialogue: 0,0:00:00.00,0:00:09.00,Default,,0,0,0,,{signs}\n"
    with tempfile.TemporaryDirectory(prefix="dub-") as folder:
        path = Path(folder) / "letters.ass"
        path.write_text(probe, encoding="utf-8")
        said = run_ffmpeg(
            ["-f", "lavfi", "-i", "color=s=320x180:d=0.04:r=25", "-vf",
             f"ass=filename={filter_value(path)}", "-frames:v", "1", "-f", "null", "-"],
            what="The subtitles cannot be drawn",
        )  # fmt: skip
    return frozenset(chr(int(code, 16)) for code in NO_LETTER.findall(said))
