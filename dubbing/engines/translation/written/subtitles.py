"""A subtitle file, from its bytes to what each line of the film says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dubbing.engines.translation import Passage, SpokenBy, Written
from dubbing.engines.translation.written.cues import SIGN, SUNG, Cue, read_cues
from dubbing.engines.translation.written.laying import Laid, lay, with_true_end
from dubbing.engines.translation.written.names import spoken_by
from dubbing.engines.translation.written.notes import (
    clock,
    lines_without,
    lost_cues,
    one_note,
    times,
)
from dubbing.engines.translation.written.repeats import without_repeats
from dubbing.engines.translation.written.spoken import labels_of, spoken_rows
from dubbing.engines.translation.written.two_languages import in_one_language, shown_together
from dubbing.errors import UsageError
from dubbing.language.text_files import read_text_file


@dataclass(frozen=True, slots=True)
class SubtitleFile:
    """Cues in the order of time with what is spoken of them, and what a user should know of the file."""

    name: str
    target: str
    cues: tuple[Cue, ...]
    remarks: tuple[str, ...]
    speakers: tuple[SpokenBy, ...] = ()
    """Who says the cues that name their speaker."""

    def laid(self, lines: Sequence[Passage]) -> Written:
        """Lay the cues on the lines of a film.

        Raises:
            UsageError: if no line gets any of them.
        """
        found = lay(self.cues, lines, self.target)
        if lines and not any(found.texts):
            raise self._nothing_fits(lines)
        return Written(found.texts, found.without, self._note(found, len(lines)))

    def _note(self, found: Laid, n_lines: int) -> str:
        spoken = sum(bool(cue.rows) for cue in self.cues)
        starts_ms = [self.cues[n].start_ms for n in found.lost]
        missed = (lost_cues(starts_ms, spoken), lines_without(found.without, n_lines))
        return one_note(self.name, (*missed, *self.remarks))

    def _nothing_fits(self, lines: Sequence[Passage]) -> UsageError:
        first, last = self.cues[0].start_ms, max(cue.end_ms for cue in self.cues)
        return UsageError(
            f"No line of the film is spoken at the time of any cue of {self.name}: "
            f"its cues go from {clock(first)} to {clock(last)}, "
            f"the lines from {clock(lines[0].start_ms)} to {clock(lines[-1].end_ms)}.",
            hint="Are these the subtitles of this cut of the film?",
        )


def read_subtitles(path: Path, target: str, *, songs: bool = False) -> SubtitleFile:
    """Read subtitles and clean them of what is not spoken.

    Args:
        path: the file.
        target: language of the dub.
        songs: whether lyrics are spoken.

    Raises:
        UsageError: if they cannot be read, or nothing in them is spoken.
    """
    file = read_text_file(path, target)
    cues = read_cues(path, file.text)
    labels = labels_of(row for cue in cues for row in cue.rows)
    said = [_said(cue, labels, songs=songs) for cue in cues]
    backward = [cue.start_ms for cue in said if cue.end_ms < cue.start_ms and cue.rows]
    together = shown_together(map(with_true_end, said))
    kept, other = in_one_language(together, target)
    final = without_repeats(kept)
    if not any(cue.rows for cue in final):
        raise UsageError(
            f"Nothing in {path} is spoken: its cues are empty, or hold only sound notes and songs.",
            hint="" if songs else "Lyrics are spoken with --dub-songs.",
        )
    remarks = (_left_out(cues, songs=songs), *_remarks(file.guessed, other, backward))
    speakers = spoken_by([with_true_end(cue) for cue in cues if cue.kind != SIGN], labels)
    return SubtitleFile(path.name, target, final, remarks, speakers)


def _said(cue: Cue, labels: Counter[str], *, songs: bool) -> Cue:
    """The cue with what is spoken of it; one that is not spoken stays without rows."""
    if cue.kind == SIGN or (cue.kind == SUNG and not songs):
        return replace(cue, rows=())
    return replace(cue, rows=spoken_rows(cue.rows, labels, songs=songs))


def _left_out(cues: Sequence[Cue], *, songs: bool) -> str:
    """How many cues are signs or lyrics by their style or their tags."""
    counts = Counter(cue.kind for cue in cues if cue.kind and cue.rows)
    parts = [f"{counts[SIGN]} for signs"] if counts[SIGN] else []
    parts += [f"{counts[SUNG]} of songs"] if counts[SUNG] and not songs else []
    return f"cues that nobody speaks are left out ({', '.join(parts)})" if parts else ""


def _remarks(guessed: str, other: str, backward: Sequence[int]) -> tuple[str, ...]:
    ends = "cue ends before it begins" if len(backward) == 1 else "cues end before they begin"
    return (
        f"it was read as {guessed}" if guessed else "",
        f"its rows in {other} are left out" if other else "",
        f"{len(backward)} {ends} ({times(backward)})" if backward else "",
    )
