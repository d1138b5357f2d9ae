"""Everything that this program does with ffmpeg, run once on tiny films to see whether an ffmpeg can.

The table calls the very functions that the program calls, so that it cannot drift from them. What was
seen of an ffmpeg is kept in the cache folder under its file, with its build and this program's own code.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from importlib.resources import files
from pathlib import Path

from dubbing.errors import BadSettings, DubbingError, EngineFailed
from dubbing.homes import cache_home
from dubbing.media.broadcast_wave import write_broadcast_wave
from dubbing.media.browser_copies import write_small_picture, write_small_sound
from dubbing.media.draw import characters_without_font, draw_subtitles
from dubbing.media.extract import extract_audio
from dubbing.media.ffmpeg_choice import BACK_TO_PACKAGED, Ffmpeg, pinned_ffmpeg
from dubbing.media.loudness import programme_loudness
from dubbing.media.mux import DubTrack, MuxRequest, SubtitleFile, mux
from dubbing.media.probe import probe
from dubbing.media.trial_films import (
    DRAWN_SUBTITLES,
    SUBTITLES,
    TONE_LEVEL,
    TrialFilm,
    make_film,
    make_text,
    make_tone,
)
from dubbing.workspace import digest, write_text

REORDERED = {"bf": "2", "g": "12"}
H264 = TrialFilm("h264.mkv", "libx264", ("aac", "flac"), REORDERED)
H264_AVI = TrialFilm("h264.avi", "libx264", ("libmp3lame",), REORDERED)
MPEG4_AVI = TrialFilm("mpeg4.avi", "mpeg4", ("libmp3lame",))
HEVC = TrialFilm("hevc.mkv", "libx265", ("aac",), {"x265-params": "log-level=none"})
VP9 = TrialFilm("vp9.mkv", "libvpx-vp9", ("libopus", "aac"))
PCM = TrialFilm("pcm.mkv", "libx264", ("pcm_s16le",))
MOST_OFF_LU = 0.3


@dataclass(frozen=True, slots=True)
class Capability:
    """Something that an ffmpeg must be able to do; ``only_for`` names the rare films that need it."""

    name: str
    try_out: Callable[[Path], None]
    only_for: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether an ffmpeg has a capability; ``reason`` says what it answered if not."""

    name: str
    reason: str = ""
    only_for: str = ""

    @property
    def is_fine(self) -> bool:
        """Whether it works."""
        return not self.reason


def check(ffmpeg: Ffmpeg) -> tuple[Verdict, ...]:
    """Run the whole table on an ffmpeg, and keep what was seen."""
    with tempfile.TemporaryDirectory(prefix="dub-") as name, pinned_ffmpeg(ffmpeg):
        verdicts = tuple(_verdict(capability, Path(name)) for capability in capabilities())
    _keep(ffmpeg, verdicts)
    return verdicts


def require(ffmpeg: Ffmpeg) -> None:
    """Refuse an ffmpeg that lacks something that any film may need.

    Raises:
        BadSettings: naming the first such capability.
    """
    verdicts = _kept(ffmpeg)
    for verdict in check(ffmpeg) if verdicts is None else verdicts:
        if not verdict.is_fine and not verdict.only_for:
            raise BadSettings(
                f"{ffmpeg}, which {ffmpeg.origin} names, cannot be used: "
                f"{verdict.name} does not work ({verdict.reason.rstrip('.')}).",
                hint=BACK_TO_PACKAGED,
            )


def passed_before(ffmpeg: Ffmpeg) -> bool:
    """Whether this very ffmpeg was tried out on this machine and lacks nothing that any film needs."""
    verdicts = _kept(ffmpeg)
    return verdicts is not None and all(v.is_fine or v.only_for for v in verdicts)


@cache
def capabilities() -> tuple[Capability, ...]:
    """The whole table."""
    return (
        Capability("sound out of a film (aresample, asetpts, RF64)", _extract),
        Capability("loudness (ebur128)", _loudness),
        *(_dub_into(suffix, H264) for suffix in (".mp4", ".m4v", ".mov", ".mkv")),
        _dub_into(".webm", VP9),
        Capability("HEVC into .mp4 (hvc1)", partial(_mux, HEVC, ".mp4")),
        Capability("PCM into .mp4 (as AAC)", partial(_mux, PCM, ".mp4")),
        *(_dub_into(suffix, None) for suffix in (".m4a", ".mka", ".mp3", ".flac", ".wav", ".ogg")),
        Capability(
            "times of H.264 in AVI (dts2pts)",
            partial(_mux, H264_AVI, ".mkv"),
            only_for="H.264 and HEVC in AVI",
        ),
        Capability(
            "times of MPEG-4 in AVI (mpeg4_unpack_bframes)", partial(_mux, MPEG4_AVI, ".mkv")
        ),
        Capability("subtitles in the picture of .mp4 (ass, libx264)", partial(_draw, ".mp4")),
        Capability("subtitles in the picture of .mkv (ass, libx264)", partial(_draw, ".mkv")),
        Capability("subtitles in the picture of .webm (ass, libvpx-vp9)", partial(_draw, ".webm")),
        Capability("broadcast WAV (bext)", _broadcast),
        Capability("small copies for browsers (scale, libx264, aac)", _browser),
    )


