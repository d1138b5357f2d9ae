"""Try the judge of lip synchrony: planted offsets, and other people's sound.

    python -m benchmarks.judge GRID GRID_OTHER [--held-out FOLDER] [--real CLIP...] [--cross]

GRID and GRID_OTHER hold prepared clips of one person each. A judge is trained by the shipped recipe on
the first, without the clips that are named in the folder of --held-out; the other person it has never
seen. It is tried on both, on synthetic mouths that speak in voices nobody was trained on, and on
stretches of real clips. With --cross another judge is trained on the other person, by the same recipe,
and tried on the first. --keep remembers weights, faces and spoken lines.

Windows come from the middle of each GRID clip and synthetic line, and one after the other from real
clips, where the product takes the mouth for the speaker's. A planted offset counts as found within 40 ms
of the truth; since nobody knows how far apart a real clip was recorded, rows also say how often the
offset *moved* by what was planted.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.record import add_options, begin
from dubbing.arrays import Audio
from dubbing.cli.train_judge import notes, shipped_recipe, speak, train
from dubbing.cli.workshop import duration_model, face_engine
from dubbing.metrics.sync_inputs import RATE_HZ
from dubbing.metrics.sync_judge import SyncJudge, opinion
from dubbing.timing.lips import Lips, lips_of
from dubbing.training.grid import film_sound, tracks_of
from dubbing.training.sync_pairs import (
    SPEAKS_IN_TRIALS,
    Pair,
    RecordedPair,
    SpokenPair,
    recorded_pairs,
    spoken_pairs,
)
from dubbing.training.sync_trainer import JudgeTrainer
from dubbing.training.sync_trials import SHORTEST_MS, Window, middle, recorded, tried
from dubbing.vision.speaking import match, voice_envelope
from dubbing.vision.track_file import read_track, write_track
from dubbing.vision.tracking import FaceTrack

N_SYNTHETIC = 6
LINE_SEED, CAMERA_SEED = 11, 12
MOST_CROSSED = 100
REAL_WINDOWS_MS = (2000, 4000)
LEAST_SEEN = 0.9
ROOM_MS = 200


def main() -> None:
    """Train what is missing, try everything, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("first", type=Path)
    parser.add_argument("other", type=Path)
    parser.add_argument("--held-out", type=Path, help="folder whose file names are left out")
    parser.add_argument("--real", nargs="*", type=Path, default=[])
    parser.add_argument("--keep", type=Path, help="folder for what takes long (default: temporary)")
    parser.add_argument("--cross", action="store_true", help="train on the other person, too")
    add_options(parser)
    options = parser.parse_args()
    record = begin(options)
    with tempfile.TemporaryDirectory() as place:
        result = measured(options, options.keep or Path(place))
    print(json.dumps(result, indent=1))
    if record:
        record.write(result)


def measured(options: argparse.Namespace, keep: Path) -> dict[str, Any]:
    """Return all rows, the verdict on each real clip, and how long a minute of film takes."""
    held_out = {path.stem for path in options.held_out.iterdir()} if options.held_out else set()
    first, other = recorded_pairs(options.first), recorded_pairs(options.other)
    judge = trained(
        keep / "judge.safetensors", [pair for pair in first if pair.name not in held_out]
    )
    known = windows_of([pair for pair in first if pair.name in held_out])
    synthetic, unseen = windows_of(synthetic_pairs(keep)), windows_of(other)
    everybody = [*known, *unseen, *synthetic]
    rows = {
        "GRID, the man of the training, other clips": row(judge, known, everybody),
        "GRID, a woman it has never seen": row(judge, unseen, everybody),
        "synthetic mouths, voices it has never heard": row(judge, synthetic, everybody),
    }
    if options.cross:
        crossed = trained(keep / "crossed.safetensors", other)
        name = "GRID, the man, by a judge trained on the woman"
        rows[name] = row(crossed, windows_of(first[:MOST_CROSSED]), everybody)
    films = [pair for film in options.real for pair in film_pairs(film, keep)]
    rows |= real_rows(judge, films)
    return {
        "rows": rows,
        "by_clip": by_clip(judge, films),
        "seconds_per_minute": seconds_per_minute(judge, [*known, *unseen][:20]),
    }


def real_rows(judge: SyncJudge, films: Sequence[RecordedPair]) -> dict[str, Any]:
    """Return a row for each length of stretches; swapped sounds come from other films."""
    rows = {}
    for longest_ms in REAL_WINDOWS_MS if films else ():
        stretches = [window for pair in films for window in speaking_windows(pair, longest_ms)]
        name = f"real clips, stretches of {longest_ms / 1000:.0f} s"
        rows[name] = row(judge, stretches, stretches)
    return rows


