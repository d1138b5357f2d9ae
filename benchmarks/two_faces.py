"""Who speaks when in films with two faces, with and without their picture: diarization error rate.

    python benchmarks/two_faces.py --person CLIP ... --person CLIP ... [--json FILE]

Each `--person` names clips in which one person is seen and heard. Of every two people films are made in
which they sit side by side and take turns of some seconds; who does not speak stands still, which is
easier than a mouth that chews or smiles. All go through the stages up to `speakers`, once as they are
and once with a grey picture. Scored with a collar of 0.25 s against the speech that a voice activity
detector finds in each clip by itself.
"""

import argparse
import itertools
import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from diarization import Said, error_rate, joined

from dubbing.arrays import Audio
from dubbing.engines.asr.faster_whisper import FasterWhisper
from dubbing.job import Job, run_job
from dubbing.media.extract import extract_audio
from dubbing.media.ffmpeg import ffmpeg_path
from dubbing.media.resample import resample
from dubbing.media.sound_file import read_sound
from dubbing.registry import Engines
from dubbing.settings import Profile

RATE_HZ = 16_000
SIDE = 360
LONGEST_TURN_S = 5.0
FPS = 25


@dataclass(frozen=True)
class Turn:
    """A piece of a clip, and when in it somebody speaks (seconds from its start)."""

    clip: Path
    start_s: float
    end_s: float
    speech: tuple[tuple[float, float], ...]


def sound_of(film: Path) -> Audio:
    """Mono, 16 kHz."""
    with tempfile.TemporaryDirectory() as place:
        extract_audio(film, 0, Path(place) / "all.wav")
        return resample(read_sound(Path(place) / "all.wav").mono(), RATE_HZ)


def turns_of(clips: list[Path], vad: FasterWhisper) -> list[Turn]:
    """Pieces of at most some seconds, cut where it is quietest."""
    found = []
    for clip in clips:
        audio = sound_of(clip)
        windows = [(a / 1000, b / 1000) for a, b in vad.speech_windows(audio)]
        length_s = audio.n_samples / RATE_HZ
        n = max(1, round(length_s / LONGEST_TURN_S))
        cuts = [0.0, *(quietest(audio, length_s * k / n) for k in range(1, n)), length_s]
        for start, end in itertools.pairwise(cuts):
            inside = [(max(a, start) - start, min(b, end) - start) for a, b in windows]
            speech = tuple((a, b) for a, b in inside if b - a > 0.1)
            if speech:
                found.append(Turn(clip, start, end, speech))
    return found


def quietest(audio: Audio, near_s: float) -> float:
    """The quietest tenth of a second within a second of a time, on a frame of the picture."""
    step = RATE_HZ // FPS
    places = range(int((near_s - 1) * FPS), int((near_s + 1) * FPS))
    power = {
        p: float(np.square(audio.samples[0][p * step : (p + 3) * step]).mean()) for p in places
    }
    return min(power, key=lambda place: power[place]) / FPS


def ffmpeg(*arguments: object) -> None:
    """Run it."""
    subprocess.run([ffmpeg_path(), "-v", "error", "-y", *map(str, arguments)], check=True)


def made(folder: Path, left: list[Turn], right: list[Turn]) -> tuple[Path, Path, Said]:
    """A film, the same film in grey, and who speaks when."""
    now_s, said, pieces = 0.0, [], []
    turns = [turn for pair in zip(left, right, strict=False) for turn in pair]
    for number, turn in enumerate(turns):
        who = number % 2
        other = turns[number + 1 if number + 1 < len(turns) else number - 1]
        still, piece = folder / f"{number}.png", folder / f"{number}.mkv"
        ffmpeg("-ss", other.start_s, "-i", other.clip, "-frames:v", 1, still)
        shape = (
            f"fps={FPS},scale={SIDE}:{SIDE}:force_original_aspect_ratio=increase,crop={SIDE}:{SIDE}"
        )
        order = "[a][b]" if who == 0 else "[b][a]"
        length_s = round((turn.end_s - turn.start_s) * FPS) / FPS
        ffmpeg(
            *("-ss", turn.start_s, "-t", length_s, "-i", turn.clip),
            *("-loop", 1, "-t", length_s, "-i", still),
            *("-filter_complex", f"[0:v]{shape}[a];[1:v]{shape}[b];{order}hstack,setsar=1[v]"),
            *("-map", "[v]", "-map", "0:a:0", "-ac", 1, "-ar", 48_000, "-c:a", "pcm_s16le"),
            *("-c:v", "libx264", "-crf", 16, "-pix_fmt", "yuv420p", "-t", length_s, piece),
        )
        pieces.append(f"file '{piece}'\n")
        said += [(now_s + a, now_s + b, str(who)) for a, b in turn.speech]
        now_s += length_s
    listed, film, grey = folder / "pieces.txt", folder / "film.mkv", folder / "grey.mkv"
    listed.write_text("".join(pieces))
    ffmpeg("-f", "concat", "-safe", 0, "-i", listed, "-c", "copy", film)
    ffmpeg("-i", film, "-vf", "drawbox=color=gray:t=fill", "-c:a", "copy", grey)
    return film, grey, joined(said)


def heard(film: Path, engines: Engines) -> Said:
    """What the product says."""
    with tempfile.TemporaryDirectory() as place:
        job = Job(film, "es", output=Path(place) / "o.mkv", workspace=Path(place) / "w",
                  until="speakers")  # fmt: skip
        timeline = run_job(job, Profile(), engines)
    return joined(
        [
            (line.span.start_ms / 1000, line.span.end_ms / 1000, line.speaker)
            for line in timeline.lines
        ]
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--person", type=Path, nargs="+", action="append", required=True)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    engines = Engines(keep=True)
    people = [turns_of(clips, FasterWhisper(2)) for clips in options.person]
    rows = []
    for left, right in itertools.combinations(range(len(people)), 2):
        with tempfile.TemporaryDirectory() as place:
            film, grey, said = made(Path(place), people[left], people[right])
            row = {"people": [left, right], "seconds": round(said[-1][1])}
            for name, path in (("with faces", film), ("grey", grey)):
                found = heard(path, engines)
                row[name] = {
                    "error_rate": round(float(sum(error_rate(said, found))), 4),
                    "confused": round(float(error_rate(said, found)[2]), 4),
                    "voices": len({who for _, _, who in found}),
                }
        print(json.dumps(row), flush=True)
        rows.append(row)
    summary = {
        name: {
            key: round(float(np.mean([row[name][key] for row in rows])), 4)
            for key in ("error_rate", "confused", "voices")
        }
        for name in ("with faces", "grey")
    }
    print(json.dumps(summary, indent=1))
    if options.json:
        told = {"films": len(rows), "mean": summary, "each": rows}
        options.json.write_text(json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()
