"""Say who the people are that speak: voices and faces together, and what is known of each voice."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache, partial

import numpy as np
import numpy.typing as npt

from dubbing.arrays import Audio
from dubbing.diarization.faces import SEEN, SURE_SCORE_LEAD, SeenLine, with_faces
from dubbing.diarization.named import Named, named, names_of_lines
from dubbing.engines.speakers import SpeakerEmbedder
from dubbing.errors import UnknownSpeaker
from dubbing.media.sound_file import keep_sound
from dubbing.models.speaker_encoder import SpeakerEncoder
from dubbing.models.voice_sex import load_voice_sex
from dubbing.pipeline import Run, stage
from dubbing.settings import SpeakersSettings
from dubbing.soundtrack.dialogue import speech_in
from dubbing.timeline import FaceReading, Line, Span, Speaker, Timeline
from dubbing.voice.profile import describe_voice
from dubbing.voice.reference import Stretch, choose_reference, joined
from dubbing.voice.sex import VoiceWindows, speaker_sex, voice_windows

Vectors = npt.NDArray[np.float32]
TOGETHER_MS = 500
LONGEST_SAMPLE_MS = 10_000
NEIGHBOURS = 8
"""Lines before and after that are asked whether they overlap."""
MAX_SEX_LINES = 12
"""So many of a speaker's longest lines tell their sex and pitch."""


@stage(
    reads=("media", "dialogue", "voice_channels", "lines", "faces"),
    writes=("speakers", "lines.speaker"),
    version=8,
    engine_roles=("speakers",),
    weights=("ge2e", "swift-f0", "voice-sex"),
    project=("names", "line_speakers", "hints"),
)
def speakers(timeline: Timeline, run: Run, settings: SpeakersSettings) -> Timeline:
    """Correct the clustering of voices by the faces, and describe each speaker.

    Raises:
        UnknownSpeaker: if somebody is named who does not speak.
    """
    vectors = _embed_lines(timeline, run, settings.engine)
    told, hinted = _told_with_names(timeline, run, settings)
    _check_names(told, run.project.names)
    embedder: SpeakerEmbedder = run.engines.get("speakers", settings.engine)
    people = tuple(
        _with_reference(
            *_described(timeline, run, vectors, told, speaker), run=run, embedder=embedder
        )
        for speaker in sorted(set(told), key=lambda name: (len(name), name))
    )
    known = {**hinted, **run.project.names}
    people = tuple(replace(person, name=known.get(person.id, person.name)) for person in people)
    lines = (
        replace(line, speaker=speaker) for line, speaker in zip(timeline.lines, told, strict=True)
    )
    return replace(timeline.with_lines(lines), speakers=people)


def _check_names(told: Sequence[str], names: Mapping[str, str]) -> None:
    known = sorted(set(told))
    for name in names:
        if name not in known:
            raise UnknownSpeaker.among(known, name)


def _told(timeline: Timeline, run: Run, settings: SpeakersSettings) -> list[str]:
    """The speaker of each line: ``S1`` is the first to be heard, unless somebody said otherwise."""
    voices = _labels(timeline, settings)
    return [
        run.project.line_speakers.get(line.id, f"S{voice + 1}")
        for line, voice in zip(timeline.lines, voices, strict=True)
    ]


def _told_with_names(
    timeline: Timeline, run: Run, settings: SpeakersSettings
) -> tuple[list[str], Mapping[str, str]]:
    """The speaker of each line, and the names that a person's text has for them."""
    told = _told(timeline, run, settings)
    if not run.project.hints:
        return told, {}
    hints = [(hint.name, (hint.start_ms, hint.end_ms)) for hint in run.project.hints]
    spans = [(line.span.start_ms, line.span.end_ms) for line in timeline.lines]
    found = named(told, names_of_lines(spans, hints))
    moved = {
        number: speaker
        for number, speaker in found.moved.items()
        if timeline.lines[number].id not in run.project.line_speakers
    }
    _tell(run, found, moved)
    return [moved.get(number, speaker) for number, speaker in enumerate(told)], found.names


def _tell(run: Run, found: Named, moved: Mapping[int, str]) -> None:
    """Say what was taken from the text."""
    if not found.names:
        run.note("The text names speakers, but which of the voices they are is not plain.")
        return
    said = ", ".join(f"{speaker} is {name}" for speaker, name in found.names.items())
    lines = "; ".join(
        f"line {number + 1} is {found.names[speaker]}'s" for number, speaker in moved.items()
    )
    run.note(f"As the text has it, {said}{'; ' if lines else ''}{lines}.")


def _labels(timeline: Timeline, settings: SpeakersSettings) -> list[int]:
    """Number of the speaker of each line, from 0 in order of appearance."""
    names = list(dict.fromkeys(line.speaker for line in timeline.lines))
    voices = [names.index(line.speaker) for line in timeline.lines]
    if settings.use_faces:
        voices = with_faces(
            voices, _seen(timeline), _together(timeline), may_add=settings.count is None
        )
    order = {voice: rank for rank, voice in enumerate(dict.fromkeys(voices))}
    return [order[voice] for voice in voices]


