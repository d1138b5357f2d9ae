"""Trains and judges the model that hears emotions.

Corpora are folders of sound files whose names say speaker and emotion: EmoDB (Burkhardt et al. 2005) and
RAVDESS (Livingstone and Russo 2018), told by their names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soxr

from dubbing.arrays import Audio
from dubbing.errors import UsageError
from dubbing.media.sound_file import read_sound
from dubbing.models.emotion_voice import (
    N_PROSODY,
    EmotionVoice,
    by_speaker,
    describe,
    load_emotion_voice,
)
from dubbing.models.speaker_encoder import RATE_HZ, SpeakerEncoder

Numbers = npt.NDArray[np.float64]
EMODB = re.compile(r"(\d\d)[ab]\d\d([WLEAFTN])[a-z]")
EMODB_LABELS = {
    "W": "angry",
    "E": "disgusted",
    "A": "fearful",
    "F": "happy",
    "T": "sad",
    "N": "neutral",
    "L": "bored",
}
RAVDESS = re.compile(r"\d\d-\d\d-(\d\d)-\d\d-\d\d-\d\d-(\d\d)")
RAVDESS_LABELS = dict(
    zip(
        ("01", "02", "03", "04", "05", "06", "07", "08"),
        ("neutral", "calm", "happy", "sad", "angry", "fearful", "disgusted", "surprised"),
        strict=True,
    )
)
LEARNT = ("angry", "disgusted", "fearful", "happy", "neutral", "sad")
JUDGED = ("neutral", "happy", "sad", "angry")
TENSE, SLACK = ("angry", "happy", "fearful"), ("sad", "calm", "neutral", "bored")
STRENGTHS = (0.003, 0.01, 0.03, 0.1, 0.3)
"""Inverse regularization that is tried; chosen by leaving each speaker out in turn."""


@dataclass(frozen=True, slots=True, eq=False)
class Corpus:
    """Described utterances ``[n, 267]``, and of each its speaker and its emotion."""

    described: Numbers
    speakers: tuple[str, ...]
    labels: tuple[str, ...]

    def only(self, labels: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Which utterances have one of these labels."""
        return np.isin(np.asarray(self.labels), labels)


def read_corpus(folder: Path, progress: Callable[[int, int], None]) -> Corpus:
    """Describe every file of a folder whose name is known.

    Raises:
        UsageError: if there is none.
    """
    files = labelled(folder)
    encoder, described = SpeakerEncoder(), []
    for number, (path, _, _) in enumerate(files, start=1):
        described.append(describe(trimmed_sound(path), encoder))
        progress(number, len(files))
    return Corpus(
        np.stack(described), tuple(who for _, who, _ in files), tuple(what for _, _, what in files)
    )


def labelled(folder: Path) -> list[tuple[Path, str, str]]:
    """File, speaker and emotion of every recording of a folder whose name is known.

    Raises:
        UsageError: if there is none.
    """
    files = list(_labelled(folder))
    if not files:
        raise UsageError(
            f"{folder} holds no file of EmoDB or RAVDESS.",
            hint="Names are like 03a01Fa.wav or 03-01-05-01-01-01-12.wav.",
        )
    return files


