"""The mouths of a film, read from their tracks when they are asked for."""

from __future__ import annotations

from functools import lru_cache

from dubbing.timeline import Face, Line, Timeline
from dubbing.timing.lips import Lips, lips_of
from dubbing.vision.track_file import read_track
from dubbing.workspace import Workspace

FACES_KEPT = 4
"""About 4 MB for ten minutes of one."""


def mouth_of(face: Face, workspace: Workspace) -> Lips | None:
    """Lips of a face; ``None`` if they are never seen."""
    track = read_track(workspace.path(face.track))
    return lips_of(track.points, track.times_ms)


class Mouths:
    """The mouth of each line; the last few read are kept, since people talk in turns."""

    def __init__(self, workspace: Workspace, timeline: Timeline) -> None:
        self.workspace, self.timeline = workspace, timeline
        self._read = lru_cache(maxsize=FACES_KEPT)(self._lips)

    def of(self, line: Line) -> Lips | None:
        """The lips that speak a line; ``None`` if nobody is seen to."""
        return None if line.mouth is None else self._read(line.mouth.face)

    def _lips(self, face: str) -> Lips | None:
        return mouth_of(self.timeline.face(face), self.workspace)
