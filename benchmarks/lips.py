"""How well dubs go with the mouths: lips, natural timing and uniform stretch side by side.

    python -m benchmarks.lips CLIP... [--trained-on CLIP...] [--to zh es] [--json FILE] [--keep FOLDER]

Every clip is dubbed into every language; every line whose mouth is seen is then judged with natural
timing and with uniform stretch beside the dub, all three spoken by the same voice in the same mood
(``dubbing/evaluation.py``). Clips of ``--trained-on`` are of the speaker that the aligner was
trained on; they are a group of their own. Last, the same lines are timed by the wrong mouth (their
own, backwards in time): what a mistaken picture can cost.
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

from benchmarks.lips_statistics import Observation, summary
from benchmarks.record import ROOT, add_options, begin
from dubbing.arrays import Audio
from dubbing.delivery import NEUTRAL
from dubbing.errors import DubbingError
from dubbing.evaluation import Evaluation, Judged
from dubbing.job import Job, run_job
from dubbing.media.resample import resample
from dubbing.pipeline import Run
from dubbing.registry import Engines
from dubbing.settings import Profile
from dubbing.stages import timing as timing_stage
from dubbing.timeline import Line, Timeline
from dubbing.timing.lips import Lips, lips_of
from dubbing.vision import mouths
from dubbing.voice.casting import speaking_voice
from dubbing.watermark.marker import marked
from dubbing.workspace import Workspace

TRAINED_ON, OTHERS = "speaker of the training", "other people"


def main() -> None:
    """Dub, judge, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clips", nargs="*", type=Path, default=[ROOT / "samples/portrait.mp4"])
    parser.add_argument("--trained-on", nargs="*", type=Path, default=[])
    parser.add_argument("--to", nargs="+", default=["zh", "es"])
    parser.add_argument("--keep", type=Path, help="folder for the workspaces (default: temporary)")
    add_options(parser)
    options = parser.parse_args()
    record, bench = begin(options), Bench()
    with tempfile.TemporaryDirectory() as place:
        for group, clips in ((OTHERS, options.clips), (TRAINED_ON, options.trained_on)):
            for clip in clips:
                for language in options.to:
                    bench.measure(clip, group, language, options.keep or Path(place))
                result = {"languages": options.to, **bench.result()}
                if record:
                    record.write(result)
    print(json.dumps({**result, "lines": len(result["lines"])}, indent=1))


class Bench:
    """The engines, loaded once, and what was observed."""

    def __init__(self) -> None:
        self.engines, self.profile = Engines(keep=True), Profile()
        self.observations: list[Observation] = []
        self.misled: list[tuple[str, float, float]] = []
        self.failed: dict[str, str] = {}

    def measure(self, clip: Path, group: str, language: str, folder: Path) -> None:
        """Dub one clip into one language and judge its lines."""
        work = folder / f"{clip.stem}.dub"
        job = Job(clip, language, folder / f"{clip.stem}.{language}.mkv", work, force=False)
        try:
            timeline = run_job(job, self.profile, self.engines)
        except DubbingError as error:
            self.failed[f"{clip.stem} to {language}"] = str(error)
            return
        with Workspace(work) as held:
            evaluation = Evaluation(held, timeline, self.profile, self.engines)
            judged = list(evaluation.judge())
            known = {"clip": clip.stem, "group": group, "language": language}
            self.observations += [{**known, **observed(item)} for item in judged]
            rates = {x.line: x.error_rate for x in judged if x.method == "natural"}
            for line, rate in misled_rates(timeline, held, evaluation, self.profile, self.engines):
                natural = rates.get(line)
                if natural is not None:
                    self.misled.append((clip.stem, natural, rate))
        print(f"{clip.name} to {language}: {len(judged) // 3} lines with a mouth", flush=True)

    def result(self) -> dict[str, Any]:
        """Return everything that was observed, and its summary."""
        wrong_mouth = None
        if self.misled:
            wrong_mouth = {
                "lines": len(self.misled),
                "error_rate_natural": round(fmean(rate for _, rate, _ in self.misled), 4),
                "error_rate_wrong_mouth": round(fmean(rate for _, _, rate in self.misled), 4),
            }
        return {
            "failed": self.failed,
            "groups": summary(self.observations),
            "wrong_mouth": wrong_mouth,
            "lines": self.observations,
        }


def observed(item: Judged) -> Observation:
    """Return the figures of one line in one way."""
    plain = asdict(item)
    return {**plain.pop("agreement"), **plain}


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
            yield line.id, evaluation.error_rate(line, spoken(line, timed, held, engines, profile))


def spoken(
    line: Line, timeline: Timeline, held: Workspace, engines: Engines, profile: Profile
) -> Audio:
    """Return the line as planned, in its mood and marked as its take is, at 16 kHz."""
    voice = timeline.voice_of(line)
    assert line.plan is not None
    assert voice is not None
    speech = engines.get("speech", profile.synthesize.engine)
    said = speaking_voice(voice, held)
    audio = speech.speak(line.plan.symbols, said, line.plan.frames, line.delivery or NEUTRAL)
    return resample(marked(audio) if profile.synthesize.watermark else audio, 16_000)


if __name__ == "__main__":
    main()
