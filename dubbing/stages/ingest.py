"""Look at the file, say what is odd about it, and take its sound out for the other stages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from dubbing.file_names import shown
from dubbing.film_identity import film_identity
from dubbing.media.channels import in_file_order
from dubbing.media.condition import condition_of
from dubbing.media.extract import Extracted, extract_audio, first_filters
from dubbing.media.picture_check import picture_note
from dubbing.media.probe import MediaInfo, probe
from dubbing.pipeline import Run, stage
from dubbing.settings import IngestSettings
from dubbing.soundtrack.listening import write_heard_mono
from dubbing.timeline import Artifact, Media, Timeline
from dubbing.working_space import check_space, sound_bytes


@stage(reads=(), writes=("media",), version=5, outside=("source", "ffmpeg"))
def ingest(timeline: Timeline, run: Run, settings: IngestSettings) -> Timeline:
    """Probe the source and extract its 48 kHz working sound and a 16 kHz copy for recognition."""
    info = probe(run.source)
    track = info.choose_audio(settings.audio_track)
    condition = condition_of(info, track)
    n_channels = info.audio[track].n_channels
    check_space(run.workspace.root, sound_bytes(condition.duration_ms, n_channels))
    sound, extracted = _extract_sound(run, info, track, condition.duration_ms)
    notes = (*info.notes(), *condition.notes(), *extracted.notes(), *_of_picture(info))
    for note in notes:
        run.note(note)
    channels = in_file_order(info.audio[track].channels)
    media = Media(
        name=shown(run.source.name),
        fingerprint=film_identity(run.source),
        duration_ms=condition.duration_ms,
        has_picture=info.video is not None,
        audio_track=track,
        notes=notes,
        channels=channels,
        sound=sound,
        speech=_extract_speech(run, run.workspace.path(sound), channels),
    )
    return replace(timeline, media=media)


def _of_picture(info: MediaInfo) -> tuple[str, ...]:
    note = picture_note(info)
    return (note,) if note else ()


def _extract_sound(
    run: Run, info: MediaInfo, track: int, duration_ms: int
) -> tuple[Artifact, Extracted]:
    total = duration_ms / 1000

    def tell(share: float) -> None:
        run.progress(share * total, total, "sound", "s")

    with run.workspace.new_file(".wav") as path:
        extracted = extract_audio(
            run.source,
            track,
            path,
            start_ms=info.start_ms,
            duration_ms=duration_ms,
            filters=first_filters(info.audio[track]),
            on_progress=tell,
        )
        return run.workspace.adopt(path), extracted


def _extract_speech(run: Run, sound: Path, channels: Sequence[str]) -> Artifact:
    with run.workspace.new_file(".wav") as path:
        write_heard_mono(sound, path, channels)
        return run.workspace.adopt(path)
