"""The report as one HTML page that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any


def render(document: Mapping[str, Any]) -> str:
    """HTML of a report document (``dubbing.Report/1``); all text is escaped."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["clock"] = clock
    template = files("dubbing.review").joinpath("report.html.j2").read_text(encoding="utf-8")
    return environment.from_string(template).render(report=document)


def clock(time_ms: float) -> str:
    """``75_250`` as ``1:15.25``."""
    minutes, rest = divmod(time_ms, 60_000)
    return f"{int(minutes)}:{rest / 1000:05.2f}"
