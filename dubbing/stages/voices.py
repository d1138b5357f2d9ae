"""Give each speaker one voice for all their lines: the stock voice that is nearest to theirs."""

from __future__ import annotations

from dataclasses import replace

from dubbing.engines.speech import Speech
from dubbing.errors import UnknownLanguage
from dubbing.pipeline import Run, stage
from dubbing.settings import VoicesSettings
from dubbing.timeline import Timeline, Voice
from dubbing.voice.casting import StockVoice, cast


@stage(
    reads=("target_language", "speakers"),
    writes=("speakers",),
    version=2,
    engine_roles=("speech",),
)
def voices(timeline: Timeline, run: Run, settings: VoicesSettings) -> Timeline:
    """Fill ``voice`` of every speaker.

    Raises:
        UnknownLanguage: if the engine has no voice for the target language.
    """
    speech: Speech = run.engines.get("speech", settings.engine)
    stock = [
        StockVoice(card.name, card.embedding, card.f0_hz, card.is_female)
        for card in speech.voices(timeline.target_language)
    ]
    if not stock:
        raise UnknownLanguage(
            f"The engine '{settings.engine}' has no voice for {timeline.target_language}."
        )
    choices = cast(
        [speaker.embedding for speaker in timeline.speakers],
        [speaker.f0_hz for speaker in timeline.speakers],
        stock,
        distinct=settings.distinct,
    )
    people = tuple(
        replace(speaker, voice=Voice(settings.engine, pick.name, pick.similarity, pick.reason))
        for speaker, pick in zip(timeline.speakers, choices, strict=True)
    )
    return replace(timeline, speakers=people)
