"""How soon an edited line is heard in the live review, and what a page of many lines costs to make.

    python -m benchmarks.review [WORKSPACE] [--edits 6] [--json FILE]

Engines are warm, as they are once the page is open. Every edit is timed from the decision to the piece of
finished sound that the page plays. Works on a copy of the workspace; without one, the sample is dubbed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from pathlib import Path
from statistics import median

from benchmarks.record import ROOT, add_options, begin
from dubbing.job import Job, run_job
from dubbing.registry import Engines
from dubbing.review.decision import LineDecision
from dubbing.reviewer.bench import Bench
from dubbing.reviewer.redirect import keep_decisions
from dubbing.settings import Profile
from dubbing.timeline import Line

SAMPLE = ROOT / "samples/portrait.mp4"


def edited(line: Line) -> str:
    """Another text of about the same length: the next candidate, or the same words turned round."""
    assert line.translation is not None
    others = [c.text for c in line.translation.candidates if c.text != line.spoken_text]
    return others[0] if others else line.spoken_text[::-1]


def copied(workspace: Path | None, place: Path, to: str) -> Path:
    """Return a workspace in ``place`` that may be changed: a copy, or that of the dubbed sample."""
    if workspace is not None:
        return Path(shutil.copytree(workspace, place / workspace.name))
    root = place / "sample.dub"
    run_job(Job(SAMPLE, to, place / "sample.mp4", root), Profile(), Engines())
    return root


def main() -> None:
    """Read the command line, measure, write the result."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace", type=Path, nargs="?")
    parser.add_argument("--to", default="zh")
    parser.add_argument("--edits", type=int, default=6)
    add_options(parser)
    options = parser.parse_args()
    record = begin(options)
    with tempfile.TemporaryDirectory() as place:
        root = copied(options.workspace, Path(place), options.to)
        bench = Bench(root, options.to)
        bench.warm()
        lines = [line for line in bench.timeline.lines if line.take is not None][: options.edits]
        rows = []
        for line in lines:
            keep_decisions(root, bench.timeline, {line.id: LineDecision(text=edited(line))})
            began = time.monotonic()
            bench.redub(line.id)
            seconds = time.monotonic() - began
            rows.append(
                {"line_s": line.span.duration_ms / 1000, "heard_after_s": round(seconds, 2)}
            )
            print(f"line of {rows[-1]['line_s']:.1f} s heard after {seconds:.2f} s")
        began = time.monotonic()
        bench.document().whole({}, frame_ms=None)
        page_s = time.monotonic() - began
    waits = [row["heard_after_s"] for row in rows]
    result = {
        "edits": rows,
        "median_s": median(waits),
        "worst_s": max(waits),
        "page_ms_a_line": round(1000 * page_s / len(bench.timeline.lines), 2),
    }
    print(json.dumps({key: value for key, value in result.items() if key != "edits"}))
    if record:
        record.write(result)


if __name__ == "__main__":
    main()
