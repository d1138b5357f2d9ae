"""A dub as an OpenTimelineIO document: the picture, a sound track a speaker, what each line is."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dubbing.exports.clips import Clip, clips_by_speaker
from dubbing.exports.cues import dub_span
from dubbing.exports.film import FrameClock
from dubbing.language.script import as_written
from dubbing.timeline import Line, Timeline
from dubbing.workspace import Workspace

if TYPE_CHECKING:
    from opentimelineio import opentime, schema

NAMESPACE = "dubbing"
"""Under which the metadata of a clip lie."""


def otio_document(timeline: Timeline, workspace: Workspace, film: Path, clock: FrameClock) -> str:
    """The text of an .otio file; all of it at the rate of the film."""
    from opentimelineio import adapters, schema

    document = schema.Timeline(
        name=film.stem, global_start_time=_frames(clock.first, clock), metadata=_about(timeline)
    )
    has_picture = timeline.media is None or timeline.media.has_picture
    document.tracks.append(_film(film, clock, has_picture=has_picture))
    tracks = clips_by_speaker(timeline, clock)
    for speaker, clips in tracks.items():
        document.tracks.append(_track(timeline, speaker, clips, workspace, clock))
    with_clip = {clip.line.id for clips in tracks.values() for clip in clips}
    for line in timeline.lines:
        if line.id not in with_clip:
            at = _frames(clock.nearest(dub_span(line).start_ms), clock)
            document.tracks.markers.extend(_markers(line, at, clock))
    return str(adapters.write_to_string(document, "otio_json")) + "\n"


def _frames(n: int, clock: FrameClock) -> opentime.RationalTime:
    from opentimelineio import opentime

    return opentime.RationalTime(n, float(clock.rate))


def _about(timeline: Timeline) -> dict[str, Any]:
    media = timeline.media
    return {
        NAMESPACE: {
            "film": media.name if media else "",
            "source_language": timeline.source_language,
            "target_language": timeline.target_language,
        }
    }


def _film(film: Path, clock: FrameClock, *, has_picture: bool) -> schema.Track:
    """The whole film from its own first timecode on."""
    from opentimelineio import opentime, schema

    kind = schema.TrackKind.Video if has_picture else schema.TrackKind.Audio
    track = schema.Track(name="Picture" if has_picture else "Original", kind=kind)
    whole = opentime.TimeRange(_frames(clock.first, clock), _frames(clock.n_frames, clock))
    file = schema.ExternalReference(target_url=film.absolute().as_uri(), available_range=whole)
    track.append(schema.Clip(name=film.name, media_reference=file, source_range=whole))
    return track


def _track(
    timeline: Timeline,
    speaker: str,
    clips: tuple[Clip, ...],
    workspace: Workspace,
    clock: FrameClock,
) -> schema.Track:
    from opentimelineio import schema

    names = {person.id: person.name for person in timeline.speakers}
    gains = {mixed.line: mixed.gain_db for mixed in timeline.mix.lines} if timeline.mix else {}
    track = schema.Track(name=speaker or "Speech", kind=schema.TrackKind.Audio)
    track.metadata[NAMESPACE] = {"speaker": speaker, "name": names.get(speaker, "")}
    end = 0
    for clip in clips:
        if clip.first_frame > end:
            track.append(schema.Gap(duration=_frames(clip.first_frame - end, clock)))
        made = _clip(clip, workspace, clock)
        made.metadata[NAMESPACE] = {
            **_described(clip, timeline.written),
            "gain_db": gains.get(clip.line.id),
        }
        track.append(made)
        end = clip.first_frame + clip.n_frames
    return track


def _clip(clip: Clip, workspace: Workspace, clock: FrameClock) -> schema.Clip:
    """A take; where it begins is told in frames as all else is, with the samples as a fraction."""
    from opentimelineio import opentime, schema

    def samples(n: int) -> opentime.RationalTime:
        rate = float(clock.rate)
        return opentime.RationalTime(float(n * clock.rate / clip.take.rate_hz), rate)

    file = schema.ExternalReference(
        target_url=workspace.path(clip.take.sound).as_uri(),
        available_range=opentime.TimeRange(samples(0), samples(clip.take.n_samples)),
    )
    start = samples(clip.first_sample)
    made = schema.Clip(
        name=clip.name,
        media_reference=file,
        source_range=opentime.TimeRange(start, _frames(clip.n_frames, clock)),
    )
    made.markers.extend(_markers(clip.line, start, clock))
    return made


def _described(clip: Clip, written: str | None) -> dict[str, Any]:
    """All that a person at the mixing desk may want to know of a line."""
    line, take = clip.line, clip.take
    return {
        "number": clip.number,
        "first_sample": clip.first_sample,
        "sample_rate_hz": take.rate_hz,
        "line": line.id,
        "speaker": line.speaker,
        "source_text": line.text,
        "target_text": as_written(line.spoken_text, written),
        "flags": list(line.flags),
        "emotion": _emotion(line),
        "delivery": None if line.delivery is None else asdict(line.delivery),
        "on_screen": line.mouth is not None,
        "speech_ms": [take.speech.start_ms, take.speech.end_ms],
        "loudness_lufs": take.measured_lufs,
        "concessions": list(line.plan.rungs) if line.plan is not None else [],
    }


def _emotion(line: Line) -> dict[str, Any] | None:
    told = line.emotion
    if told is None:
        return None
    return {
        "label": told.label,
        "intensity": told.intensity,
        "valence": told.valence,
        "arousal": told.arousal,
    }


def _markers(line: Line, at: opentime.RationalTime, clock: FrameClock) -> list[schema.Marker]:
    """One red marker a flag, a frame long."""
    from opentimelineio import opentime, schema

    return [
        schema.Marker(
            name=flag,
            marked_range=opentime.TimeRange(at, _frames(1, clock)),
            color=schema.MarkerColor.RED,
            metadata={NAMESPACE: {"line": line.id}},
        )
        for flag in line.flags
    ]
