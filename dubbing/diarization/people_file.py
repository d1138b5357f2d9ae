"""Who is who in one film, corrected by hand and kept in its workspace (``people.json``)."""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from dubbing.errors import BadSettings
from dubbing.workspace import write_text

FILE_NAME = "people.json"


class People(BaseModel):
    """Names by speaker, and the speaker of lines (by their id) that were told wrongly."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    names: dict[str, str] = Field(default_factory=dict)
    lines: dict[str, str] = Field(default_factory=dict)

    def named(self, speaker: str, name: str) -> People:
        """With a name for a speaker."""
        return self.model_copy(update={"names": {**self.names, speaker: name}})

    def said_by(self, lines: list[str], speaker: str) -> People:
        """With lines given to a speaker."""
        given = dict.fromkeys(lines, speaker)
        return self.model_copy(update={"lines": {**self.lines, **given}})


def read_people(workspace: Path) -> People:
    """What was corrected; nothing if there is no file.

    Raises:
        BadSettings: if the file is damaged.
    """
    path = workspace / FILE_NAME
    if not path.is_file():
        return People()
    try:
        return People.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadSettings(f"{path} is damaged.", hint="Move it away.") from error


def write_people(workspace: Path, people: People) -> None:
    """Keep corrections."""
    text = json.dumps(people.model_dump(), ensure_ascii=False, indent=1, sort_keys=True)
    write_text(workspace / FILE_NAME, text + "\n")
