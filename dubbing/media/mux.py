"""The finished file: picture packets copied as they are, the dub as default track.

Every stream keeps its time on the container's clock; the dub's time zero is the container's start.
Nothing is cut to the shortest stream.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dubbing.errors import EngineUnavailable, UsageError
from dubbing.media.carriers import Carrier, carrier
from dubbing.media.channels import channel_names, in_file_order
from dubbing.media.extract import first_filters
from dubbing.media.ffmpeg import bitstream_filters, input_args, run_ffmpeg
from dubbing.media.ffmpeg_choice import current_ffmpeg
from dubbing.media.probe import (
    MOV_AUDIO,
    MP4_AUDIO,
    SUFFIXES,
    WEBM_AUDIO,
    AudioTrack,
    MediaInfo,
    can_hold,
    choose_container,
)
from dubbing.media.sound_file import sound_format

SYNTHETIC = "Dubbed with synthetic voices by dubbing"
TEXT_SUBTITLES = {"subrip", "srt", "ass", "ssa", "mov_text", "webvtt", "text"}
SUBTITLE_CODEC = {".mp4": "mov_text", ".m4v": "mov_text", ".mov": "mov_text", ".webm": "webvtt"}
MP4_LIKE = (".mp4", ".m4v", ".m4a", ".mov")
ONE_TRACK = (".mp3", ".flac", ".wav", ".ogg")
ORIGINAL_KBIT_PER_CHANNEL = 128
TIMES_FILTER = {"h264": "dts2pts", "hevc": "dts2pts", "mpeg4": "mpeg4_unpack_bframes"}
"""What works out when a frame is shown, by codec."""


@dataclass(frozen=True, slots=True)
class SubtitleFile:
    """A SubRip file to go into the container."""

    path: Path
    language: str
    title: str


@dataclass(frozen=True, slots=True)
class DubTrack:
    """A dub as a sound file, the language that it speaks and what the track is called."""

    wav: Path
    language: str
    title: str


@dataclass(frozen=True, slots=True)
class MuxRequest:
    """What goes into the file; languages are ISO 639-2 codes."""

    source: Path
    dub_wav: Path
    output: Path
    source_info: MediaInfo
    dub_language: str
    dub_title: str
    original_audio_track: int
    original_language: str
    keep_original: bool = True
    subtitles: tuple[SubtitleFile, ...] = ()
    more_dubs: tuple[DubTrack, ...] = ()
    """In other languages."""
    original_first: bool = False
    """Whether the original sound stands before the dubs and is what plays unasked."""

    @property
    def dubs(self) -> tuple[DubTrack, ...]:
        """All dubs, in the order of the inputs."""
        return (DubTrack(self.dub_wav, self.dub_language, self.dub_title), *self.more_dubs)


def mux(request: MuxRequest) -> None:
    """Write the output, whole or not at all.

    Raises:
        UsageError: if the container cannot hold the picture; names one that can.
        EngineUnavailable: if the ffmpeg in use lacks something.
        UnreadableMedia: if the film is at fault.
        DiskFull: if there was no room.
    """
    check_container(request.output, request.source_info)
    check_times(request.source_info)
    run_ffmpeg(_arguments(request), what="The dub cannot be written", output=request.output)


def check_container(output: Path, info: MediaInfo) -> None:
    """Raise ``UsageError`` unless the output's container is known and can hold the picture."""
    suffix = output.suffix.lower()
    if suffix not in SUFFIXES:
        raise UsageError(
            f"'{suffix or output.name}' is no container that can be written.",
            hint=f"Use one of {', '.join(SUFFIXES)}.",
        )
    if not can_hold(suffix, info):
        codec = info.video.codec if info.video else ""
        raise UsageError(
            f"{suffix} cannot hold a picture in {codec} without re-encoding it.",
            hint=f"Use {choose_container(info)}.",
        )


