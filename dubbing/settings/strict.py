"""What all settings have in common, and the options of engines."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Strict(BaseModel):
    """Frozen; a key that does not exist is an error, not a wish."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class EngineOptions(Strict):
    """What a user tells an engine beyond its name; an engine takes what it has a use for."""

    model: str | None = None
    server: str | None = None
    requests_per_minute: int | None = Field(default=None, gt=0)
    prices: tuple[float, float] | None = None
    beam_size: int | None = Field(default=None, gt=0)
    temperature: float | None = Field(default=None, ge=0)


NO_OPTIONS = EngineOptions()

MEANT_FOR_ONE_ENGINE = ("model", "server", "requests_per_minute", "prices")
"""Options that mean nothing to another engine."""

AUTO = "auto"
"""Stands for the best engine that this machine has room for."""

AS_HEARD = "as-heard"
"""The translator that leaves all words as they were heard."""


class TakesModel(Strict):
    """Settings of a stage whose engine may be told what to use."""

    model: str | None = None
    """What the engine shall use: a folder, a hub name, or a name that a server knows."""

    @property
    def engine_options(self) -> EngineOptions | None:
        """What the engine is told; ``None`` if nothing."""
        told = EngineOptions(
            **self.model_dump(include=set(EngineOptions.model_fields), exclude_defaults=True)
        )
        return None if told == NO_OPTIONS else told


class SpeechEngine(TakesModel):
    """Who speaks; the same in the three stages that ask."""

    engine: str = "kokoro"
    server: str | None = None
