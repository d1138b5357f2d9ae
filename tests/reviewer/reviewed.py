"""Reviews as the page writes them."""

import json
from pathlib import Path
from typing import Any

from dubbing.reviewer.line_state import line_hash, timeline_hash
from dubbing.timeline import Timeline

AT = "2026-01-01T10:00:00Z"


def review_of(
    timeline: Timeline, decisions: dict[int, dict[str, Any]], reviewer: str = "Ana", at: str = AT
) -> dict[str, Any]:
    """A review of lines by their numbers (from 1)."""
    assert timeline.media is not None
    lines = {number: timeline.lines[number - 1] for number in decisions}
    return {
        "schema": "dubbing.Review/1",
        "film": {"name": timeline.media.name, "fingerprint": timeline.media.fingerprint},
        "target_language": timeline.target_language,
        "timeline": timeline_hash(timeline),
        "reviewer": reviewer,
        "written_at": at,
        "decisions": {
            line.id: {"at": at, "base": line_hash(timeline, line), **decisions[number]}
            for number, line in lines.items()
        },
    }


def written(path: Path, review: dict[str, Any]) -> Path:
    path.write_text(json.dumps(review, ensure_ascii=False), encoding="utf-8")
    return path