def sound_note(info: MediaInfo, audio_track: int, suffix: str) -> str:
    """What becomes of the channels of a track's dub in a container; empty if they stay as they are."""
    channels = in_file_order(info.audio[audio_track].channels)
    return carrier(suffix.lower(), channels).note(suffix.lower())


def check_times(info: MediaInfo) -> None:
    """Raise ``EngineUnavailable`` if the ffmpeg in use cannot work out when each frame is shown."""
    wanted = _filter_of_times(info)
    if wanted and wanted not in bitstream_filters():
        raise EngineUnavailable(
            f"{current_ffmpeg()} cannot copy this picture out of AVI: it lacks {wanted}.",
            hint="Use the packaged ffmpeg, or one from 6.0 on.",
        )


def _arguments(request: MuxRequest) -> list[str]:
    info, suffix = request.source_info, request.output.suffix.lower()
    start = f"{info.start_ms / 1000:.6f}"
    # AVI and MPEG-PS leave the presentation times of reordered frames out
    arguments = ["-copyts", "-fflags", "+genpts", *input_args(request.source)]
    for dub in request.dubs:
        arguments += ["-itsoffset", start, *input_args(dub.wav)]
    for subtitle in request.subtitles:
        arguments += ["-itsoffset", start, "-f", "srt", "-i", f"file:{subtitle.path}"]
    arguments += ["-output_ts_offset", f"-{start}" if info.start_ms >= 0 else start.lstrip("-")]
    arguments += ["-map_metadata", "0", "-map_chapters", "0", "-max_muxing_queue_size", "4096"]
    arguments += ["-metadata", f"comment={SYNTHETIC}"]
    arguments += _picture(info, suffix) + _sound(request, suffix) + _all_subtitles(request, suffix)
    arguments += _attachments(info, suffix)
    return arguments + container_args(suffix)


def container_args(suffix: str) -> list[str]:
    """Output arguments for a container, by the file's ending."""
    if suffix in (".mp4", ".mov"):
        return ["-movflags", "+faststart"]
    if suffix in (".m4a", ".m4v"):  # ffmpeg's own choice for these is an iPod, which plays little
        return ["-movflags", "+faststart", "-f", "mp4"]
    return []


def _picture(info: MediaInfo, suffix: str) -> list[str]:
    if info.video is None:
        return ["-vn"]
    tag = ["-tag:v", "hvc1"] if info.video.codec == "hevc" and suffix in MP4_LIKE else []
    return ["-map", "0:V", "-c:v", "copy", *_times(info), *tag]


def _attachments(info: MediaInfo, suffix: str) -> list[str]:
    """Fonts and the like; mapped last, since ffmpeg's muxer wants the streams with packets first."""
    has_any = info.video is not None and suffix == ".mkv"
    return ["-map", "0:t?", "-c:t", "copy"] if has_any else []


def _times(info: MediaInfo) -> list[str]:
    wanted = _filter_of_times(info)
    return ["-bsf:v", wanted] if wanted else []


def _filter_of_times(info: MediaInfo) -> str:
    """AVI knows only when a frame is decoded; when it is shown must be worked out from its order."""
    codec = info.video.codec if info.video and info.container == "avi" else ""
    return TIMES_FILTER.get(codec, "")


def _sound(request: MuxRequest, suffix: str) -> list[str]:
    """The dubs and then the original sound, or the other way round."""
    n_dubs, kept = len(request.dubs), _kept_originals(request, suffix)
    first_dub, first_original = (len(kept), 0) if request.original_first else (0, n_dubs)
    dubs, originals = [], []
    for number in range(n_dubs):
        dubs += _dub(request, number, first_dub + number, suffix)
    for place, track in enumerate(kept, start=first_original):
        originals += _original(request, track, place, suffix)
    return originals + dubs if request.original_first else dubs + originals


def _kept_originals(request: MuxRequest, suffix: str) -> tuple[AudioTrack, ...]:
    if not request.keep_original or suffix in ONE_TRACK:
        return ()
    return request.source_info.audio


