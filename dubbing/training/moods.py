"""Learns how each mood is spoken: the table that :mod:`dubbing.voice.moods` reads.

For every speaker and mood of a corpus, the difference from the same speaker's neutral is measured; the
rate on the same sentences. The mean over speakers is shrunk towards a line through all moods in valence
and arousal (so that moods the corpus lacks get a place too), by how sure it is. Where listeners agree on
a direction (Juslin and Laukka 2003, table 7; Scherer 2003, table 1) and the corpus says less than what is
noticed, or the contrary, the least that is noticed is written.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dubbing.acoustics.prosody import measure_prosody
from dubbing.delivery import CIRCUMPLEX
from dubbing.training.emotion import EMODB, labelled, trimmed_sound

Numbers = npt.NDArray[np.float64]
PARTS = ("pitch_st", "pitch_range", "rise_st", "rate", "bright_db")
FACTORS = ("pitch_range", "rate")
"""Measured and averaged as logarithms."""
BORED = (-0.25, 0.2)
"""Valence and arousal of a mood that the corpus has and films are not asked for."""
EQUALLY_SURE = 0.8
"""A standard error of this many spreads of neutral speech halves the trust in a mean."""
LEVEL_OF_BRIGHT = 0.8
"""Corpora are levelled before they are published, so loudness is told from brightness: in a raised voice
both rise nearly alike (Nordenberg and Sundberg 2004)."""
LEAST_LEVEL_DB = 4.5
NOTICED = {
    "pitch_st": 2.5,
    "pitch_range": math.log(1.8),
    "rate": math.log(1.25),
    "bright_db": 3.0,
}
DIRECTIONS: dict[str, dict[str, int]] = {
    "angry": {"pitch_st": 1, "pitch_range": 1, "rate": 1, "bright_db": 1},
    "happy": {"pitch_st": 1, "pitch_range": 1, "rate": 1, "bright_db": 1},
    "sad": {"pitch_st": -1, "pitch_range": -1, "rate": -1, "bright_db": -1},
    "calm": {"pitch_st": -1, "pitch_range": -1, "rate": -1, "bright_db": -1},
    "fearful": {"pitch_st": 1, "rate": 1},
    "surprised": {"pitch_st": 1, "pitch_range": 1},
    "disgusted": {},
}


@dataclass(frozen=True, slots=True)
class _Said:
    speaker: str
    mood: str
    words: str
    numbers: tuple[float, ...]


def learn_moods(folder: Path, progress: Callable[[int, int], None]) -> dict[str, dict[str, float]]:
    """How each mood differs from neutral at full strength, by its parts.

    Raises:
        UsageError: if the folder holds no recordings of a known corpus.
    """
    said = _read(folder, progress)
    spread = _spread([item for item in said if item.mood == "neutral"])
    means = _means(said)
    line = line_through({mood: mean for mood, (mean, _) in means.items()})
    return {mood: _written(mood, means.get(mood), line, spread) for mood in DIRECTIONS}


def _read(folder: Path, progress: Callable[[int, int], None]) -> list[_Said]:
    files, said = labelled(folder), []
    for number, (path, speaker, mood) in enumerate(files, start=1):
        sound = trimmed_sound(path)
        prosody = measure_prosody(sound)
        if prosody is not None:
            numbers = (
                12 * math.log2(prosody.f0_hz),
                math.log(max(1.0, prosody.f0_range_st)),
                prosody.f0_slope_st,
                -math.log(sound.duration_ms),
                prosody.alpha_db,
            )
            said.append(_Said(speaker, mood, _words(path), numbers))
        progress(number, len(files))
    return said


def _words(path: Path) -> str:
    """The part of a file's name that says which sentence it is."""
    if EMODB.fullmatch(path.stem):
        return path.stem[2:5]
    return re.split(r"-", path.stem)[4]


