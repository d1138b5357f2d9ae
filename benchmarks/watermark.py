"""How surely the watermark is found in finished dubs, what it costs, and how often it is a false alarm.

    python -m benchmarks.watermark --dubs WORKSPACE … [--chosen NAME …] [--natural DIR …] [--json FILE]

``--dubs`` are workspaces of films that were dubbed with ``--no-watermark``, so that each can be mixed
again with and without the mark. Their mixes go through codecs, other rates and levels, and what somebody
might try to take the mark out with. ``--chosen`` names those workspaces by which the strength of the mark
was chosen: they are reported apart. Each take is also looked at alone. No mark may be found in the
original sound, in the unmarked mix, in music and effects, nor in natural speech: every sound file of the
folders given.
"""

import argparse
import json
import math
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.record import add_options, begin
from dubbing.arrays import Audio
from dubbing.exports.stems import bed_blocks
from dubbing.media.ffmpeg import ffmpeg_path
from dubbing.media.resample import resample
from dubbing.media.sound_file import read_sound, write_sound
from dubbing.metrics.quality import dnsmos
from dubbing.pipeline import Run
from dubbing.soundtrack.render import rendered_between, voices_between
from dubbing.stages.synthesize import with_watermark
from dubbing.timeline import Timeline
from dubbing.watermark import finder
from dubbing.watermark.finder import find
from dubbing.watermark.marker import marked, with_mark
from dubbing.watermark.pattern import FRAMES_PER_TILE, TILES, signs
from dubbing.workspace import Workspace

Change = Callable[[Audio], Audio]
CODECS = {
    "AAC 128k": ("aac", "128k", ".m4a"),
    "MP3 128k": ("libmp3lame", "128k", ".mp3"),
    "Opus 64k": ("libopus", "64k", ".ogg"),
}
FILTERS = {
    "pitch 3 % higher": "asetrate={rate}*1.03,aresample={rate},atempo=1/1.03",
    "4 % faster (25/24) with its pitch": "asetrate={rate}*25/24,aresample={rate}",
    "3 % faster at its pitch": "atempo=1.03",
    "denoised (afftdn 12 dB)": "afftdn=nr=12:nf=-40",
    "equaliser +9 dB at 300 Hz, -9 dB at 3 kHz": "bass=g=9:f=300,equalizer=f=3000:g=-9:width_type=o:w=2",
    "compressor 4:1": "acompressor=threshold=0.05:ratio=4:attack=5:release=60",
    "low pass 3.4 kHz": "lowpass=f=3400,lowpass=f=3400",
}
NOISE_DB = 20.0
DRAWN_PLACES = 200
LONGEST_MS = 20_000
"""So much of each film is looked at, so that a short film counts as much as a long one."""
GROUP = 40
"""Natural recordings that one process looks at in turn; one of them tells the spread of scores."""
PLACES = 2
JUDGED_MS = 9_100
"""So much of each film is judged by DNSMOS, at so many places of the table."""


@dataclass(frozen=True, slots=True)
class Dub:
    """A finished film's sound with and without the mark."""

    name: str
    marked: Audio
    unmarked: Audio
    original: Audio
    bed: Audio
    voices: Audio
    """Without the mark."""
    takes: tuple[Audio, ...]
    spoken_share: float


def dub_of(folder: Path) -> Dub:
    """Mix a dub that was made without the mark, both ways."""
    workspace = Workspace(folder)
    target = next(path.name for path in sorted((folder / "timelines").iterdir()))
    plain = workspace.latest_timeline(target)
    assert plain.mix is not None
    assert plain.media is not None
    assert plain.media.sound is not None
    assert not any(line.take is not None and line.take.is_marked for line in plain.lines)
    run = Run(workspace, folder)
    takes = {line.id: with_watermark(line.take, run) for line in plain.lines if line.take}
    with_one = plain.with_lines([replace(x, take=takes.get(x.id)) for x in plain.lines])

    def mixed(timeline: Timeline) -> Audio:
        assert timeline.mix is not None
        return rendered_between(timeline, timeline.mix, workspace, 0, LONGEST_MS)

    film = mixed(plain)
    bed = [block.samples for block in bed_blocks(plain, workspace)]
    spoken_ms = sum(
        max(0, min(take.speech.end_ms, film.duration_ms) - take.speech.start_ms)
        for take in takes.values()
    )
    return Dub(
        folder.name,
        mixed(with_one),
        film,
        read_sound(workspace.path(plain.media.sound), 0, LONGEST_MS),
        Audio(np.concatenate(bed, axis=1), film.rate_hz).between(0, LONGEST_MS),
        voices_between(plain, plain.lines, workspace, 0, film.duration_ms),
        tuple(read_sound(workspace.path(take.sound)) for take in takes.values()),
        spoken_ms / film.duration_ms,
    )


