"""One driver a batch: a lock for this machine, and a lease in the store for all others.

The lock of a killed driver is free at once. File locks do not reach every shared disk, so a driver also
renews a lease; one of another machine is waited out.
"""

from __future__ import annotations

import os
import socket
import time
import uuid
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from dubbing.batch.store import Store
from dubbing.errors import WorkspaceError

LEASE_S = 60.0
RENEW_S = 10.0


class Lease:
    """The right to drive a batch; used as a context manager."""

    def __init__(self, store: Store) -> None:
        """Ask for nothing yet."""
        self.store = store
        self.id = uuid.uuid4().hex[:12]
        self.host = socket.gethostname()
        self._lock = FileLock(store.folder / "driver.lock")
        self._renewed = 0.0

    def __enter__(self) -> Self:
        """Take it.

        Raises:
            WorkspaceError: if somebody else drives this batch.
        """
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise _taken(self.store, self.store.folder) from None
        try:
            self._take()
        except BaseException:
            self._lock.release()
            raise
        return self

    def _take(self) -> None:
        now_s = time.time()
        with self.store.change() as base:
            row = base.execute(
                "SELECT host FROM drivers WHERE host != ? AND lease_until > ?", (self.host, now_s)
            ).fetchone()
            if row is not None:
                raise _taken(self.store, self.store.folder)
            base.execute("DELETE FROM drivers")  # what is left is of drivers that are no more
            base.execute(
                "INSERT INTO drivers (id, host, pid, began, lease_until) VALUES (?, ?, ?, ?, ?)",
                (self.id, self.host, os.getpid(), now_s, now_s + LEASE_S),
            )
        self._renewed = now_s

    def renew(self, note: str = "") -> None:
        """Say that the driver is alive, every few seconds.

        Raises:
            WorkspaceError: if another machine took the batch over meanwhile (this one was asleep).
        """
        now_s = time.time()
        if now_s - self._renewed < RENEW_S:
            return
        with self.store.change() as base:
            kept = base.execute(
                "UPDATE drivers SET lease_until = ?, note = ? WHERE id = ?",
                (now_s + LEASE_S, note, self.id),
            ).rowcount
            base.execute("UPDATE workers SET seen = ? WHERE driver = ?", (now_s, self.id))
        if not kept:
            raise _taken(self.store, self.store.folder)
        self._renewed = now_s

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give it back."""
        with self.store.change() as base:
            base.execute("DELETE FROM drivers WHERE id = ?", (self.id,))
            base.execute("DELETE FROM workers WHERE driver = ?", (self.id,))
        self._lock.release()


def _taken(store: Store, folder: Path) -> WorkspaceError:
    row = store.base.execute("SELECT host, pid, began FROM drivers").fetchone()
    who = f" (process {row['pid']} on {row['host']})" if row is not None else ""
    return WorkspaceError(
        f"Another driver{who} works on {folder}.", hint=f"Look at it: dub batch status {folder}"
    )
