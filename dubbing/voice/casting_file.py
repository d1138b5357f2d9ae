"""Who speaks with which voice in one film, chosen by hand and kept in its workspace."""

from __future__ import annotations

import json
from pathlib import Path

from dubbing.errors import BadSettings
from dubbing.json_text import parsed
from dubbing.workspace import write_text

FILE_NAME = "casting.json"


def cast_in(workspace: Path, speaker: str, voice: str) -> None:
    """Choose a voice for a speaker."""
    chosen = {**read_cast(workspace), speaker: voice}
    write_text(workspace / FILE_NAME, json.dumps(chosen, ensure_ascii=False, indent=1) + "\n")


def read_cast(workspace: Path) -> dict[str, str]:
    """Voices by speaker; none if nothing was chosen.

    Raises:
        BadSettings: if the file is damaged.
    """
    path = workspace / FILE_NAME
    if not path.is_file():
        return {}
    try:
        plain = parsed(path.read_bytes())
        return {str(speaker): str(voice) for speaker, voice in plain.items()}
    except (OSError, ValueError, AttributeError) as error:
        raise BadSettings(f"{path} is no casting.", hint="Move it away.") from error