def _seen(timeline: Timeline) -> list[SeenLine]:
    """Lines whose mouth is surely the one that speaks."""
    found = []
    for number, line in enumerate(timeline.lines):
        if line.mouth is None or line.mouth.seen < SEEN:
            continue
        rival = max((score for _, score in line.mouth.rivals), default=float("-inf"))
        if line.mouth.score - rival >= SURE_SCORE_LEAD:
            found.append(SeenLine(number, line.mouth.face, line.span.duration_ms))
    return found


def _together(timeline: Timeline) -> list[tuple[str, str]]:
    """Faces that are seen at the same time."""
    pairs = itertools.combinations(timeline.faces, 2)
    return [(a.id, b.id) for a, b in pairs if a.span.overlap_ms(b.span) >= TOGETHER_MS]


def _embed_lines(timeline: Timeline, run: Run, engine: str) -> Vectors:
    """One unit vector a line, float32 ``[lines, 256]``."""
    vectors = []
    for number, line in enumerate(timeline.lines):
        key = run.part_key(line.id)
        vector = run.recall(key)
        if vector is None:
            embedder: SpeakerEmbedder = run.engines.get("speakers", engine)
            vector = [round(float(v), 6) for v in embedder.embed(_sound(timeline, run, line))]
            run.remember(key, vector)
        vectors.append(vector)
        run.progress(number + 1, len(timeline.lines), unit="lines")
    return np.array(vectors, dtype=np.float32)


def _sound(timeline: Timeline, run: Run, line: Line) -> Audio:
    end_ms = min(line.span.end_ms, line.span.start_ms + LONGEST_SAMPLE_MS)
    return speech_in(timeline, run.workspace, Span(line.span.start_ms, end_ms))


def _described(
    timeline: Timeline, run: Run, vectors: Vectors, told: Sequence[str], speaker_id: str
) -> tuple[Speaker, list[Stretch]]:
    """A speaker, and their lines, each with its likeness to the mean of them all."""
    members = [i for i, found in enumerate(told) if found == speaker_id]
    centre = vectors[members].mean(axis=0)
    centre /= np.linalg.norm(centre)
    alone = [i for i in members if not _is_talked_over(timeline.lines, i, told)]
    voice = _voice(timeline, run, alone or members)
    speaker = Speaker(
        id=speaker_id,
        name=f"Speaker {speaker_id.removeprefix('S')}",
        f0_hz=None if voice.f0_hz is None else round(voice.f0_hz, 1),
        embedding=tuple(round(float(value), 5) for value in centre),
        sex=speaker_sex(voice, _faces_of(timeline, members)),
    )
    stretches = [
        Stretch(
            timeline.lines[i].id,
            timeline.lines[i].span,
            partial(_sound, timeline, run, timeline.lines[i]),
            float(vectors[i] @ centre),
            _is_talked_over(timeline.lines, i, told),
        )
        for i in members
    ]
    return speaker, stretches


def _voice(timeline: Timeline, run: Run, members: Sequence[int]) -> VoiceWindows:
    """Calm windows of the longest of some lines."""
    longest = sorted(members, key=lambda i: -timeline.lines[i].span.duration_ms)[:MAX_SEX_LINES]
    sounds = [_sound(timeline, run, timeline.lines[i]) for i in longest]
    return voice_windows(sounds, _encoder(), load_voice_sex()).calm()


@cache
def _encoder() -> SpeakerEncoder:
    """The encoder that the reading of sexes was trained on, loaded once."""
    return SpeakerEncoder()


def _faces_of(timeline: Timeline, members: Sequence[int]) -> list[FaceReading]:
    """What was read of the faces that surely speak these lines."""
    seen = {item.face for item in _seen(timeline) if item.line in set(members)}
    readings = [timeline.face(name).reading for name in sorted(seen)]
    return [reading for reading in readings if reading is not None]


def _is_talked_over(lines: Sequence[Line], number: int, told: Sequence[str]) -> bool:
    """Whether somebody else speaks during this line."""
    near = range(max(0, number - NEIGHBOURS), min(len(lines), number + NEIGHBOURS + 1))
    span = lines[number].span
    return any(told[i] != told[number] and lines[i].span.overlap_ms(span) > 0 for i in near)


def _with_reference(
    speaker: Speaker, lines: Sequence[Stretch], run: Run, embedder: SpeakerEmbedder
) -> Speaker:
    """The speaker with their purest speech and what it tells of their voice."""
    chosen = choose_reference(lines)
    if not chosen:
        return speaker
    audio = joined(chosen)
    embedding = tuple(round(float(value), 5) for value in embedder.embed(audio))
    return replace(
        speaker,
        reference=keep_sound(run.workspace, audio, subtype="PCM_16"),
        reference_lines=tuple(stretch.line for stretch in chosen),
        profile=describe_voice(audio, embedding),
    )