# -- what is done to a sound --------------------------------------------------------------------------


def through(audio: Audio, *steps: tuple[str, tuple[str, ...]]) -> Audio:
    """Through ffmpeg, step by step: the ending of a file and how it is made."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "0.wav"
        write_sound(path, audio, subtype="FLOAT")
        for number, (suffix, how) in enumerate(steps, start=1):
            made = Path(place) / f"{number}{suffix}"
            command = [ffmpeg_path(), "-nostdin", "-v", "error", "-i", f"file:{path}", *how]
            subprocess.run([*command, f"file:{made}"], check=True)
            path = made
        return read_sound(path)


def coded(codec: str) -> Change:
    """There and back."""
    name, rate, suffix = CODECS[codec]
    return lambda audio: through(audio, (suffix, ("-c:a", name, "-b:a", rate)), (".wav", ()))


def filtered(chain: str) -> Change:
    """Through a chain of ffmpeg's filters."""
    return lambda audio: through(audio, (".wav", ("-af", chain.format(rate=audio.rate_hz))))


def louder(db: float) -> Change:
    """At another level, clipped at full scale."""
    gain = np.float32(10 ** (db / 20))
    return lambda audio: Audio(np.clip(audio.samples * gain, -1, 1), audio.rate_hz)


def with_noise(audio: Audio) -> Audio:
    """With white noise 20 dB below it."""
    level = float(np.std(audio.samples)) * 10 ** (-NOISE_DB / 20)
    noise = np.random.default_rng(0).normal(0, level, audio.samples.shape)
    return Audio((audio.samples + noise).astype(np.float32), audio.rate_hz)


def without_mark(audio: Audio) -> Audio:
    """As anybody can do who has the code: what it would add at this place is subtracted."""
    added = with_mark(audio.samples, audio.rate_hz, 0, [(0, audio.n_samples)]) - audio.samples
    return Audio(audio.samples - added, audio.rate_hz)


USUAL: dict[str, Change] = {
    "untouched": lambda audio: audio,
    **{name: coded(name) for name in CODECS},
    "resampled to 16 kHz": lambda audio: resample(audio, 16_000),
    "resampled to 44.1 kHz": lambda audio: resample(audio, 44_100),
    "resampled to 48 kHz": lambda audio: resample(audio, 48_000),
    "+3 dB": louder(3),
    "-3 dB": louder(-3),
}
ATTEMPTS: dict[str, Change] = {
    **{name: filtered(chain) for name, chain in FILTERS.items()},
    "white noise 20 dB below": with_noise,
    "the mark subtracted with its own code": without_mark,
}


# -- what is measured ---------------------------------------------------------------------------------


def looked_at(audio: Audio) -> finder.Finding:
    """What is found in one sound."""
    return find(lambda: [audio])


def natural_files(folders: Sequence[Path]) -> list[Path]:
    """Every sound file of some folders."""
    files = [path for folder in folders for path in sorted(folder.rglob("*"))]
    return [path for path in files if path.suffix in (".wav", ".flac")]


def null_scores(audio: Audio, random: np.random.Generator) -> list[float]:
    """Scores of one sound at places of the table that are drawn, as the bound speaks of them."""
    tiles = finder._tiles_of([audio], 1.0)
    rows = finder._folded(tiles[::FRAMES_PER_TILE].astype(np.float32))
    size = math.sqrt(float((rows**2).sum()))
    if size == 0:
        return []
    places = random.integers(0, TILES, DRAWN_PLACES)
    return [float((rows * np.roll(signs(), int(p), axis=0)).sum()) / size for p in places]


@dataclass(frozen=True, slots=True)
class Natural:
    """Some natural recordings: how long, bounds on a false alarm of each, scores at drawn places."""

    duration_ms: int
    bounds: tuple[float, ...]
    scores: tuple[float, ...]


def natural(paths: Sequence[Path]) -> Natural:
    """Look at some recordings, 20 s of each at most."""
    files = [read_sound(path, 0, LONGEST_MS) for path in paths]
    bounds = tuple(looked_at(audio).false_alarm for audio in files)
    scores = null_scores(files[0], np.random.default_rng(len(paths)))
    return Natural(sum(audio.duration_ms for audio in files), bounds, tuple(scores))


