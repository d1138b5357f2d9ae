"""One file in many languages: the picture, the original sound, every dub and its subtitles."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from dubbing.errors import UsageError, WorkspaceError
from dubbing.exports.cues import Of
from dubbing.exports.events import subtitles_of
from dubbing.exports.subtitles import subtitle_document
from dubbing.language.languages import language
from dubbing.media.containers import ONE_TRACK
from dubbing.media.mux import DubTrack, MuxRequest, SubtitleFile, check_container, mux
from dubbing.media.probe import MediaInfo
from dubbing.timeline import Timeline
from dubbing.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Dubs:
    """What a workspace holds: finished dubs, and the languages that have none yet."""

    finished: tuple[Timeline, ...]
    unfinished: tuple[str, ...]


def finished_dubs(workspace: Workspace) -> Dubs:
    """All dubs of a workspace whose sound is mixed and there.

    Raises:
        WorkspaceError: if there is none.
    """
    finished, unfinished = [], []
    for code in workspace.languages():
        timeline = workspace.latest_timeline(code)
        if timeline.mix is not None and workspace.holds(timeline.mix.sound):
            finished.append(timeline)
        else:
            unfinished.append(code)
    if not finished:
        raise WorkspaceError(
            f"{workspace.root} holds no finished dub.", hint="Dub the film to its end first."
        )
    return Dubs(tuple(finished), tuple(unfinished))


def check_tracks(output: Path, info: MediaInfo) -> None:
    """Raise ``UsageError`` unless the output's container can hold the picture and many tracks."""
    if output.suffix.lower() in ONE_TRACK:
        raise UsageError(f"{output.suffix} holds one sound track.", hint="Use .mkv or .mp4.")
    check_container(output, info)


def write_many_languages(
    dubs: Iterable[Timeline], workspace: Workspace, info: MediaInfo, output: Path, rate: Fraction
) -> None:
    """Write the film with all dubs; the original sound comes first and plays unasked.

    ``rate`` is the film's, for the gaps between subtitles.

    Raises:
        UsageError: if the container cannot hold the picture.
        UnreadableMedia: if ffmpeg fails.
        DiskFull: if there was no room.
    """
    timelines = tuple(dubs)
    first, *more = (_track(timeline, workspace) for timeline in timelines)
    media = timelines[0].media
    with tempfile.TemporaryDirectory(prefix="dub-") as folder:
        mux(
            MuxRequest(
                source=info.path,
                dub_wav=first.wav,
                output=output,
                source_info=info,
                dub_language=first.language,
                dub_title=first.title,
                original_audio_track=media.audio_track if media is not None else 0,
                original_language=language(timelines[0].source_language).iso639_2,
                subtitles=_subtitles(timelines, Path(folder), rate),
                more_dubs=tuple(more),
                original_first=True,
            )
        )


def _track(timeline: Timeline, workspace: Workspace) -> DubTrack:
    assert timeline.mix is not None
    spoken = language(timeline.target_language)
    wav = workspace.path(timeline.mix.sound)
    return DubTrack(wav, spoken.iso639_2, f"{spoken.name} (dubbed)")


def _subtitles(
    timelines: tuple[Timeline, ...], folder: Path, rate: Fraction
) -> tuple[SubtitleFile, ...]:
    """SubRip files: the film's own language, unless a dub has it as well, then that of each dub."""
    wanted: list[tuple[Timeline, Of, str]] = []
    if not any(timeline.is_spoken_again for timeline in timelines):
        wanted.append((timelines[0], "source", timelines[0].source_language))
    wanted += [(timeline, "target", timeline.target_language) for timeline in timelines]
    files = []
    for number, (timeline, of, code) in enumerate(wanted):
        subtitles = subtitles_of(timeline, of, rate)
        if subtitles.events:
            path = folder / f"{number}.srt"
            path.write_text(subtitle_document(subtitles, "srt"), encoding="utf-8")
            spoken = language(code)
            files.append(SubtitleFile(path, spoken.iso639_2, spoken.name))
    return tuple(files)
