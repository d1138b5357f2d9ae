"""Decide how every line is to be said: as the film has it, or as somebody asks."""

from __future__ import annotations

from dataclasses import replace

from dubbing.delivery import Delivery
from dubbing.pipeline import Run, stage
from dubbing.settings import DeliverySettings
from dubbing.timeline import Line, Timeline
from dubbing.voice.emotion import asked_for, carried_over
from dubbing.voice.emotion_overrides import check_overrides, override_for, place_of


@stage(
    reads=("media", "speakers", "lines.id", "lines.span", "lines.speaker", "lines.emotion"),
    writes=("lines.delivery",),
    version=2,
)
def delivery(timeline: Timeline, run: Run, settings: DeliverySettings) -> Timeline:
    """Fill ``delivery`` of every line.

    Raises:
        UsageError: if something is asked for a line, time or speaker that the film does not have.
    """
    del run
    check_overrides(timeline, settings.overrides)
    return timeline.with_lines(
        replace(line, delivery=_delivery(line, number, settings))
        for number, line in enumerate(timeline.lines, start=1)
    )


def _delivery(line: Line, number: int, settings: DeliverySettings) -> Delivery:
    wanted = override_for(line, number, settings.overrides)
    if wanted is None:
        return carried_over(line.emotion, settings.source, settings.strength)
    return asked_for(wanted.label, wanted.intensity, settings.strength, place_of(wanted))
