"""What tells a film from every other, whatever its name and place."""

from __future__ import annotations

import time
from pathlib import Path

from dubbing.content_hash import content_sha256
from dubbing.progress import Event, Listener, silence

READING = "read film"
"""What the bar is called while a film is hashed."""
PATIENCE_S = 1.0
"""From then on, progress is shown."""
EVERY_S = 0.2


def film_identity(path: Path, listener: Listener = silence) -> str:
    """Return what tells a film from every other: the SHA-256 of all its bytes.

    A film whose hash is known is not read again; while a large one is read, the listener is told.

    Raises:
        OSError: if it cannot be read.
    """
    began_s = told_s = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal told_s
        now_s = time.monotonic()
        if now_s - began_s > PATIENCE_S and (now_s - told_s > EVERY_S or done == total):
            told_s = now_s
            event = Event("progress", READING, path.name, done / 1e6, total / 1e6, "MB")
            listener(event)

    return content_sha256(path, tell)
