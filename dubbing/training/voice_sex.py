"""Learns to tell men's, women's and children's voices apart by their GE2E vectors, and judges it.

Recordings of actors of known sex in many moods (EmoDB), each also a little larger and smaller (a sound
played slower or faster has a longer or shorter vocal tract), with noise, with music and without; and the
vectors of Kokoro's stock voices. No corpus of children is at hand: a child is a woman's recording played
so fast that the formants are a child's, which is a stand-in and is measured on nobody real.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soxr

from dubbing.models.speaker_encoder import RATE_HZ, SpeakerEncoder
from dubbing.models.voice_sex import LABELS, VoiceSex
from dubbing.models.voices import all_voice_cards
from dubbing.training.emotion import labelled, trimmed_sound
from dubbing.training.voice_space import noise_or_music, window_vectors

Vectors = npt.NDArray[np.float32]
MAN, WOMAN, CHILD = range(len(LABELS))
EMODB_MEN = ("emodb-03", "emodb-10", "emodb-11", "emodb-12", "emodb-15")
SIZES = (0.94, 1.0, 1.06)
"""Speeds at which a grown-up stays what they are."""
CHILD_SIZES = (1.24, 1.34)
"""Formants of a child of five to ten over a woman's (Lee, Potamianos, Narayanan 1999)."""
STRENGTHS = (0.3, 1.0, 3.0, 10.0)
"""Inverse regularizations that are tried; chosen by leaving each actor out in turn."""
STOCK_WEIGHT = 20.0
"""A stock voice is one vector; an actor is hundreds."""


@dataclass(frozen=True, slots=True, eq=False)
class Voices:
    """GE2E vectors ``[n, 256]``, what each is (``MAN`` …), whose it is, and how much it counts."""

    vectors: Vectors
    kinds: npt.NDArray[np.int64]
    people: npt.NDArray[np.str_]
    weights: npt.NDArray[np.float64]


def is_woman(person: str) -> bool:
    """Whether an actor of EmoDB or RAVDESS, by the name that ``labelled`` gives, is a woman."""
    corpus, _, number = person.partition("-")
    return int(number) % 2 == 0 if corpus == "ravdess" else person not in EMODB_MEN


def train_voice_sex(
    folder: Path, progress: Callable[[int, int], None]
) -> tuple[VoiceSex, dict[str, float]]:
    """Train on recordings named as in EmoDB and on the stock voices.

    Returns:
        The model, and the share of left-out actors' windows that it reads right, with its strength.

    Raises:
        UsageError: if the folder holds no such recording.
    """
    voices = _heard(folder, progress)
    right = {strength: _left_out(voices, strength) for strength in STRENGTHS}
    best = max(right, key=lambda strength: right[strength])
    model = _fitted(voices, np.ones(len(voices.kinds), bool), best)
    return (
        VoiceSex(model.coef_, model.intercept_),
        {"right_left_out": round(right[best], 4), "strength": best},
    )


def _heard(folder: Path, progress: Callable[[int, int], None]) -> Voices:
    rng, encoder = np.random.default_rng(7), SpeakerEncoder()
    recordings = [(path, who) for path, who, _ in labelled(folder)]
    parts: list[tuple[Vectors, int, str, float]] = list(_stock())
    for number, (path, who) in enumerate(recordings, start=1):
        sound = trimmed_sound(path).samples[0]
        for kind, size in _sizes(who):
            changed = soxr.resample(sound, RATE_HZ, RATE_HZ / size)
            bed = noise_or_music(len(changed), rng) if rng.random() < 0.5 else np.zeros(1)
            parts.append((window_vectors(encoder, changed, bed), kind, who, 1.0))
        progress(number, len(recordings))
    lengths = [len(vectors) for vectors, *_ in parts]
    return Voices(
        np.concatenate([vectors for vectors, *_ in parts]),
        np.repeat([kind for _, kind, _, _ in parts], lengths),
        np.repeat([who for _, _, who, _ in parts], lengths),
        np.repeat([weight for *_, weight in parts], lengths),
    )


def _sizes(person: str) -> Iterator[tuple[int, float]]:
    """What a recording becomes, and the speed that makes it so."""
    kind = WOMAN if is_woman(person) else MAN
    for size in SIZES:
        yield kind, size
    if kind == WOMAN:
        for size in CHILD_SIZES:
            yield CHILD, size


def _stock() -> Iterator[tuple[Vectors, int, str, float]]:
    for card in all_voice_cards():
        kind = CHILD if card.is_child else WOMAN if card.is_female else MAN
        yield card.embedding[None], kind, card.name, STOCK_WEIGHT


def _fitted(voices: Voices, used: npt.NDArray[np.bool_], strength: float) -> Any:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=strength, max_iter=3000, class_weight="balanced")
    return model.fit(voices.vectors[used], voices.kinds[used], voices.weights[used])


def _left_out(voices: Voices, strength: float) -> float:
    """Mean share of right readings of actors that were not learnt from."""
    actors = sorted({who for who in voices.people if who.startswith("emodb")})
    shares = []
    for who in actors:
        theirs = voices.people == who
        found = _fitted(voices, ~theirs, strength).predict(voices.vectors[theirs])
        shares.append(float(np.mean(found == voices.kinds[theirs])))
    return float(np.mean(shares))


def judge_voice_sex(
    model: VoiceSex, folder: Path, progress: Callable[[int, int], None]
) -> dict[str, Any]:
    """Judge a model on recordings named as in EmoDB or RAVDESS, by utterance and by person.

    A person's reading is the mean of the log-odds of all their windows.
    """
    encoder = SpeakerEncoder()
    recordings = [(path, who) for path, who, _ in labelled(folder)]
    odds: dict[str, list[float]] = {}
    for number, (path, who) in enumerate(recordings, start=1):
        sound = trimmed_sound(path).samples[0]
        logs = model.log_shares(window_vectors(encoder, sound, np.zeros(1)))
        odds.setdefault(who, []).append(float(np.mean(logs[:, WOMAN] - logs[:, MAN])))
        progress(number, len(recordings))
    utterances = [(who, value) for who, values in odds.items() for value in values]
    return {
        "people": len(odds),
        "utterances": len(utterances),
        "people_right": _share((who, float(np.mean(v))) for who, v in odds.items()),
        "utterances_right": _share(utterances),
        "log_odds": {who: round(float(np.mean(v)), 2) for who, v in sorted(odds.items())},
    }


def _share(readings: Iterator[tuple[str, float]] | Sequence[tuple[str, float]]) -> float:
    return round(float(np.mean([(value > 0) == is_woman(who) for who, value in readings])), 4)
