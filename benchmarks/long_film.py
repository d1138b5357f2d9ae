"""A two-hour film through the whole program: how much memory, how much time a stage.

    python -m benchmarks.long_film --speech CLIP ... [--hours 2] [--to es] [--folder DIR] [--json FILE]

The film has a small picture that does not move, soft noise, and the clips' speech (some minutes in all)
spread over it. While it is dubbed, the resident memory of the process and its children is read four
times a second.
"""

import argparse
import json
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import psutil

from benchmarks.record import DUB, add_options, begin
from dubbing.arrays import Audio
from dubbing.media.extract import extract_audio
from dubbing.media.ffmpeg import ffmpeg_path
from dubbing.media.resample import resample
from dubbing.media.sound_file import SoundWriter, read_sound
from dubbing.workspace import Workspace

RATE_HZ = 48_000
NOISE = 0.001
LOOK_S = 0.25
BAR_GB = 3.0


def speech(clips: list[Path]) -> list[np.ndarray]:
    """Their sound, mono."""
    found = []
    for clip in clips:
        with tempfile.TemporaryDirectory() as place:
            extract_audio(clip, 0, Path(place) / "all.wav")
            sound = read_sound(Path(place) / "all.wav").mono()
            found.append(resample(sound, RATE_HZ).samples[0])
    return found


def made(folder: Path, clips: list[Path], hours: float) -> Path:
    """The film; its sound is written minute by minute."""
    said, rng = speech(clips), np.random.default_rng(1)
    minutes, sound = round(60 * hours), folder / "long.wav"
    starts = {int(m): k for k, m in enumerate(np.linspace(0, minutes - 2, len(said)))}
    waiting = np.zeros(0, np.float32)
    with SoundWriter(sound, RATE_HZ, 1) as writer:
        for minute in range(minutes):
            piece = rng.normal(0, NOISE, 60 * RATE_HZ).astype(np.float32)
            if minute in starts:
                waiting = np.concatenate([waiting, said[starts[minute]]])
            now, waiting = waiting[: len(piece)], waiting[len(piece) :]
            piece[: len(now)] += now
            writer.write(Audio(np.clip(piece, -1, 1)[None], RATE_HZ))
    film = folder / "long.mp4"
    picture = f"color=c=gray:s=320x180:r=24:d={60 * minutes}"
    subprocess.run(
        [ffmpeg_path(), "-v", "error", "-y", "-f", "lavfi", "-i", picture, "-i", str(sound),
         "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-shortest", str(film)],
        check=True,
    )  # fmt: skip
    return film


def dubbed(film: Path, folder: Path, to: str) -> tuple[float, float]:
    """Greatest resident memory (GB) of all processes at once, and seconds."""
    command = [DUB, str(film), "--to", to, "-o", str(folder / "long.dub.mkv")]
    began, most = time.monotonic(), 0
    work = psutil.Popen([*command, "--workspace", str(folder / "work")], stdout=subprocess.DEVNULL)
    while work.poll() is None:
        most = max(most, resident(work))
        time.sleep(LOOK_S)
    if work.returncode:
        raise SystemExit(f"dub failed with code {work.returncode}")
    return most / 1e9, time.monotonic() - began


def resident(process: psutil.Process) -> int:
    """Bytes of a process and all its children; one that ends meanwhile counts nothing."""
    total = 0
    try:
        for one in [process, *process.children(recursive=True)]:
            total += one.memory_info().rss
    except psutil.NoSuchProcess:
        pass
    return total


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--speech", type=Path, nargs="+", required=True)
    parser.add_argument("--hours", type=float, default=2.0)
    parser.add_argument("--to", default="es")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "long_film")
    add_options(parser)
    options = parser.parse_args()
    record = begin(options)
    options.folder.mkdir(parents=True, exist_ok=True)
    film = made(options.folder, options.speech, options.hours)
    memory_gb, wall_s = dubbed(film, options.folder, options.to)
    with Workspace(options.folder / "work") as held:
        timeline = held.finished_timeline(options.to)
    found = {
        "hours": options.hours,
        "lines": len(timeline.lines),
        "memory_gb": round(memory_gb, 2),
        "under_bar": memory_gb < BAR_GB,
        "wall_s": round(wall_s),
        "stages_s": {step.stage: round(step.seconds, 1) for step in timeline.history},
    }
    print(json.dumps(found, indent=1))
    if record:
        record.write(found)


if __name__ == "__main__":
    main()
