"""Flags of ``dub`` that say how lines are translated and spoken, as values of settings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dubbing.errors import UsageError

if TYPE_CHECKING:
    from dubbing.settings import Pronunciation

REGISTERS = ("formal", "familiar")


def engine_of(
    translator: str | None, model: str | None, server: str | None, translations: Path | None
) -> dict[str, Any]:
    """Which translator, and its options; ``--translations FILE`` means the engine ``file``."""
    if translations is not None:
        if translator not in (None, "file"):
            raise UsageError(
                f"--translations and --translator {translator} exclude each other.",
                hint="Leave one of them out.",
            )
        return {"engine": "file", "model": str(translations.absolute())}
    return {"engine": translator, "model": model, "server": server}


def words_of(
    target: str, glossaries: Sequence[Path], memories: Sequence[Path], registers: Sequence[str]
) -> dict[str, Any]:
    """What must be said so, what was said before, and how people are addressed."""
    from dubbing.job import target_code
    from dubbing.translation.glossary import read_glossary
    from dubbing.translation.memory_file import read_memory

    terms = [term for path in glossaries for term in read_glossary(path, target_code(target))]
    known = [pair for path in memories for pair in read_memory(path, target_code(target))]
    return {
        "glossary": tuple(terms) or None,
        "memory": tuple(known) or None,
        "registers": dict(map(_register, registers)) or None,
    }


def _register(text: str) -> tuple[str, str]:
    """``S1=formal`` or ``formal``."""
    speaker, _, register = text.rpartition("=")
    if register not in REGISTERS:
        raise UsageError(
            f"'{register}' is no register.",
            hint="Write --register formal or --register S1=familiar.",
        )
    return speaker or "all", register


def said_of(target: str, path: Path) -> tuple[Pronunciation, ...]:
    """A pronunciation dictionary."""
    from dubbing.job import target_code
    from dubbing.language.pronunciation import read_pronunciations

    return read_pronunciations(path, target_code(target))
