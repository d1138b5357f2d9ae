"""Find out how many people talk and who says which line, by the sound of their voices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import numpy.typing as npt

from dubbing.acoustics.pitch import median_f0_hz
from dubbing.arrays import Audio
from dubbing.engines.speakers import SpeakerEmbedder
from dubbing.media.sound_file import read_sound, write_sound
from dubbing.pipeline import Run, stage
from dubbing.settings import SpeakersSettings
from dubbing.timeline import Line, Speaker, Timeline
from dubbing.voice.profile import describe_voice
from dubbing.voice.reference import Stretch, choose_reference, joined
from dubbing.workspace import digest

Vectors = npt.NDArray[np.float32]
SURE_MS = 1_000
"""A shorter line tells little of who speaks (one GE2E window is 1.6 s)."""
LONGEST_SAMPLE_MS = 10_000
NEIGHBOURS = 8
"""Lines before and after that are asked whether they overlap."""


@stage(
    reads=("media", "lines"),
    writes=("speakers", "lines.speaker"),
    version=4,
    engine_roles=("speakers",),
)
def speakers(timeline: Timeline, run: Run, settings: SpeakersSettings) -> Timeline:
    """Group lines by voice and describe each group."""
    vectors = _embed_lines(timeline, run, settings.engine)
    labels = cluster(vectors, _sure(timeline.lines), settings)
    embedder: SpeakerEmbedder = run.engines.get("speakers", settings.engine)
    people = tuple(
        _with_reference(
            *_described(timeline, run, vectors, labels, label), run=run, embedder=embedder
        )
        for label in range(max(labels) + 1)
    )
    lines = (
        replace(line, speaker=people[label].id)
        for line, label in zip(timeline.lines, labels, strict=True)
    )
    return replace(timeline.with_lines(lines), speakers=people)


def _embed_lines(timeline: Timeline, run: Run, engine: str) -> Vectors:
    """One unit vector a line, float32 ``[lines, 256]``."""
    vectors = []
    for number, line in enumerate(timeline.lines):
        key = digest([run.stage_key, line.id])
        vector = run.recall(key)
        if vector is None:
            embedder: SpeakerEmbedder = run.engines.get("speakers", engine)
            vector = [round(float(v), 6) for v in embedder.embed(_sound(timeline, run, line))]
            run.remember(key, vector)
        vectors.append(vector)
        run.progress(number + 1, len(timeline.lines), unit="lines")
    return np.array(vectors, dtype=np.float32)


def _sound(timeline: Timeline, run: Run, line: Line) -> Audio:
    assert timeline.media is not None
    assert timeline.media.speech is not None
    end_ms = min(line.span.end_ms, line.span.start_ms + LONGEST_SAMPLE_MS)
    return read_sound(run.workspace.path(timeline.media.speech), line.span.start_ms, end_ms)


def _sure(lines: Sequence[Line]) -> list[int]:
    """Lines long enough to tell voices apart; all of them if none is."""
    long = [i for i, line in enumerate(lines) if line.span.duration_ms >= SURE_MS]
    return long or list(range(len(lines)))


def cluster(vectors: Vectors, sure: Sequence[int], settings: SpeakersSettings) -> list[int]:
    """A label for each line, numbered in order of appearance.

    Average-linkage clustering of the long lines by cosine; short lines go to the nearest group.
    """
    found = _group(vectors[list(sure)], settings)
    centres = np.stack(
        [vectors[list(sure)][found == k].mean(axis=0) for k in range(max(found) + 1)]
    )
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    labels = (vectors @ centres.T).argmax(axis=1)
    labels[list(sure)] = found
    order = {label: rank for rank, label in enumerate(dict.fromkeys(labels.tolist()))}
    return [order[label] for label in labels.tolist()]


def _group(vectors: Vectors, settings: SpeakersSettings) -> npt.NDArray[np.int64]:
    from sklearn.cluster import AgglomerativeClustering

    if len(vectors) == 1:
        return np.zeros(1, dtype=np.int64)
    count = None if settings.count is None else min(settings.count, len(vectors))
    model = AgglomerativeClustering(
        n_clusters=count,
        distance_threshold=None if count else 1 - settings.threshold,
        metric="cosine",
        linkage="average",
    )
    labels: npt.NDArray[np.int64] = model.fit_predict(vectors)
    return labels


def _described(
    timeline: Timeline, run: Run, vectors: Vectors, labels: Sequence[int], label: int
) -> tuple[Speaker, list[Stretch]]:
    """A speaker, and their lines, each with its likeness to the mean of them all."""
    members = [i for i, found in enumerate(labels) if found == label]
    centre = vectors[members].mean(axis=0)
    centre /= np.linalg.norm(centre)
    longest = sorted(members, key=lambda i: -timeline.lines[i].span.duration_ms)[:5]
    pitches = [median_f0_hz(_sound(timeline, run, timeline.lines[i])) for i in longest]
    heard = [pitch for pitch in pitches if pitch is not None]
    speaker = Speaker(
        id=f"S{label + 1}",
        name=f"Speaker {label + 1}",
        f0_hz=round(float(np.median(heard)), 1) if heard else None,
        embedding=tuple(round(float(value), 5) for value in centre),
    )
    stretches = [
        Stretch(
            timeline.lines[i].id,
            timeline.lines[i].span,
            partial(_sound, timeline, run, timeline.lines[i]),
            float(vectors[i] @ centre),
            _is_talked_over(timeline.lines, i, labels),
        )
        for i in members
    ]
    return speaker, stretches


def _is_talked_over(lines: Sequence[Line], number: int, labels: Sequence[int]) -> bool:
    """Whether somebody else speaks during this line."""
    near = range(max(0, number - NEIGHBOURS), min(len(lines), number + NEIGHBOURS + 1))
    span = lines[number].span
    return any(labels[i] != labels[number] and lines[i].span.overlap_ms(span) > 0 for i in near)


def _with_reference(
    speaker: Speaker, lines: Sequence[Stretch], run: Run, embedder: SpeakerEmbedder
) -> Speaker:
    """The speaker with their purest speech and what it tells of their voice."""
    chosen = choose_reference(lines)
    if not chosen:
        return speaker
    audio = joined(chosen)
    embedding = tuple(round(float(value), 5) for value in embedder.embed(audio))
    with run.workspace.new_file(".wav") as path:
        write_sound(path, audio, subtype="PCM_16")
        reference = run.workspace.adopt(path)
    return replace(
        speaker,
        reference=reference,
        reference_lines=tuple(stretch.line for stretch in chosen),
        profile=describe_voice(audio, embedding),
    )
