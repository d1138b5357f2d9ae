"""Tell the mood of every line from the voice, the face and the words, and how it was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np
import numpy.typing as npt

from dubbing.acoustics.prosody import measure_prosody
from dubbing.arrays import Audio
from dubbing.engines.emotion import EmotionHearer, Utterance
from dubbing.language.emotion_words import emotion_words
from dubbing.pipeline import Run, stage
from dubbing.settings import EmotionSettings
from dubbing.soundtrack.dialogue import speech_in
from dubbing.timeline import Emotion, Line, Sense, Timeline
from dubbing.vision.expression import LABELS as SEEN_LABELS
from dubbing.vision.expression import Expression
from dubbing.vision.face_pictures import face_pictures
from dubbing.vision.track_file import read_track
from dubbing.voice.fusion import fuse
from dubbing.voice.manner import against_usual

PICTURES_A_SECOND = 4.0
FACE_SURE = 0.6
"""The most that a talking face is trusted, if it is seen all the time and in many lines."""
LOOKS_FOR_HALF = 3
"""With so many lines of a speaker, their usual look is half known."""
OWN_FACE = 0.5
"""How far a speaker's usual look is taken out of what their face says: some look sad when they talk."""
WORDS_FOR_HALF = 1.5
"""With so many words of emotion, the words are half sure."""
WORDS_OF_DOUBT = 0.1
"""Added to the count of every emotion."""


@stage(
    reads=("media", "dialogue", "voice_channels", "source_language", "lines", "speakers", "faces"),
    writes=("lines.emotion",),
    version=5,
    engine_roles=("emotion",),
    weights=("expression",),
    outside=("source",),
)
def emotion(timeline: Timeline, run: Run, settings: EmotionSettings) -> Timeline:
    """Fill ``emotion`` of every line."""
    senses: list[list[Sense]] = [[] for _ in timeline.lines]
    if "voice" in settings.senses:
        _add(senses, _heard(timeline, run, settings))
    if "face" in settings.senses:
        _add(senses, _seen(timeline, run))
    if "text" in settings.senses:
        _add(senses, [_read(line, timeline.language_of(line)) for line in timeline.lines])
    moods = [fuse(found) for found in senses]
    if "voice" in settings.senses:
        moods = _measured(timeline, run, moods)
    return timeline.with_lines(
        replace(line, emotion=mood) for line, mood in zip(timeline.lines, moods, strict=True)
    )


def _measured(timeline: Timeline, run: Run, moods: Sequence[Emotion]) -> list[Emotion]:
    """With how each line was said against how its speaker usually talks."""
    said = []
    for number, line in enumerate(timeline.lines, start=1):
        said.append(measure_prosody(_sound(timeline, run, line)))
        run.progress(number, len(timeline.lines), "measuring", "lines")
    speakers = [line.speaker for line in timeline.lines]
    manners = against_usual(said, speakers, [1 - mood.intensity for mood in moods])
    return [replace(mood, measured=m) for mood, m in zip(moods, manners, strict=True)]


def _add(senses: list[list[Sense]], found: Sequence[Sense | None]) -> None:
    for of_line, sense in zip(senses, found, strict=True):
        if sense is not None and sense.confidence > 0:
            of_line.append(sense)


# -- voice -----------------------------------------------------------------------------------------


def _heard(timeline: Timeline, run: Run, settings: EmotionSettings) -> list[Sense | None]:
    hearer: EmotionHearer = run.engines.get("emotion", settings.engine, settings.engine_options)
    heard = hearer.hear(
        [Utterance(line.speaker, partial(_sound, timeline, run, line)) for line in timeline.lines]
    )
    return [Sense("voice", h.probabilities, h.confidence, h.arousal) for h in heard]


def _sound(timeline: Timeline, run: Run, line: Line) -> Audio:
    """The line without its music: a mood is measured on the voice alone."""
    return speech_in(timeline, run.workspace, line.span)


# -- face ------------------------------------------------------------------------------------------


def _seen(timeline: Timeline, run: Run) -> list[Sense | None]:
    """Expressions, each against the usual look of the same speaker."""
    reader = Expression()
    shares = [_shares(timeline, run, line, reader) for line in timeline.lines]
    usual = {
        speaker.id: [
            found
            for line, found in zip(timeline.lines, shares, strict=True)
            if found is not None and line.speaker == speaker.id
        ]
        for speaker in timeline.speakers
    }
    return [
        None if found is None else _expression(line, found, usual[line.speaker])
        for line, found in zip(timeline.lines, shares, strict=True)
    ]


def _shares(
    timeline: Timeline, run: Run, line: Line, reader: Expression
) -> npt.NDArray[np.float64] | None:
    """Probabilities ``[7]`` of the face that speaks a line; remembered line by line."""
    if line.mouth is None:
        return None
    key = run.part_key(line.id)
    known = run.recall(key)
    if known is None:
        track = read_track(run.workspace.path(timeline.face(line.mouth.face).track))
        pictures = face_pictures(run.source, track, line.span, PICTURES_A_SECOND)
        known = [round(float(v), 5) for v in reader.read(pictures)] if len(pictures) else []
        run.remember(key, known)
        run.progress(timeline.lines.index(line) + 1, len(timeline.lines), "faces", "lines")
    return np.array(known) if known else None


def _expression(
    line: Line, shares: npt.NDArray[np.float64], usual: Sequence[npt.NDArray[np.float64]]
) -> Sense:
    assert line.mouth is not None
    look = np.exp(np.mean(np.log(np.array(usual) + 1e-4), axis=0))
    own = shares / look ** (OWN_FACE * (len(usual) - 1) / len(usual))
    own /= own.sum()
    found = tuple((n, round(float(p), 4)) for n, p in zip(SEEN_LABELS, own, strict=True))
    sure = FACE_SURE * line.mouth.seen * len(usual) / (len(usual) + LOOKS_FOR_HALF)
    return Sense("face", found, round(sure, 4))


# -- words -----------------------------------------------------------------------------------------


def _read(line: Line, language: str) -> Sense | None:
    counts = emotion_words(line.text, language)
    total = sum(counts.values())
    if not total:
        return None
    doubted = {name: counts.get(name, 0) + WORDS_OF_DOUBT for name in SEEN_LABELS}
    whole = sum(doubted.values())
    found = tuple((name, round(count / whole, 4)) for name, count in doubted.items())
    return Sense("text", found, round(total / (total + WORDS_FOR_HALF), 4))
