"""The finished file: picture packets copied as they are, the dub as default track.

Every stream keeps its time on the container's clock; the dub's time zero is the container's start.
Nothing is cut to the shortest stream.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dubbing.errors import EngineUnavailable, UnreadableMedia, UsageError
from dubbing.media.carriers import Carrier, carrier
from dubbing.media.channels import channel_names, in_file_order
from dubbing.media.containers import (
    MATROSKA,
    MOV_AUDIO,
    MP4_AUDIO,
    MP4_LIKE,
    NEW_SUBTITLES,
    OF_THE_OLD_FILE,
    ONE_TRACK,
    PLACE_OF_PHONES,
    SUFFIXES,
    WEBM_AUDIO,
    can_hold,
    choose_container,
    holds_cover,
    holds_picture,
    language_tag,
    own_tags,
    subtitle_codec,
)
from dubbing.media.cover_art import CoverFile, cover_files
from dubbing.media.extract import first_filters
from dubbing.media.ffmpeg import bitstream_filters, input_args, run_ffmpeg
from dubbing.media.ffmpeg_choice import current_ffmpeg
from dubbing.media.opening import open_media
from dubbing.media.packet_runs import LONGEST_HOLE_MS
from dubbing.media.packet_times import packet_times
from dubbing.media.probe import AudioTrack, MediaInfo
from dubbing.media.sound_file import sound_format

SYNTHETIC = "Dubbed with synthetic voices by dubbing"
ORIGINAL_KBIT_PER_CHANNEL = 128
LONGEST_S = LONGEST_HOLE_MS / 1000
USUAL_FRAME_S, USUAL_CUE_S = 0.04, 5.0
"""What is written where a packet claims to last longer than that."""
TIMELESS = {"avi": "AVI", "mpeg": "MPEG-PS"}
TIMES_FILTER = {
    ("avi", "h264"): "dts2pts", ("avi", "hevc"): "dts2pts", ("avi", "mpeg4"): "mpeg4_unpack_bframes",
    ("mpeg", "h264"): "dts2pts", ("mpeg", "hevc"): "dts2pts",
}  # fmt: skip
"""What works out when a frame is shown, by container and codec."""


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
    check_picture(request.source_info)
    with cover_files(request.source_info, request.output.suffix.lower()) as covers:
        run_ffmpeg(
            _arguments(request, covers), what="The dub cannot be written", output=request.output
        )


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


def check_picture(info: MediaInfo) -> None:
    """Refuse a picture that cannot be copied.

    Raises:
        UnreadableMedia: if nothing in it says how large it is.
        EngineUnavailable: if the ffmpeg in use cannot work out when each frame is shown.
    """
    if info.video is not None and not (info.video.width and info.video.height):
        raise UnreadableMedia(
            f"The picture of {info.path.name} ({info.video.codec}) is damaged: its size is unknown.",
            hint="Its sound can be dubbed alone: ffmpeg -i FILM -vn -c copy SOUND.mka.",
        )
    wanted = _filter_of_times(info)
    if wanted and wanted not in bitstream_filters():
        raise EngineUnavailable(
            f"{current_ffmpeg()} cannot copy this picture out of {TIMELESS[info.container]}: "
            f"it lacks {wanted}.",
            hint="Use the packaged ffmpeg, or one from 6.0 on.",
        )


def _arguments(request: MuxRequest, covers: tuple[CoverFile, ...]) -> list[str]:
    info, suffix = request.source_info, request.output.suffix.lower()
    start = f"{info.start_ms / 1000:.6f}"
    # AVI and MPEG-PS leave the presentation times of reordered frames out
    arguments = ["-max_error_rate", "1", "-copyts", "-fflags", "+genpts"]
    arguments += input_args(request.source)
    for dub in request.dubs:
        arguments += ["-itsoffset", start, *input_args(dub.wav)]
    for subtitle in request.subtitles:
        arguments += ["-itsoffset", start, "-f", "srt", "-i", f"file:{subtitle.path}"]
    if suffix == ".ogg":
        for cover in covers:
            arguments += ["-f", "ffmetadata", "-i", f"file:{cover.path}"]
    arguments += ["-output_ts_offset", f"-{start}" if info.start_ms >= 0 else start.lstrip("-")]
    arguments += ["-map_chapters", "0", "-max_muxing_queue_size", "4096"]
    arguments += _tags(request, suffix, covers)
    arguments += _picture(info, suffix) + _sound(request, suffix) + _all_subtitles(request, suffix)
    arguments += _covers(info, suffix) + _attachments(info, suffix, covers)
    return arguments + container_args(suffix, own_tags(info, suffix))


def container_args(suffix: str, tags: tuple[str, ...] = ()) -> list[str]:
    """Output arguments for a container, by the file's ending.

    ``tags`` are those that MP4 has no name for. QuickTime may hold them under their own names, where
    cameras and phones put theirs; in MP4 these would stand in place of the title, artist and cover
    that players look for, and are left out.
    """
    if suffix == ".mov":
        return ["-movflags", "+faststart+use_metadata_tags" if tags else "+faststart"]
    if suffix == ".mp4":
        return ["-movflags", "+faststart"]
    if suffix in (".m4a", ".m4v"):  # ffmpeg's own choice for these is an iPod, which plays little
        return ["-movflags", "+faststart", "-f", "mp4"]
    return ["-id3v2_version", "3"] if suffix == ".mp3" else []


def _tags(request: MuxRequest, suffix: str, covers: tuple[CoverFile, ...]) -> list[str]:
    """What is said of the film as a whole, without what was said of the old file."""
    arguments = ["-map_metadata", "0", "-metadata", f"comment={SYNTHETIC}"]
    for name in OF_THE_OLD_FILE:
        arguments += ["-metadata", f"{name}="]
    place = next((tag for tag in request.source_info.tags if tag.lower() == PLACE_OF_PHONES), "")
    if place and suffix in (".mp4", ".m4v", ".m4a"):
        arguments += ["-metadata", f"location={_tag(request.source_info.path, place)}"]
    if suffix == ".ogg" and covers:
        first = 1 + len(request.dubs) + len(request.subtitles)
        arguments += ["-map_metadata:s:a:0", f"{first}:g"]
    return arguments


def _tag(film: Path, name: str) -> str:
    with open_media(film) as container:
        return container.metadata.get(name, "")


def _picture(info: MediaInfo, suffix: str) -> list[str]:
    """The picture that is looked at first, then other angles."""
    if info.video is None:
        return []
    arguments = ["-map", f"0:{info.video.index}", "-c:v", "copy", *_times(info)]
    pictures = [(info.video.index, info.video.codec)]
    for angle in info.angles:
        if holds_picture(suffix, angle.codec):
            arguments += ["-map", f"0:{angle.index}"]
            pictures.append((angle.index, angle.codec))
    for place, (index, codec) in enumerate(pictures):
        if codec == "hevc" and suffix in MP4_LIKE:
            arguments += [f"-tag:v:{place}", "hvc1"]
        arguments += _clock(info, index, f"v:{place}")
    return arguments


def _clock(info: MediaInfo, index: int, stream: str) -> list[str]:
    """A filter that puts wrong time stamps and lengths of a copied stream right, where it has any."""
    times = packet_times(info.path).streams.get(index)
    if times is None or (stream.startswith("v") and _times(info)):
        return []
    parts = []
    if times.stray_times:
        wrong = "+".join(f"eq(PTS,{time})" for time in times.stray_times)
        following = "PREV_OUTDTS+PREV_OUTDURATION"
        if times.begins_stray:  # nothing is before it
            following = f"if(eq(N,0),{times.first_ms / 1000:.6f}/TB,{following})"
        parts.append(f"pts='if({wrong},{following}+PTS-DTS,PTS)'")
        parts.append(f"dts='if({wrong},{following},DTS)'")
    if times.has_absurd_length:
        usual_s = USUAL_CUE_S if times.kind == "subtitle" else USUAL_FRAME_S
        parts.append(f"duration='if(gt(DURATION*TB,{LONGEST_S}),{usual_s}/TB,DURATION)'")
    return [f"-bsf:{stream}", "setts=" + ":".join(parts)] if parts else []


def _covers(info: MediaInfo, suffix: str) -> list[str]:
    """Cover art as streams, which stand behind the moving pictures."""
    if suffix in (*MATROSKA, ".ogg"):
        return []
    n_pictures = 0 if info.video is None else 1
    n_pictures += sum(holds_picture(suffix, angle.codec) for angle in info.angles)
    arguments = []
    kept = [cover for cover in info.covers if holds_cover(suffix, cover)]
    for place, cover in enumerate(kept, start=n_pictures):
        arguments += ["-map", f"0:{cover.index}", f"-c:v:{place}", "copy"]
        arguments += [f"-disposition:v:{place}", "attached_pic"]
    return arguments


def _attachments(info: MediaInfo, suffix: str, covers: tuple[CoverFile, ...]) -> list[str]:
    """Fonts and cover art; mapped last, since ffmpeg's muxer wants the streams with packets first."""
    if suffix not in MATROSKA:
        return []
    arguments = []
    for place, file in enumerate(info.attachments):
        arguments += ["-map", f"0:t:{file.number}", f"-c:t:{place}", "copy"]
        if not file.name:
            arguments += [f"-metadata:s:t:{place}", f"filename=attachment_{place + 1}"]
        if not file.mimetype:
            arguments += [f"-metadata:s:t:{place}", "mimetype=application/octet-stream"]
    for place, cover in enumerate(covers, start=len(info.attachments)):
        arguments += ["-attach", f"file:{cover.path}"]
        arguments += [f"-metadata:s:t:{place}", f"filename={cover.name}"]
        arguments += [f"-metadata:s:t:{place}", f"mimetype={cover.mimetype}"]
    return arguments


