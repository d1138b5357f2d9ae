"""What is in a file, and whether it can be dubbed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dubbing.errors import NoAudioTrack, UnreadableMedia, UsageError
from dubbing.media.channels import channel_layouts, channel_names, in_file_order, layout_name
from dubbing.media.ffmpeg import OPEN_OPTIONS

if TYPE_CHECKING:
    from av.container import InputContainer

LOOKED_AT_S = 10.0
UNKNOWN_LAYOUT = "stereo"
"""Of a track that ffmpeg cannot describe."""
UNEVEN = 0.1
"""Frame intervals that differ by more than this share make a variable frame rate."""
HDR_TRANSFERS = {16: "PQ", 18: "HLG"}
"""Transfer characteristics of ITU-T H.273."""


@dataclass(frozen=True, slots=True)
class VideoTrack:
    """The picture; ``rotation_deg`` is how it must be turned to be shown."""

    index: int
    codec: str
    width: int
    height: int
    fps: float
    variable_frame_rate: bool
    rotation_deg: int
    hdr: str
    start_ms: float


@dataclass(frozen=True, slots=True)
class AudioTrack:
    """A sound track; ``number`` counts sound tracks from 0, ``index`` all streams.

    ``channels`` are the names of its channels in the order of the track.
    """

    number: int
    index: int
    codec: str
    channels: tuple[str, ...]
    rate_hz: int
    language: str
    title: str
    is_default: bool
    start_ms: float

    @property
    def n_channels(self) -> int:
        """How many channels it has."""
        return len(self.channels)

    @property
    def channel_layout(self) -> str:
        """What ffmpeg calls its channels: ``5.1(side)``."""
        return layout_name(in_file_order(self.channels))


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """A file that can be dubbed; ``start_ms`` is where its clock begins in container time."""

    path: Path
    container: str
    duration_ms: int
    start_ms: float
    video: VideoTrack | None
    audio: tuple[AudioTrack, ...]
    subtitles: tuple[str, ...]
    """Codecs of the subtitle tracks."""
    n_chapters: int
    has_cover: bool

    def choose_audio(self, wanted: int | None) -> int:
        """Number of the sound track to dub.

        Raises:
            UsageError: if the wanted one is not there; lists those that are.
        """
        if wanted is None:
            defaults = [track.number for track in self.audio if track.is_default]
            return defaults[0] if defaults else 0
        if wanted >= len(self.audio):
            raise UsageError(
                f"There is no sound track {wanted}.",
                hint="The file has: " + "; ".join(map(describe_track, self.audio)) + ".",
            )
        return wanted

    def notes(self) -> tuple[str, ...]:
        """What is odd about the file, in sentences."""
        found: list[tuple[bool, str]] = [
            (
                len(self.audio) > 1,
                f"The file has {len(self.audio)} sound tracks ("
                + "; ".join(map(describe_track, self.audio))
                + "); choose with --audio-track.",
            ),
            (self.video is None, "There is no picture: the dub will be sound only."),
            (self.n_chapters > 0, f"{self.n_chapters} chapters are kept."),
        ]
        if self.video is not None:
            found += _picture_notes(self.video)
            late_ms = max((track.start_ms for track in self.audio), default=0) - self.video.start_ms
            found.append(
                (abs(late_ms) > 40, f"Sound starts {late_ms:+.0f} ms against the picture; kept.")
            )
        return tuple(sentence for is_so, sentence in found if is_so)


def _picture_notes(video: VideoTrack) -> list[tuple[bool, str]]:
    return [
        (video.variable_frame_rate, "The frame rate varies; every frame keeps its own time."),
        (video.rotation_deg != 0, f"The picture is turned by {video.rotation_deg}°; kept."),
        (bool(video.hdr), f"The picture is HDR ({video.hdr}); it is copied, not converted."),
    ]


def describe_track(track: AudioTrack) -> str:
    """``1: eng "Commentary" aac stereo``."""
    title = f' "{track.title}"' if track.title else ""
    return (
        f"{track.number}: {track.language or 'unknown'}{title} {track.codec} {track.channel_layout}"
    )


def probe(path: Path) -> MediaInfo:
    """Look into a file.

    Raises:
        UsageError: if there is no such file.
        UnreadableMedia: if it is empty, damaged or no media.
        NoAudioTrack: if there is no sound.
    """
    _check_file(path)
    with open_media(path) as container:
        info = _describe(path, container)
    if not info.audio:
        raise NoAudioTrack(f"{path.name} has no sound track.", hint="There is nothing to dub.")
    return info


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


def _check_file(path: Path) -> None:
    if not path.exists():
        raise UsageError(f"There is no file {path}.", hint="Check the path.")
    if not path.is_file():
        raise UsageError(f"{path} is no file.", hint="Name one film.")
    if path.stat().st_size == 0:
        raise UnreadableMedia(f"{path.name} is empty.", hint="Copy or download it again.")


def _describe(path: Path, container: Any) -> MediaInfo:
    import av

    pictures = [s for s in container.streams.video if not _is_cover(s)]
    sounds = [s for s in container.streams.audio if s.codec_context is not None]
    starts = [t for s in [*pictures[:1], *sounds] if (t := _start_ms(s)) is not None]
    begin_ms = min(starts, default=0.0)
    if container.start_time is not None:
        begin_ms = container.start_time * 1000 / av.time_base
    return MediaInfo(
        path=path,
        container=container.format.name,
        duration_ms=_duration_ms(container, begin_ms),
        start_ms=begin_ms,
        video=_video(path, pictures[0], begin_ms) if pictures else None,
        audio=_sounds(path, sounds, begin_ms),
        subtitles=tuple(s.codec_context.name for s in container.streams.subtitles),
        n_chapters=len(container.chapters()),
        has_cover=len(pictures) < len(container.streams.video),
    )


def _is_cover(stream: Any) -> bool:
    import av

    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _start_ms(stream: Any) -> float | None:
    return None if stream.start_time is None else float(stream.start_time * stream.time_base * 1000)


def _duration_ms(container: Any, begin_ms: float) -> int:
    import av

    if container.duration is not None:
        return max(1, round(float(container.duration) * 1000 / av.time_base))
    ends = [
        float((s.duration or 0) * s.time_base * 1000) + (_start_ms(s) or 0.0) - begin_ms
        for s in container.streams
        if s.type in ("video", "audio")
    ]
    return max(1, round(max(ends, default=1.0)))


def _video(path: Path, stream: Any, begin_ms: float) -> VideoTrack:
    context = stream.codec_context
    return VideoTrack(
        index=stream.index,
        codec=context.name,
        width=context.width,
        height=context.height,
        fps=float(stream.average_rate or 0),
        variable_frame_rate=_varies(path, stream.index),
        rotation_deg=_rotation(path, stream.index),
        hdr=HDR_TRANSFERS.get(int(context.color_trc or 0), ""),
        start_ms=(_start_ms(stream) or 0.0) - begin_ms,
    )


def _varies(path: Path, index: int) -> bool:
    """Whether the intervals of the first seconds of frames differ."""
    times = _first_times(path, index)
    steps = [b - a for a, b in zip(sorted(times), sorted(times)[1:], strict=False)][:-1]
    if len(steps) < 2:
        return False
    middle = sorted(steps)[len(steps) // 2]
    # containers with millisecond clocks round every time by up to a millisecond
    return any(abs(step - middle) > UNEVEN * middle + 0.0011 for step in steps)


def _first_times(path: Path, index: int) -> list[float]:
    """Times of the first seconds of packets, up to where the file is damaged."""
    import av

    times: list[float] = []
    with open_media(path) as container, suppress(av.error.FFmpegError):
        for packet in container.demux(container.streams[index]):
            if packet.pts is None:
                continue
            times.append(float(packet.pts * packet.time_base))
            if times[-1] - times[0] > LOOKED_AT_S:
                break
    return times


def _rotation(path: Path, index: int) -> int:
    """Degrees from the display matrix of the first frame."""
    import av

    with open_media(path) as container:
        try:
            frame = next(container.decode(container.streams[index]), None)
        except av.error.FFmpegError:
            return 0
    return int(getattr(frame, "rotation", 0) or 0) % 360


def _sounds(path: Path, streams: list[Any], begin_ms: float) -> tuple[AudioTrack, ...]:
    if not streams:
        return ()
    layouts = channel_layouts(path)
    return tuple(
        _sound(number, stream, layouts.get(stream.index, UNKNOWN_LAYOUT), begin_ms)
        for number, stream in enumerate(streams)
    )


def _sound(number: int, stream: Any, layout: str, begin_ms: float) -> AudioTrack:
    import av

    context = stream.codec_context
    return AudioTrack(
        number=number,
        index=stream.index,
        codec=context.name,
        channels=channel_names(layout),
        rate_hz=context.rate,
        language=stream.metadata.get("language", ""),
        title=stream.metadata.get("title", ""),
        is_default=bool(stream.disposition & av.stream.Disposition.default),
        start_ms=(_start_ms(stream) or 0.0) - begin_ms,
    )


# -- containers ----------------------------------------------------------------------------------

MP4_VIDEO = {"h264", "hevc", "av1", "mpeg4", "libdav1d", "vp9"}
WEBM_VIDEO = {"vp8", "vp9", "av1", "libdav1d"}
MOV_VIDEO = MP4_VIDEO | {"prores", "dnxhd", "mjpeg", "cfhd", "qtrle", "dvvideo", "rawvideo"}
MP4_AUDIO = {"aac", "mp3", "mp3float", "ac3", "eac3", "opus", "alac", "flac"}
MOV_AUDIO = {
    "aac",
    "mp3",
    "mp3float",
    "mp2",
    "mp2float",
    "ac3",
    "eac3",
    "dca",
    "alac",
    "adpcm_ima_qt",
}
"""And PCM of any kind."""
WEBM_AUDIO = {"opus", "vorbis"}
SUFFIXES = (
    ".mp4",
    ".m4v",
    ".mov",
    ".mkv",
    ".webm",
    ".m4a",
    ".mka",
    ".mp3",
    ".flac",
    ".wav",
    ".ogg",
)


def choose_container(info: MediaInfo) -> str:
    """Suffix of a container that holds the picture (and, if it can, the original sound) as it is."""
    if info.video is None:
        return ".m4a"
    video, sounds = info.video.codec, {track.codec for track in info.audio}
    if "webm" in info.container and video in WEBM_VIDEO and sounds <= WEBM_AUDIO:
        return ".mkv" if info.path.suffix.lower() == ".mkv" else ".webm"
    if video in MP4_VIDEO and sounds <= MP4_AUDIO and "matroska" not in info.container:
        return ".mov" if info.path.suffix.lower() == ".mov" else ".mp4"
    if info.path.suffix.lower() == ".mov" and video in MOV_VIDEO:
        return ".mov"
    return ".mkv"


def can_hold(suffix: str, info: MediaInfo) -> bool:
    """Whether a container can hold the picture without re-encoding it."""
    if info.video is None:
        return suffix in SUFFIXES
    holds = {".mp4": MP4_VIDEO, ".m4v": MP4_VIDEO, ".webm": WEBM_VIDEO, ".mov": MOV_VIDEO}
    return suffix == ".mkv" or info.video.codec in holds.get(suffix, set())
