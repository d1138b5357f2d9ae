"""Kill the program at random moments, start it again, and compare the end with an undisturbed run.

python -m benchmarks.kill [KILLS] [--json FILE]
"""

import argparse
import json
import random
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.record import DUB, ROOT, add_options, begin

SAMPLE = ROOT / "samples/portrait.mp4"
KEPT = ("id", "source", "says", "plan", "flags")


def main() -> None:
    """Kill, resume, compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kills", type=int, nargs="?", default=20)
    add_options(parser)
    options = parser.parse_args()
    record, kills = begin(options), options.kills
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        subprocess.run(command(folder / "whole"), check=True, capture_output=True)
        moments, killed, rounds, repeated = random.Random(1), 0, 0, 0
        while killed < kills:
            rounds += 1
            place, computed, done = folder / f"round{rounds}", [], False
            while not done:
                done, text = attempt(command(place), moments.uniform(0.3, 9.0), killed < kills)
                killed += not done
                computed += finished(text)
            repeated += len(computed) - len(set(computed))
            same = lines(place) == lines(folder / "whole")
            left = [str(p) for p in place.rglob(".*tmp*")]
            print(f"round {rounds}: {killed} kills so far, same result: {same}, left over: {left}")
            assert same
            assert not left
        print(f"{killed} kills in {rounds} rounds; finished stages computed again: {repeated}")
    if record:
        record.write({"kills": killed, "rounds": rounds, "stages_computed_again": repeated})


def command(place: Path) -> list[str]:
    """The job, all in one folder."""
    place.mkdir(exist_ok=True)
    return [DUB, str(SAMPLE), "--to", "zh", "-o", str(place / "out.mp4"), "--workspace",
            str(place / "w.dub"), "--log-format", "json"]  # fmt: skip


def attempt(job: list[str], after_s: float, may_kill: bool) -> tuple[bool, str]:
    """Run for a while; whether it came to its end, and what it said."""
    with subprocess.Popen(job, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        if may_kill:
            time.sleep(after_s)
            process.send_signal(signal.SIGKILL)
        text = process.stdout.read()
        return process.wait() == 0, text


def finished(text: str) -> list[str]:
    """Stages that were computed to their end."""
    events = [json.loads(line) for line in text.splitlines() if line.endswith("}")]
    return [e["stage"] for e in events if e["kind"] == "stage-finished" and not e["reused"]]


def lines(place: Path) -> list[dict[str, object]]:
    """What the report says of the lines, without what depends on the clock."""
    report = json.loads((place / "w.dub/reports/zh/report.json").read_text(encoding="utf-8"))
    return [{key: line[key] for key in KEPT} for line in report["lines"]]


if __name__ == "__main__":
    main()
