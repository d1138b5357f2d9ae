"""Running ffmpeg.

Media is hostile input: arguments are a list and never a shell string, user paths are given as
``file:`` URLs, only local files may be opened, and formats that are lists of other files (HLS,
concat, image sequences …) are refused before anything is read.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO

from dubbing.errors import EngineUnavailable
from dubbing.media.ffmpeg_choice import Ffmpeg, current_ffmpeg
from dubbing.media.ffmpeg_failure import explain_failure
from dubbing.temporary import is_temporary, new_temporary, put_in_place
from dubbing.workspace import disk_errors

PROTOCOLS = "file,pipe"
FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,m4v,flv,asf,ogg,wav,w64,mp3,"
    "flac,aac,amr,aiff,au,caf,ac3,eac3,dts,opus,mxf,gxf,dv,h264,hevc,ivf,nut,rm,wtv,wv,ape,tta"
)
"""Containers that hold media themselves; playlists and image sequences are not among them."""
OnProgress = Callable[[float], None]
"""Told the number of seconds of media that are done."""

OPEN_OPTIONS = {"protocol_whitelist": PROTOCOLS, "format_whitelist": FORMATS}
"""The same for PyAV."""


def ffmpeg_path() -> str:
    """Path of the ffmpeg in use; raises what :func:`current_ffmpeg` raises."""
    return current_ffmpeg().path


def bitstream_filters() -> frozenset[str]:
    """Those that the ffmpeg in use knows; those before 6.0 lack ``dts2pts``."""
    return _bitstream_filters(ffmpeg_path())


@cache
def _bitstream_filters(path: str) -> frozenset[str]:
    listed = subprocess.run(
        [path, "-hide_banner", "-bsfs"], capture_output=True, text=True, check=False
    )
    return frozenset(listed.stdout.split()[2:])


def input_args(path: Path) -> list[str]:
    """Arguments that open one local file and nothing else, whatever its name."""
    return ["-protocol_whitelist", PROTOCOLS, "-format_whitelist", FORMATS, "-i", f"file:{path}"]


def describe_input(path: Path, *options: str) -> str:
    """What ffmpeg prints of a file when it is given no output; ``options`` are for the input."""
    ffmpeg = current_ffmpeg()
    command = [ffmpeg.path, "-nostdin", "-hide_banner", *options, *input_args(path)]
    with tempfile.TemporaryFile("w+", errors="replace") as log:
        with _started(command, log, ffmpeg) as process:
            process.wait()
        log.seek(0)
        return log.read()


@contextmanager
def written_whole(output: Path, owner: str = "") -> Iterator[Path]:
    """A temporary path beside ``output`` that takes its place only if all went well.

    A path that is itself a temporary is written as it is: nobody takes it for a whole file.
    """
    if is_temporary(output):
        yield output
        return
    with replaced_whole(output, owner) as temporary:
        yield temporary


@contextmanager
def replaced_whole(output: Path, owner: str = "") -> Iterator[Path]:
    """The same for a path that may be a temporary itself."""
    with disk_errors(output):
        temporary = new_temporary(output.parent, output.suffix, owner)
    try:
        yield temporary
        with disk_errors(output):
            put_in_place(temporary, output)
    finally:
        temporary.unlink(missing_ok=True)


def run_ffmpeg(
    arguments: Sequence[str],
    *,
    what: str,
    output: Path | None = None,
    on_progress: OnProgress | None = None,
) -> str:
    """Run ffmpeg to its end and return what it wrote to standard error.

    Args:
        arguments: all but the program, its general flags and the output.
        what: what is being done, for the error message ("The sound cannot be read").
        output: written whole or not at all; ``None`` if the arguments name none.
        on_progress: told the seconds that are done.

    Raises:
        UnreadableMedia: if the input is at fault.
        EngineUnavailable: if this ffmpeg does not know something that it was asked for.
        EngineFailed: if it failed for another reason.
        DiskFull: if there was no room.
    """
    general = ["-nostdin", "-hide_banner", "-y", "-nostats", "-progress", "pipe:1"]
    if output is None:
        return _run([*general, *arguments], what, on_progress)
    with written_whole(output) as temporary:
        return _run([*general, *arguments, f"file:{temporary}"], what, on_progress)


def _run(arguments: list[str], what: str, on_progress: OnProgress | None) -> str:
    ffmpeg = current_ffmpeg()
    with tempfile.TemporaryFile("w+", errors="replace") as log:
        with _started([ffmpeg.path, *arguments], log, ffmpeg) as process:
            try:
                _follow(process, on_progress)
            finally:
                if process.poll() is None:
                    process.kill()
        log.seek(0)
        text = log.read()
    if process.returncode != 0:
        raise explain_failure(what, text, process.returncode, ffmpeg)
    return text


def _started(command: list[str], log: IO[str], ffmpeg: Ffmpeg) -> subprocess.Popen[str]:
    try:
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
    except OSError as error:
        raise EngineUnavailable(
            f"{ffmpeg} cannot be run: {error.strerror}.", hint="`dub doctor` shows what to do."
        ) from error


def _follow(process: subprocess.Popen[str], on_progress: OnProgress | None) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        name, _, value = line.strip().partition("=")
        if on_progress and name == "out_time_us" and value.lstrip("-").isdigit():
            on_progress(max(0, int(value)) / 1e6)
    process.wait()
