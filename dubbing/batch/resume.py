"""What a new driver does first: find what was finished, and take back what was not.

The store may lag behind what workers did (the last driver was killed before it was told), and disks may
have lost what the store believes. Receipts and the files that they speak of decide.
"""

from __future__ import annotations

import json
from pathlib import Path

from dubbing.batch.queue import Queue, count_waits, enter_done
from dubbing.batch.store import Store
from dubbing.batch.tasks import Kind, Receipt, read_receipt
from dubbing.batch.worker import is_current


def resume(store: Store, queue: Queue) -> None:
    """Bring the store in line with what lies in the batch's folder."""
    queue.recover()
    found = _with_receipts(store.folder)
    gone: list[tuple[int]] = []
    new: list[tuple[int, Receipt]] = []
    for row in store.base.execute(
        "SELECT id, key, kind, state, payload FROM tasks WHERE wanted = 1 AND state IN"
        " ('waiting', 'ready', 'done', 'failed', 'set aside')"
    ):
        is_done = row["state"] == "done"
        if row["key"] not in found:
            if is_done:
                gone.append((row["id"],))
            continue
        if is_done and row["kind"] != Kind.DUB:
            continue
        receipt = read_receipt(store.folder, row["key"])
        is_whole = receipt is not None and is_current(receipt, _places(row["payload"]))
        if is_done and not is_whole:
            gone.append((row["id"],))
        elif not is_done and is_whole and receipt is not None:
            new.append((row["id"], receipt))
    with store.change() as base:
        base.executemany("UPDATE tasks SET state = 'ready', attempts = 0 WHERE id = ?", gone)
        for task, receipt in new:
            enter_done(base, task, receipt)
        count_waits(base)


def _places(payload: str) -> list[str]:
    places: list[str] = json.loads(payload).get("outputs", [])
    return places


def _with_receipts(folder: Path) -> set[str]:
    """Keys of all tasks that have a receipt, from the names of the files alone."""
    return {path.stem for path in (folder / "results").glob("??/*.json")}
