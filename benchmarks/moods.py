"""How far four moods stand out from neutral speech, and what they cost in clarity.

    python -m benchmarks.moods [--strength 0.8] [--voices 2] [--json FILE]

The same sentence is spoken in four languages, neutral and in each mood. Pitch (median, semitones), its
range (semitones), loudness (dB) and pace (percent) are measured on the sound and set against the spread
of the voice's own neutral speech over five other sentences: 1.5 times that spread, in the direction that
listeners agree on (Juslin and Laukka 2003; Scherer 2003), is what counts as told. Beside it the share of
characters that Whisper base mishears, and DNSMOS.
"""

import argparse
import json
import math
import os
import statistics
from typing import Any

import numpy as np

from benchmarks.record import add_options, begin
from dubbing.acoustics.prosody import measure_prosody
from dubbing.delivery import NEUTRAL, Delivery
from dubbing.engines.asr import Recognizer
from dubbing.engines.asr.faster_whisper import FasterWhisper
from dubbing.engines.speech.kokoro import Kokoro
from dubbing.engines.translation.fixed_examples import example_sentences
from dubbing.language.speech_text import comparable
from dubbing.language.spoken_form import spoken_form
from dubbing.media.resample import resample
from dubbing.metrics.quality import dnsmos
from dubbing.metrics.said import compare
from dubbing.review.finished import written_down
from dubbing.timing.prompter import paced
from dubbing.voice.emotion import asked_for

SENTENCE = {
    "zh": "火车晚点了两个小时，我们只好在车站等。",
    "en": "The train was two hours late, so we had to wait at the station.",
    "es": "El tren llegó dos horas tarde y tuvimos que esperar en la estación.",
    "fr": "Le train avait deux heures de retard et nous avons attendu à la gare.",
}
MOODS = {"angry": 1, "happy": 1, "sad": -1, "calm": -1}
"""And the direction in which all four measures go."""
MEASURES = ("pitch_st", "range_st", "level_db", "pace")
NEUTRAL_SENTENCES = 5
ENOUGH = 1.5
RATE_HZ = 16_000


class Bench:
    """The engines, loaded once."""

    def __init__(self) -> None:
        threads = os.cpu_count() or 1
        self.kokoro = Kokoro(threads)
        self.asr: Recognizer = FasterWhisper(threads)

    def said(
        self, text: str, language: str, voice: str, delivery: Delivery
    ) -> tuple[np.ndarray, float, float]:
        """The four measures, the share of misheard characters, and DNSMOS."""
        symbols = self.kokoro.phonemes(spoken_form(text, language), language)
        natural = [float(n) for n in self.kokoro.durations(symbols, voice)]
        frames = [max(1, round(n)) for n in paced(symbols, natural, delivery.rate)]
        audio = resample(self.kokoro.speak(symbols, voice, frames, delivery), RATE_HZ)
        prosody = measure_prosody(audio)
        assert prosody is not None
        first, last = self.kokoro.heard(symbols, voice, frames)
        numbers = np.array(
            [
                12 * math.log2(prosody.f0_hz),
                prosody.f0_range_st,
                prosody.level_db,
                100 * math.log(len(symbols) / (last - first)),
            ]
        )
        meant = [comparable(text, language)]
        wrong = compare(meant, written_down(audio, self.asr, language))[0].error_rate
        return numbers, wrong, dnsmos(audio)

    def judge(self, language: str, voice: str, strength: float) -> dict[str, Any]:
        """One voice: differences of each mood in units of the spread of neutral."""
        others = sorted(example_sentences(language), key=len)[-NEUTRAL_SENTENCES:]
        spread = np.std(
            [self.said(text, language, voice, NEUTRAL)[0] for text in others], axis=0, ddof=1
        )
        neutral, wrong, quality = self.said(SENTENCE[language], language, voice, NEUTRAL)
        row: dict[str, Any] = {
            "spread": dict(zip(MEASURES, spread.round(2).tolist(), strict=True)),
            "neutral": {"error_rate": wrong, "dnsmos": quality},
        }
        for mood, way in MOODS.items():
            wanted = asked_for(mood, strength, 1.0, "")
            numbers, wrong, quality = self.said(SENTENCE[language], language, voice, wanted)
            away = numbers - neutral
            row[mood] = {
                "away": dict(zip(MEASURES, away.round(2).tolist(), strict=True)),
                "told": dict(zip(MEASURES, (way * away / spread).round(2).tolist(), strict=True)),
                "error_rate": wrong,
                "dnsmos": quality,
            }
        return row


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--strength", type=float, default=0.8)
    parser.add_argument("--voices", type=int, default=2, help="How many of each language.")
    add_options(parser)
    options = parser.parse_args()
    record = begin(options)
    bench, found = Bench(), {}
    for language in SENTENCE:
        for voice in bench.kokoro.voices(language)[: options.voices]:
            row = found[f"{language} {voice.name}"] = bench.judge(
                language, voice.name, options.strength
            )
            print(language, voice.name, json.dumps(row), flush=True)
    told = [
        row[mood]["told"][measure]
        for row in found.values()
        for mood in MOODS
        for measure in MEASURES
    ]
    costs = {
        mood: round(
            statistics.mean(
                r[mood]["error_rate"] - r["neutral"]["error_rate"] for r in found.values()
            ),
            4,
        )
        for mood in MOODS
    }
    summary = {
        "told": round(sum(t >= ENOUGH for t in told) / len(told), 3),
        "right_direction": round(sum(t > 0 for t in told) / len(told), 3),
        "error_rate_more": costs,
        "dnsmos_more": {
            mood: round(
                statistics.mean(r[mood]["dnsmos"] - r["neutral"]["dnsmos"] for r in found.values()),
                3,
            )
            for mood in MOODS
        },
        "least": {
            mood: {m: round(min(r[mood]["told"][m] for r in found.values()), 2) for m in MEASURES}
            for mood in MOODS
        },
    }
    print(json.dumps(summary, indent=1))
    if record:
        record.write({"summary": summary, "voices": found})


if __name__ == "__main__":
    main()
