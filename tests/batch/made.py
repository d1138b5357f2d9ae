"""Manifests, films and executors that are made up, for the tests of batches."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dubbing.batch.drive import Policy
from dubbing.batch.executors import Broke, Finished, Happening, Lost
from dubbing.batch.failures import Failure
from dubbing.batch.films import Identities
from dubbing.batch.guards import Guards
from dubbing.batch.manifest import Asked, Wanted, read_manifest
from dubbing.batch.plan import Plan, make_plan
from dubbing.batch.plan_store import take_in
from dubbing.batch.store import Store
from dubbing.batch.tasks import Kind, Order, Receipt, write_receipt
from dubbing.settings import Profile

HASTY = Policy(first_rest_s=0.01, longest_rest_s=0.02, tick_s=0.02, guards=Guards(0, 0))
"""A driver that does not rest, and guards nothing."""


def film(path: Path, **told: object) -> Path:
    """A film for a rehearsal: what its file says becomes of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"name": path.name, **told}))
    return path


def manifest(folder: Path, text: str) -> Path:
    """A manifest in a folder."""
    path = folder / "batch.yaml"
    path.write_text(text)
    return path


def season(folder: Path, films: int = 2, languages: str = "[zh, es]", **told: object) -> Path:
    """So many films of a rehearsal, and a manifest for them."""
    for number in range(films):
        film(folder / f"films/ep{number}.mp4", number=number, **told)
    return manifest(
        folder,
        f"languages: {languages}\noutput: 'out/{{stem}}.{{lang}}{{ext}}'\n"
        "jobs:\n  - input: 'films/*.mp4'\n",
    )


def wanted(source: str, target: str, *, output: str = "", **more: object) -> Wanted:
    """One film into one language."""
    place = output or f"/out/{Path(source).stem}.{target}.mp4"
    plain = {"film": source, "source": source, "target": target, "output": place,
             "profile": Profile(), **more}  # fmt: skip
    return Wanted(**plain)  # type: ignore[arg-type]


def asked(*jobs: Wanted) -> Asked:
    """A manifest that was read."""
    return Asked(Path("/batch.yaml"), "made up", jobs)


def planned(*jobs: Wanted, identify: Callable[[str], str] = lambda source: source) -> Plan:
    """The plan of such a manifest; a film is its name."""
    return make_plan(asked(*jobs), identify)


def store_of(path: Path, folder: Path) -> Store:
    """The store of a manifest, with its plan taken in."""
    read = read_manifest(path)
    store = Store(folder, create=True)
    store.describe(read.title, read.path)
    take_in(store, make_plan(read, Identities({})))
    return store


def states(store: Store) -> dict[str, str]:
    """States by film and language (or kind)."""
    return {
        f"{row['film']} {row['target'] or row['kind']}": row["state"]
        for row in store.base.execute("SELECT * FROM tasks WHERE wanted = 1 ORDER BY position")
    }


def all_in_the_middle(store: Store, workers: int) -> bool:
    """Whether so many tasks of a second each have been at work for a while, and something is done."""
    running = store.base.execute("SELECT started FROM tasks WHERE state = 'running'")
    ages_s = [time.time() - row[0] for row in running]
    young = len(ages_s) == workers and min(ages_s) > 0.1 and max(ages_s) < 0.6
    return young and "done" in states(store).values()


Script = Callable[[Order], "Receipt | Failure | str | None"]
"""What becomes of an order: done, failed, its worker lost (why), or nothing ever."""


@dataclass
class Scripted:
    """An executor that does what a script says, at once."""

    script: Script
    slots: int = 2
    orders: list[Order] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    held: dict[str, Order] = field(default_factory=dict)
    waiting: deque[Happening] = field(default_factory=deque)
    closed: bool = False

    def free_slots(self) -> int:
        return self.slots - len(self.held) - len(self.waiting)

    def submit(self, order: Order) -> str:
        assert self.free_slots() > 0
        assert order.workspace not in {held.workspace for held in self.held.values()}
        self.orders.append(order)
        outcome = self.script(order)
        if isinstance(outcome, Receipt):
            write_receipt(Path(order.folder), outcome)
            self.waiting.append(Finished(order.task, outcome))
        elif isinstance(outcome, Failure):
            self.waiting.append(Broke(order.task, outcome))
        elif isinstance(outcome, str):
            self.waiting.append(Lost(order.task, outcome))
        else:
            self.held[order.task] = order
        return "scripted"

    def poll(self, timeout_s: float) -> Sequence[Happening]:
        if not self.waiting:
            time.sleep(timeout_s)
        happened = list(self.waiting)
        self.waiting.clear()
        return happened

    def cancel(self, task: str) -> None:
        self.cancelled.append(task)
        self.held.pop(task, None)

    def close(self) -> None:
        self.closed = True


def done(order: Order, **more: object) -> Receipt:
    """The receipt of an order, with the files that it speaks of."""
    outputs = []
    for place in order.payload.get("outputs", ()):
        path = Path(place)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(order.task)
        outputs.append({"place": place, "n_bytes": path.stat().st_size})
    step = {"stage": str(order.kind), "seconds": 2.0, "reused": False}
    plain = {"task": order.task, "kind": order.kind, "film": order.film, "target": "zh",
             "seconds": 2.0, "finished_s": time.time(), "film_ms": 1000, "stages": (step,),
             "outputs": tuple(outputs) if order.kind is Kind.DUB else (), **more}  # fmt: skip
    return Receipt(**plain)  # type: ignore[arg-type]
