"""How loud dubs are: the programme against its target, its peak, and each line against the original's.

    python -m benchmarks.loudness FILM ... [--to es] [--folder DIR] [--profile NAME] [--json FILE]

Every film is dubbed once as loud as it was (``source``) and once to EBU R 128; the second time only the
mix is made anew. Measured on the finished files, not on what the mix says of itself: programme loudness
by ffmpeg's ebur128 (on the original, too), its true peak, and for every dubbed line the loudness of
what is heard in it against what was heard in the original (BS.1770 without gate), for ``source`` only.
"""

import argparse
import json
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.record import DUB, add_options, begin
from dubbing.media.extract import extract_audio
from dubbing.media.ffmpeg import ffmpeg_path
from dubbing.media.loudness import line_loudness_lufs
from dubbing.media.sound_file import read_sound
from dubbing.workspace import Workspace

TARGETS: dict[str, float | None] = {"source": None, "ebu-r128": -23.0}


def dubbed(film: Path, options: argparse.Namespace, preset: str) -> Path:
    """The finished file."""
    out = options.folder / f"{film.stem}.{preset}.mkv"
    workspace = options.folder / f"{film.stem}.dub"
    command = [DUB, str(film), "--to", options.to, "-o", str(out), "--workspace", str(workspace)]
    subprocess.run(
        [*command, "--loudness", preset, "--profile", options.profile, "--until", "mux"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return out


def measured(film: Path) -> tuple[float, float]:
    """Programme loudness (LUFS) and true peak (dBTP) of the first sound track."""
    command = [ffmpeg_path(), "-nostats", "-i", str(film), "-map", "0:a:0"]
    told = subprocess.run(
        [*command, "-af", "ebur128=peak=true", "-f", "null", "-"],
        check=True,
        capture_output=True,
        text=True,
    ).stderr.rpartition("Summary:")[2]
    return _read(told, "I"), _read(told, "Peak")


def _read(summary: str, name: str) -> float:
    found = re.search(rf"{name}:\s+(-?[\d.]+|-inf)", summary)
    assert found is not None, f"ffmpeg's summary has no {name}"
    return float(found[1])


def line_differences(film: Path, dub: Path, workspace: Path, language: str) -> list[float]:
    """How much louder each dubbed line is than the original one, in LU."""
    with Workspace(workspace) as held:
        timeline = held.timeline_after(language, "mix")
    assert timeline.media is not None
    with tempfile.TemporaryDirectory() as place:
        was, now = Path(place) / "was.wav", Path(place) / "now.wav"
        extract_audio(film, timeline.media.audio_track, was)
        extract_audio(dub, 0, now)
        found = []
        for line in timeline.lines:
            if line.take is None:
                continue
            one = line_loudness_lufs(read_sound(was, line.span.start_ms, line.span.end_ms))
            speech = line.take.speech
            other = line_loudness_lufs(read_sound(now, speech.start_ms, speech.end_ms))
            if one is not None and other is not None:
                found.append(other - one)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("films", type=Path, nargs="+")
    parser.add_argument("--to", default="es")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "loudness")
    parser.add_argument("--profile", default="embedded")
    add_options(parser)
    options = parser.parse_args()
    record = begin(options)
    options.folder.mkdir(parents=True, exist_ok=True)
    found: dict[str, dict[str, Any]] = {}
    for film in options.films:
        was, _ = measured(film)
        row: dict[str, Any] = {"original_lufs": was}
        for preset, target in TARGETS.items():
            dub = dubbed(film, options, preset)
            loudness, peak = measured(dub)
            aim = was if target is None else target
            row[preset] = {"off_lu": round(loudness - aim, 2), "peak_dbtp": peak}
            if target is None:
                lines = line_differences(film, dub, options.folder / f"{film.stem}.dub", options.to)
                row["lines_off_lu"] = [round(one, 2) for one in lines]
        found[film.stem] = row
        print(film.stem, json.dumps(row), flush=True)
        if record:
            record.write(summed(found))


def summed(found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """All films, and what they have in common."""
    lines = np.abs([one for row in found.values() for one in row["lines_off_lu"]])
    shares: dict[str, object] = {
        "films": len(found),
        "lines": len(lines),
        "lines_within_1.5_lu": round(float(np.mean(lines <= 1.5)), 3),
        "line_off_median_lu": round(float(np.median(lines)), 2),
    }
    for preset in TARGETS:
        off = np.abs([row[preset]["off_lu"] for row in found.values()])
        peaks = [row[preset]["peak_dbtp"] for row in found.values()]
        shares[preset] = {
            "within_0.5_lu": f"{int(np.sum(off <= 0.5))} of {len(off)}",
            "worst_off_lu": float(np.max(off)),
            "highest_peak_dbtp": max(peaks),
        }
    return {"summary": shares, "clips": found}


if __name__ == "__main__":
    main()
