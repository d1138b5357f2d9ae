"""A dub as the review page is given it: ``dubbing.ReviewProject/1``."""

from __future__ import annotations

from collections.abc import Collection
from itertools import chain
from typing import Any

from dubbing.delivery import MOODS
from dubbing.json_text import parsed
from dubbing.language.direction import is_right_to_left
from dubbing.language.languages import language
from dubbing.review.decisions_file import Decisions
from dubbing.reviewer.line_document import About, line_document
from dubbing.reviewer.line_state import timeline_hash
from dubbing.reviewer.pace import Pace, pace
from dubbing.reviewer.reviews import voices_to_choose
from dubbing.timeline import Line, Timeline
from dubbing.vision.mouths import Mouths
from dubbing.workspace import Workspace

SCHEMA = "dubbing.ReviewProject/1"
USUAL_FRAME_MS = 40.0


class ProjectDocument:
    """Makes the document, or single lines of it, of one dub."""

    def __init__(self, timeline: Timeline, workspace: Workspace, decisions: Decisions) -> None:
        """Read what the report measured; nothing else is read before it is asked for."""
        self.timeline, self.workspace, self.decisions = timeline, workspace, decisions
        self.measured = _measured(workspace, timeline.target_language)
        self.paces = _paces(timeline)
        self._mouths = Mouths(workspace, timeline)

    def whole(
        self, media: dict[str, Any], *, frame_ms: float | None, only: Collection[int] = ()
    ) -> dict[str, Any]:
        """Everything; ``only`` limits it to some lines by their numbers."""
        timeline = self.timeline
        assert timeline.media is not None
        return {
            "schema": SCHEMA,
            "live": False,
            "timeline": timeline_hash(timeline),
            "film": {
                "name": timeline.media.name,
                "fingerprint": timeline.media.fingerprint,
                "duration_ms": timeline.media.duration_ms,
                "frame_ms": round(frame_ms or USUAL_FRAME_MS, 4),
                "has_picture": timeline.media.has_picture and media.get("picture") is not None,
                "source": _language(timeline.source_language),
                "target": _language(timeline.target_language),
            },
            "media": media,
            "speakers": [_speaker(timeline, s.id) for s in timeline.speakers],
            "voices": voices_to_choose(timeline),
            "moods": list(MOODS),
            "lip_strength": self._lip_strength(),
            "lines": [
                self.line(line, number)
                for number, line in enumerate(timeline.lines, start=1)
                if not only or number in only
            ],
        }

    def line(self, line: Line, number: int) -> dict[str, Any]:
        """One line, counted from 1."""
        about = About(
            number,
            self.paces.get(line.speaker),
            self.measured.get(line.id),
            self.decisions.lines.get(line.id),
            line.id in self.decisions.locked,
        )
        return line_document(self.timeline, line, about, self._mouths)

    def _lip_strength(self) -> float:
        plans = [line.plan for line in self.timeline.lines if line.plan is not None]
        return max((plan.lip_strength for plan in plans), default=0.0)


def _language(code: str) -> dict[str, str]:
    found = language(code)
    direction = "rtl" if is_right_to_left(found.code) else "ltr"
    return {"code": found.code, "name": found.name, "dir": direction}


def _speaker(timeline: Timeline, speaker_id: str) -> dict[str, Any]:
    speaker = timeline.speaker(speaker_id)
    voice = speaker.voice
    return {
        "id": speaker.id,
        "name": speaker.name,
        "voice": "" if voice is None else voice.name,
        "voice_reason": "" if voice is None else voice.reason,
        "voice_flags": [] if voice is None else list(voice.flags),
        "own": voice is not None and voice.own is not None,
    }


def _paces(timeline: Timeline) -> dict[str, Pace]:
    """By speaker, since each has a voice."""
    found = {}
    for speaker in timeline.speakers:
        told = chain.from_iterable(
            line.translation.candidates
            for line in timeline.lines
            if line.speaker == speaker.id and line.translation is not None
        )
        known = pace(told, timeline.target_language)
        if known is not None:
            found[speaker.id] = known
    return found


def _measured(workspace: Workspace, target: str) -> dict[str, dict[str, Any]]:
    """What the report says of each line; nothing if there is none."""
    path = workspace.root / "reports" / target / "report.json"
    try:
        lines = parsed(path.read_bytes())["lines"]
        return {line["id"]: line["measured"] for line in lines if line["measured"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}  # the page shows that nothing was measured
