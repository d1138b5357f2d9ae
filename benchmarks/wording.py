"""Numbers, tables and origins as README and the documentation show them."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Result = Mapping[str, Any]
WIDTH = 118
NONE = "–"


def number(value: float | None, digits: int = 2, *, sign: bool = False) -> str:
    """Return a number, or a dash."""
    return NONE if value is None else f"{value:{'+' if sign else ''}.{digits}f}"


def percent(share: float | None, digits: int = 0) -> str:
    """Return a share in percent, or a dash."""
    return NONE if share is None else f"{100 * share:.{digits}f} %"


def best(values: Sequence[float | None], texts: Sequence[str], *, most: bool = True) -> list[str]:
    """Return the texts, those of the best value in bold; none is bold if all are alike."""
    known = [value for value in values if value is not None]
    if len(set(known)) < 2:
        return list(texts)
    top = max(known) if most else min(known)
    return [f"**{text}**" if v == top else text for v, text in zip(values, texts, strict=True)]


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def paragraph(*sentences: str) -> str:
    """Return sentences, without the empty ones, as wrapped lines."""
    text = " ".join(filter(None, sentences))
    return "\n".join(textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False))


def blocks(*parts: str) -> str:
    """Return paragraphs and tables with empty lines between them."""
    return "\n\n".join(filter(None, parts))


def origin(result: Result) -> str:
    """Return when, at which commit and on what a figure was measured."""
    made = result["made"]
    on = machine_text(made["machine"])
    note = f" {made['note']}" if made["note"] else ""
    return f"*Measured on {made['date']} at {made['commit']}, {on}.{note}*"


def machine_text(machine: Mapping[str, Any] | None) -> str:
    """Return what a figure was measured on, in words."""
    if machine is None:
        return "machine not recorded"
    on = f"{machine['cores']} cores of {machine['cpu']}"
    if machine["load"] > machine["cores"] / 2:
        on += f", busy with other work (load {machine['load']:.0f})"
    return on
