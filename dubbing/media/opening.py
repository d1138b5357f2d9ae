"""Opening a film with PyAV, safely."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dubbing.errors import UnreadableMedia
from dubbing.media.ffmpeg import OPEN_OPTIONS

if TYPE_CHECKING:
    from av.container import InputContainer


def open_media(path: Path) -> InputContainer:
    """Open a local media file with PyAV, and nothing else through it.

    Raises:
        UnreadableMedia: if FFmpeg cannot make anything of it.
    """
    import av

    try:
        return av.open(f"file:{path}", options=OPEN_OPTIONS)
    except (av.error.FFmpegError, ValueError) as error:
        raise UnreadableMedia(
            f"{path.name} cannot be read as film or sound ({_reason(error)}).",
            hint="It may be damaged, incomplete or something else by its content.",
        ) from error


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", "") or error)