def false_alarms(found: Sequence[Natural]) -> dict[str, object]:
    """Natural speech; the spread of scores against the bound."""
    bounds = [bound for one in found for bound in one.bounds]
    scores = np.array([score for one in found for score in one.scores])
    return {
        "files": len(bounds),
        "hours": round(sum(one.duration_ms for one in found) / 3_600_000, 2),
        "found": sum(bound <= finder.FALSE_ALARM for bound in bounds),
        "smallest_bound": min(bounds, default=1.0),
        "score_spread": round(float(np.std(scores)), 3),
        "scores_drawn": len(scores),
        "share_above_3": float(np.mean(scores >= 3)),
        "bound_above_3": round(math.exp(-4.5), 5),
    }


def heard(audio: Audio) -> float:
    """DNSMOS of a sound of any rate."""
    return dnsmos(resample(audio.mono(), 16_000))


def heard_marked(audio: Audio) -> float:
    """The same with the mark, averaged over some places of the table: one place tells little."""
    span, scores = audio.n_samples, []
    for place in range(PLACES):
        first = place * 3 * audio.rate_hz
        samples = with_mark(audio.samples, audio.rate_hz, first, [(first, first + span)])
        scores.append(heard(Audio(samples, audio.rate_hz)))
    return statistics.mean(scores)


def measured(folder: Path) -> dict[str, Any]:
    """Everything that is asked of one film."""
    dub = dub_of(folder)
    seconds = dub.unmarked.duration_ms / 1000
    began = time.process_time()
    marked(dub.unmarked)
    marking_s, began = time.process_time() - began, time.process_time()
    without = [looked_at(dub.unmarked)]
    missing_s = time.process_time() - began
    without += [looked_at(sound) for sound in (dub.original, dub.bed, dub.voices)]
    mix, voices = dub.unmarked.between(0, JUDGED_MS), dub.voices.between(0, JUDGED_MS)
    return {
        "name": dub.name,
        "seconds": round(seconds, 1),
        "spoken_share": round(dub.spoken_share, 2),
        "score": round(looked_at(dub.marked).score, 2),
        "found": {name: looked_at(change(dub.marked)).is_marked for name, change in USUAL.items()},
        "attempts": {
            name: looked_at(change(dub.marked)).is_marked for name, change in ATTEMPTS.items()
        },
        "takes": [(take.duration_ms, looked_at(take).is_marked) for take in dub.takes],
        "without": [finding.is_marked for finding in without],
        "mix_plain": heard(mix),
        "mix_marked": heard_marked(mix),
        "voice_plain": heard(voices),
        "voice_marked": heard_marked(voices),
        "marking_s": marking_s,
        "missing_s": missing_s,
    }


def together(films: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A group of films: shares and means."""
    takes = [take for film in films for take in film["takes"]]
    longer = [is_found for duration_ms, is_found in takes if duration_ms >= 3_000]
    seconds = sum(film["seconds"] for film in films)
    judged = ("mix_plain", "mix_marked", "voice_plain", "voice_marked")

    def share(hits: Sequence[bool]) -> float:
        return round(statistics.mean(hits), 4) if hits else 0.0

    return {
        "films": {
            film["name"]: {key: film[key] for key in ("seconds", "spoken_share", "score", *judged)}
            for film in films
        },
        "found": {name: share([film["found"][name] for film in films]) for name in USUAL},
        "attempts": {name: share([film["attempts"][name] for film in films]) for name in ATTEMPTS},
        "takes": len(takes),
        "takes_found": share([is_found for _, is_found in takes]),
        "takes_of_3_s": len(longer),
        "takes_of_3_s_found": share(longer),
        "cost": {
            **{key: round(statistics.mean(film[key] for film in films), 3) for key in judged},
            "marking_rt": round(sum(film["marking_s"] for film in films) / seconds, 4),
            "finding_nothing_rt": round(sum(film["missing_s"] for film in films) / seconds, 4),
        },
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--dubs", type=Path, nargs="+", required=True)
    parser.add_argument("--chosen", nargs="*", default=[])
    parser.add_argument("--natural", type=Path, nargs="*", default=[])
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    add_options(parser)
    options = parser.parse_args()
    record = begin(options)
    paths = natural_files(options.natural)
    groups = [paths[first : first + GROUP] for first in range(0, len(paths), GROUP)]
    with ProcessPoolExecutor(options.jobs) as pool:
        looking = pool.map(natural, groups)
        films = list(pool.map(measured, options.dubs))
        natural_found = list(looking)
    without = [is_found for film in films for is_found in film["without"]]
    result = {
        "held_out": together([film for film in films if film["name"] not in options.chosen]),
        "chosen_on": together([film for film in films if film["name"] in options.chosen]),
        "unmarked": {"sounds": len(without), "found": sum(without)},
        "natural": false_alarms(natural_found),
    }
    print(json.dumps(result, indent=1))
    if record:
        record.write(result)


if __name__ == "__main__":
    main()