def _dub_into(suffix: str, film: TrialFilm | None) -> Capability:
    return Capability(f"a dub into {suffix}", partial(_mux, film, suffix))


def _verdict(capability: Capability, folder: Path) -> Verdict:
    reason = ""
    try:
        capability.try_out(folder)
    except DubbingError as error:
        reason = error.message
    return Verdict(capability.name, reason, capability.only_for)


# -- the single trials: what the program does, on tiny inputs -------------------------------------


def _extract(folder: Path) -> None:
    film = make_film(folder, H264)
    extract_audio(film, 0, folder / "out.wav", start_ms=probe(film).start_ms)


def _loudness(folder: Path) -> None:
    import math

    measured = programme_loudness(make_tone(folder)).integrated_lufs
    expected = 20 * math.log10(TONE_LEVEL)
    if measured is None or abs(measured - expected) > MOST_OFF_LU:
        raise EngineFailed(f"A tone of {expected:.1f} LUFS is measured as {measured}.")


def _mux(film: TrialFilm | None, suffix: str, folder: Path) -> None:
    tone = make_tone(folder)
    source = tone if film is None else make_film(folder, film)
    subtitles = SubtitleFile(make_text(folder, "a.srt", SUBTITLES), "eng", "English")
    mux(
        MuxRequest(
            source=source,
            dub_wav=tone,
            output=folder / f"dub{suffix}",
            source_info=probe(source),
            dub_language="zho",
            dub_title="Chinese",
            original_audio_track=0,
            original_language="eng",
            subtitles=() if film is None else (subtitles,),
            more_dubs=() if film is None else (DubTrack(tone, "spa", "Spanish"),),
        )
    )


def _draw(suffix: str, folder: Path) -> None:
    subtitles = make_text(folder, "a.ass", DRAWN_SUBTITLES)
    characters_without_font(subtitles)
    draw_subtitles(probe(make_film(folder, H264)), subtitles, folder / f"drawn{suffix}")


def _broadcast(folder: Path) -> None:
    write_broadcast_wave(make_tone(folder), folder / "broadcast.wav", 3600.0)


def _browser(folder: Path) -> None:
    tone = make_tone(folder)
    write_small_picture(probe(make_film(folder, H264)), tone, 32, folder / "small.mp4")
    write_small_sound(tone, folder / "small.m4a")


# -- what was seen before -------------------------------------------------------------------------


def was_tried(path: Path) -> bool:
    """Whether this very file was ever tried out on this machine; it is not run to find out.

    It may have failed, or been tried by another version of this program: :func:`require` looks again.
    """
    with suppress(OSError):
        return _record(path).is_file()
    return False


def _keep(ffmpeg: Ffmpeg, verdicts: tuple[Verdict, ...]) -> None:
    plain = {
        "build": ffmpeg.build,
        "program": _program(),
        "verdicts": [[verdict.name, verdict.reason, verdict.only_for] for verdict in verdicts],
    }
    with suppress(DubbingError, OSError):  # no room to remember: it is tried again next time
        write_text(_record(Path(ffmpeg.path)), json.dumps(plain, indent=1) + "\n")


def _kept(ffmpeg: Ffmpeg) -> tuple[Verdict, ...] | None:
    try:
        plain = json.loads(_record(Path(ffmpeg.path)).read_text(encoding="utf-8"))
        if (plain["build"], plain["program"]) != (ffmpeg.build, _program()):
            return None
        return tuple(Verdict(*map(str, row)) for row in plain["verdicts"])
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _record(path: Path) -> Path:
    info = path.stat()
    name = digest(["tried", str(path), info.st_size, info.st_mtime_ns])
    return cache_home() / "ffmpeg" / f"{name[:32]}.json"


@cache
def _program() -> str:
    """Hash of the code that uses ffmpeg: a changed program tries again."""
    modules = sorted(Path(str(files("dubbing.media"))).glob("*.py"))
    return digest([module.read_text(encoding="utf-8") for module in modules])
