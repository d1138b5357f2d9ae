"""The files that ``dub export`` writes, each whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import typer

from dubbing.cli.export_label import label_film
from dubbing.cli.export_sources import Sources
from dubbing.cli.foreign_text import plain
from dubbing.errors import OutputExists, UsageError, WorkspaceError
from dubbing.exports.burn_in import burn_in, check_picture, shown_picture
from dubbing.exports.cues import Of
from dubbing.exports.events import Subtitles, subtitles_of
from dubbing.exports.many_languages import check_tracks, write_many_languages
from dubbing.exports.subtitle_rules import subtitle_rules
from dubbing.exports.subtitles import Format, Picture, subtitle_document
from dubbing.media.ffmpeg import OnProgress, written_whole
from dubbing.media.left_out import left_out_note, left_out_when_drawn
from dubbing.media.mux import sound_note
from dubbing.workspace import disk_errors

WITH_SUBTITLES = {"srt", "vtt", "ass", "ttml", "burn-in"}
WITH_FILM = {"otio", "edl"}
WITH_TIMECODE = {"otio", "edl", "csv"}
FOLDERS = {"stems"}


def checked_outputs(named: Mapping[str, Path | None], *, force: bool) -> dict[str, Path]:
    """The files that are asked for, by kind.

    Raises:
        UsageError: if there is none, two have one name, or one cannot be.
        OutputExists: if one is there and ``force`` is not given.
    """
    outputs = {kind: path for kind, path in named.items() if path is not None}
    if not outputs:
        raise UsageError("No file is asked for.", hint="Name one, e.g. --srt film.srt.")
    if len({path.resolve() for path in outputs.values()}) < len(outputs):
        raise UsageError("Two outputs have the same name.", hint="Name them differently.")
    for kind, path in outputs.items():
        if kind in FOLDERS:
            continue
        if path.is_dir():
            raise UsageError(f"{path} is a folder.", hint="Name a file in it.")
        if not path.absolute().parent.is_dir():
            raise UsageError(f"There is no folder {path.parent}.", hint="Make it first.")
        if path.exists() and not force:
            raise OutputExists(
                f"{path} is there already.", hint="Use --force to replace it, or another name."
            )
    return outputs


@dataclass(frozen=True)
class Exporter:
    """Writes files from one workspace; ``of``, ``colours`` and ``credentials`` are the flags."""

    sources: Sources
    of: Of = "target"
    colours: bool = False
    credentials: bool = True
    force: bool = False

    def write_all(self, outputs: Mapping[str, Path]) -> None:
        """Write each file, after all that can be checked before the first is written."""
        self._check(outputs)
        if outputs.keys() & WITH_SUBTITLES:
            self._tell_broken_rules()
        if outputs.keys() & WITH_TIMECODE and not self.sources.clock.is_steady:
            mean = float(self.sources.clock.rate)
            typer.secho(
                f"note: frames are not equally long; {mean:.3f} a second is their mean.", err=True
            )
        for kind, path in outputs.items():
            self._writers[kind](path)
            typer.echo(f"Written: {path}")

    @property
    def _writers(self) -> dict[str, Callable[[Path], None]]:
        return {
            "srt": lambda path: self._write_subtitles(path, "srt"),
            "vtt": lambda path: self._write_subtitles(path, "vtt"),
            "ass": lambda path: self._write_subtitles(path, "ass"),
            "ttml": self._write_ttml,
            "otio": self._write_otio,
            "edl": self._write_edl,
            "csv": self._write_csv,
            "stems": self._write_stems,
            "multi": self._write_multi,
            "burn-in": self._burn_in,
        }

    def _check(self, outputs: Mapping[str, Path]) -> None:
        """Each property raises what is wrong."""
        if outputs.keys() - {"multi"}:
            _ = self.sources.timeline
        self.sources.refuse_to_replace(list(outputs.values()))
        if outputs.keys() & WITH_FILM:
            _ = self.sources.film
        if outputs.keys() & WITH_TIMECODE:
            _ = self.sources.clock
        if outputs.keys() & WITH_SUBTITLES:
            _ = self.subtitles
        if "stems" in outputs:
            self._check_stems(outputs["stems"])
        if "burn-in" in outputs:
            check_picture(self.sources.dub, outputs["burn-in"])
        if "multi" in outputs:
            _ = self.sources.dubs
            check_tracks(outputs["multi"], self.sources.film)

    # -- subtitles ---------------------------------------------------------------------------

    @cached_property
    def subtitles(self) -> Subtitles:
        """What is shown when.

        Raises:
            WorkspaceError: if there is nothing to show.
        """
        found = subtitles_of(self.sources.timeline, self.of, self.sources.subtitle_rate)
        if not found.events:
            raise WorkspaceError(
                f"{self.sources.folder} holds no {'' if self.of == 'source' else 'translated '}"
                "lines yet.",
                hint="Dub the film further, or see dub show.",
            )
        return found

    def _tell_broken_rules(self) -> None:
        found, rules = self.subtitles, subtitle_rules(self.subtitles.language)
        told = []
        if found.too_fast:
            told.append(
                f"{found.too_fast} are shown for less time than reading them takes "
                f"({rules.characters_per_second:g} characters a second)"
            )
        if found.too_short:
            told.append(f"{found.too_short} for less than {rules.min_ms / 1000:.2g} s")
        if told:
            total = len(found.events)
            typer.secho(f"note: of {total} subtitles {', '.join(told)}.", err=True)

    def _document(self, form: Format) -> str:
        seen = self.sources.picture
        picture = shown_picture(seen) if seen is not None else Picture()
        return subtitle_document(self.subtitles, form, picture, colours=self.colours)

    def _write_subtitles(self, path: Path, form: Format) -> None:
        _write(path, self._document(form))

    def _write_ttml(self, path: Path) -> None:
        from dubbing.exports.ttml import ttml_document

        _write(path, ttml_document(self.subtitles, self.sources.media.name))

    # -- for other programs ------------------------------------------------------------------

    def _write_otio(self, path: Path) -> None:
        from dubbing.exports.interchange import otio_document

        film, clock = self.sources.film.path, self.sources.clock
        _write(path, otio_document(self.sources.timeline, self.sources.workspace, film, clock))

    def _write_edl(self, path: Path) -> None:
        from dubbing.exports.edl import beyond_cmx, edl_document

        timeline, clock = self.sources.timeline, self.sources.clock
        if beyond_cmx(timeline, clock):
            typer.secho(
                f"note: {path.name} has more sound tracks or events than CMX3600 knows (4, 999); "
                "Avid and Resolve read it.",
                err=True,
            )
        film = self.sources.film.path
        _write(path, edl_document(timeline, self.sources.workspace, film, clock))

    def _write_csv(self, path: Path) -> None:
        from dubbing.exports.cue_sheet import cue_sheet

        _write(path, cue_sheet(self.sources.timeline, self.sources.clock))

    # -- sound -------------------------------------------------------------------------------

    def _check_stems(self, folder: Path) -> None:
        from dubbing.exports.stems import stem_names

        names = stem_names(self.sources.timeline).values()
        if folder.exists() and not folder.is_dir():
            raise UsageError(f"{folder} is not a folder.", hint="Name one for the stems.")
        there = [name for name in names if (folder / name).exists()]
        if there and not self.force:
            raise OutputExists(
                f"{folder / there[0]} is there already.", hint="Use --force to replace it."
            )

    def _write_stems(self, folder: Path) -> None:
        from dubbing.exports.stems import stem_names, write_stems

        timeline = self.sources.timeline
        assert timeline.media is not None
        seconds = timeline.media.duration_ms / 1000
        with disk_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
        with _bar("stems", seconds * (len(stem_names(timeline)) - 1)) as on_progress:
            finished: list[str] = []

            def tell(done_s: float, stem: str) -> None:
                if stem not in finished:
                    finished.append(stem)
                on_progress(done_s + seconds * (len(finished) - 1))

            write_stems(timeline, self.sources.workspace, folder, self.sources.start_s, tell)

    # -- films -------------------------------------------------------------------------------

    def _write_multi(self, path: Path) -> None:
        dubs = self.sources.dubs
        if dubs.unfinished:
            names = ", ".join(dubs.unfinished)
            typer.secho(f"note: not finished, so left out: {names}.", err=True)
        self._tell_lost_of_film(path.suffix.lower())
        film, rate = self.sources.film, self.sources.subtitle_rate
        write_many_languages(dubs.finished, self.sources.workspace, film, path, rate)
        if self.credentials:
            label_film(path, dubs.finished)

    def _tell_lost_of_film(self, suffix: str) -> None:
        film, track = self.sources.film, self.sources.media.audio_track
        if track < len(film.audio):
            _tell(sound_note(film, track, suffix))
        _tell(left_out_note(film, suffix))

    def _burn_in(self, path: Path) -> None:
        dub = self.sources.dub
        _tell(left_out_when_drawn(dub, path.suffix.lower()))
        with _bar("burn in", dub.duration_ms / 1000) as on_progress:
            burn_in(dub, self._document("ass"), path, on_progress)
        if self.credentials:
            label_film(path, (self.sources.timeline,))


def _tell(note: str) -> None:
    if note:
        typer.secho(f"note: {plain(note)}", err=True)


def _write(path: Path, text: str) -> None:
    with written_whole(path) as temporary:
        temporary.write_bytes(text.encode())


@contextmanager
def _bar(what: str, total_s: float) -> Iterator[OnProgress]:
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=total_s)
        yield lambda done_s: bar.update(task, completed=done_s)
