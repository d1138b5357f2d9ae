"""What is left of music and of speech when the dialogue is taken out, on mixes whose parts are known.

    python -m benchmarks.separation --speech DIR [--json FILE]

Speech (RAVDESS or EmoDB; calm and moved) is laid over a made bed of chords and drums, and over noise, at
15, 5 and 0 dB above it. Ours is the original less DeepFilterNet's estimate; beside it plain ducking by
26 dB, as most programs do. Measured where somebody speaks: how far the speech is down, by how much the
bed's level changes (least squares on the known parts, 0.1 s pieces), and the signal-to-distortion ratio
of what is left, against the bed.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from benchmarks.record import add_options, begin
from dubbing.arrays import Audio
from dubbing.engines.separation.deepfilter import DeepFilter
from dubbing.media.resample import resample
from dubbing.training.emotion import labelled, trimmed_sound

RATE_HZ = 48_000
PIECE = RATE_HZ // 10
DUCK = 10 ** (-26 / 20)
LINES = 10


def speech(folder: Path) -> np.ndarray:
    """Lines one after another with pauses of half a second."""
    parts = []
    for path, _, _ in labelled(folder)[:: max(1, len(labelled(folder)) // LINES)][:LINES]:
        line = resample(trimmed_sound(path), RATE_HZ).samples[0]
        parts += [line * 0.08 / np.sqrt(np.mean(line**2)), np.zeros(RATE_HZ // 2, np.float32)]
    return np.concatenate(parts)


def music(n: int) -> np.ndarray:
    """Chords that die away, and a drum twice a second."""
    random, time_s, sound = np.random.default_rng(3), np.arange(n) / RATE_HZ, np.zeros(n)
    for number, beat in enumerate(range(0, n, RATE_HZ)):
        fade = np.exp(-1.2 * time_s[: n - beat])
        root = (220.0, 174.6, 196.0, 146.8)[number % 4]
        for ratio in (1, 1.26, 1.5, 2):
            for overtone in range(1, 7):
                wave = np.sin(2 * np.pi * root * ratio * overtone * time_s[: n - beat])
                sound[beat:] += fade * wave / overtone**1.5
    for beat in range(0, n, RATE_HZ // 2):
        size = min(n - beat, RATE_HZ // 8)
        sound[beat : beat + size] += 3 * random.normal(0, 1, size) * np.exp(-time_s[:size] * 50)
    return sound


def parts_of(
    left: np.ndarray, voice: np.ndarray, bed: np.ndarray, spoken: np.ndarray
) -> list[float]:
    """Powers of voice and bed in what is left, over their own, in dB."""
    powers = np.zeros((2, 2))
    for first in range(0, len(left) - PIECE, PIECE):
        piece = slice(first, first + PIECE)
        if not spoken[piece].mean() > 0.7:
            continue
        known = np.stack([voice[piece], bed[piece]], axis=1)
        shares, *_ = np.linalg.lstsq(known, left[piece], rcond=None)
        own = np.mean(known**2, axis=0)
        powers += np.stack([shares**2 * own, own])
    return (10 * np.log10(powers[0] / powers[1])).tolist()


def ratio_db(left: np.ndarray, bed: np.ndarray) -> float:
    """Signal-to-distortion ratio."""
    return float(10 * np.log10(np.sum(bed**2) / np.sum((left - bed) ** 2)))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--speech", type=Path, required=True)
    add_options(parser)
    options = parser.parse_args()
    record = begin(options)
    voice, separator, found = speech(options.speech), DeepFilter(), {}
    spoken = np.convolve(np.abs(voice) > 0.005, np.ones(2400) / 2400, "same") > 0.1
    noise = np.random.default_rng(1).normal(0, 1, len(voice))
    for name, raw in (("music", music(len(voice))), ("noise", noise)):
        for above_db in (15, 5, 0):
            level = np.sqrt(np.mean(voice[spoken] ** 2) / np.mean(raw[spoken] ** 2))
            bed = raw * level * 10 ** (-above_db / 20)
            mixed = (voice + bed).astype(np.float32)
            left = mixed - separator.dialogue(Audio(mixed[None], RATE_HZ)).samples[0]
            residue_db, level_db = parts_of(left, voice, bed, spoken)
            found[f"{name}, speech {above_db} dB above"] = row = {
                "speech_db": round(residue_db, 1),
                "bed_db": round(level_db, 2),
                "sdr_db": round(ratio_db(left[spoken], bed[spoken]), 1),
                "sdr_ducked_db": round(ratio_db(DUCK * mixed[spoken], bed[spoken]), 1),
            }
            print(f"{name} {above_db}", json.dumps(row), flush=True)
    if record:
        record.write(found)


if __name__ == "__main__":
    main()