def _differences(said: Sequence[_Said], mood: str) -> list[Numbers]:
    """One a speaker: all parts but the rate from any sentence, the rate from the same ones."""
    found = []
    rate = PARTS.index("rate")
    for speaker in sorted({item.speaker for item in said}):
        theirs = [i for i in said if i.speaker == speaker and i.mood == mood]
        neutral = [i for i in said if i.speaker == speaker and i.mood == "neutral"]
        if not theirs or not neutral:
            continue
        away = np.mean([i.numbers for i in theirs], axis=0) - np.mean(
            [i.numbers for i in neutral], axis=0
        )
        pairs = [
            a.numbers[rate] - b.numbers[rate] for a in theirs for b in neutral if a.words == b.words
        ]
        away[rate] = np.mean(pairs) if pairs else 0.0
        found.append(away)
    return found


def _means(said: Sequence[_Said]) -> dict[str, tuple[Numbers, Numbers]]:
    """Mean and standard error over speakers, by mood."""
    means = {}
    for mood in sorted({item.mood for item in said} - {"neutral"}):
        away = np.array(_differences(said, mood))
        if len(away) > 1:
            means[mood] = away.mean(axis=0), away.std(axis=0, ddof=1) / math.sqrt(len(away))
    return means


def _spread(neutral: Sequence[_Said]) -> Numbers:
    """How far a speaker's neutral sentences lie apart."""
    by_speaker: dict[str, list[tuple[float, ...]]] = {}
    for item in neutral:
        by_speaker.setdefault(item.speaker, []).append(item.numbers)
    spreads = [np.std(numbers, axis=0) for numbers in by_speaker.values() if len(numbers) > 2]
    return np.asarray(np.mean(spreads, axis=0))


def place_of(mood: str) -> Numbers:
    """Valence and arousal against neutral."""
    valence, arousal = BORED if mood == "bored" else CIRCUMPLEX[mood]
    return np.array([valence - CIRCUMPLEX["neutral"][0], arousal - CIRCUMPLEX["neutral"][1]])


def line_through(means: Mapping[str, Numbers]) -> Numbers:
    """Coefficients ``[2, parts]``: what valence and arousal do to each part."""
    places = np.array([place_of(mood) for mood in means])
    fitted, *_ = np.linalg.lstsq(places, np.array(list(means.values())), rcond=None)
    return np.asarray(fitted)


def _written(
    mood: str, mean: tuple[Numbers, Numbers] | None, line: Numbers, spread: Numbers
) -> dict[str, float]:
    guess = place_of(mood) @ line
    if mean is not None:
        doubt = (mean[1] / (EQUALLY_SURE * spread)) ** 2
        trust = 1 / (1 + doubt)
        guess = trust * mean[0] + (1 - trust) * guess
    told = {}
    for part, value in zip(PARTS, guess.tolist(), strict=True):
        wanted = DIRECTIONS[mood].get(part)
        heard = wanted is None or value * wanted >= NOTICED[part]
        enough = value if heard else (wanted or 0) * NOTICED[part]
        told[part] = round(math.exp(enough) if part in FACTORS else enough, 3)
    told["level_db"] = _level_db(told["bright_db"], DIRECTIONS[mood].get("bright_db"))
    return told


def _level_db(bright_db: float, wanted: int | None) -> float:
    level = LEVEL_OF_BRIGHT * bright_db
    return round(wanted * max(LEAST_LEVEL_DB, abs(level)) if wanted else level, 2)


def as_yaml(moods: Mapping[str, Mapping[str, float]], origin: str) -> str:
    """The table as a file that a person can read and change."""
    rows = [
        f"{mood}: {{ {', '.join(f'{part}: {value}' for part, value in parts.items())} }}"
        for mood, parts in moods.items()
    ]
    head = (
        f"# How each mood is spoken at full strength, against neutral. Learnt from {origin} by\n"
        "# `dub train moods`, which says how; pitch_range and rate are factors.\n"
    )
    return head + "\n".join(rows) + "\n"
