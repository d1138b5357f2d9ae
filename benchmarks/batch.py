"""What a batch saves and what it costs.

    python -m benchmarks.batch [FILM ...] [--to zh es fr] [--json FILE]
    python -m benchmarks.batch --simulate 100000 [--json FILE]

The first dubs films into languages twice: by `dub batch` (analysis once a film, models loaded once a
worker) and by a single `dub` for each film and language, each in a new process with a new workspace. It
prints the ratio of both, in wall time and in CPU time (which a busy machine disturbs less), and what a
second language costs beside the first.

The second drives a made-up library through planner, store and driver with work that takes no time, and
measures scheduling alone: milliseconds a task, memory, size of the store. The work's durations go into a
clock of its own, which tells how long the library would take on so many workers.
"""

from __future__ import annotations

import argparse
import heapq
import json
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.record import DUB, ROOT, add_options, begin
from dubbing.batch.drive import Driver, Policy
from dubbing.batch.estimate import speeds_of
from dubbing.batch.executors import Finished, Happening
from dubbing.batch.films import Identities
from dubbing.batch.guards import Guards
from dubbing.batch.manifest import read_manifest
from dubbing.batch.plan import make_plan, shared_stages
from dubbing.batch.plan_store import take_in
from dubbing.batch.store import FILE_NAME, Store
from dubbing.batch.tasks import Kind, Order, Receipt
from dubbing.pipeline import load_stages
from dubbing.settings import load_recipe

LANGUAGES = ("zh", "en", "es", "fr", "it", "pt-br", "ja", "hi")
MB = 1 << 20


# -- three films, three languages -----------------------------------------------------------------


def timed(command: Sequence[object]) -> tuple[float, float]:
    """Wall and CPU seconds of a command with all that it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)
    wall_s = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall_s, cpu_s


def receipts(folder: Path) -> list[Receipt]:
    """All receipts of a batch, in the order of their ends."""
    found = [Receipt.loads(p.read_text()) for p in (folder / "results").glob("*/*.json")]
    return sorted(found, key=lambda receipt: receipt.finished_s)


def compare(films: Sequence[Path], languages: Sequence[str], workers: int) -> dict[str, Any]:
    """The batch, and after it each film and language by itself."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number, film in enumerate(films):
            shutil.copyfile(film, folder / f"{number}-{film.name}")
        jobs = {"languages": list(languages), "jobs": [{"input": f"[0-9]-*{films[0].suffix}"}]}
        (folder / "b.json").write_text(json.dumps(jobs))
        batch = timed([DUB, "batch", folder / "b.json", "--quiet", "--workers", workers])
        done = receipts(folder / "b.batch")
        singles = []
        for film in sorted(folder.glob(f"[0-9]-*{films[0].suffix}")):
            if film.stem.count(".") == 0:
                for language in languages:
                    out = folder / "single" / f"{film.stem}.{language}.mkv"
                    out.parent.mkdir(exist_ok=True)
                    singles.append(timed([DUB, film, "--to", language, "-o", out, "--quiet",
                                          "--workspace", out.with_suffix(".dub")]))  # fmt: skip
    return {
        "films": len(films),
        "languages": list(languages),
        "workers": workers,
        "batch_wall_s": round(batch[0], 1),
        "batch_cpu_s": round(batch[1], 1),
        "singles_wall_s": [round(wall, 1) for wall, _ in singles],
        "singles_cpu_s": [round(cpu, 1) for _, cpu in singles],
        "wall_ratio": round(batch[0] / sum(wall for wall, _ in singles), 3),
        "cpu_ratio": round(batch[1] / sum(cpu for _, cpu in singles), 3),
        **later_languages(done),
        "stage_speeds": stage_speeds(done),
    }


def later_languages(done: Sequence[Receipt]) -> dict[str, Any]:
    """The second language of a film over its first, which pays for the analysis."""
    ratios = []
    for film in {receipt.film for receipt in done}:
        mine = [r for r in done if r.film == film]
        analysis = sum(r.seconds for r in mine if r.kind is Kind.ANALYSIS)
        dubs = [r.seconds for r in mine if r.kind is Kind.DUB]
        if len(dubs) > 1:
            ratios.append(dubs[1] / (analysis + dubs[0]))
    return {
        "second_over_first_language": [round(r, 3) for r in sorted(ratios)],
        "second_over_first_median": round(statistics.median(ratios), 3) if ratios else None,
    }


def stage_speeds(done: Sequence[Receipt]) -> dict[str, float]:
    """Least seconds of work a second of film, by stage: what the models do once they are loaded."""
    least: dict[str, float] = {}
    for receipt in done:
        for step in receipt.stages:
            if not step["reused"]:
                speed = step["seconds"] / (receipt.film_ms / 1000)
                least[step["stage"]] = min(least.get(step["stage"], speed), speed)
    return {stage: round(speed, 4) for stage, speed in least.items()}


# -- a library that is made up --------------------------------------------------------------------


