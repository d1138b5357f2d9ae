"""Peak memory of a long film: the sample looped to MINUTES, dubbed, with the resident size over time.

python -m benchmarks.memory [MINUTES] [--json FILE]
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks.record import DUB, ROOT, add_options, begin
from dubbing.media.ffmpeg import ffmpeg_path

SAMPLE = ROOT / "samples/portrait.mp4"
EVERY_S = 2.0
BAR = 60


def main() -> None:
    """Loop, dub, watch."""
    parser = argparse.ArgumentParser()
    parser.add_argument("minutes", type=float, nargs="?", default=60)
    add_options(parser)
    options = parser.parse_args()
    record = begin(options)
    with tempfile.TemporaryDirectory() as temporary:
        film = Path(temporary) / "long.mp4"
        loop = [ffmpeg_path(), "-v", "error", "-stream_loop", "-1", "-i", str(SAMPLE)]
        subprocess.run(
            [*loop, "-t", str(options.minutes * 60), "-c", "copy", str(film)], check=True
        )
        curve, code = watch([DUB, str(film), "--to", "zh", "-q"])
    peak = max(mb for _, mb in curve)
    for at_s, mb in curve[:: max(1, len(curve) // 40)]:
        print(f"{at_s:7.0f} s {mb:6.0f} MB {'█' * round(BAR * mb / peak)}")
    print(
        f"{options.minutes:g} minutes of film: peak {peak:.0f} MB, {curve[-1][0]:.0f} s, exit {code}"
    )
    if record and code == 0:
        record.write(
            {"minutes": options.minutes, "peak_mb": peak, "wall_s": curve[-1][0], "curve": curve}
        )
    sys.exit(code)


def watch(command: list[str]) -> tuple[list[tuple[float, float]], int]:
    """Resident megabytes of the process and its children, every two seconds."""
    curve, began = [], time.monotonic()
    with subprocess.Popen(command) as process:
        watched = psutil.Process(process.pid)
        while process.poll() is None:
            curve.append((round(time.monotonic() - began, 1), _resident_mb(watched)))
            time.sleep(EVERY_S)
    return curve, process.returncode


def _resident_mb(process: psutil.Process) -> float:
    total = 0
    for member in [process, *process.children(recursive=True)]:
        try:
            total += member.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total / 1e6


if __name__ == "__main__":
    main()