def _times(info: MediaInfo) -> list[str]:
    wanted = _filter_of_times(info)
    return ["-bsf:v:0", wanted] if wanted else []


def _filter_of_times(info: MediaInfo) -> str:
    """AVI knows only when a frame is decoded, MPEG-PS names the time of one in each packet."""
    codec = info.video.codec if info.video and info.container in TIMELESS else ""
    return TIMES_FILTER.get((info.container, codec), "")


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
    arguments += _spoken(f"a:{place}", dub.language, suffix)
    is_default = number == 0 and not request.original_first
    arguments += _called(f"a:{place}", dub.title, suffix)
    return [*arguments, f"-disposition:a:{place}", "default+dub" if is_default else "dub"]


def _called(stream: str, title: str, suffix: str) -> list[str]:
    """A track's title; many players of MP4 show what its handler is called."""
    arguments = [f"-metadata:s:{stream}", f"title={title}"]
    if suffix in MP4_LIKE and title:
        arguments += [f"-metadata:s:{stream}", f"handler_name={title}"]
    return arguments


def _spoken(stream: str, language: str, suffix: str) -> list[str]:
    tag = language_tag(language, suffix)
    return [f"-metadata:s:{stream}", f"language={tag}"] if tag else []


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
    purposes = (("default",) if is_default else ()) + track.purposes
    arguments += [f"-disposition:a:{place}", "+".join(purposes) or "0"]
    arguments += original_codec(track, place, suffix)
    if "copy" in arguments:
        arguments += _clock(request.source_info, track.index, f"a:{place}")
    arguments += _called(f"a:{place}", track.title or ("Original" if is_dubbed else ""), suffix)
    language = "" if track.language == "und" else track.language
    if is_dubbed:
        language = language or request.original_language
    arguments += _spoken(f"a:{place}", language, suffix)
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
        return []
    arguments, place = [], 0
    for number, subtitle in enumerate(request.subtitles, start=1 + len(request.dubs)):
        arguments += ["-map", f"{number}:s:0", f"-c:s:{place}", NEW_SUBTITLES.get(suffix, "srt")]
        arguments += _spoken(f"s:{place}", subtitle.language, suffix)
        arguments += _called(f"s:{place}", subtitle.title, suffix)
        place += 1
    for track in request.source_info.subtitles:
        kept = subtitle_codec(track.codec, suffix)
        if kept:
            arguments += ["-map", f"0:s:{track.number}", f"-c:s:{place}", kept]
            arguments += _called(f"s:{place}", track.title, suffix)
            arguments += _spoken(f"s:{place}", track.language, suffix)
            if kept == "copy":
                arguments += _clock(request.source_info, track.index, f"s:{place}")
            place += 1
    return arguments
