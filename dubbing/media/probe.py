"""What is in a file, and whether it can be dubbed."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dubbing.errors import NoAudioTrack, UnreadableMedia, UsageError
from dubbing.media.channels import channel_layouts, channel_names, in_file_order, layout_name
from dubbing.media.opening import open_media
from dubbing.media.packet_times import every_packet, packet_times
from dubbing.media.pictures import is_cover, sort_pictures
from dubbing.media.starts import Starts, find_starts

UNKNOWN_LAYOUT = "stereo"
"""Of a track that ffmpeg cannot describe."""
UNEVEN = 0.1
"""Frame intervals that differ by more than this share make a variable frame rate."""
HDR_TRANSFERS = {16: "PQ", 18: "HLG"}
"""Transfer characteristics of ITU-T H.273."""
LONGEST_MS = 7 * 24 * 3_600_000
LEAST_BYTES_PER_S = 12
"""A film that claims to last longer, or to hold less a second, is measured."""
LEAST_FPS_SHARE = 0.02
"""A frame rate so far below that of the first seconds is none."""
ROTATION_PACKETS = 100
TIME_TAG = re.compile(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)")
CHAPTER_TRACK = re.compile(r"text|subtitle|unnamed", re.IGNORECASE)
PURPOSES = (
    "dub", "original", "comment", "lyrics", "karaoke", "forced", "hearing_impaired",
    "visual_impaired", "clean_effects", "captions", "descriptions",
)  # fmt: skip
"""Dispositions that say what a track is for, by ffmpeg's names."""


@dataclass(frozen=True, slots=True)
class OtherStream:
    """A stream that is neither the film's picture nor its sound; ``number`` counts those of its kind."""

    index: int
    number: int
    codec: str
    language: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file inside the film: a font, say; ``number`` counts attachments from 0."""

    number: int
    name: str
    mimetype: str


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
    purposes: tuple[str, ...] = ()
    """Some of :data:`PURPOSES`."""

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
    subtitles: tuple[OtherStream, ...]
    n_chapters: int
    angles: tuple[OtherStream, ...] = ()
    """Moving pictures beside the one that is looked at."""
    covers: tuple[OtherStream, ...] = ()
    """Cover art."""
    attachments: tuple[Attachment, ...] = ()
    data: tuple[str, ...] = ()
    """What data tracks hold: measurements of a camera, say."""
    tags: tuple[str, ...] = ()
    """Names of what the container says of the film as a whole."""

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
            (
                bool(self.angles),
                f"There are {1 + len(self.angles)} moving pictures; faces are looked for in the "
                "default one.",
            ),
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


def _check_file(path: Path) -> None:
    if not path.exists():
        raise UsageError(f"There is no file {path}.", hint="Check the path.")
    if not path.is_file():
        raise UsageError(f"{path} is no file.", hint="Name one film.")
    if path.stat().st_size == 0:
        raise UnreadableMedia(f"{path.name} is empty.", hint="Copy or download it again.")


def _describe(path: Path, container: Any) -> MediaInfo:
    pictures = sort_pictures(path, container.streams.video)
    film = pictures.film
    sounds = [s for s in container.streams.audio if s.codec_context is not None]
    starts = find_starts(path, container, sounds if film is None else [film, *sounds])
    return MediaInfo(
        path=path,
        container=container.format.name,
        duration_ms=_duration_ms(path, container, starts),
        start_ms=starts.film_ms,
        video=None if film is None else _video(path, film, pictures.times_s, starts),
        audio=_sounds(path, sounds, starts),
        subtitles=_others(container.streams.subtitles),
        n_chapters=len(container.chapters()),
        angles=_others(pictures.others),
        covers=_others(pictures.covers),
        attachments=_attachments(container),
        data=_data(container),
        tags=tuple(container.metadata),
    )


def _others(streams: Iterable[Any]) -> tuple[OtherStream, ...]:
    return tuple(
        OtherStream(
            index=stream.index,
            number=number,
            codec=stream.codec_context.name if stream.codec_context is not None else "",
            language=stream.metadata.get("language", ""),
            title=_title(stream),
        )
        for number, stream in enumerate(streams)
    )


def _attachments(container: Any) -> tuple[Attachment, ...]:
    found = [stream.metadata for stream in container.streams if stream.type == "attachment"]
    return tuple(
        Attachment(number, tags.get("filename", ""), tags.get("mimetype", ""))
        for number, tags in enumerate(found)
    )


def _data(container: Any) -> tuple[str, ...]:
    """Data tracks that are more than a timecode or the titles of chapters."""
    names = []
    for stream in container.streams:
        if stream.type == "data" and "timecode" not in stream.metadata:
            name = _title(stream) or stream.metadata.get("handler_name", "").strip() or "unnamed"
            if not (container.chapters() and CHAPTER_TRACK.search(name)):
                names.append(name)
    return tuple(names)


def _title(stream: Any) -> str:
    """What a track is called; MP4 calls it its name."""
    tags = {key.lower(): value for key, value in stream.metadata.items()}
    return str(tags.get("title") or tags.get("name") or "")


def _duration_ms(path: Path, container: Any, starts: Starts) -> int:
    """As declared, or as the packets tell where nothing is declared that can be."""
    import av

    begin_ms = starts.film_ms
    if starts.end_ms is not None:
        return max(1, round(starts.end_ms - begin_ms))
    declared = container.duration
    told_ms = None if declared is None else float(declared) * 1000 / av.time_base
    for duration_ms in (told_ms, declared_ms(container, begin_ms)):
        if duration_ms is not None and _is_plausible(duration_ms, path.stat().st_size):
            return max(1, round(duration_ms))
    end_ms = packet_times(path).end_ms
    return 1 if end_ms is None else max(1, round(end_ms - begin_ms))


def declared_ms(container: Any, begin_ms: float) -> float | None:
    """How long picture and sound are by what is declared of each; ``None`` if nothing is."""
    ends = [
        end_ms - begin_ms
        for stream in container.streams
        if stream.type in ("video", "audio") and not is_cover(stream)
        if (end_ms := _declared_end_ms(stream)) is not None
    ]
    return max(ends, default=None)


def _declared_end_ms(stream: Any) -> float | None:
    """On the container's clock; Matroska's tag counts from its zero, not from the track's start."""
    if stream.duration:
        return float((stream.start_time or 0) + stream.duration) * float(stream.time_base) * 1000
    clock = TIME_TAG.fullmatch(stream.metadata.get("DURATION", ""))
    if clock is None:
        return None
    hours, minutes, seconds = map(float, clock.groups())
    return 1000 * (3600 * hours + 60 * minutes + seconds)


