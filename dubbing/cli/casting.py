"""Flags of ``dub`` that say who speaks with which voice, as values of settings."""

from __future__ import annotations

from collections.abc import Sequence

from dubbing.errors import UsageError


def cast_of(voices: Sequence[str]) -> dict[str, str]:
    """``--voice S1=NAME``, several times."""
    cast: dict[str, str] = {}
    for text in voices:
        speaker, equals, name = text.partition("=")
        if not equals or not speaker or not name:
            raise UsageError(f"'{text}' casts nobody.", hint="Write e.g. --voice S1=zm_yunxi.")
        cast[speaker] = name
    return cast


def names_of(text: str) -> dict[str, str]:
    """``--speaker-names S1=Anna,S2=Ben``."""
    names: dict[str, str] = {}
    for part in text.split(","):
        speaker, equals, name = part.partition("=")
        if not equals or not speaker.strip() or not name.strip():
            raise UsageError(f"'{part}' names nobody.", hint="Write e.g. S1=Anna,S2=Ben.")
        names[speaker.strip()] = name.strip()
    return names
