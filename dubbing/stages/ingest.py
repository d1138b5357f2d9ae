"""Look at the file, say what is odd about it, and take its sound out for the other stages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from dubbing.arrays import Audio
from dubbing.file_names import shown
from dubbing.media.channels import in_file_order
from dubbing.media.extract import extract_audio, extract_speech_audio, first_filters
from dubbing.media.float_sound import count_no_numbers
from dubbing.media.probe import MediaInfo, probe
from dubbing.media.sound_file import read_sound, sound_format
from dubbing.pipeline import Run, film_identity, stage
from dubbing.settings import IngestSettings
from dubbing.soundtrack.voice_place import listening_weights
from dubbing.timeline import Artifact, Media, Timeline

MOST_PIECES, PIECE_MS = 60, 5_000
"""So much of a film tells what its channels have in common."""


@stage(reads=(), writes=("media",), version=3, outside=("source", "ffmpeg"))
def ingest(timeline: Timeline, run: Run, settings: IngestSettings) -> Timeline:
    """Probe the source and extract its 48 kHz working sound and a 16 kHz copy for recognition."""
    info = probe(run.source)
    track = info.choose_audio(settings.audio_track)
    for note in info.notes():
        run.note(note)
    sound = _extract_sound(run, info, track)
    channels = in_file_order(info.audio[track].channels)
    media = Media(
        name=shown(run.source.name),
        fingerprint=film_identity(run.source),
        duration_ms=info.duration_ms,
        has_picture=info.video is not None,
        audio_track=track,
        notes=info.notes(),
        channels=channels,
        sound=sound,
        speech=_extract_speech(run, run.workspace.path(sound), channels),
    )
    return replace(timeline, media=media)


def _extract_sound(run: Run, info: MediaInfo, track: int) -> Artifact:
    total = info.duration_ms / 1000

    def tell(share: float) -> None:
        run.progress(share * total, total, "sound", "s")

    with run.workspace.new_file(".wav") as path:
        log = extract_audio(
            run.source,
            track,
            path,
            start_ms=info.start_ms,
            duration_ms=info.duration_ms,
            filters=first_filters(info.audio[track]),
            on_progress=tell,
        )
        if damaged := count_no_numbers(log):
            run.note(f"{damaged} samples of the sound are no numbers (NaN, infinite); silent here.")
        return run.workspace.adopt(path)


def _extract_speech(run: Run, sound: Path, channels: Sequence[str]) -> Artifact:
    with run.workspace.new_file(".wav") as path:
        weights = listening_weights(_pieces(sound), channels)
        extract_speech_audio(sound, path, weights.tolist())
        return run.workspace.adopt(path)


def _pieces(sound: Path) -> Iterator[Audio]:
    """Pieces spread over the whole sound."""
    duration_ms = sound_format(sound).duration_ms
    step_ms = max(PIECE_MS, duration_ms // MOST_PIECES)
    for start_ms in range(0, max(1, duration_ms), step_ms):
        yield read_sound(sound, start_ms, start_ms + PIECE_MS)
