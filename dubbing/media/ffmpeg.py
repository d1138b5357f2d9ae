"""Finding and running ffmpeg.

Media is hostile input: arguments are a list and never a shell string, user paths are given as
``file:`` URLs, only local files may be opened, and formats that are lists of other files (HLS,
concat, image sequences …) are refused before anything is read.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from dubbing.errors import DiskFull, EngineUnavailable, UnreadableMedia
from dubbing.temporary import is_temporary, new_temporary, put_in_place
from dubbing.workspace import disk_errors

OLDEST_MAJOR = 5
NEEDED_ENCODERS = ("aac", "libopus", "flac")
PROTOCOLS = "file,pipe"
FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,m4v,flv,asf,ogg,wav,w64,mp3,"
    "flac,aac,amr,aiff,au,caf,ac3,eac3,dts,opus,mxf,gxf,dv,h264,hevc,ivf,nut,rm,wtv,wv,ape,tta"
)
"""Containers that hold media themselves; playlists and image sequences are not among them."""
COMPLAINT = re.compile(
    r"error|fail|invalid|could not|cannot|unable|not supported|unsupported|unknown|unset|missing",
    re.IGNORECASE,
)
NO_COMPLAINT = re.compile(r"Conversion failed!|Input #|Output #|Stream #|Timestamps are unset")
"""The last is a warning, and names may hold any word."""
OnProgress = Callable[[float], None]
"""Told the number of seconds of media that are done."""

OPEN_OPTIONS = {"protocol_whitelist": PROTOCOLS, "format_whitelist": FORMATS}
"""The same for PyAV."""


@cache
def ffmpeg_path() -> str:
    """The system's ffmpeg if it is new and able enough, else the one that imageio-ffmpeg ships.

    Raises:
        EngineUnavailable: if there is neither.
    """
    system = shutil.which("ffmpeg")
    if system and _is_good(system):
        return system
    import imageio_ffmpeg

    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise EngineUnavailable(
            "There is no ffmpeg on this machine.", hint="pip install imageio-ffmpeg"
        ) from error


def describe_ffmpeg() -> tuple[str, str, tuple[str, ...]]:
    """Path, version, and those of the encoders we want that it lacks."""
    path = ffmpeg_path()
    return path, _version(path), _lacking(path)


@cache
def bitstream_filters() -> frozenset[str]:
    """Those that this ffmpeg has; a very old one lacks some."""
    return frozenset(_ask(ffmpeg_path(), "-bsfs").split()[2:])


def _is_good(path: str) -> bool:
    major = re.match(r"n?(\d+)", _version(path))
    return bool(major) and int(major[1]) >= OLDEST_MAJOR and not _lacking(path)  # type: ignore[index]


def _version(path: str) -> str:
    first = _ask(path, "-version").splitlines()[:1]
    return first[0].split()[2] if first and len(first[0].split()) > 2 else "unknown"


def _lacking(path: str) -> tuple[str, ...]:
    listed = set(re.findall(r"^ [A-Z.]{6} (\S+)", _ask(path, "-encoders"), re.MULTILINE))
    return tuple(name for name in NEEDED_ENCODERS if name not in listed)


def _ask(path: str, flag: str) -> str:
    return subprocess.run(
        [path, "-hide_banner", flag], capture_output=True, text=True, check=False
    ).stdout


def input_args(path: Path) -> list[str]:
    """Arguments that open one local file and nothing else, whatever its name."""
    return ["-protocol_whitelist", PROTOCOLS, "-format_whitelist", FORMATS, "-i", f"file:{path}"]


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
    """Run ffmpeg to its end and give back what it said on standard error.

    Args:
        arguments: all but the program, its general flags and the output.
        what: what is being done, for the error message ("The sound cannot be read").
        output: written whole or not at all; ``None`` if the arguments name none.
        on_progress: told the seconds that are done.

    Raises:
        UnreadableMedia: with ffmpeg's own last words.
        DiskFull: if there was no room.
    """
    general = [ffmpeg_path(), "-nostdin", "-hide_banner", "-y", "-nostats", "-progress", "pipe:1"]
    if output is None:
        return _run([*general, *arguments], what, on_progress)
    with written_whole(output) as temporary:
        return _run([*general, *arguments, f"file:{temporary}"], what, on_progress)


def _run(command: list[str], what: str, on_progress: OnProgress | None) -> str:
    with tempfile.TemporaryFile("w+", errors="replace") as said:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True) as process:
            try:
                _follow(process, on_progress)
            finally:
                if process.poll() is None:
                    process.kill()
        said.seek(0)
        text = said.read()
    if process.returncode != 0:
        raise _explained(what, text)
    return text


def _follow(process: subprocess.Popen[str], on_progress: OnProgress | None) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        name, _, value = line.strip().partition("=")
        if on_progress and name == "out_time_us" and value.lstrip("-").isdigit():
            on_progress(max(0, int(value)) / 1e6)
    process.wait()


def _explained(what: str, text: str) -> Exception:
    if "No space left on device" in text:
        return DiskFull("The disk is full.", hint="Free some space and run the same command again.")
    return UnreadableMedia(f"{what}: {_reason(text)}.", hint="Is the file whole? Does it play?")


def _reason(text: str) -> str:
    """What went wrong first; what ffmpeg says last is only that something did."""
    lines = [re.sub(r"\[[^\]]*\] ?", "", line).strip(" .") for line in text.splitlines()]
    told = [line for line in lines if COMPLAINT.search(line) and not NO_COMPLAINT.match(line)]
    rest = [line for line in lines if line]
    return (told or rest[-1:] or ["no reason given"])[0]
