"""Faults of the chosen text as flags of its line, and those that a reviewer accepts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from dubbing.timeline import Translation
from dubbing.translation.checks import BREAKS_OFF

PREFIX = "translation: "
UNHEARD = frozenset({BREAKS_OFF})
"""Faults that count in the choice between candidates, and that nobody who listens would stop at."""


def doubts(flags: Iterable[str]) -> tuple[str, ...]:
    """Return the flags of a line for faults of its text, each once."""
    return tuple(f"{PREFIX}{flag}" for flag in dict.fromkeys(flags) if flag not in UNHEARD)


def with_faults(translation: Translation, faults: tuple[str, ...]) -> Translation:
    """Return the translation with other faults of its chosen text."""
    chosen, *others = translation.candidates
    candidates = (replace(chosen, flags=faults), *others)
    return replace(translation, candidates=candidates, flags=doubts(faults))


def faults_of(translation: Translation | None) -> tuple[str, ...]:
    """Return the faults of the chosen text."""
    if translation is None or not translation.candidates:
        return ()
    return translation.candidates[0].flags


def divided(
    faults: Iterable[str], accepted: Collection[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the faults that stay flags, and those that were accepted."""
    faults = tuple(dict.fromkeys(faults))
    stay = tuple(fault for fault in faults if fault not in accepted)
    return stay, tuple(fault for fault in faults if fault in accepted)
