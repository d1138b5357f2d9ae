"""Who speaks when, on conversations made of real voices, and on labelled clips: diarization error rate.

    python -m benchmarks.diarization --emodb DIR --ravdess DIR --grid DIR [--minutes 45] [--json FILE]
        [--clips DIR]

Two to five people (the five of EmoDB that the voice space was not learnt from, six of RAVDESS, one of
GRID; calm and moved speech) take turns of one to three sentences, some of them short, some over the end
of the last; in silence, in noise 20 dB and 12 dB below, and over music. Scored as NIST does with a
collar of 0.25 s, overlaps counted (the same figures as pyannote.metrics 4.2 gives). Side by side: VAD,
windows of fixed length and average linkage by cosine with one threshold (tuned on this very set, in its
favour); ours; both also when the number of people is told. Then the films of ``--clips`` that have a
file in ``labels``.
"""

import argparse
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.optimize import linear_sum_assignment
from sklearn.cluster import AgglomerativeClustering

from benchmarks.record import add_options, begin
from dubbing.arrays import Audio
from dubbing.diarization.conversation import Heard as Stretch
from dubbing.diarization.conversation import voice_turns
from dubbing.diarization.turns import windows_of
from dubbing.engines.asr.faster_whisper import FasterWhisper
from dubbing.engines.speakers import Turn
from dubbing.engines.speakers.ge2e import GE2E
from dubbing.media.extract import extract_audio
from dubbing.media.resample import resample
from dubbing.media.sound_file import read_sound
from dubbing.mixing.ducking import merge
from dubbing.training.emotion import labelled, trimmed_sound
from dubbing.training.voice_space import LEARNT_FROM

RATE_HZ = 16_000
COLLAR_S, STEP_S = 0.25, 0.01
CONVERSATION_S = 150
MOODS = ("neutral", "calm", "bored", "happy", "sad", "disgusted")
FIXED_MS = 1_600
THRESHOLDS = (0.5, 0.55, 0.6, 0.65)
"""Of the baseline; the best counts."""
THRESHOLD = 0.3
"""As in the profile."""
LABELS = Path(__file__).parent / "labels"
Said = list[tuple[float, float, str]]


def people(options: argparse.Namespace) -> dict[str, list[Path]]:
    """Recordings by person."""
    found: dict[str, list[Path]] = {}
    for folder in (options.emodb, options.ravdess):
        for path, who, mood in labelled(folder) if folder else ():
            if mood in MOODS:
                found.setdefault(who, []).append(path)
    found = {who: files for who, files in found.items() if who not in LEARNT_FROM}
    if options.grid:
        found["grid-1"] = sorted(options.grid.rglob("*.flac"))[:60]
    return found


def music(n: int) -> np.ndarray:
    """Chords that die away."""
    time_s, sound = np.arange(n) / RATE_HZ, np.zeros(n)
    for number, beat in enumerate(range(0, n, RATE_HZ)):
        fade = np.exp(-2 * time_s[: n - beat])
        for ratio in (1, 1.26, 1.5, 2):
            note = (220.0, 174.6, 196.0, 146.8)[number % 4] * ratio
            sound[beat:] += fade * np.sin(2 * np.pi * note * time_s[: n - beat])
    return sound / np.sqrt(np.mean(sound**2))


