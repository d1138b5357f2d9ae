"""The mouths of a film, read from their tracks when they are asked for."""

from __future__ import annotations

from dubbing.timeline import Face, Line, Timeline
from dubbing.timing.lips import Lips, lips_of
from dubbing.vision.track_file import read_track
from dubbing.workspace import Workspace


def mouth_of(face: Face, workspace: Workspace) -> Lips | None:
    """Lips of a face; ``None`` if they are never seen."""
    track = read_track(workspace.path(face.track))
    return lips_of(track.points, track.times_ms)


class Mouths:
    """The mouth of each line; the last one read is kept, since lines come in order."""

    def __init__(self, workspace: Workspace, timeline: Timeline) -> None:
        self.workspace, self.timeline = workspace, timeline
        self._face = ""
        self._lips: Lips | None = None

    def of(self, line: Line) -> Lips | None:
        """The lips that speak a line; ``None`` if nobody is seen to."""
        if line.mouth is None:
            return None
        if line.mouth.face != self._face:
            self._lips = mouth_of(self.timeline.face(line.mouth.face), self.workspace)
            self._face = line.mouth.face
        return self._lips
