"""What a reviewer decides of a line."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import Field

from dubbing.delivery import Mood
from dubbing.settings import Strict


class ChosenMood(Strict):
    """A mood and how strong it is."""

    label: Mood
    intensity: float = Field(0.7, ge=0, le=1)


class LineDecision(Strict):
    """What a reviewer decided of a line; what is not said stays as the program has it."""

    verdict: Literal["accepted", "rejected"] | None = None
    text: str | None = Field(None, min_length=1, max_length=2000)
    emotion: ChosenMood | None = None
    voice: str | None = Field(None, min_length=1, max_length=200)
    lip_strength: float | None = Field(None, ge=0, le=1)
    start_ms: int | None = Field(None, ge=0)
    """Of the time that the line shall fill, on the film's clock."""
    end_ms: int | None = Field(None, ge=1)
    refused: tuple[str, ...] = ()
    """What it said when it was rejected."""
    flags_accepted: tuple[Annotated[str, Field(max_length=200)], ...] = Field((), max_length=50)
    """Faults of the text that the checks find and the reviewer means: they are no longer shown."""
    note: str = Field("", max_length=4000)
    by: str = Field("", max_length=200)
    at: str = Field("", max_length=40)

    @property
    def wishes(self) -> dict[str, Any]:
        """What of it is heard."""
        return self.model_dump(
            exclude={"verdict", "refused", "flags_accepted", "note", "by", "at"}, exclude_none=True
        )

    @property
    def asked(self) -> str:
        """Digest of the wishes; empty for none."""
        if not self.wishes:
            return ""
        text = json.dumps(self.wishes, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]