def conversation(seed: int, voices: dict[str, list[Path]]) -> tuple[np.ndarray, Said]:
    """Sound at 16 kHz, and who speaks from when to when (seconds)."""
    random, now, last = np.random.default_rng(seed), 0.5, ""
    present = random.choice(sorted(voices), 2 + seed % 4, replace=False)
    sound, said = np.zeros((CONVERSATION_S + 20) * RATE_HZ), []
    while now < CONVERSATION_S:
        who = str(random.choice([name for name in present if name != last]))
        last = who
        for _ in range(int(random.integers(1, 4))):
            part = trimmed_sound(voices[who][int(random.integers(len(voices[who])))]).samples[0]
            part = part * 0.06 / np.sqrt(np.mean(part**2)) * 10 ** (random.normal(0, 2) / 20)
            first = int(now * RATE_HZ)
            sound[first : first + len(part)] += part
            said.append((now, now + len(part) / RATE_HZ, who))
            now += len(part) / RATE_HZ + abs(random.normal(0, 0.15))
        now += -random.uniform(0.3, 1.2) if random.random() < 0.15 else random.exponential(0.4)
    sound = sound[: int((max(end for _, end, _ in said) + 0.5) * RATE_HZ)]
    beds = (0.0, 0.1, 0.25)
    bed = beds[seed % 3] if seed % 4 else 0.0
    sound = sound + bed * 0.06 * random.normal(0, 1, len(sound))
    if seed % 4 == 0:
        sound = sound + 0.1 * 0.06 * music(len(sound))
    return sound.astype(np.float32), joined(said)


def joined(said: Said) -> Said:
    """With pauses of one person under 0.3 s closed."""
    out: Said = []
    for who in sorted({who for _, _, who in said}):
        own = [(round(a * 1000), round(b * 1000)) for a, b, name in said if name == who]
        out += [(a / 1000, b / 1000, who) for a, b in merge(own, 300)]
    return out


def error_rate(reference: Said, found: Said) -> tuple[float, float, float]:
    """Missed, false and confused speech, as shares of the reference's."""
    n = int(max(end for _, end, _ in [*reference, *found]) / STEP_S) + 1
    scored = np.ones(n, dtype=bool)
    rows: list[np.ndarray] = []
    for said in (reference, found):
        names = sorted({who for _, _, who in said})
        active = np.zeros((len(names), n), dtype=bool)
        for start, end, who in said:
            active[names.index(who), round(start / STEP_S) : round(end / STEP_S)] = True
        rows.append(active)
    for start, end, _ in reference:
        for border in (start, end):
            first = max(0, round((border - COLLAR_S) / STEP_S))
            scored[first : round((border + COLLAR_S) / STEP_S)] = False
    wanted, told = rows[0][:, scored], rows[1][:, scored]
    common = wanted.astype(float) @ told.T.astype(float)
    pairs = linear_sum_assignment(-common)
    right = common[pairs].sum()
    n_wanted, n_told = wanted.sum(axis=0), told.sum(axis=0)
    total = n_wanted.sum()
    missed = np.maximum(0, n_wanted - n_told).sum()
    false = np.maximum(0, n_told - n_wanted).sum()
    confused = np.minimum(n_wanted, n_told).sum() - right
    return missed / total, false / total, confused / total


def as_said(turns: list[Turn]) -> Said:
    """Turns in seconds."""
    return [(t.start_ms / 1000, t.end_ms / 1000, str(t.voice)) for t in turns]


class Heard:
    """What is heard in one conversation, before voices are grouped."""

    def __init__(self, sound: np.ndarray, vad: FasterWhisper, embedder: GE2E) -> None:
        audio = Audio(sound[None], RATE_HZ)
        spoken = vad.speech_windows(audio)
        self.regions = merge([(max(0, a - 100), b + 100) for a, b in spoken], 300)
        windows = [windows_of(region) for region in self.regions]
        self.stretches = [
            Stretch(region, own, embedder.embed_windows(audio, own))
            for region, own in zip(self.regions, windows, strict=True)
        ]
        self.fixed = [
            (first, min(first + FIXED_MS, end))
            for start, end in self.regions
            for first in range(start, end, FIXED_MS)
        ]
        self.fixed_vectors = embedder.embed_windows(audio, self.fixed)

    def ours(self, count: int | None) -> Said:
        """Groups in the voice space, then the likeliest path."""
        return as_said(voice_turns(self.stretches, THRESHOLD, count))

    def baseline(self, count: int | None, threshold: float) -> Said:
        """Average linkage of fixed windows."""
        labels = AgglomerativeClustering(
            n_clusters=count, distance_threshold=None if count else 1 - threshold,
            metric="cosine", linkage="average",
        ).fit_predict(self.fixed_vectors)  # fmt: skip
        return [(a / 1000, b / 1000, str(k)) for (a, b), k in zip(self.fixed, labels, strict=True)]


