"""Subtitles burnt into the picture, once it is sure that a font here has their letters."""

from __future__ import annotations

import tempfile
from pathlib import Path

from dubbing.errors import EngineUnavailable, UsageError
from dubbing.exports.subtitles import Picture
from dubbing.media.draw import CONTAINERS, characters_without_font, draw_subtitles
from dubbing.media.ffmpeg import OnProgress
from dubbing.media.probe import MediaInfo

MOST_MISSING = 0.1
"""A sign or two may be missing; a script may not."""


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
    check_picture(info, output)
    with tempfile.TemporaryDirectory(prefix="dub-") as folder:
        _check_letters(document, Path(folder) / "letters.ass")
        subtitles = Path(folder) / "subtitles.ass"
        subtitles.write_text(document, encoding="utf-8")
        draw_subtitles(info, subtitles, output, on_progress)


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


def _check_letters(document: str, scratch: Path) -> None:
    """Draw every letter once, before hours are spent on a film full of boxes."""
    scratch.write_text(_all_at_once(document), encoding="utf-8")
    letters = {char for row in _texts(document) for char in row if char.isalnum()}
    missing = letters & characters_without_font(scratch)
    if len(missing) > MOST_MISSING * len(letters):
        raise EngineUnavailable(
            f"No font on this machine has the letters {''.join(sorted(missing)[:8])}.",
            hint="Install one that has, e.g. Noto Sans (Debian: fonts-noto-core, fonts-noto-cjk).",
        )


def _texts(document: str) -> list[str]:
    """What is shown, of an ASS document."""
    fields = [row.split(",", 9) for row in document.splitlines() if row.startswith("Dialogue:")]
    return [parts[9] for parts in fields if len(parts) == 10]


def _all_at_once(document: str) -> str:
    """An ASS document with every character of another in one cue."""
    head = document.partition("Dialogue:")[0]
    characters = "".join(sorted({char for row in _texts(document) for char in row}))
    return f"{head}Dialogue: 0,0:00:00.00,0:00:09.00,Default,,0,0,0,,{characters}\n"
