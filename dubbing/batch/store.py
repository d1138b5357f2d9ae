"""What is known of a batch, in one SQLite file in its folder.

Several processes may use it at once (the driver, and whoever asks or commands): write-ahead logging lets
readers read on, every change is one transaction, and a transaction that meets another one waits. A killed
process leaves a whole file behind.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from dubbing.batch.tasks import RECEIPTS
from dubbing.errors import UsageError, WorkspaceError
from dubbing.workspace_marker import OF_THE_SYSTEM

FILE_NAME = "batch.sqlite"
SCHEMA_VERSION = 1
PATIENCE_S = 60.0
"""How long a transaction waits for another process's."""

SCHEMA = """
CREATE TABLE batch (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    title TEXT NOT NULL, manifest TEXT NOT NULL, created REAL NOT NULL,
    paused INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE settings (digest TEXT PRIMARY KEY, profile TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE tasks (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    film TEXT NOT NULL, target TEXT NOT NULL, workspace TEXT NOT NULL,
    priority INTEGER NOT NULL, position INTEGER NOT NULL, payload TEXT NOT NULL,
    settings TEXT NOT NULL, wanted INTEGER NOT NULL DEFAULT 1,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN
        ('waiting', 'ready', 'running', 'done', 'failed', 'set aside', 'cancelled')),
    waits_for INTEGER NOT NULL DEFAULT 0,  -- tasks that are not over yet
    attempts INTEGER NOT NULL DEFAULT 0,   -- that were begun since the last retry by hand
    losses INTEGER NOT NULL DEFAULT 0,     -- workers that died over it
    not_before REAL NOT NULL DEFAULT 0,    -- time of day until which it rests
    driver TEXT, worker TEXT, started REAL, ended REAL, seconds REAL,
    error_kind TEXT, error TEXT, cancel INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX tasks_by_turn ON tasks (state, wanted, priority DESC, position);
CREATE INDEX tasks_by_workspace ON tasks (workspace) WHERE state = 'running';
CREATE TABLE edges (
    needs INTEGER NOT NULL, task INTEGER NOT NULL, hard INTEGER NOT NULL,
    PRIMARY KEY (needs, task)
) WITHOUT ROWID;
CREATE INDEX edges_by_task ON edges (task);
CREATE TABLE jobs (
    position INTEGER PRIMARY KEY, film TEXT NOT NULL, source TEXT NOT NULL,
    target TEXT NOT NULL, output TEXT NOT NULL, labels TEXT NOT NULL, series TEXT NOT NULL,
    task INTEGER, problem TEXT NOT NULL
);
CREATE TABLE films (source TEXT PRIMARY KEY, stamp TEXT NOT NULL, identity TEXT NOT NULL)
    WITHOUT ROWID;
CREATE TABLE attempts (
    task INTEGER NOT NULL, began REAL NOT NULL, ended REAL NOT NULL, worker TEXT NOT NULL,
    outcome TEXT NOT NULL, error TEXT NOT NULL
);
CREATE INDEX attempts_by_task ON attempts (task);
CREATE TABLE artifacts (task INTEGER NOT NULL, place TEXT NOT NULL, n_bytes INTEGER NOT NULL,
    PRIMARY KEY (task, place)) WITHOUT ROWID;
CREATE TABLE speeds (stage TEXT PRIMARY KEY, seconds REAL NOT NULL, film_s REAL NOT NULL,
    runs INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE drivers (
    id TEXT PRIMARY KEY, host TEXT NOT NULL, pid INTEGER NOT NULL, began REAL NOT NULL,
    lease_until REAL NOT NULL, note TEXT NOT NULL DEFAULT ''
);
CREATE TABLE workers (name TEXT PRIMARY KEY, driver TEXT NOT NULL, seen REAL NOT NULL,
    task INTEGER) WITHOUT ROWID;
"""


def _check_folder(folder: Path) -> None:
    """Refuse a folder of the user's; one that lost its file still has what was done in it."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder.", hint="Choose another with --folder.")
    is_batch = (folder / FILE_NAME).is_file() or (folder / RECEIPTS).is_dir()
    if not is_batch and {path.name for path in folder.iterdir()} - set(OF_THE_SYSTEM):
        raise UsageError(
            f"{folder} is not the folder of a batch: it holds other files.",
            hint="Name an empty folder with --folder, or one that is not there yet.",
        )


class Store:
    """A batch's file; used as a context manager, or closed by hand."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        """Open the file of a batch's folder.

        Raises:
            WorkspaceError: if there is none, it is damaged, or a newer version made it.
            UsageError: if the folder of a new batch holds something else.
        """
        self.folder = folder
        path = folder / FILE_NAME
        if create:
            _check_folder(folder)
            folder.mkdir(parents=True, exist_ok=True)
        elif not path.is_file():
            raise WorkspaceError(f"{folder} holds no batch.", hint="Begin one: dub batch FILE.")
        self.base = sqlite3.connect(path, timeout=PATIENCE_S, isolation_level=None)
        self.base.row_factory = sqlite3.Row
        try:
            self._open(path)
        except sqlite3.DatabaseError as error:
            self.base.close()
            raise WorkspaceError(
                f"{path} is damaged ({error}).",
                hint="Move it away: what had finished is found again by its receipts.",
            ) from error
        except WorkspaceError:
            self.base.close()
            raise

    def _open(self, path: Path) -> None:
        self.base.execute("PRAGMA journal_mode = WAL")
        # a power cut may take the last moments, never the file; receipts tell what they held
        self.base.execute("PRAGMA synchronous = NORMAL")
        self.base.execute("PRAGMA journal_size_limit = 16000000")
        with self.change():
            (version,) = self.base.execute("PRAGMA user_version").fetchone()
            if version == 0:
                for statement in SCHEMA.split(";\n"):
                    self.base.execute(statement)
                self.base.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            elif version > SCHEMA_VERSION:
                raise WorkspaceError(
                    f"{path} has schema {version}; this program knows up to {SCHEMA_VERSION}.",
                    hint="Update dubbing.",
                )

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all of it is kept, or nothing."""
        self.base.execute("BEGIN IMMEDIATE")
        try:
            yield self.base
        except BaseException:
            self.base.execute("ROLLBACK")
            raise
        self.base.execute("COMMIT")

    def faults(self) -> list[str]:
        """What SQLite's own check finds wrong; empty for a whole file."""
        rows = self.base.execute("PRAGMA integrity_check").fetchall()
        return [row[0] for row in rows if row[0] != "ok"]

    # -- the batch as a whole --------------------------------------------------------------------

    def describe(self, title: str, manifest: Path) -> None:
        """Keep what the batch is called and which manifest it was made from."""
        with self.change() as base:
            base.execute(
                "INSERT INTO batch (id, title, manifest, created) VALUES (1, ?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET title = excluded.title,"
                " manifest = excluded.manifest",
                (title, str(manifest), time.time()),
            )

    @property
    def title(self) -> str:
        """What the batch is called."""
        row = self.base.execute("SELECT title FROM batch").fetchone()
        return "" if row is None else str(row[0])

    @property
    def is_paused(self) -> bool:
        """Whether nothing new shall be begun."""
        row = self.base.execute("SELECT paused FROM batch").fetchone()
        return row is not None and bool(row[0])

    def pause(self, paused: bool) -> None:
        """Begin nothing new, or go on; what runs goes on in any case."""
        with self.change() as base:
            base.execute("UPDATE batch SET paused = ?", (int(paused),))

    def close(self) -> None:
        """Close the file."""
        self.base.close()

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()
