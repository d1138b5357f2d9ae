"""A translation that a person made: subtitles, a table or XLIFF. Only the timing is then ours.

subtitles (``.srt``, ``.vtt``, ``.ass``)
    a cue belongs to the line that it overlaps most.
table (``.csv``, ``.tsv``)
    columns ``source`` and ``target``.
XLIFF 1.2 and 2.0 (``.xlf``, ``.xliff``)
    by the text of the source.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from dubbing.engines.translation import Hypothesis, Passage, Request, Style
from dubbing.errors import UsageError
from dubbing.settings import NO_OPTIONS, EngineOptions
from dubbing.workspace import file_sha256

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

SUBTITLES = (".srt", ".vtt", ".ass", ".ssa")
TABLES = {".csv": ",", ".tsv": "\t"}
XLIFF = (".xlf", ".xliff")
NEAR_MS = 500
"""A cue that overlaps no line belongs to one that is this near."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A subtitle: when it is shown, and its text."""

    start_ms: int
    end_ms: int
    text: str


class TranslationFile:
    """One file, for one film and one language."""

    version = 1
    weights = ()
    takes_options: tuple[str, ...] = ("model",)
    style = Style.HUMAN

    def __init__(self, threads: int = 1, options: EngineOptions = NO_OPTIONS) -> None:
        """Remember the file.

        Raises:
            UsageError: if none is named, or it is of no kind that is known.
        """
        del threads
        if not options.model:
            raise UsageError(
                "The engine 'file' needs a file.", hint="Name it with --translations FILE."
            )
        self._path = Path(options.model)
        if self._path.suffix.lower() not in (*SUBTITLES, *TABLES, *XLIFF):
            raise UsageError(
                f"{self._path.name} is of no kind that is known.",
                hint="It may be .srt, .vtt, .ass, .csv, .tsv, .xlf or .xliff.",
            )
        if not self._path.is_file():
            raise UsageError(f"There is no file {self._path}.", hint="Check the path.")

    @staticmethod
    def content(options: EngineOptions) -> str:
        """Tells this file from another version of it, for cache keys."""
        path = Path(options.model or "")
        return file_sha256(path) if path.is_file() else ""

    def supports(self, source: str, target: str) -> bool:
        """Whatever it holds."""
        return source != target

    def translate(
        self, passages: Sequence[Passage], request: Request
    ) -> tuple[tuple[Hypothesis, ...], ...]:
        """What the person wrote; an empty text where the person left a line out.

        With subtitles, all passages of the film must come at once.
        """
        del request
        if self._path.suffix.lower() in SUBTITLES:
            texts = self._by_time(passages)
        else:
            texts = [self._by_text.get(_key(passage.text), "") for passage in passages]
        return tuple((Hypothesis(text, 0.0),) for text in texts)

    def _by_time(self, passages: Sequence[Passage]) -> list[str]:
        """Every cue to the one passage that it overlaps most, or that is nearest and near."""
        texts: list[list[str]] = [[] for _ in passages]
        for cue in self._cues:
            overlaps = [_overlap_ms(cue, passage) for passage in passages]
            best = max(range(len(passages)), key=overlaps.__getitem__)
            if overlaps[best] > -NEAR_MS:
                texts[best].append(cue.text)
        return [" ".join(cues) for cues in texts]

    @cached_property
    def _cues(self) -> tuple[Cue, ...]:
        import pysubs2

        try:
            events = pysubs2.load(str(self._path), encoding="utf-8-sig").events
        except (OSError, UnicodeDecodeError, pysubs2.Pysubs2Error) as error:
            raise UsageError(f"{self._path} cannot be read as subtitles in UTF-8.") from error
        return tuple(
            Cue(event.start, event.end, " ".join(event.plaintext.split()))
            for event in events
            if not event.is_comment and event.plaintext.strip()
        )

    @cached_property
    def _by_text(self) -> dict[str, str]:
        if self._path.suffix.lower() in XLIFF:
            pairs = _xliff_pairs(self._path)
        else:
            pairs = _table_pairs(self._path, TABLES[self._path.suffix.lower()])
        return {_key(source): " ".join(target.split()) for source, target in pairs}


def _overlap_ms(cue: Cue, passage: Passage) -> int:
    """Negative: the silence between them."""
    return min(cue.end_ms, passage.end_ms) - max(cue.start_ms, passage.start_ms)


def _key(text: str) -> str:
    return " ".join(text.casefold().split())


def _table_pairs(path: Path, delimiter: str) -> list[tuple[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, delimiter=delimiter, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path} is no table in UTF-8: {error}.") from error
    if rows and not {"source", "target"} <= set(rows[0]):
        raise UsageError(f"{path} lacks a column.", hint=f"Begin it: source{delimiter}target")
    return [(row["source"] or "", row["target"] or "") for row in rows]


def _xliff_pairs(path: Path) -> list[tuple[str, str]]:
    """Of ``trans-unit`` (1.2) and ``segment`` (2.0) alike: each has one source and one target."""
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import parse

    try:
        root = parse(path).getroot()
    except (OSError, ParseError, DefusedXmlException, UnicodeError) as error:
        raise UsageError(f"{path} is no XLIFF: {error}.") from error
    assert root is not None, "a file that parses has a root"
    return [
        (texts["source"], texts["target"])
        for unit in root.iter()
        if {"source", "target"} <= (texts := dict(_sides(unit))).keys()
    ]


def _sides(unit: Element) -> Iterable[tuple[str, str]]:
    for child in unit:
        name = child.tag.rpartition("}")[2]
        if name in ("source", "target"):
            yield name, "".join(child.itertext())
