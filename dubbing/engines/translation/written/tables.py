"""Tables of texts and their translations: CSV and TSV, with whatever separator and header they have."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path

from dubbing.engines.translation.written.pairs import Pair
from dubbing.errors import UnknownLanguage, UsageError
from dubbing.language.languages import language, spoken_code

SEPARATORS = (",", ";", "\t", "|")
MOST_CELL = 100_000
SOURCE = ("source", "source text", "original", "source_text", "transcript")
TARGET = ("target", "target text", "translation", "target_text", "translated text")


def read_table(path: Path, text: str, target: str) -> tuple[Pair, ...]:
    """Return the pairs of a table in the order of its rows; rows without a translation count, too.

    A column is known by ``source`` and ``target`` or, where these are missing, by the name or code of its
    language.

    Raises:
        UsageError: if a column is missing, or this is no table.
    """
    separator = _separator(text)
    try:
        csv.field_size_limit(MOST_CELL)
        rows = [row for row in csv.reader(io.StringIO(text), delimiter=separator) if any(row)]
    except csv.Error as error:
        raise UsageError(f"{path} is no table: {error}.") from error
    header = [_name(cell) for cell in rows[0]]
    source, said = _columns(path, header, target, separator)
    pairs = (
        Pair(_cell(row, source), _cell(row, said), n) for n, row in enumerate(rows[1:], start=2)
    )
    found = tuple(pair for pair in pairs if pair.source.strip())
    if not found:
        raise UsageError(f"{path} has a header and no rows.", hint="Write one row a line.")
    return found


def _separator(text: str) -> str:
    """What parts the header most often, outside quotation marks."""
    header = re.sub(r'"[^"]*"', "", next(line for line in text.split("\n") if line.strip()))
    return max(SEPARATORS, key=header.count)


def _name(cell: str) -> str:
    return " ".join(cell.strip().strip("\"'").casefold().split())


def _cell(row: Sequence[str], column: int) -> str:
    return row[column] if column < len(row) else ""


def _columns(path: Path, header: Sequence[str], target: str, separator: str) -> tuple[int, int]:
    """Places of the source and of the translation."""
    codes = [_code(name) for name in header]
    said = _first(header, TARGET)
    if said is None and target in codes:
        said = codes.index(target)
    source = _first(header, SOURCE)
    if source is None:
        source = next((n for n, code in enumerate(codes) if code and n != said), None)
    if source is not None and said is not None:
        return source, said
    missing = [name for name, place in (("source", source), ("target", said)) if place is None]
    shown = separator if separator != "\t" else "a tab"
    raise UsageError(
        f"{path} has no column {' and no column '.join(map(repr, missing))}; "
        f"it has {', '.join(repr(name) for name in header)}.",
        hint=f"Begin it with: source{separator if separator != chr(9) else ' [tab] '}target"
        f" (parted by {shown}).",
    )


def _first(header: Sequence[str], names: Sequence[str]) -> int | None:
    return next((header.index(name) for name in names if name in header), None)


def _code(name: str) -> str:
    """Our code of a column that is named by its language; empty if it is not."""
    if len(name) < 2 or not re.fullmatch(r"[^\W\d]+(?:[-_ ()]+[^\W\d]+)*\)?", name):
        return ""
    try:
        code = language(name).code
    except UnknownLanguage:
        return ""
    return spoken_code(code) or code
