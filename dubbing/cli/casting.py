"""Flags of ``dub`` that say who speaks with which voice, as values of settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dubbing.errors import UsageError


def cast_of(voices: Sequence[str]) -> dict[str, Any]:
    """``--voice S1=NAME``, several times."""
    from dubbing.voice.library import find_voice
    from dubbing.workspace import file_sha256

    cast: dict[str, str] = {}
    content: list[str] = []
    for text in voices:
        speaker, equals, name = text.partition("=")
        if not equals or not speaker or not name:
            raise UsageError(f"'{text}' casts nobody.", hint="Write e.g. --voice S1=zm_yunxi.")
        file = find_voice(name)
        if file is not None:
            content.append(file_sha256(file))
        cast[speaker] = str(file) if file is not None else name
    return {"cast": cast or None, "cast_content": tuple(content) or None}
