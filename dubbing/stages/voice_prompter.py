"""Asks a cast voice how long it takes for a text. Not a stage itself."""

from __future__ import annotations

from functools import partial

from dubbing.pipeline import Run
from dubbing.registry import identity
from dubbing.timeline import Voice
from dubbing.timing.prompter import Prompter
from dubbing.voice.casting import PACER, speaking_voice


def prompter_of(voice: Voice, language: str, run: Run) -> Prompter:
    """The voice itself where its engine can be asked; else the one that tells its pace."""
    chosen = run.profile.voices
    engine, speaks = voice.engine, speaking_voice(voice, run.workspace)
    options = chosen.engine_options if engine == chosen.engine else None
    if voice.pacer:
        engine, speaks, options = PACER, voice.pacer, None
    return Prompter(
        partial(run.engines.get, "speech", engine, options),
        identity("speech", engine, options),
        language,
        speaks,
        run,
        accent=voice.accent,
    )
