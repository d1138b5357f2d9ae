"""Work that takes time and does nothing: for trying a batch, an executor or a cluster without models.

A film's file is read as JSON that says what becomes of it, e.g. ``{"seconds": 0.2, "fails": 1}``; what is
not such a file takes no time. What a rehearsal writes is small and whole, like what real work writes:

- ``seconds``: how long each task takes;
- ``raises``: name of an error of :mod:`dubbing.errors` (or ``MemoryError``, ``OSError``) that is raised,
- ``fails``: in so many attempts (without it, always);
- ``kills``: in so many attempts, the worker process dies;
- ``only``: the kind of task that all this holds for.
"""

from __future__ import annotations

import builtins
import json
import os
import signal
import time
from pathlib import Path
from typing import Any

from dubbing import errors
from dubbing.batch.tasks import Kind, Order, Receipt
from dubbing.batch.worker import Tools
from dubbing.workspace import write_text

WORK = "dubbing.batch.rehearsal:perform"
ALWAYS = 1_000_000


def perform(order: Order, tools: Tools) -> Receipt:
    """Do as the film says."""
    told = _told(str(order.payload["source"]))
    began = time.monotonic()
    if told.get("only", order.kind) == order.kind:
        time.sleep(float(told.get("seconds", 0.0)))
        if order.attempt <= int(told.get("kills", 0)):
            os.kill(os.getpid(), signal.SIGKILL)
        if "raises" in told and order.attempt <= int(told.get("fails", ALWAYS)):
            raise _error(told["raises"])
    outputs = [_written(order, place) for place in order.payload.get("outputs", ())]
    return Receipt(
        task=order.task,
        kind=order.kind,
        film=order.film,
        target=order.payload["target"],
        seconds=round(time.monotonic() - began, 3),
        finished_s=time.time(),
        worker=tools.name,
        film_ms=1000,
        stages=({"stage": str(order.kind), "seconds": 0.001, "reused": False},),
        outputs=outputs if order.kind is Kind.DUB else (),
        summary=dict(told.get("summary", {})),
    )


def _told(source: str) -> dict[str, Any]:
    try:
        plain = json.loads(Path(source).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return plain if isinstance(plain, dict) else {}


def _error(name: str) -> BaseException:
    kind = getattr(errors, name, None) or getattr(builtins, name)
    found: BaseException = kind("as the rehearsal was told")
    return found


def _written(order: Order, place: str) -> dict[str, Any]:
    path = Path(place)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps({"task": order.task, "attempt": order.attempt}) + "\n")
    return {"place": place, "n_bytes": path.stat().st_size}
