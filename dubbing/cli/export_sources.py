"""What an export is made from: the workspace, its timeline, the film and the dubbed film."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path

import typer

from dubbing.cli.show import latest
from dubbing.errors import UsageError, WorkspaceError
from dubbing.exports.film import FrameClock, find_film, frame_clock
from dubbing.exports.many_languages import Dubs, finished_dubs
from dubbing.file_names import is_file
from dubbing.film_identity import film_identity
from dubbing.media.probe import MediaInfo, probe
from dubbing.timeline import Media, Timeline
from dubbing.workspace import Workspace

GUIDES_FPS = Fraction(24)
"""What the subtitle guides are written for; where the film's own rate is not known."""


@dataclass(frozen=True)
class Sources:
    """Found out when asked for, and once; every property raises what ``dub`` says if it cannot be.

    ``folder`` is the workspace; ``to``, ``given_film`` and ``drop_frame`` are the flags.
    """

    folder: Path
    to: str | None = None
    given_film: Path | None = None
    drop_frame: bool | None = None

    @cached_property
    def workspace(self) -> Workspace:
        """The folder, not locked: an export changes nothing in it."""
        return Workspace(self.folder)

    @cached_property
    def timeline(self) -> Timeline:
        """The newest document in the language that is asked for."""
        return latest(self.folder, self.to)

    @cached_property
    def dubs(self) -> Dubs:
        """All finished dubs."""
        return finished_dubs(self.workspace)

    @cached_property
    def media(self) -> Media:
        """What was dubbed, the same in every language."""
        languages = self.workspace.languages()
        media = latest(self.folder, self.to or (languages[0] if languages else None)).media
        if media is None:
            raise WorkspaceError(f"{self.folder} names no film.", hint="Dub a film first.")
        return media

    @cached_property
    def film_path(self) -> Path | None:
        """The film as it was given, or where it is, next to the workspace or the dub."""
        if self.given_film is None:
            dubs = self._dub_paths(self.workspace.languages())
            places = [self.folder.absolute().parent, *(path.parent for path in dubs)]
            return find_film(self.media, places, self._is_film)
        probe(self.given_film)
        if not self._is_film(self.given_film):
            typer.secho(
                f"note: {self.given_film.name} is not the very file that was dubbed.", err=True
            )
        return self.given_film.absolute()

    @cached_property
    def film(self) -> MediaInfo:
        """What is in the film."""
        if self.film_path is None:
            raise UsageError(
                f"{self.media.name} does not lie beside {self.folder} any more.",
                hint="Say where it is with --film.",
            )
        return probe(self.film_path)

    @cached_property
    def dub(self) -> MediaInfo:
        """What is in the dubbed film."""
        paths = self._dub_paths([self.timeline.target_language])
        if not paths:
            raise WorkspaceError(f"{self.folder} holds no finished dub.", hint="Dub it to its end.")
        found = next((path for path in paths if is_file(path)), None)
        if found is None:
            raise WorkspaceError(
                f"The dub {paths[0]} is not there any more.", hint="Run dub again to write it."
            )
        return probe(found)

    @cached_property
    def picture(self) -> MediaInfo | None:
        """The film, or the dub, whose picture is the same; ``None`` if neither is there."""
        if self.film_path is not None:
            return self.film
        dubs = self._dub_paths(self.workspace.languages())
        found = next((path for path in dubs if is_file(path)), None)
        return probe(found) if found is not None else None

    @cached_property
    def clock(self) -> FrameClock:
        """How the film's frames are counted."""
        return frame_clock(self.picture or self.film, self.drop_frame)

    @property
    def start_s(self) -> float:
        """The film's own time at the beginning of its container, in seconds since midnight."""
        if self.picture is None or self.picture.video is None:
            return 0.0
        return max(0.0, float(self.clock.first / self.clock.rate - self.clock.picture_ms / 1000))

    @property
    def subtitle_rate(self) -> Fraction:
        """Frames a second, for the gap between subtitles."""
        return self.clock.rate if self.picture is not None else GUIDES_FPS

    def refuse_to_replace(self, outputs: list[Path]) -> None:
        """Raise ``UsageError`` if an output is the film or a dub itself."""
        ours = [self.film_path, *self._dub_paths(self.workspace.languages())]
        kept = {path.resolve() for path in ours if path is not None}
        for path in outputs:
            if path.resolve() in kept:
                raise UsageError(f"{path} would overwrite the film itself.", hint="Name another.")

    def _dub_paths(self, codes: Iterable[str]) -> list[Path]:
        """Where dubs were written, and next to the workspace, should both have been moved."""
        found = []
        for code in codes:
            output = latest(self.folder, code).output
            if output is not None:
                path = Path(output.path)
                found += [path, self.folder.absolute().parent / path.name]
        return found

    def _is_film(self, path: Path) -> bool:
        return film_identity(path) == self.media.fingerprint
