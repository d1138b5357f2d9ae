"""What the live page plays, made once and kept in the workspace under names that tell their content."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from dubbing.media.browser_copies import write_small_sound
from dubbing.media.probe import MediaInfo
from dubbing.reviewer.media_files import (
    BED,
    DUB,
    FILES,
    ORIGINAL,
    PICTURE,
    Tell,
    peaks_document,
    sounds_of,
    write_bed,
    write_picture,
)
from dubbing.reviewer.preview import MEDIA, TYPES, frame_ms_of
from dubbing.timeline import Timeline
from dubbing.workspace import Workspace


class LiveMedia:
    """Picture and sounds of one dub, as it is at the moment."""

    def __init__(self, film: MediaInfo, folder: Path, size: str, tell: Tell) -> None:
        """Nothing is made before :meth:`refresh`."""
        self.film, self.folder, self.size, self.tell = film, folder, size, tell
        self.frame_ms = frame_ms_of(film)
        self._names: dict[str, str] = {}
        self._peaks: dict[str, Any] = {}

    def refresh(self, timeline: Timeline, workspace: Workspace) -> None:
        """Make what is missing; what lies there from a dub that is gone is removed."""
        sounds = sounds_of(timeline, workspace)
        original, dub = sounds.original.stem[:12], sounds.dub.stem[:12]
        self.folder.mkdir(parents=True, exist_ok=True)
        names = {}
        if self.film.video is not None:
            assert timeline.media is not None
            mark = f"{self.size}-{timeline.media.fingerprint[:12]}"
            names[PICTURE] = self._made(
                PICTURE,
                mark,
                lambda path: write_picture(self.film, sounds.dub, self.size, path, self.tell),
            )
        names[ORIGINAL] = self._made(
            ORIGINAL, original, lambda path: write_small_sound(sounds.original, path)
        )
        names[DUB] = self._made(DUB, dub, lambda path: write_small_sound(sounds.dub, path))
        names[BED] = self._made(BED, dub, lambda path: write_bed(timeline, workspace, path))
        self._names, self._peaks = names, peaks_document(sounds)
        for file in self.folder.iterdir():
            if file.name not in names.values():
                file.unlink(missing_ok=True)

    def _made(self, name: str, mark: str, make: Callable[[Path], None]) -> str:
        stem, dot, ending = name.partition(".")
        path = self.folder / f"{stem}-{mark}{dot}{ending}"
        if not path.is_file():
            make(path)
        return path.name

    def document(self) -> dict[str, Any]:
        """As the page is told."""
        found: dict[str, Any] = {
            key: f"{MEDIA}/{self._names[name]}" if name in self._names else None
            for key, name in FILES.items()
        }
        return {**found, "peaks": self._peaks}

    def path(self, name: str) -> Path | None:
        """A file by the name that the page was told; ``None`` for any other."""
        return self.folder / name if name in self._names.values() else None

    def type_of(self, name: str) -> str:
        """Its media type."""
        return TYPES[Path(name).suffix]