def labels_of(path: Path) -> Said:
    """Who speaks when, of an RTTM file."""
    rows = [line.split() for line in path.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row and row[0] == "SPEAKER"]
    return [(float(row[3]), float(row[3]) + float(row[4]), row[7]) for row in rows]


def clips(folder: Path, vad: FasterWhisper, embedder: GE2E) -> dict[str, object]:
    """Errors on films that people have labelled, by name."""
    found: dict[str, object] = {}
    for path in sorted(LABELS.glob("*.rttm")):
        with tempfile.TemporaryDirectory() as place:
            extract_audio(folder / f"{path.stem}.mp4", 0, Path(place) / "all.wav")
            sound = resample(read_sound(Path(place) / "all.wav").mono(), RATE_HZ).samples[0]
        heard, said = [Heard(sound, vad, embedder)], [labels_of(path)]
        ways: dict[str, Callable[[Heard, int], Said]] = {
            "ours": lambda h, _: h.ours(None),
            "ours, count told": lambda h, n: h.ours(n),
            "one voice": lambda h, _: h.baseline(1, 0),
        }
        found[path.stem] = {
            name: summary(f"{path.stem} {name}", heard, said, way) for name, way in ways.items()
        }
    return found


def summary(
    name: str, heard: list[Heard], said: list[Said], way: Callable[[Heard, int], Said]
) -> dict[str, object]:
    """Mean error over conversations, and how often the number of people is right."""
    rows, right = [], 0
    for item, reference in zip(heard, said, strict=True):
        count = len({who for _, _, who in reference})
        found = way(item, count)
        right += len({who for _, _, who in found}) == count
        rows.append(error_rate(reference, found))
    missed, false, confused = np.mean(rows, axis=0)
    result = {
        "error_rate": round(float(missed + false + confused), 4),
        "missed": round(float(missed), 4),
        "false": round(float(false), 4),
        "confused": round(float(confused), 4),
        "count_right": f"{right} of {len(rows)}",
    }
    print(name, json.dumps(result), flush=True)
    return result


def linked_at(threshold: float) -> Callable[[Heard, int], Said]:
    """Return the baseline that stops to link at this threshold."""
    return lambda heard, _: heard.baseline(None, threshold)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for corpus in ("emodb", "ravdess", "grid"):
        parser.add_argument(f"--{corpus}", type=Path)
    parser.add_argument("--minutes", type=float, default=45.0)
    parser.add_argument("--seed", type=int, default=100, help="Other seeds, other conversations.")
    parser.add_argument("--clips", type=Path, help="Where the films of benchmarks/labels are.")
    add_options(parser)
    options = parser.parse_args()
    record = begin(options)
    voices, vad, embedder = people(options), FasterWhisper(2), GE2E(2)
    heard, said, minutes, seed = [], [], 0.0, options.seed
    while minutes < options.minutes:
        sound, reference = conversation(seed, voices)
        heard.append(Heard(sound, vad, embedder))
        said.append(reference)
        minutes, seed = minutes + len(sound) / RATE_HZ / 60, seed + 1
    linked = {t: summary(f"fixed windows {t}", heard, said, linked_at(t)) for t in THRESHOLDS}
    found = {
        "minutes": round(minutes, 1),
        "fixed windows": min(linked.values(), key=lambda row: float(str(row["error_rate"]))),
        "ours": summary("ours", heard, said, lambda h, _: h.ours(None)),
        "fixed windows, count told": summary(
            "fixed windows, told", heard, said, lambda h, n: h.baseline(n, 0)
        ),
        "ours, count told": summary("ours, told", heard, said, lambda h, n: h.ours(n)),
    }
    if options.clips:
        found["clips"] = clips(options.clips, vad, embedder)
    if record:
        record.write(found)


if __name__ == "__main__":
    main()
