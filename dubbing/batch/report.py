"""All dubs of a batch side by side, the ones that most want a look first."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dubbing import __version__
from dubbing.batch.status import JobRow, rows, status
from dubbing.batch.store import Store
from dubbing.batch.tasks import State, read_receipt
from dubbing.review.templates import template
from dubbing.workspace import write_text

SCHEMA = "dubbing.BatchReport/1"
GOOD_DNSMOS, WORST_DNSMOS = 3.5, 1.0
LATE_MS = 500.0


def report_document(store: Store) -> dict[str, Any]:
    """The report as plain values (``dubbing.BatchReport/1``)."""
    now = status(store)
    dubs = [_dub(store, row) for row in rows(store)]
    dubs.sort(key=lambda dub: (-dub["trouble"], dub["film"], dub["language"]))
    return {
        "schema": SCHEMA,
        "program": f"dubbing {__version__}",
        "batch": now.title,
        "written_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "jobs": dict(now.jobs),
        "work_seconds": now.seconds,
        "synthetic_speech": True,
        "dubs": dubs,
    }


def write_report(store: Store) -> tuple[Path, Path]:
    """Write ``report.json`` and ``report.html`` into the batch's folder."""
    document = report_document(store)
    data, page = store.folder / "report.json", store.folder / "report.html"
    write_text(data, json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    write_text(page, template("report.html.j2", "dubbing.batch").render(report=document))
    return data, page


def unheard_sentence(store: Store) -> str:
    """In which dubs lines are not heard as written; empty if all are heard."""
    dubs = [_dub(store, row) for row in rows(store)]
    bad = [dub for dub in dubs if dub["figures"].get("unheard")]
    listed = ", ".join(
        f"{dub['film']} in {dub['language']} ({dub['figures']['unheard']})" for dub in bad
    )
    return f"Lines that are not heard as written: {listed}." if bad else ""


def trouble(state: str, figures: Mapping[str, Any]) -> float:
    """How much a dub wants a look: 0 nothing to see, 4 all is wrong, 5 a line is missing, 10 not made.

    The share of lines that are flagged, the share of characters misheard, how far quality lies under
    a DNSMOS of 3.5, and how late the worst line is, each from 0 to 1.
    """
    if state == State.DONE and figures.get("unheard"):
        return 5.0
    if state != State.DONE:
        return 10.0 if state in (State.WAITING, State.READY, State.RUNNING) else 20.0
    lines = figures.get("lines") or 0
    flagged = (figures.get("flagged") or 0) / lines if lines else 0.0
    misheard = min(1.0, figures.get("median_error_rate") or 0.0)
    heard = figures.get("median_dnsmos")
    dull = 0.0 if heard is None else (GOOD_DNSMOS - heard) / (GOOD_DNSMOS - WORST_DNSMOS)
    late = (figures.get("worst_start_error_ms") or 0.0) / LATE_MS
    return round(sum(min(1.0, max(0.0, part)) for part in (flagged, misheard, dull, late)), 4)


def _dub(store: Store, row: JobRow) -> dict[str, Any]:
    receipt = read_receipt(store.folder, row.task) if row.state == State.DONE else None
    figures = dict(receipt.summary) if receipt is not None else {}
    return {
        "film": row.film,
        "language": row.target,
        "state": row.state,
        "trouble": trouble(row.state, figures),
        "film_seconds": receipt.film_ms / 1000 if receipt is not None else None,
        "seconds": row.seconds,
        "attempts": row.attempts,
        "output": row.output,
        "report": receipt.report if receipt is not None else "",
        "error": row.error,
        "labels": dict(row.labels),
        "figures": figures,
    }
