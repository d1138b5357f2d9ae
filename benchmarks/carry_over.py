"""Whether the mood of the source is heard in the dub: 48 utterances of RAVDESS, dubbed.

    python -m benchmarks.carry_over DIR [--to zh] [--emotion-from source] [--json FILE]

Six actors say one of two sentences in eight moods; the recordings are laid one after another and dubbed
as one film. The arousal of every line is measured on the source and on the mixed dub in two ways: by the
shipped model (GE2E and prosody, speaker-normalised), and by a plain index that knows nothing of the
adapter (mean of the z-scores of pitch, level and brightness within a speaker). Printed are Pearson's
correlations, beside those of the same film with `--emotion-from none`, and how well the dub's arousal
tells the tense moods from the slack ones.
"""

import argparse
import json
import re
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import soundfile
from scipy.stats import pearsonr
from sklearn.metrics import roc_auc_score

from benchmarks.record import add_options, begin
from dubbing.acoustics.prosody import measure_prosody
from dubbing.arrays import Audio
from dubbing.engines.emotion import Utterance
from dubbing.job import Job, run_job
from dubbing.media.resample import resample
from dubbing.media.sound_file import read_sound
from dubbing.registry import Engines
from dubbing.settings import load_profile
from dubbing.timeline import Timeline
from dubbing.training.emotion import RAVDESS, RAVDESS_LABELS, SLACK, TENSE
from dubbing.workspace import Workspace

RATE_HZ = 16_000
PAUSE_S = 0.9


def chosen(folder: Path) -> list[tuple[Path, str, str]]:
    """One recording of each actor and mood, sentences and strengths by turns."""
    files = {p.stem: p for p in folder.rglob("*") if p.suffix in (".wav", ".flac")}
    actors = sorted({found[2] for stem in files if (found := RAVDESS.fullmatch(stem))})
    picked = []
    for a, actor in enumerate(actors):
        for m, (code, mood) in enumerate(RAVDESS_LABELS.items()):
            strength = "01" if mood == "neutral" or (a + m) % 2 else "02"
            pattern = rf"\d\d-\d\d-{code}-{strength}-0{1 + (a + m // 2) % 2}-\d\d-{actor}"
            takes = sorted(stem for stem in files if re.fullmatch(pattern, stem))
            picked.append((files[takes[0]], actor, mood))
    return picked


def film(picked: list[tuple[Path, str, str]], path: Path) -> list[tuple[int, int]]:
    """The recordings one after another; gives the span of each in ms."""
    parts, spans, at = [np.zeros(RATE_HZ // 2, np.float32)], [], RATE_HZ // 2
    for file, _, _ in picked:
        sound = resample(read_sound(file).mono(), RATE_HZ).samples[0]
        loud = np.flatnonzero(np.abs(sound) > 0.05 * np.abs(sound).max())
        sound = sound[max(0, loud[0] - 1600) : loud[-1] + 3200]
        pause = np.zeros(int(PAUSE_S * RATE_HZ), np.float32)
        spans.append((at * 1000 // RATE_HZ, (at + len(sound)) * 1000 // RATE_HZ))
        parts += [sound, pause]
        at += len(sound) + len(pause)
    whole = np.concatenate(parts)
    soundfile.write(path, whole * 0.7 / np.abs(whole).max(), RATE_HZ)
    return spans


def index(sounds: list[Audio], actors: list[str]) -> np.ndarray:
    """Mean of the z-scores of pitch, level and brightness within each actor."""
    said = [measure_prosody(sound) for sound in sounds]
    numbers = np.array(
        [
            [np.nan] * 3 if p is None else [12 * np.log2(p.f0_hz), p.level_db, p.alpha_db]
            for p in said
        ]
    )
    for actor in set(actors):
        own = np.array(actors) == actor
        numbers[own] -= np.nanmean(numbers[own], axis=0)
        numbers[own] /= np.nanstd(numbers[own], axis=0) + 1e-9
    return np.nan_to_num(numbers).mean(axis=1)


def identity(sound: Audio) -> Audio:
    """Return the sound, which is in memory already."""
    return sound


def by_model(engines: Engines, sounds: list[Audio], actors: list[str]) -> np.ndarray:
    """Arousal 0 to 1 as the shipped model hears it."""
    hearer = engines.get("emotion", "embedded")
    said = [
        Utterance(actor, partial(identity, sound))
        for actor, sound in zip(actors, sounds, strict=True)
    ]
    return np.array([heard.arousal for heard in hearer.hear(said)])


def dubbed(source: Path, to: str, origin: str, engines: Engines, folder: Path) -> Timeline:
    """The film with a mix."""
    profile = load_profile("embedded").with_values(
        {
            "speakers": {"count": 6},
            "transcribe": {"language": "en"},
            "delivery": {"source": origin},
        }
    )
    job = Job(source, to, output=folder / f"{to}.{origin}.wav", workspace=folder / "work")
    return run_job(replace(job, until="mix", force=False), profile, engines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="RAVDESS")
    parser.add_argument("--to", nargs="*", default=["zh", "es"])
    add_options(parser)
    parser.add_argument("--folder", type=Path, help="Keep everything here.")
    options = parser.parse_args()
    record = begin(options)
    picked = chosen(options.data)
    engines, found = Engines(), {}
    with tempfile.TemporaryDirectory() as place:
        folder = options.folder or Path(place)
        source = folder / "film.wav"
        spans = film(picked, source)
        for to in options.to:
            for origin in ("source", "none"):
                timeline = dubbed(source, to, origin, engines, folder)
                found[f"{to} {origin}"] = judged(timeline, spans, picked, folder, engines)
                print(to, origin, json.dumps(found[f"{to} {origin}"]), flush=True)
    if record:
        record.write(found)


def judged(
    timeline: Timeline,
    spans: list[tuple[int, int]],
    picked: list[tuple[Path, str, str]],
    folder: Path,
    engines: Engines,
) -> dict[str, object]:
    """Correlations over the utterances that were heard and dubbed."""
    sources, dubs, actors, moods = [], [], [], []
    with Workspace(folder / "work") as workspace:
        for (start_ms, end_ms), (_, actor, mood) in zip(spans, picked, strict=True):
            lines = [
                line
                for line in timeline.lines
                if line.take is not None
                and start_ms - 200 <= (line.span.start_ms + line.span.end_ms) // 2 <= end_ms + 200
            ]
            if not lines:
                continue
            assert timeline.media is not None
            assert timeline.media.speech is not None
            assert timeline.mix is not None
            takes = [line.take.speech for line in lines if line.take is not None]
            sources.append(read_sound(workspace.path(timeline.media.speech), start_ms, end_ms))
            mixed = read_sound(
                workspace.path(timeline.mix.sound), takes[0].start_ms, takes[-1].end_ms
            )
            dubs.append(resample(mixed.mono(), RATE_HZ))
            actors.append(actor)
            moods.append(mood)
    ways = {
        "model": (by_model(engines, sources, actors), by_model(engines, dubs, actors)),
        "index": (index(sources, actors), index(dubs, actors)),
    }
    told = np.isin(moods, (*TENSE, *SLACK))
    tense = np.isin(np.array(moods)[told], TENSE)
    return {
        "utterances": len(moods),
        **{f"r_{name}": round(float(pearsonr(a, b)[0]), 3) for name, (a, b) in ways.items()},
        **{
            f"auc_{name}": round(float(roc_auc_score(tense, b[told])), 3)
            for name, (_, b) in ways.items()
        },
    }


if __name__ == "__main__":
    main()
