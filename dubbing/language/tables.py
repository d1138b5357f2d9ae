"""Tables of texts as spreadsheets write them: CSV with whatever separator and case of the header."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dubbing.errors import UsageError

SEPARATORS = (",", ";", "\t", "|")
GUARDED = re.compile(r"^'(?=[=+\-@\t\r＝＋－＠])")
"""How a cell begins that no spreadsheet shall take for a formula."""


@dataclass(frozen=True, slots=True)
class Row:
    """Cells of a row, and its number in the file as a spreadsheet counts, from 1."""

    number: int
    cells: tuple[str, ...]

    def cell(self, column: int) -> str:
        """Return what stands in a column; nothing where the row is shorter."""
        text = self.cells[column] if column < len(self.cells) else ""
        return GUARDED.sub("", text)


@dataclass(frozen=True, slots=True)
class Table:
    """Names of the columns, in small letters, and the rows under them that are not empty."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    separator: str

    def column(self, names: Sequence[str]) -> int | None:
        """Return the place of the first of these names that there is."""
        return next((self.header.index(name) for name in names if name in self.header), None)

    def value(self, row: Row, name: str) -> str:
        """Return what stands under a name, without spaces around it; nothing without such a column."""
        column = self.column((name,))
        return "" if column is None else row.cell(column).strip()


def parse_table(path: Path, text: str) -> Table:
    """Return the table in a text.

    Raises:
        UsageError: if it is not one.
    """
    separator = _separator(text)
    try:
        cells = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise UsageError(f"{path} is not a CSV file: {error}.") from error
    rows = [Row(n, tuple(row)) for n, row in enumerate(cells, start=1) if any(map(str.strip, row))]
    if not rows:
        raise UsageError(f"{path} is empty.", hint="Name a file that has text in it.")
    return Table(tuple(map(_name, rows[0].cells)), tuple(rows[1:]), separator)


def _separator(text: str) -> str:
    """What parts the header most often, outside quotation marks."""
    first = next((line for line in text.split("\n") if line.strip()), "")
    return max(SEPARATORS, key=re.sub(r'"[^"]*"', "", first).count)


def _name(cell: str) -> str:
    return " ".join(cell.strip().strip("\"'").casefold().split())
