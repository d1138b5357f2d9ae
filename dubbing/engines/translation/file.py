"""A translation that a person made: subtitles, a table or XLIFF. Only the timing is then ours.

subtitles (``.srt``, ``.vtt``, ``.ass``)
    go by time, divided where a cue spans several lines.
table (``.csv``, ``.tsv``)
    columns ``source`` and ``target``, or named by their languages; goes by the text of the source.
XLIFF 1.2 and 2.x (``.xlf``, ``.xliff``)
    by the text of the source.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from dubbing.engines.translation import Hypothesis, Passage, Request, SpokenBy, Style, Written
from dubbing.engines.translation.written.notes import lines_without, lost_rows, one_note
from dubbing.engines.translation.written.pairs import Pair, pair_up
from dubbing.engines.translation.written.spoken import labels_of, spoken_text
from dubbing.engines.translation.written.subtitles import read_subtitles
from dubbing.engines.translation.written.tables import read_table
from dubbing.engines.translation.written.xliff import read_xliff
from dubbing.errors import UsageError
from dubbing.language.text_files import read_text_file
from dubbing.settings import NO_OPTIONS, EngineOptions
from dubbing.workspace import file_sha256

SUBTITLES = (".srt", ".vtt", ".ass", ".ssa")
TABLES = (".csv", ".tsv")
XLIFF = (".xlf", ".xliff")


class _Reads(Protocol):
    """A file that was read and understood."""

    def laid(self, lines: Sequence[Passage]) -> Written: ...


class TranslationFile:
    """One file, for one film and one language."""

    version = 3
    weights = ()
    takes_options: tuple[str, ...] = ("model",)
    style = Style.HUMAN

    def __init__(self, threads: int = 1, options: EngineOptions = NO_OPTIONS) -> None:
        """Remember the file.

        Raises:
            UsageError: if none is named, or it is of no kind that is known.
        """
        del threads
        self._path = _path_of(options)
        self._read: dict[tuple[str, bool], _Reads] = {}

    @staticmethod
    def content(options: EngineOptions) -> str:
        """Tells this file from another version of it, for cache keys."""
        path = Path(options.model or "")
        return file_sha256(path) if path.is_file() else ""

    @classmethod
    def check(cls, options: EngineOptions, target: str) -> None:
        """Read the file before any work is done.

        Raises:
            UsageError: if it could not be used, whatever the film.
        """
        _read(_path_of(options), target, songs=True)

    @classmethod
    def speakers(cls, options: EngineOptions, target: str) -> tuple[SpokenBy, ...]:
        """Who speaks when, where subtitles name their speakers.

        Raises:
            UsageError: if the file cannot be used.
        """
        path = _path_of(options)
        if path.suffix.lower() not in SUBTITLES:
            return ()
        return read_subtitles(path, target).speakers

    def supports(self, source: str, target: str) -> bool:
        """Whatever it holds; a corrected script may be in the film's own language."""
        return True

    def lay(self, lines: Sequence[Passage], target: str, *, songs: bool = False) -> Written:
        """What the person wrote for each line of the film.

        Raises:
            UsageError: if the file cannot be used, or says nothing of any line.
        """
        if (target, songs) not in self._read:
            self._read[target, songs] = _read(self._path, target, songs=songs)
        return self._read[target, songs].laid(lines)

    def translate(
        self, passages: Sequence[Passage], request: Request
    ) -> tuple[tuple[Hypothesis, ...], ...]:
        """The same as :meth:`lay`, for all passages of the film at once."""
        texts = self.lay(passages, request.target).texts
        return tuple((Hypothesis(text, 0.0),) for text in texts)


def _path_of(options: EngineOptions) -> Path:
    if not options.model:
        raise UsageError(
            "The engine 'file' needs a file.", hint="Name it with --translations FILE."
        )
    path = Path(options.model)
    if path.suffix.lower() not in (*SUBTITLES, *TABLES, *XLIFF):
        raise UsageError(
            f"{path.name} is of no kind that is known.",
            hint="It may be .srt, .vtt, .ass, .csv, .tsv, .xlf or .xliff.",
        )
    if not path.is_file():
        raise UsageError(f"There is no file {path}.", hint="Check the path.")
    return path


def _read(path: Path, target: str, *, songs: bool) -> _Reads:
    suffix = path.suffix.lower()
    if suffix in SUBTITLES:
        return read_subtitles(path, target, songs=songs)
    if suffix in XLIFF:
        return _PairFile(path.name, "unit", _cleaned(read_xliff(path, target), songs=songs), ())
    file = read_text_file(path, target)
    remark = f"it was read as {file.guessed}" if file.guessed else ""
    pairs = _cleaned(read_table(path, file.text, target), songs=songs)
    return _PairFile(path.name, "row", pairs, (remark,))


def _cleaned(pairs: Sequence[Pair], *, songs: bool) -> tuple[Pair, ...]:
    """The same with what is spoken of each translation."""
    labels: Counter[str] = labels_of(pair.target for pair in pairs)
    return tuple(
        replace(pair, target=spoken_text(pair.target, labels, songs=songs)) for pair in pairs
    )


@dataclass(frozen=True, slots=True)
class _PairFile:
    """Pairs in the order of a file; ``what`` each of them is called there."""

    name: str
    what: str
    pairs: tuple[Pair, ...]
    remarks: tuple[str, ...]

    def laid(self, lines: Sequence[Passage]) -> Written:
        found = pair_up(self.pairs, lines)
        if lines and not any(found.texts):
            raise UsageError(
                f"No {self.what} of {self.name} is a line of this film.",
                hint="Its source must say what the film says: see dub show FILM.dub.",
            )
        n_rows = len({pair.row for pair in self.pairs if pair.target})
        missed = (
            lost_rows(found.lost, n_rows, self.what),
            lines_without(found.without, len(lines)),
        )
        return Written(found.texts, found.without, one_note(self.name, (*missed, *self.remarks)))
