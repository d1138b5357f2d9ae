"""How surely the watermark is found again, and how often in natural speech where there is none.

    python -m benchmarks.watermark [--natural DIR …] [--lines 100] [--json FILE]

Lines of the translation benchmark are spoken by all recommended Chinese and Spanish voices in turn and
marked; then each goes through codecs, other rates and levels, and under music, and is asked for its
mark. Crops of 5 s are taken at random from the lines one after another with pauses. For the same lines:
what the mark costs in DNSMOS and in characters misheard. Natural speech: every sound file of the
folders given.
"""

import argparse
import csv
import json
import os
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks.record import add_options, begin
from dubbing.arrays import Audio
from dubbing.engines.asr import Recognizer
from dubbing.engines.asr.faster_whisper import FasterWhisper
from dubbing.engines.speech.kokoro import Kokoro
from dubbing.language.speech_text import comparable
from dubbing.language.spoken_form import spoken_form
from dubbing.media.ffmpeg import ffmpeg_path
from dubbing.media.resample import resample
from dubbing.media.sound_file import read_sound, write_sound
from dubbing.metrics.quality import dnsmos
from dubbing.metrics.said import compare
from dubbing.review.finished import written_down
from dubbing.voice.watermark import CERTAIN, confidence, is_marked, marked

LINES = Path(__file__).parent / "translation/lines.tsv"
RATE_HZ = 24_000
CODECS = {
    "AAC 128k": ("aac", "128k", ".m4a"),
    "MP3 128k": ("libmp3lame", "128k", ".mp3"),
    "Opus 64k": ("libopus", "64k", ".ogg"),
}


def spoken(n_lines: int) -> Iterator[tuple[str, str, Audio]]:
    """Language, text and sound of lines in turn."""
    kokoro = Kokoro(os.cpu_count() or 1)
    rows = list(csv.DictReader(LINES.open(encoding="utf-8"), delimiter="\t"))
    texts = {code: [row[code] for row in rows if row[code]] for code in ("zh", "es")}
    for number in range(n_lines):
        language = "es" if number % 3 == 2 else "zh"
        text = texts[language][number % len(texts[language])]
        voices = kokoro.voices(language)
        voice = voices[number % len(voices)].name
        symbols = kokoro.phonemes(spoken_form(text, language), language)
        frames = [max(1, round(float(n))) for n in kokoro.durations(symbols, voice)]
        yield language, text, kokoro.speak(symbols, voice, frames)


def coded(audio: Audio, codec: str, folder: Path) -> Audio:
    """There and back."""
    name, rate, suffix = CODECS[codec]
    wav, packed, back = folder / "a.wav", folder / f"b{suffix}", folder / "c.wav"
    write_sound(wav, audio)
    for source, target, how in (
        (wav, packed, ("-c:a", name, "-b:a", rate)),
        (packed, back, ()),
    ):
        command = [ffmpeg_path(), "-nostdin", "-v", "error", "-y", "-i", f"file:{source}", *how]
        subprocess.run([*command, f"file:{target}"], check=True)
    return read_sound(back).mono()


def music(n_samples: int, seed: int) -> np.ndarray:
    """Chords with overtones that change every second, and a beat of noise."""
    random, time_s = np.random.default_rng(seed), np.arange(n_samples) / RATE_HZ
    sound = np.zeros(n_samples)
    for second in range(int(time_s[-1]) + 1):
        here = slice(second * RATE_HZ, (second + 1) * RATE_HZ)
        for note in random.choice([48, 50, 52, 55, 57, 60, 64, 67], 3, replace=False):
            hz = 440 * 2 ** ((note - 69) / 12)
            for overtone in range(1, 6):
                sound[here] += np.sin(2 * np.pi * hz * overtone * time_s[here]) / overtone
    beat = np.exp(-(time_s % 0.5) * 30) * random.normal(0, 1, n_samples)
    sound += beat
    return sound / np.sqrt(np.mean(sound**2))


def under_music(audio: Audio, db: float, seed: int) -> Audio:
    """With music so many dB softer."""
    level = np.sqrt(np.mean(audio.samples**2)) * 10 ** (-db / 20)
    bed = music(audio.n_samples, seed) * level
    return Audio((audio.samples + bed[None]).astype(np.float32), audio.rate_hz)


def ways(folder: Path) -> dict[str, Callable[[Audio, int], Audio]]:
    """What is done to a line, by name."""

    def codec(name: str) -> Callable[[Audio, int], Audio]:
        return lambda audio, _: coded(audio, name, folder)

    return {
        "untouched": lambda audio, _: audio,
        **{name: codec(name) for name in CODECS},
        "resampled to 16 kHz": lambda audio, _: resample(audio, 16_000),
        "resampled to 48 kHz": lambda audio, _: resample(audio, 48_000),
        "+3 dB": lambda audio, _: Audio(np.clip(audio.samples * 1.4125, -1, 1), audio.rate_hz),
        "-3 dB": lambda audio, _: Audio(audio.samples * np.float32(0.708), audio.rate_hz),
        "music 20 dB below": lambda audio, seed: under_music(audio, 20, seed),
        "music 10 dB below": lambda audio, seed: under_music(audio, 10, seed),
    }  # fmt: skip


def crops(lines: list[Audio], n_crops: int) -> float:
    """Share of crops of 5 s in which the mark is found."""
    pause = np.zeros((1, RATE_HZ // 2), np.float32)
    whole = np.concatenate([x for line in lines for x in (line.samples, pause)], axis=1)
    random = np.random.default_rng(0)
    firsts = random.integers(0, whole.shape[1] - 5 * RATE_HZ, n_crops)
    found = [is_marked(Audio(whole[:, first : first + 5 * RATE_HZ], RATE_HZ)) for first in firsts]
    return statistics.mean(found)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--natural", type=Path, nargs="*", default=[])
    parser.add_argument("--lines", type=int, default=100)
    add_options(parser)
    options = parser.parse_args()
    record = begin(options)
    asr: Recognizer = FasterWhisper(os.cpu_count() or 1)
    lines: list[Audio] = []
    cost: dict[str, list[float]] = {
        f"{k}_{w}": [] for k in ("mos", "cer") for w in ("plain", "marked")
    }
    found: dict[str, list[bool]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for number, (language, text, plain) in enumerate(spoken(options.lines)):
            lines.append(marked(plain))
            for name, change in ways(Path(folder)).items():
                found.setdefault(name, []).append(is_marked(change(lines[-1], number)))
            if number % 4 == 0:
                for which, audio in (("plain", plain), ("marked", lines[-1])):
                    low = resample(audio, 16_000)
                    said = written_down(low, asr, language)
                    cost[f"mos_{which}"].append(dnsmos(low))
                    meant = [comparable(text, language)]
                    cost[f"cer_{which}"].append(compare(meant, said)[0].error_rate)
    natural = [
        confidence(read_sound(path, 0, 20_000))
        for folder in options.natural
        for path in sorted(folder.rglob("*"))
        if path.suffix in (".wav", ".flac")
    ]
    result = {
        "lines": len(lines),
        "found": {name: round(statistics.mean(hits), 4) for name, hits in found.items()}
        | {"crops of 5 s": round(crops(lines, len(lines)), 4)},
        "cost": {name: round(statistics.mean(values), 3) for name, values in cost.items()},
        "natural_files": len(natural),
        "false_alarms": sum(value >= CERTAIN for value in natural),
        "highest_natural": sorted((round(v, 3) for v in natural), reverse=True)[:5],
    }
    print(json.dumps(result, indent=1))
    if record:
        record.write(result)


if __name__ == "__main__":
    main()
