"""Settings of the stages that choose words and voices."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from dubbing.settings.strict import AUTO, EngineOptions, SpeechEngine, Strict


class Term(Strict):
    """A word or name and how it is said in the target language."""

    source: str
    target: str
    note: str = ""
    case: Literal["exact", "any"] = "any"
    """Whether ``bond`` is found for ``Bond``."""


class ChoiceWeights(Strict):
    """How much each part of a candidate's worth counts (:mod:`dubbing.translation.choice`)."""

    forward: float = Field(1.0, ge=0)
    reverse: float = Field(0.5, ge=0)
    fit: float = Field(1.0, ge=0)
    fault: float = Field(1.5, ge=0)
    """What each flag of the checks costs."""
    memory: float = Field(3.0, ge=0)
    """What it is worth that a person said it so before."""


class TranslateSettings(Strict):
    """How lines are said in the target language."""

    engine: str = AUTO
    """``auto`` is settled as a job begins, and kept (:mod:`dubbing.engines.translation.auto`)."""
    model: str | None = None
    """What the engine shall use: a hub name, a folder, a model of the server, or a file."""
    server: str | None = None
    """Base address of a server, e.g. ``http://localhost:11434/v1``."""
    requests_per_minute: int | None = Field(None, ge=1)
    """What a server allows."""
    prices: tuple[float, float] | None = None
    """Of a million tokens in and out, to say what a server cost."""
    beam_size: int = Field(3, ge=1, le=16)
    n_best: int = Field(3, ge=1, le=16)
    batch_size: int = Field(16, ge=1)
    examples: int = Field(3, ge=0, le=12)
    """Sentence pairs that a line is shown with, if any are like it."""
    context: int = Field(2, ge=0, le=20)
    """Lines before and after that an engine sees, if it can use them."""
    reverse: bool = True
    """Whether candidates are also judged by whether the source can be told from them."""
    vary_length: bool = True
    """Whether shorter or longer candidates are asked for where none fits its time."""
    choice: ChoiceWeights = ChoiceWeights()
    glossary: tuple[Term, ...] = ()
    memory: tuple[tuple[str, str, str], ...] = ()
    """Language, sentence, and how a person translated it before."""
    registers: dict[str, Literal["formal", "familiar"]] = Field(default_factory=dict)
    """By speaker; ``all`` is for everybody else."""
    lines: tuple[int, ...] = ()
    """Numbers (from 1) of the lines that are dubbed; empty = all."""
    revoice: bool | None = None
    """Whether lines that are in the target language already are spoken again; ``None``: if hardly
    anything else is spoken in the film."""

    @property
    def engine_options(self) -> EngineOptions:
        """What the engine is told."""
        return EngineOptions(
            model=self.model,
            server=self.server,
            requests_per_minute=self.requests_per_minute,
            prices=self.prices,
        )


NO_CONSENTS_HERE = (
    "a consent cannot be given in settings; "
    "give it with --consent \"Anna Example: contract of 2 May\", or with 'consent' in a manifest"
)


class VoicesSettings(SpeechEngine):
    """Which voice speaks for whom."""

    accent: Literal["en-gb", "en-us"] | None = None
    """Variety of the target language, where its voices have several; ``None``: any."""
    distinct: bool = True
    """Give two speakers two voices as long as there are enough."""

    @model_validator(mode="before")
    @classmethod
    def _without_consents(cls, values: Any) -> Any:
        """Refuse ``allowed``; files of older versions hold it, empty."""
        if not isinstance(values, dict) or "allowed" not in values:
            return values
        if values["allowed"]:
            raise ValueError(NO_CONSENTS_HERE)
        return {name: value for name, value in values.items() if name != "allowed"}