def _is_plausible(duration_ms: float, n_bytes: int) -> bool:
    return 0 < duration_ms <= min(LONGEST_MS, 1000 * n_bytes / LEAST_BYTES_PER_S)


def _video(path: Path, stream: Any, times_s: Sequence[float], starts: Starts) -> VideoTrack:
    context = stream.codec_context
    return VideoTrack(
        index=stream.index,
        codec=context.name,
        width=context.width,
        height=context.height,
        fps=_frame_rate(float(stream.average_rate or 0), times_s),
        variable_frame_rate=_varies(times_s),
        rotation_deg=_rotation(path, stream.index),
        hdr=HDR_TRANSFERS.get(int(context.color_trc or 0), ""),
        start_ms=starts.of(stream),
    )


def _steps(times_s: Sequence[float]) -> list[float]:
    """Intervals between the first frames; the last may miss one that is stored later."""
    ordered = sorted(times_s)
    return [b - a for a, b in itertools.pairwise(ordered)][:-1]


def _frame_rate(declared: float, times_s: Sequence[float]) -> float:
    """As declared, unless one frame that lasts for ever has spoilt the mean."""
    steps = sorted(_steps(times_s))
    usual = steps[len(steps) // 2] if steps else 0.0
    return 1 / usual if usual > 0 and declared * usual < LEAST_FPS_SHARE else declared


def _varies(times_s: Sequence[float]) -> bool:
    """Whether the intervals of the first seconds of frames differ."""
    steps = _steps(times_s)
    if len(steps) < 2:
        return False
    middle = sorted(steps)[len(steps) // 2]
    # containers with millisecond clocks round every time by up to a millisecond
    return any(abs(step - middle) > UNEVEN * middle + 0.0011 for step in steps)


def _rotation(path: Path, index: int) -> int:
    """Degrees from the display matrix of the first frame that can be decoded."""
    import av

    with open_media(path) as container:
        for number, packet in enumerate(every_packet(container, [container.streams[index]])):
            with suppress(av.error.FFmpegError):
                for frame in packet.decode():
                    return int(getattr(frame, "rotation", 0) or 0) % 360
            if number > ROTATION_PACKETS:
                break
    return 0


def _sounds(path: Path, streams: list[Any], starts: Starts) -> tuple[AudioTrack, ...]:
    if not streams:
        return ()
    layouts = channel_layouts(path)
    return tuple(
        _sound(number, stream, layouts.get(stream.index, UNKNOWN_LAYOUT), starts)
        for number, stream in enumerate(streams)
    )


def _sound(number: int, stream: Any, layout: str, starts: Starts) -> AudioTrack:
    import av

    context = stream.codec_context
    return AudioTrack(
        number=number,
        index=stream.index,
        codec=context.name,
        channels=channel_names(layout),
        rate_hz=context.rate,
        language=stream.metadata.get("language", ""),
        title=_title(stream),
        is_default=bool(stream.disposition & av.stream.Disposition.default),
        start_ms=starts.of(stream),
        purposes=tuple(
            name for name in PURPOSES if stream.disposition & av.stream.Disposition[name]
        ),
    )
