"""How well dubs go with the mouths: lips, natural timing and uniform stretch side by side.

    python benchmarks/lips.py CLIP... [--to zh es] [--json benchmarks/lips.json] [--keep FOLDER]

Every clip is dubbed into every language; every line whose mouth is seen is then judged in the finished
file, with natural timing and with uniform stretch, all three spoken by the same voice. Last, the same
lines are timed by the wrong mouth (their own, backwards in time): what a mistaken picture can cost.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from statistics import fmean
from typing import Any
from unittest.mock import patch

import numpy as np

from dubbing.arrays import Audio
from dubbing.errors import DubbingError
from dubbing.evaluation import COMPARED, Evaluation, Judged, chance, summary
from dubbing.job import Job, run_job
from dubbing.media.resample import resample
from dubbing.pipeline import Run
from dubbing.registry import Engines
from dubbing.settings import Profile
from dubbing.stages import timing as timing_stage
from dubbing.timeline import Line, Timeline
from dubbing.timing.lips import Lips, lips_of
from dubbing.vision import mouths
from dubbing.workspace import Workspace

HERE = Path(__file__).parent


def main() -> None:
    """Dub, judge, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "clips", nargs="*", type=Path, default=[HERE.parent / "samples/portrait.mp4"]
    )
    parser.add_argument("--to", nargs="+", default=["zh", "es"])
    parser.add_argument("--json", type=Path, default=HERE / "lips.json")
    parser.add_argument("--keep", type=Path, help="folder for the workspaces (default: temporary)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        judged, misled = measure(arguments.clips, arguments.to, arguments.keep or Path(folder))
    rows = summary(judged)
    result = {
        "clips": len(arguments.clips),
        "languages": arguments.to,
        "methods": rows,
        "chance_that_ours_is_no_better": {
            name: {other: chance(judged, name, other) for other in ("natural", "uniform")}
            for name in COMPARED
        },
        "wrong_mouth": misled,
    }
    print(json.dumps(result, indent=1))
    lines = [{**asdict(item.agreement), "line": item.line, "method": item.method,
              "error_rate": item.error_rate, "dnsmos": item.dnsmos} for item in judged]  # fmt: skip
    arguments.json.write_text(json.dumps({**result, "lines": lines}, indent=1) + "\n")


def measure(
    clips: list[Path], languages: list[str], folder: Path
) -> tuple[list[Judged], dict[str, float]]:
    """All lines of all clips, and the character error rate of lines that follow a wrong mouth."""
    engines, profile = Engines(keep=True), Profile()
    judged: list[Judged] = []
    right, wrong = [], []
    for clip in clips:
        for language in languages:
            work = folder / f"{clip.stem}.dub"
            output = folder / f"{clip.stem}.{language}.mkv"
            try:
                timeline = run_job(Job(clip, language, output, work, force=False), profile, engines)
            except DubbingError as error:
                print(f"{clip.name} to {language}: {error}")
                continue
            with Workspace(work) as held:
                evaluation = Evaluation(held, timeline, profile, engines)
                mine = list(evaluation.judge())
                judged += mine
                rates = {j.line: j.error_rate for j in mine if j.method == "natural"}
                for line, rate in misled_rates(timeline, held, evaluation, profile, engines):
                    if rates.get(line) is not None:
                        wrong.append(rate)
                        right.append(float(rates[line] or 0.0))
            print(f"{clip.name} to {language}: {len(mine) // 3} lines with a mouth", flush=True)
    if not wrong:
        return judged, {}
    return judged, {
        "lines": len(wrong),
        "error_rate_natural": round(fmean(right), 4),
        "error_rate_wrong_mouth": round(fmean(wrong), 4),
    }


def misled_rates(
    timeline: Timeline, held: Workspace, evaluation: Evaluation, profile: Profile, engines: Engines
) -> Iterator[tuple[str, float]]:
    """Every line timed by its mouth backwards, spoken and transcribed."""

    def backwards(points: Any, times_ms: Any) -> Lips | None:
        lips = lips_of(points, times_ms)
        return (
            None if lips is None else Lips(lips.start_ms, np.ascontiguousarray(lips.values[::-1]))
        )

    run = Run(held, Path(timeline.media.name if timeline.media else ""), engines=engines)
    with patch.object(mouths, "lips_of", backwards):
        timed = timing_stage.timing.function(timeline, run, profile.timing)
    wanted = {line.id for line in evaluation.lines}
    for line in timed.lines:
        if line.id in wanted and line.plan is not None:
            yield line.id, evaluation.error_rate(line, spoken(line, timed, engines, profile))


def spoken(line: Line, timeline: Timeline, engines: Engines, profile: Profile) -> Audio:
    """The line as planned, at 16 kHz."""
    voice = timeline.speaker(line.speaker).voice
    assert line.plan is not None
    assert voice is not None
    speech = engines.get("speech", profile.synthesize.engine)
    return resample(speech.speak(line.plan.symbols, voice.name, line.plan.frames), 16_000)


if __name__ == "__main__":
    main()
