"""Tables of texts and their translations: CSV and TSV, with whatever separator and header they have."""

from __future__ import annotations

import re
from pathlib import Path

from dubbing.engines.translation.written.pairs import Pair
from dubbing.errors import UnknownLanguage, UsageError
from dubbing.language.languages import language, spoken_code
from dubbing.language.tables import Table, parse_table

SOURCE = ("source", "source text", "original", "source_text", "transcript")
TARGET = ("target", "target text", "translation", "target_text", "translated text")


def read_table(path: Path, text: str, target: str) -> tuple[Pair, ...]:
    """Return the pairs of a table in the order of its rows; rows without a translation count, too.

    A column is known by ``source`` and ``target`` or, where these are missing, by the name or code of its
    language.

    Raises:
        UsageError: if a column is missing, or this is not a table.
    """
    table = parse_table(path, text)
    source, said = _columns(path, table, target)
    pairs = (Pair(row.cell(source), row.cell(said), row.number) for row in table.rows)
    found = tuple(pair for pair in pairs if pair.source.strip())
    if not found:
        raise UsageError(f"{path} has a header and no rows.", hint="Write one row a line.")
    return found


def _columns(path: Path, table: Table, target: str) -> tuple[int, int]:
    """Places of the source and of the translation."""
    source, said = table.column(SOURCE), table.column(TARGET)
    codes = [_code(name) for name in table.header if source is None or said is None]
    if said is None and target in codes:
        said = codes.index(target)
    if source is None:
        source = next((n for n, code in enumerate(codes) if code and n != said), None)
    if source is not None and said is not None:
        return source, said
    missing = [name for name, place in (("source", source), ("target", said)) if place is None]
    mark = table.separator if table.separator != "\t" else " [tab] "
    raise UsageError(
        f"{path} has no column {' and no column '.join(map(repr, missing))}; "
        f"it has {', '.join(repr(name[:40]) for name in table.header[:20])}.",
        hint=f"Begin it with: source{mark}target",
    )


def _code(name: str) -> str:
    """Our code of a column that is named by its language; empty if it is not."""
    if len(name) < 2 or not re.fullmatch(r"[^\W\d]+(?:[-_ ()]+[^\W\d]+)*\)?", name):
        return ""
    try:
        code = language(name).code
    except UnknownLanguage:
        return ""
    return spoken_code(code) or code