class Clockwork:
    """An executor whose workers take time only by its own clock."""

    def __init__(self, workers: int, seconds: dict[Kind, float]) -> None:
        self.workers, self.seconds = workers, seconds
        self.now_s = 0.0
        self.busy_s = 0.0
        self.working: list[tuple[float, int, Order]] = []
        self.n_orders = 0

    def free_slots(self) -> int:
        """How many workers have nothing to do."""
        return self.workers - len(self.working)

    def submit(self, order: Order) -> str:
        """Note when the task will be over."""
        order.dumps()  # an executor would send it
        self.n_orders += 1
        seconds = self.seconds[order.kind]
        self.busy_s += seconds
        heapq.heappush(self.working, (self.now_s + seconds, self.n_orders, order))
        return f"worker-{self.n_orders % self.workers}"

    def poll(self, timeout_s: float) -> Sequence[Happening]:
        """Turn the clock to the next end."""
        happened: list[Happening] = []
        if self.working:
            self.now_s = self.working[0][0]
        while self.working and self.working[0][0] <= self.now_s:
            _, _, order = heapq.heappop(self.working)
            happened.append(Finished(order.task, self._receipt(order)))
        return happened

    def _receipt(self, order: Order) -> Receipt:
        outputs = [{"place": p, "n_bytes": 1} for p in order.payload.get("outputs", ())]
        step = {"stage": str(order.kind), "seconds": 1.0, "reused": False}
        return Receipt(order.task, order.kind, order.film, "zh", 1.0, time.time(),
                       film_ms=1000, stages=(step,), outputs=outputs)  # fmt: skip

    def cancel(self, task: str) -> None:
        """Nobody cancels here."""
        raise AssertionError(task)

    def close(self) -> None:
        """Nothing was begun."""


def durations(film_s: float) -> dict[Kind, float]:
    """Seconds of each kind of task for a film, from the shipped stage speeds."""
    stages = load_stages(load_recipe("dub"))
    shared = {stage.name for stage in shared_stages(stages)}
    speeds = speeds_of(None).by_stage
    per_kind = dict.fromkeys(Kind, 0.0)
    for stage in stages:
        kind = Kind.ANALYSIS if stage.name in shared else Kind.DUB
        per_kind[kind] += film_s * speeds.get(stage.name, 0.0)
    return per_kind


def simulate(jobs: int, languages: int, workers: int, film_s: float) -> dict[str, Any]:
    """A library from its manifest to its end."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        films = jobs // languages
        rows = ["input,languages,output"]
        for number in range(films):
            film = folder / "films" / f"{number:06d}.mp4"
            film.parent.mkdir(exist_ok=True)
            film.write_text(str(number))
            told = ";".join(LANGUAGES[:languages])
            rows.append(f"films/{film.name},{told},out/{{stem}}.{{lang}}{{ext}}")
        (folder / "library.csv").write_text("\n".join(rows) + "\n")
        marks = [time.perf_counter()]
        asked = read_manifest(folder / "library.csv")
        marks.append(time.perf_counter())
        plan = make_plan(asked, Identities({}))
        marks.append(time.perf_counter())
        store = Store(folder / "batch", create=True)
        store.describe(asked.title, asked.path)
        take_in(store, plan)
        marks.append(time.perf_counter())
        tasks = len(plan.tasks)
        del plan, asked
        clockwork = Clockwork(workers, durations(film_s))
        Driver(store, clockwork, Policy(guards=Guards(0, 0), tick_s=0.0)).run()
        marks.append(time.perf_counter())
        left = store.base.execute("SELECT COUNT(*) FROM tasks WHERE state != 'done'").fetchone()[0]
        assert left == 0
        assert store.faults() == []
        store.close()
        n_bytes = sum(p.stat().st_size for p in (folder / "batch").glob(f"{FILE_NAME}*"))
    steps = [b - a for a, b in pairwise(marks)]
    return {
        "jobs": films * languages,
        "tasks": tasks,
        "read_manifest_s": round(steps[0], 2),
        "plan_s": round(steps[1], 2),
        "take_in_s": round(steps[2], 2),
        "drive_s": round(steps[3], 2),
        "ms_a_task_driving": round(1000 * steps[3] / tasks, 4),
        "ms_a_task_in_all": round(1000 * sum(steps) / tasks, 4),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "store_mb": round(n_bytes / MB, 1),
        "library_hours": round(films * film_s / 3600),
        "workers": workers,
        "days_of_the_library": round(clockwork.now_s / 86400, 2),
        "workers_busy": round(clockwork.busy_s / (clockwork.now_s * workers), 3),
    }


def main() -> None:
    """Read the flags, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("films", nargs="*", type=Path, help="short clips; the samples if none")
    parser.add_argument("--to", nargs="+", default=["zh", "es", "fr"])
    parser.add_argument("--workers", type=int, default=0, help="of the batch; 0: as it fits")
    parser.add_argument("--simulate", type=int, default=0, metavar="JOBS")
    parser.add_argument("--languages", type=int, default=5, help="of each film in a simulation")
    parser.add_argument("--machines", type=int, default=64, help="workers in a simulation")
    parser.add_argument("--film-minutes", type=float, default=30.0, help="of each film there")
    add_options(parser)
    options = parser.parse_args()
    record = begin(options)
    if options.simulate:
        found = simulate(
            options.simulate, options.languages, options.machines, 60 * options.film_minutes
        )
    else:
        samples = [ROOT / "samples/portrait.mp4", ROOT / "samples/two_speakers.mp4"]
        found = compare(options.films or samples, options.to, options.workers)
    print(json.dumps(found, indent=1))
    if record:
        record.write(found)


if __name__ == "__main__":
    main()