def _labelled(folder: Path) -> Iterator[tuple[Path, str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in (".wav", ".flac"):
            continue
        if found := EMODB.fullmatch(path.stem):
            yield path, f"emodb-{found[1]}", EMODB_LABELS[found[2]]
        elif found := RAVDESS.fullmatch(path.stem):
            yield path, f"ravdess-{found[2]}", RAVDESS_LABELS[found[1]]


def trimmed_sound(path: Path) -> Audio:
    """A recording at 16 kHz without the silence at both ends, as lines of a film are cut."""
    audio = read_sound(path).mono()
    samples = soxr.resample(audio.samples[0], audio.rate_hz, RATE_HZ)
    loud = np.flatnonzero(np.abs(samples) > 0.05 * np.abs(samples).max())
    margin = RATE_HZ // 20
    kept = samples[max(0, loud[0] - margin) : loud[-1] + 2 * margin]
    return Audio(kept[np.newaxis].astype(np.float32), RATE_HZ)


def train_emotion(corpus: Corpus) -> tuple[EmotionVoice, dict[str, float]]:
    """The model, and what was measured: recall of speakers that were left out, and the strength."""
    used = corpus.only(LEARNT)
    usual, scale = _spreads(corpus)
    x = by_speaker(corpus.described, corpus.speakers, usual, scale)
    labels, speakers = np.asarray(corpus.labels), np.asarray(corpus.speakers)
    recalls = {c: _left_out(x[used], labels[used], speakers[used], c) for c in STRENGTHS}
    strength = max(recalls, key=lambda c: recalls[c])
    model = _fitted(x[used], labels[used], strength)
    aroused = corpus.only((*TENSE, *SLACK))
    arousal = _fitted(x[aroused], np.isin(labels[aroused], TENSE), strength)
    voice = EmotionVoice(
        labels=tuple(str(name) for name in model.classes_),
        weights=model.coef_,
        biases=model.intercept_,
        arousal_weights=arousal.coef_[0],
        arousal_bias=float(arousal.intercept_[0]),
        usual_spread=usual,
        vector_scale=scale,
    )
    return voice, {"recall_left_out": round(recalls[strength], 3), "strength": strength}


def _spreads(corpus: Corpus) -> tuple[Numbers, float]:
    """Usual spread within a speaker of each number of the prosody, and of the vectors as a whole."""
    names = np.asarray(corpus.speakers)
    away = np.concatenate(
        [
            corpus.described[names == name] - np.nanmean(corpus.described[names == name], axis=0)
            for name in sorted(set(corpus.speakers))
        ]
    )
    spread = np.sqrt(np.nanmean(away**2, axis=0))
    return spread[:N_PROSODY], float(np.sqrt(np.mean(away[:, N_PROSODY:] ** 2)))


def _fitted(x: Numbers, y: Any, strength: float) -> Any:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=strength, max_iter=3000, class_weight="balanced")
    return model.fit(x, y)


def _left_out(x: Numbers, labels: Any, speakers: Any, strength: float) -> float:
    """Unweighted recall over speakers that were not learnt from."""
    told = np.empty(len(labels), dtype=object)
    for name in sorted(set(speakers)):
        theirs = speakers == name
        told[theirs] = _fitted(x[~theirs], labels[~theirs], strength).predict(x[theirs])
    return _recall(labels, told, LEARNT)


def _recall(labels: Any, told: Any, names: Sequence[str]) -> float:
    shares = [float(np.mean(told[labels == name] == name)) for name in names]
    return float(np.mean(shares))


def judge_emotion(corpus: Corpus, voice: EmotionVoice | None = None) -> dict[str, Any]:
    """Unweighted recall over four emotions, each recall, confusions, and AUC of arousal."""
    from sklearn.metrics import roc_auc_score

    voice = voice or load_emotion_voice()
    shares, arousal = voice.read(corpus.described, corpus.speakers)
    labels, judged = np.asarray(corpus.labels), corpus.only(JUDGED)
    columns = [voice.labels.index(name) for name in JUDGED]
    told = np.asarray(JUDGED)[shares[:, columns].argmax(axis=1)]
    aroused = corpus.only((*TENSE, *SLACK))
    confusion = {
        name: {other: int(np.sum(told[labels == name] == other)) for other in JUDGED}
        for name in JUDGED
    }
    return {
        "utterances": len(labels),
        "speakers": len(set(corpus.speakers)),
        "recall": round(_recall(labels[judged], told[judged], JUDGED), 3),
        "recalls": {
            name: round(float(np.mean(told[labels == name] == name)), 3) for name in JUDGED
        },
        "confusion": confusion,
        "arousal_auc": round(
            float(roc_auc_score(np.isin(labels[aroused], TENSE), arousal[aroused])), 3
        ),
    }


def save_emotion(voice: EmotionVoice, path: Path, card: dict[str, str]) -> None:
    """Write the weights with a card of what they were made from."""
    from safetensors.numpy import save_file

    tensors = {
        "weights": voice.weights,
        "biases": voice.biases,
        "arousal_weights": voice.arousal_weights,
        "arousal_bias": np.array([voice.arousal_bias]),
        "usual_spread": voice.usual_spread,
        "vector_scale": np.array([voice.vector_scale]),
    }
    plain = {name: np.ascontiguousarray(value, dtype=np.float32) for name, value in tensors.items()}
    save_file(plain, path, {**card, "labels": ",".join(voice.labels)})