def row(judge: SyncJudge, windows: Sequence[Window], others: Sequence[Window]) -> dict[str, Any]:
    """Return what the trials find on some windows; ``others`` lend the swapped sounds."""
    return tried(judge, windows, others, np.random.default_rng(0)).summary()


def trained(path: Path, pairs: Sequence[Pair]) -> SyncJudge:
    """Train a judge on these pairs and the synthetic mouths, or take the one that is there."""
    if not path.is_file():
        recipe = shipped_recipe()
        trainer = JudgeTrainer(recipe, {"somebody": pairs}, speak(recipe))
        train(trainer)
        path.parent.mkdir(parents=True, exist_ok=True)
        trainer.save_weights(path, notes(recipe))
    return SyncJudge(path)


def windows_of(pairs: Sequence[RecordedPair]) -> list[Window]:
    """Return the middles of those that last 2 s and more."""
    return [window for pair in pairs if (window := middle(pair)) is not None]


def synthetic_pairs(keep: Path) -> list[RecordedPair]:
    """Return lines in voices that nobody was trained on, as a camera sees them."""
    rng = np.random.default_rng(CAMERA_SEED)
    return [recorded(line, rng) for line in _spoken(keep / "spoken")]


def _spoken(folder: Path) -> list[SpokenPair]:
    if not folder.is_dir():
        folder.mkdir(parents=True)
        lines = spoken_pairs(duration_model(), SPEAKS_IN_TRIALS, np.random.default_rng(LINE_SEED))
        for number, line in enumerate(islice(lines, N_SYNTHETIC)):
            text = np.array([line.person, line.symbols])
            np.savez(
                folder / f"{number:02}.npz",
                text=text,
                edges_ms=line.edges_ms,
                samples=line.audio.samples,
            )
    return [_read_line(path) for path in sorted(folder.glob("*.npz"))]


def _read_line(path: Path) -> SpokenPair:
    with np.load(path) as arrays:
        voice, symbols = map(str, arrays["text"])
        return SpokenPair(voice, symbols, arrays["edges_ms"], Audio(arrays["samples"], RATE_HZ))


def film_pairs(film: Path, keep: Path) -> Iterator[RecordedPair]:
    """Yield every mouth of a film with the film's sound; a mouth goes by the film's name."""
    audio = film_sound(film)
    for track in _tracks(film, keep / film.stem):
        lips = lips_of(track.points, track.times_ms)
        if lips is not None:
            yield RecordedPair(film.stem, film.stem, lips, audio)


def _tracks(film: Path, folder: Path) -> list[FaceTrack]:
    if not folder.is_dir():
        folder.mkdir(parents=True)
        for number, track in enumerate(tracks_of(film, face_engine())):
            write_track(folder / f"{number}.safetensors", track)
    return [read_track(path) for path in sorted(folder.iterdir())]


def speaking_windows(pair: RecordedPair, longest_ms: int) -> Iterator[Window]:
    """Yield whole stretches, one after the other, in which this mouth is taken for the speaker's."""
    n_frames = longest_ms // 25
    begins_ms = -(-max(pair.lips.start_ms, ROOM_MS) // 25) * 25
    ends_ms = min(pair.lips.start_ms + len(pair.lips) * 25, pair.audio.duration_ms - ROOM_MS)
    for start_ms in range(begins_ms, ends_ms - longest_ms + 1, longest_ms):
        window = Window(pair, start_ms, n_frames)
        if _speaks(window.lips, window.sound()):
            yield window


def _speaks(lips: Lips, sound: Audio) -> bool:
    if lips.seen.mean() < LEAST_SEEN:
        return False
    found = match(lips, voice_envelope(sound))
    return found is not None and found.speaks


def by_clip(judge: SyncJudge, films: Sequence[RecordedPair]) -> dict[str, Any]:
    """Return the verdict on each real clip as a whole, all its stretches of 4 s pooled."""
    found = {}
    for name in dict.fromkeys(pair.name for pair in films):
        windows = [
            window
            for pair in films
            if pair.name == name
            for window in speaking_windows(pair, 2 * SHORTEST_MS)
        ]
        verdict = opinion(judge.curve(window.lips, window.sound()) for window in windows)
        found[name] = {"stretches": len(windows), **(asdict(verdict) if verdict else {})}
    return found


def seconds_per_minute(judge: SyncJudge, windows: Sequence[Window]) -> float:
    """Return what judging a minute of film takes, the mouths being known."""
    begun = time.perf_counter()
    lasts_s = sum(window.n_frames * 0.025 for window in windows)
    for window in windows:
        judge.judge(window.lips, window.sound())
    return round((time.perf_counter() - begun) / lasts_s * 60, 3)


if __name__ == "__main__":
    main()
