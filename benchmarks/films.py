"""Dub films and read what their reports say of every line in the finished file.

    python -m benchmarks.films FILM ... [--nonsense FILM ...] [--to zh] [--json FILE]

For every line: how far from its planned begin and end it is found in the output (cross-correlation), and
the share of characters that a recogniser mishears. Sentences without sense (GRID), which no recogniser
can guess, are listed apart.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean, median
from typing import Any

from benchmarks.record import add_options, begin
from dubbing.errors import DubbingError
from dubbing.job import Job, run_job
from dubbing.registry import Engines
from dubbing.settings import Profile

START_BAR_MS, END_BAR_MS = 60, 120
MEASURED = ("start_error_ms", "end_error_ms", "error_rate")
Row = dict[str, Any]


def main() -> None:
    """Dub, collect, sum up, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("films", type=Path, nargs="+")
    parser.add_argument("--nonsense", type=Path, nargs="*", default=[])
    parser.add_argument("--to", default="zh")
    add_options(parser)
    options = parser.parse_args()
    record, engines = begin(options), Engines(keep=True)
    rows: list[Row] = []
    failed: dict[str, str] = {}
    for film in (*options.films, *options.nonsense):
        kind = "nonsense" if film in options.nonsense else "speech"
        try:
            rows += [{"kind": kind, **row} for row in lines_of(film, options.to, engines)]
        except DubbingError as error:
            failed[film.stem] = str(error)
        result = {
            "to": options.to,
            "films": {"speech": len(options.films), "nonsense": len(options.nonsense)},
            "failed": failed,
            "summary": summary(rows),
            "lines": rows,
        }
        print(film.stem, json.dumps(result["summary"]), flush=True)
        if record:
            record.write(result)


def lines_of(film: Path, to: str, engines: Engines) -> list[Row]:
    """Dub one film; return what its report measured of each dubbed line."""
    with tempfile.TemporaryDirectory() as place:
        work = Path(place) / "work"
        run_job(Job(film, to, Path(place) / "dub.mkv", work), Profile(), engines)
        report = json.loads((work / f"reports/{to}/report.json").read_text(encoding="utf-8"))
    return [
        {"film": film.stem, **{name: line["measured"][name] for name in MEASURED}}
        for line in report["lines"]
        if line["measured"] is not None
    ]


def summary(rows: Sequence[Row]) -> dict[str, Any]:
    """Return counts over all lines, and errors of each kind."""
    starts = [abs(row["start_error_ms"]) for row in rows if row["start_error_ms"] is not None]
    ends = [abs(row["end_error_ms"]) for row in rows if row["end_error_ms"] is not None]
    result: dict[str, Any] = {
        "lines": len(rows),
        "found_in_output": len(starts),
        "starts_within_60_ms": sum(ms <= START_BAR_MS for ms in starts),
        "ends_within_120_ms": sum(ms <= END_BAR_MS for ms in ends),
        "worst_start_error_ms": max(starts, default=None),
        "worst_end_error_ms": max(ends, default=None),
    }
    for kind in ("speech", "nonsense"):
        rates = [
            row["error_rate"]
            for row in rows
            if row["kind"] == kind and row["error_rate"] is not None
        ]
        if rates:
            result[f"error_rate_{kind}"] = {
                "lines": len(rates),
                "median": round(median(rates), 3),
                "mean": round(fmean(rates), 3),
            }
    return result


if __name__ == "__main__":
    main()
