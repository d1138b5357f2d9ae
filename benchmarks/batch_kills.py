"""Kill drivers and workers of batches at random, and check that nothing that had finished is lost.

    python -m benchmarks.batch_kills [--kills 200] [--seed 1] [--json FILE]

The work is rehearsed (it sleeps a little and writes small files). After every kill the store must pass
SQLite's own check; when a batch is over, every task must be done once, every output whole, and no task
may have been begun again after its receipt was written. Ends with exit code 1 if anything is wrong.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from benchmarks.record import ROOT, add_options, begin
from dubbing.batch.status import log_entries
from dubbing.batch.store import Store
from dubbing.batch.tasks import read_receipt

FILMS, LANGUAGES = 10, ("zh", "es", "fr")
LEAST_S, MOST_S = 0.5, 5.0
"""How long a driver lives before something is killed."""


def new_batch(folder: Path, seconds: float) -> Path:
    """Films of a rehearsal and their manifest."""
    for number in range(FILMS):
        film = folder / "films" / f"{number}.mp4"
        film.parent.mkdir(parents=True, exist_ok=True)
        film.write_text(json.dumps({"number": number, "seconds": seconds}))
    path = folder / "b.json"
    path.write_text(
        json.dumps(
            {
                "languages": LANGUAGES,
                "output": "out/{stem}.{lang}{ext}",
                "jobs": [{"input": "films/*.mp4"}],
            }
        )
    )
    return path


def drive(manifest: Path) -> None:
    """What the killed process does: the same as ``dub batch``, without resting after losses."""
    from dubbing.batch.drive import Driver, Policy
    from dubbing.batch.executors.local import LocalExecutor
    from dubbing.batch.films import Identities
    from dubbing.batch.guards import Guards
    from dubbing.batch.manifest import read_manifest
    from dubbing.batch.plan import make_plan
    from dubbing.batch.plan_store import take_in
    from dubbing.batch.rehearsal import WORK

    asked = read_manifest(manifest)
    with Store(manifest.parent / "batch", create=True) as store:
        store.describe(asked.title, asked.path)
        take_in(store, make_plan(asked, Identities({})))
        # a task that is unlucky many times is no poison here
        policy = Policy(first_rest_s=0.01, losses=10**6, tick_s=0.05, guards=Guards(0, 0))
        Driver(store, LocalExecutor(2, threads=1, work=WORK), policy).run()


def kill_something(driver: subprocess.Popen[bytes], chance: random.Random) -> str:
    """The driver, or one of its workers; gives back which."""
    try:
        children = psutil.Process(driver.pid).children()
    except psutil.NoSuchProcess:
        return ""
    workers = [child for child in children if "spawn_main" in " ".join(_command(child))]
    if workers and chance.random() < 0.5:
        chance.choice(workers).send_signal(signal.SIGKILL)
        return "worker"
    driver.kill()
    return "driver"


def _command(process: psutil.Process) -> list[str]:
    try:
        command: list[str] = process.cmdline()
    except psutil.Error:
        return []
    return command


def faults(folder: Path) -> list[str]:
    """What is wrong with a batch that is over."""
    found: list[str] = []
    with Store(folder / "batch") as store:
        found += store.faults()
        for row in store.base.execute("SELECT * FROM tasks WHERE wanted = 1"):
            name = f"{row['film']} {row['target'] or row['kind']}"
            receipt = read_receipt(store.folder, row["key"])
            if row["state"] != "done" or receipt is None:
                found.append(f"{name} is {row['state']}")
                continue
            entries = log_entries(store.folder, row["key"])
            begun = [e["at"] for e in entries if e["kind"] == "began"]
            if any(at > receipt.finished_s for at in begun):
                found.append(f"{name} was begun again after it had finished")
            if sum(e["kind"] == "done" for e in entries) > 1:
                found.append(f"{name} was finished twice")
            (ends,) = store.base.execute(
                "SELECT COUNT(*) FROM attempts WHERE task = ? AND outcome = 'done'", (row["id"],)
            ).fetchone()
            if ends != 1:
                found.append(f"{name} was entered {ends} times")
            for item in receipt.outputs:
                if json.loads(Path(item["place"]).read_text())["task"] != row["key"]:
                    found.append(f"{item['place']} is not whole")
    return found


def one_batch(folder: Path, kills: int, chance: random.Random) -> tuple[dict[str, int], list[str]]:
    """Kill until the batch is over, or often enough; then let it end."""
    manifest = new_batch(folder, seconds=0.25)
    command = [sys.executable, "-m", "benchmarks.batch_kills", "--drive", str(manifest)]
    killed = {"driver": 0, "worker": 0}
    while True:
        driver = subprocess.Popen(command, cwd=ROOT)
        while sum(killed.values()) < kills and driver.poll() is None:
            time.sleep(chance.uniform(LEAST_S, MOST_S))
            if driver.poll() is None:
                what = kill_something(driver, chance)
                if what:
                    killed[what] += 1
                if what == "driver":
                    break
        code = driver.wait()
        with Store(folder / "batch", create=True) as store:
            damaged = store.faults()
        if damaged or code >= 0:
            break
    wrong = damaged or ([f"the driver ended with {code}"] if code else faults(folder))
    return killed, wrong


def main() -> None:
    """Kill, count, check."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--drive", type=Path, help=argparse.SUPPRESS)
    add_options(parser)
    options = parser.parse_args()
    if options.drive:
        drive(options.drive)
        return
    record = begin(options)
    chance = random.Random(options.seed)
    total: dict[str, Any] = {"driver": 0, "worker": 0, "batches": 0}
    while total["driver"] + total["worker"] < options.kills:
        with tempfile.TemporaryDirectory() as name:
            left = options.kills - total["driver"] - total["worker"]
            killed, wrong = one_batch(Path(name), left, chance)
        total = {key: total[key] + killed.get(key, 1) for key in total}
        if wrong:
            print("\n".join(wrong), file=sys.stderr)
            sys.exit(1)
        print(json.dumps(total), flush=True)
    if record:
        record.write({**total, "tasks": FILMS * (len(LANGUAGES) + 1), "faults": 0})


if __name__ == "__main__":
    main()
