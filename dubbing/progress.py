"""What a run tells the outside while it works: small events, one listener."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["stage-started", "progress", "stage-finished", "note", "finished"]


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened; ``done`` of ``total`` counts ``unit``s of the stage."""

    kind: Kind
    stage: str = ""
    message: str = ""
    done: float = 0.0
    total: float = 0.0
    unit: str = ""
    seconds: float = 0.0
    reused: bool = False


Listener = Callable[[Event], None]


def silence(event: Event) -> None:
    """The listener that listens to nothing."""
    del event
