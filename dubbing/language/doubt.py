"""How far a transcript may be trusted, by what the recogniser itself says of its doubts."""

from __future__ import annotations

from collections.abc import Sequence

from dubbing.language.languages import language
from dubbing.timeline import Word

SURE_OF_LANGUAGE = 0.8
ENOUGH_SPEECH_MS = 3000
"""With less speech, Whisper names a wrong language with much confidence."""
UNCERTAIN_WORDS = 0.6
"""Mean word probability: wrong and dreamt lines have 0.22 to 0.55, right ones 0.73 to 0.96."""


def language_doubt(code: str, probability: float, speech_ms: int) -> str:
    """Say that a guessed language may be wrong; empty if there is no doubt of it.

    Args:
        code: the language.
        probability: of it, by the recogniser.
        speech_ms: how much speech it was guessed from.
    """
    if probability >= SURE_OF_LANGUAGE and speech_ms >= ENOUGH_SPEECH_MS:
        return ""
    return (
        f"The language was guessed as {language(code).name} ({probability:.0%}); "
        "say --from if it is another."
    )


def is_uncertain(words: Sequence[Word]) -> bool:
    """Whether a recogniser was not sure of the words of a line."""
    if not words:
        return False
    return sum(word.probability for word in words) / len(words) < UNCERTAIN_WORDS
