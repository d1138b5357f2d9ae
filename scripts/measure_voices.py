"""Measure Kokoro's stock voices: make `dubbing/models/data/voice_cards.json`.

    python scripts/measure_voices.py [--languages zh,es]

Every voice speaks the same eight sentences of its language with natural durations; Whisper base
transcribes them. Kept for each voice: mean and median character error rate, median pitch, GE2E vector.
Where a sex has no voice of a language, voices of others speak it (BORROWED); the two best of these are
recommended. Another voice is recommended unless its mean error rate is more than 0.15 above that of the
best voice of its language. Languages that are not named keep their entries.
"""

import argparse
import json
import statistics
import time
from pathlib import Path

import numpy as np
import yaml

from dubbing.arrays import Audio
from dubbing.engines.asr.faster_whisper import FasterWhisper
from dubbing.engines.speakers.ge2e import GE2E
from dubbing.engines.speech.kokoro import Kokoro
from dubbing.language.g2p import to_phonemes
from dubbing.language.languages import SPOKEN, language
from dubbing.language.speech_text import character_error_rate
from dubbing.media.resample import resample
from dubbing.models.swift_f0 import pitch_track
from dubbing.models.voices import language_of, voice_names

TARGET = Path(__file__).parent.parent / "dubbing/models/data/voice_cards.json"
SENTENCES = Path(__file__).parent.parent / "dubbing/engines/translation/examples.yaml"
MARGIN = 0.15
BORROWED = {"fr": ("im_nicola", "em_alex", "pm_alex", "am_michael")}
"""Kokoro has no Frenchman."""
BEST_BORROWED = 2
CHARACTERS = {
    "zm_yunxia": "a boy",
    "am_santa": "Father Christmas",
    "em_santa": "Father Christmas",
    "pm_santa": "Father Christmas",
}
"""Voices that play somebody: never given to a speaker unasked."""


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--languages", default=",".join(SPOKEN))
    wanted = parser.parse_args().languages.split(",")
    known = json.loads(TARGET.read_text()) if TARGET.exists() else {}
    cards, borrowed = known.get("voices", {}), known.get("borrowed", {})
    engines = Kokoro(), FasterWhisper(), GE2E()
    sentences = yaml.safe_load(SENTENCES.read_text(encoding="utf-8"))
    for code in wanted:
        for name in (*voice_names(code), *BORROWED.get(code, ())):
            began = time.time()
            card = measure(name, code, sentences[code], *engines)
            place = cards if language_of(name) == code else borrowed.setdefault(code, {})
            place[name] = card
            shown = {k: v for k, v in card.items() if k != "embedding"}
            print(name, shown, f"{time.time() - began:.1f} s", flush=True)
    recommend(cards)
    recommend_borrowed(borrowed)
    source = "Whisper base int8 on the eight sentences of examples.yaml, scripts/measure_voices.py"
    found = {"source": source, "voices": cards, "borrowed": borrowed}
    TARGET.write_text(json.dumps(found, indent=None) + "\n")


def measure(
    name: str, code: str, sentences: list[str], kokoro: Kokoro, asr: FasterWhisper, ge2e: GE2E
) -> dict[str, object]:
    """One voice: everything in one take, with half a second between the sentences."""
    sounds, windows, position = [], [], 0
    for text in sentences:
        symbols = to_phonemes(text, code)
        frames = np.maximum(np.round(kokoro.durations(symbols, name)), 1).astype(int)
        sound = resample(kokoro.speak(symbols, name, frames.tolist()), 16_000).samples[0]
        windows.append((position * 1000 // 16_000, (position + len(sound)) * 1000 // 16_000))
        sounds.append(np.pad(sound, (0, 8_000)))
        position += len(sounds[-1])
    audio = Audio(np.concatenate(sounds)[np.newaxis].astype(np.float32), 16_000)
    track = pitch_track(audio)
    heard = asr.recognize(audio, windows, language(code).whisper_code)
    rates = [
        character_error_rate(text, " ".join(segment.text for segment in found), code)
        for text, found in zip(sentences, heard, strict=True)
    ]
    return {
        "error_rate": round(statistics.mean(rates), 4),
        "median_error_rate": round(statistics.median(rates), 4),
        "f0_hz": round(float(np.median(track.f0_hz[track.voiced])), 1),
        "embedding": [round(float(value), 4) for value in ge2e.embed(audio)],
    }


def recommend(cards: dict[str, dict[str, object]]) -> None:
    """Mark the voices that are understood about as well as the best of their language."""
    for name, card in cards.items():
        mates = [c for other, c in cards.items() if language_of(other) == language_of(name)]
        best = min(float(str(mate["error_rate"])) for mate in mates)
        understood = float(str(card["error_rate"])) <= best + MARGIN
        card["recommended"] = understood and name not in CHARACTERS


def recommend_borrowed(borrowed: dict[str, dict[str, dict[str, object]]]) -> None:
    """Mark the voices of other languages that are understood best."""
    for cards in borrowed.values():
        best = sorted(cards, key=lambda name: float(str(cards[name]["error_rate"])))[:BEST_BORROWED]
        for name, card in cards.items():
            card["recommended"] = name in best


if __name__ == "__main__":
    main()