def _dub(request: MuxRequest, number: int, place: int, suffix: str) -> list[str]:
    dub = request.dubs[number]
    arguments = ["-map", f"{number + 1}:a:0", *_dub_carrier(request, dub, suffix).arguments(place)]
    arguments += [f"-metadata:s:a:{place}", f"language={dub.language}"]
    is_default = number == 0 and not request.original_first
    arguments += [f"-metadata:s:a:{place}", f"title={dub.title}"]
    return [*arguments, f"-disposition:a:{place}", "default" if is_default else "0"]


def _dub_carrier(request: MuxRequest, dub: DubTrack, suffix: str) -> Carrier:
    """The dub has the channels of the track that it replaces; one with fewer has the usual ones."""
    own = in_file_order(request.source_info.audio[request.original_audio_track].channels)
    n_channels = sound_format(dub.wav).n_channels
    return carrier(
        suffix, own if len(own) == n_channels else channel_names(f"{n_channels} channels")
    )


def _original(request: MuxRequest, track: AudioTrack, place: int, suffix: str) -> list[str]:
    is_dubbed = track.number == request.original_audio_track
    is_default = is_dubbed and request.original_first
    arguments = ["-map", f"0:a:{track.number}"]
    arguments += [f"-disposition:a:{place}", "default" if is_default else "0"]
    arguments += original_codec(track, place, suffix)
    if is_dubbed:
        language = track.language if track.language not in ("", "und") else None
        arguments += [f"-metadata:s:a:{place}", f"language={language or request.original_language}"]
        arguments += [f"-metadata:s:a:{place}", f"title={track.title or 'Original'}"]
    return arguments


def original_codec(track: AudioTrack, place: int, suffix: str) -> list[str]:
    """Copied where the container allows it, else in the container's own codec."""
    if not _holds_sound(suffix, track.codec):
        chosen = carrier(suffix, in_file_order(track.channels))
        return chosen.arguments(place, first_filters(track), ORIGINAL_KBIT_PER_CHANNEL)
    if suffix in MP4_LIKE and track.codec == "flac":
        # FLAC in MP4 was an experiment to ffmpeg before 6.0
        return [f"-c:a:{place}", "copy", "-strict", "experimental"]
    return [f"-c:a:{place}", "copy"]


def _holds_sound(suffix: str, codec: str) -> bool:
    """Whether a container can hold a sound as it is."""
    if suffix == ".webm":
        return codec in WEBM_AUDIO
    if suffix == ".mov":
        return codec in MOV_AUDIO or codec.startswith("pcm_")
    return codec in MP4_AUDIO or suffix not in MP4_LIKE


def _all_subtitles(request: MuxRequest, suffix: str) -> list[str]:
    """New subtitles first, then those of the film that the container can hold."""
    if request.source_info.video is None:
        return ["-sn"]
    arguments, place = [], 0
    for number, subtitle in enumerate(request.subtitles, start=1 + len(request.dubs)):
        arguments += ["-map", f"{number}:s:0", f"-c:s:{place}", SUBTITLE_CODEC.get(suffix, "srt")]
        arguments += [f"-metadata:s:s:{place}", f"language={subtitle.language}"]
        arguments += [f"-metadata:s:s:{place}", f"title={subtitle.title}"]
        place += 1
    for number, codec in enumerate(request.source_info.subtitles):
        kept = _subtitle_codec(codec, suffix)
        if kept:
            arguments += ["-map", f"0:s:{number}", f"-c:s:{place}", kept]
            place += 1
    return arguments


def _subtitle_codec(codec: str, suffix: str) -> str:
    """What a subtitle track of the film becomes; empty if the container cannot hold it."""
    if suffix == ".mkv":
        return "srt" if codec == "mov_text" else "copy"
    return SUBTITLE_CODEC.get(suffix, "") if codec in TEXT_SUBTITLES else ""
