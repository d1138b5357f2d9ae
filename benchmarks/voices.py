"""How near a cloned voice comes to the speaker, beside stock voices.

    python -m benchmarks.voices --emodb DIR --ravdess DIR --grid DIR --recording FILE … [--to zh]
        [--json FILE]

Each speaker's recordings (or the one) are split into two halves: the voice is learnt from one and
judged on the other. Five sentences that were not used for learning are spoken by the stock voice
that is cast for the target language (what `dub` takes without consent), by the mean of all stock
voices, and by the clone; side by side for each: GE2E cosine to the other half, distance of pitch
(semitones) and of the first three formants (percent), DNSMOS, and the share of characters that
Whisper base mishears. Every stock voice speaks them, too: `best stock` is the cosine of whichever
of them is nearest to the other half.
"""

import argparse
import json
import os
import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from benchmarks.record import add_options, begin
from dubbing.arrays import Audio
from dubbing.engines.asr import Recognizer
from dubbing.engines.asr.faster_whisper import FasterWhisper
from dubbing.engines.speakers.ge2e import GE2E
from dubbing.engines.speech import Likeness, TunedVoice, VoiceName
from dubbing.engines.speech.kokoro import Kokoro
from dubbing.engines.speech.kokoro_voice import PITCH, TIMBRE
from dubbing.language.speech_text import comparable
from dubbing.language.spoken_form import spoken_form
from dubbing.media.extract import extract_audio
from dubbing.media.resample import resample
from dubbing.media.sound_file import read_sound
from dubbing.metrics.quality import dnsmos
from dubbing.metrics.said import compare
from dubbing.models.voices import TIMBRE_SIZE, voice_names, voice_style
from dubbing.review.finished import written_down
from dubbing.voice.casting import Person, StockVoice, cast
from dubbing.voice.profile import describe_voice
from dubbing.voice.sex import sex_of_vector

RATE_HZ = 16_000
SENTENCES = {
    "zh": [
        "这个周末天气很好，大家都想去公园散步。",
        "老师说明天的考试非常重要，你准备好了吗？",
        "他从小就喜欢音乐，后来成了一名钢琴家。",
        "医生建议他每天早上喝一杯温水。",
        "火车晚点了两个小时，我们只好在车站等。",
    ],
    "es": [
        "Este fin de semana hace muy buen tiempo y todos quieren pasear por el parque.",
        "La profesora dice que el examen de mañana es muy importante.",
        "Desde niño le gustaba la música y después fue pianista.",
        "El médico le aconseja beber un vaso de agua cada mañana.",
        "El tren llegó dos horas tarde y tuvimos que esperar en la estación.",
    ],
}


def speakers(options: argparse.Namespace) -> Iterator[tuple[str, Audio, Audio]]:
    """Name, and two halves of the recordings of each speaker; calm speech, no shouting."""
    for name, heard, unheard in corpora(options):
        yield name, loaded(heard), loaded(unheard)
    for path in options.recording or ():
        whole = loaded([path])
        middle_ms = whole.duration_ms // 2
        yield path.stem, whole.between(0, middle_ms), whole.between(middle_ms, 2 * middle_ms)


def corpora(options: argparse.Namespace) -> Iterator[tuple[str, list[Path], list[Path]]]:
    """Files of one half and of the other."""
    if options.emodb:
        files = sorted(options.emodb.rglob("*.wav")) + sorted(options.emodb.rglob("*.flac"))
        for actor in sorted({path.name[:2] for path in files}):
            calm = [p for p in files if p.name[:2] == actor and p.name[5] in "NL"]
            yield f"emodb-{actor}", calm[::2][:6], calm[1::2][:6]
    if options.ravdess:
        files = sorted(p for p in options.ravdess.rglob("*") if p.suffix in (".wav", ".flac"))
        for actor in sorted({path.stem.split("-")[6] for path in files}):
            own = [p for p in files if re.search(rf"-{actor}$", p.stem)]
            calm = [p for p in own if p.stem.split("-")[2] in ("01", "02", "03")]
            first = [p for p in calm if p.stem.split("-")[4] == "01"]  # one sentence each
            yield f"ravdess-{actor}", first[:4], [p for p in calm if p not in first][:4]
    if options.grid:
        files = sorted(options.grid.rglob("*.flac"))
        yield "grid-s1", files[:8], files[100:108]


def loaded(paths: list[Path]) -> Audio:
    """Recordings one after another at one level, without their silent ends."""
    parts = []
    for path in paths:
        samples = resample(recording(path).mono(), RATE_HZ).samples[0]
        loud = np.flatnonzero(np.abs(samples) > 0.05 * np.abs(samples).max())
        kept = samples[max(0, loud[0] - 800) : loud[-1] + 1600]
        parts.append(kept * 0.05 / np.sqrt(np.mean(kept**2)))
    return Audio(np.concatenate(parts)[None].astype(np.float32), RATE_HZ)


def recording(path: Path) -> Audio:
    """Return the sound of a sound file or a film."""
    if path.suffix in (".wav", ".flac"):
        return read_sound(path)
    with tempfile.TemporaryDirectory() as place:
        extract_audio(path, 0, Path(place) / "all.wav")
        return read_sound(Path(place) / "all.wav")


class Bench:
    """The engines, loaded once."""

    def __init__(self, language: str, folder: Path) -> None:
        self.language, self.folder = language, folder
        threads = os.cpu_count() or 1
        self.kokoro, self.ge2e = Kokoro(threads), GE2E(threads)
        self.asr: Recognizer = FasterWhisper(threads)
        cards = self.kokoro.voices(language)
        self.stock = [StockVoice(c.name, c.embedding, c.f0_hz, c.is_female) for c in cards]
        self.stock_vectors = {
            name: self.ge2e.embed(joined(self.spoken(name))) for name in voice_names()
        }

    def judge(self, heard: Audio, unheard: Audio) -> dict[str, dict[str, float]]:
        """One row for each way to speak."""
        vector = self.ge2e.embed(heard)
        known = describe_voice(heard, tuple(vector.tolist()))
        person = Person(known.embedding, known.f0_hz, sex_of_vector(known.embedding))
        stock = cast([person], self.stock, distinct=False)[0].name
        began = time.perf_counter()
        like = Likeness(vector, known.f0_hz, known.f0_range_st)
        tensors = self.kokoro.learn(stock, self.language, like, lambda share: None).tensors
        seconds = time.perf_counter() - began
        rows = {
            "stock": self.row(stock, unheard),
            "mean voice": self.row(self.mean_voice(stock, tensors[PITCH]), unheard),
            "clone": self.row(self.kept(stock, tensors), unheard),
        }
        rows["clone"]["seconds"] = round(seconds, 1)
        other = self.ge2e.embed(unheard)
        best = max(float(vector @ other) for vector in self.stock_vectors.values())
        rows["best stock"] = {"cosine": round(best, 3)}
        return rows

    def mean_voice(self, stock: str, pitch: np.ndarray) -> TunedVoice:
        """The middle of all stock voices, at the speaker's pitch."""
        timbre = np.mean([voice_style(v, 40)[:TIMBRE_SIZE] for v in voice_names()], axis=0)
        change = (timbre - voice_style(stock, 40)[:TIMBRE_SIZE]).astype(np.float32)
        return self.kept(stock, {TIMBRE: change, PITCH: pitch})

    def kept(self, stock: str, tensors: dict[str, np.ndarray]) -> TunedVoice:
        """A tuned voice from what was learnt."""
        with tempfile.NamedTemporaryFile(
            dir=self.folder, suffix=".safetensors", delete=False
        ) as file:
            path = Path(file.name)
        save_file(tensors, path)
        return TunedVoice(stock, path)

    def spoken(self, voice: VoiceName) -> list[Audio]:
        """Return the sentences as this voice says them, at 16 kHz."""
        sounds = []
        for text in SENTENCES[self.language]:
            symbols = self.kokoro.phonemes(spoken_form(text, self.language), self.language)
            frames = np.maximum(1, np.round(self.kokoro.durations(symbols, voice))).astype(int)
            sounds.append(resample(self.kokoro.speak(symbols, voice, frames.tolist()), RATE_HZ))
        return sounds

    def row(self, voice: VoiceName, unheard: Audio) -> dict[str, float]:
        """What is measured of one way to speak."""
        sounds, errors = self.spoken(voice), []
        for text, audio in zip(SENTENCES[self.language], sounds, strict=True):
            meant = [comparable(text, self.language)]
            transcript = written_down(audio, self.asr, self.language)
            errors.append(compare(meant, transcript)[0].error_rate)
        quality = [dnsmos(audio) for audio in sounds]
        whole = joined(sounds)
        own, theirs = describe_voice(whole, ()), describe_voice(unheard, ())
        formants = zip(own.formants_hz, theirs.formants_hz, strict=True)
        return {
            "cosine": round(float(self.ge2e.embed(whole) @ self.ge2e.embed(unheard)), 3),
            "pitch_st": round(abs(12 * np.log2((own.f0_hz or 1) / (theirs.f0_hz or 1))), 2),
            "formants": round(statistics.mean(abs(a / b - 1) * 100 for a, b in formants), 1),
            "dnsmos": round(statistics.mean(quality), 3),
            "error_rate": round(statistics.mean(errors), 3),
        }


def joined(sounds: list[Audio]) -> Audio:
    """Return the sounds one after another."""
    return Audio(np.concatenate([audio.samples for audio in sounds], axis=1), RATE_HZ)


def summary(found: dict[str, dict[str, dict[str, float]]]) -> dict[str, object]:
    """Means over speakers, and on how many the clone is nearer than the stock voice."""
    names = ("stock", "mean voice", "clone")
    means: dict[str, object] = {
        way: {
            key: round(statistics.mean(rows[way][key] for rows in found.values()), 3)
            for key in next(iter(found.values()))[way]
        }
        for way in names
    }
    result = means | {
        "speakers": len(found),
        "nearer_than_cast": nearer(found, "stock"),
        "nearer_than_mean": nearer(found, "mean voice"),
    }
    if all("best stock" in rows for rows in found.values()):
        result["nearer_than_every_stock_voice"] = nearer(found, "best stock")
    return result


def nearer(found: dict[str, dict[str, dict[str, float]]], other: str) -> int:
    """Return for how many speakers the clone's cosine is above that of another way to speak."""
    return sum(rows["clone"]["cosine"] > rows[other]["cosine"] for rows in found.values())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--to", default="zh", choices=SENTENCES)
    for corpus in ("emodb", "ravdess", "grid"):
        parser.add_argument(f"--{corpus}", type=Path)
    parser.add_argument("--recording", type=Path, nargs="*")
    parser.add_argument("--only", nargs="*", help="Names of speakers.")
    add_options(parser)
    options = parser.parse_args()
    record = begin(options)
    found: dict[str, dict[str, dict[str, float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options.to, Path(folder))
        for name, heard, unheard in speakers(options):
            if options.only and name not in options.only:
                continue
            found[name] = bench.judge(heard, unheard)
            print(name, json.dumps(found[name]), flush=True)
            if record:
                record.write({"to": options.to, "summary": summary(found), "speakers": found})
    print(json.dumps(summary(found), indent=1))


if __name__ == "__main__":
    main()
