"""How far a transcript may be trusted, by what the recogniser itself says of its doubts.

Whisper gives a probability for every word and, for every segment, its mean log-probability, the
probability that nobody speaks, and how well the text compresses (Radford et al. 2022, 4.5). One of
these alone is often wrong; what was only guessed shows in several. Over noise and music Whisper writes
sentences that its training data are full of ("Thanks for watching!"): they count as evidence, and are
never enough by themselves, since people say them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from statistics import fmean

from dubbing.flags import Flag
from dubbing.language.languages import language
from dubbing.timeline import Line

NOT_UNDERSTOOD = Flag.NOT_UNDERSTOOD.value
"""Why a line keeps its original whose words were only guessed."""
SURE_OF_LANGUAGE = 0.8
ENOUGH_SPEECH_MS = 3000
"""With less speech, Whisper names a wrong language with much confidence."""
NEAR_LANGUAGES = (
    {"zh", "yue"}, {"no", "nn", "da", "sv"}, {"hr", "bs", "sr", "sl", "mk"}, {"ms", "id", "jw", "su"},
    {"hi", "ur"}, {"es", "gl", "ca"}, {"pt", "gl"}, {"ru", "uk", "be"}, {"cs", "sk"}, {"nl", "af"},
)  # fmt: skip
"""Those of one group are taken for each other with much confidence."""
UNCERTAIN_WORDS = 0.6
"""Mean word probability: wrong and dreamt lines have 0.22 to 0.62, right ones 0.73 to 0.97."""
FEWEST_WORDS, UNCERTAIN_FEW = 3, 0.4
GUESSED_WORDS = 0.45
"""Below this, one piece of evidence is enough."""
DOUBTED_WORDS = 0.7
"""Below this, two are."""
UNCERTAIN_LOG_PROBABILITY = -0.6
"""Right segments have -0.05 to -0.45, those heard in a wrong language or through noise -0.36 to -1.3."""
GUESSED_LOG_PROBABILITY = -1.0
MUCH_EVIDENCE = 3
"""Signs that outweigh any word probability, if the segment's log-probability is one of them."""
NO_SPEECH = 0.4
REPETITIVE = 2.0
LOOPING = 2.4
"""Compression ratio from which Whisper itself rejects a text."""
STOCK_PHRASES = re.compile(
    r"thanks?( you)?( so much| very much)?( for (watching|listening|your attention)( th(e|is) video)?)?"
    r"|(i'll |we'll )?see you( guys)?( in the)? next( time| video)|please (like and )?subscribe.*"
    r"|(please )?don't forget to (like|subscribe).*|bye( bye)*|you"
    r"|sous-titr.*|merci d'avoir regardé.*|abonnez-vous.*"
    r"|subtítulos .*|gracias por ver.*|suscr[ií]bete.*|no olvides suscribirte.*"
    r"|untertitel .*|vielen dank( fürs zuschauen.*)?|bis zum nächsten mal"
    r"|sottotitoli .*|grazie per (la visione|aver guardato).*|legendas .*|obrigad[oa] por assistir.*"
    r"|谢谢(大家)?(观看|收看)?|字幕.*|请不吝点赞.*|感谢(观看|收看).*"
    r"|ご視聴ありがとうございました|チャンネル登録.*|시청해 ?주셔서 감사합니다"
)
"""What Whisper's training data say where nobody speaks."""


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
        "use --from if it is another."
    )


def named_language_doubt(named: str, code: str, probability: float, speech_ms: int) -> str:
    """Say that a film does not sound like the language that was named; empty if it may well be that.

    Args:
        named: the language that somebody named.
        code: the one that is heard.
        probability: of that, by the recogniser.
        speech_ms: how much speech it was heard in.
    """
    is_near = any({named, code} <= near for near in NEAR_LANGUAGES)
    if code == named or is_near or probability < SURE_OF_LANGUAGE or speech_ms < ENOUGH_SPEECH_MS:
        return ""
    return (
        f"The film sounds like {language(code).name} ({probability:.0%}), "
        f"not like {language(named).name}; leave out --from to have it detected."
    )


def is_uncertain(line: Line, *, is_buried: bool = False) -> bool:
    """Whether the recogniser was not sure of the words of a line.

    Less doubt is enough where the voice ``is_buried`` in music or noise: there a sentence was misheard
    with 0.66 that was right with 0.85 under softer music. One or two words have no context that would
    make them sure ("The media." has 0.45 to 0.50, and is right): more doubt is needed.
    """
    if not line.words:
        return False
    heard, bound = line.hearing, DOUBTED_WORDS if is_buried else UNCERTAIN_WORDS
    if len(line.words) < FEWEST_WORDS:
        bound = UNCERTAIN_FEW
    return word_probability(line) < bound or (
        heard is not None and heard.mean_log_probability < UNCERTAIN_LOG_PROBABILITY
    )


def only_guessed(lines: Sequence[Line]) -> frozenset[str]:
    """Ids of the lines whose words were made up rather than heard."""
    guessed = set()
    for number, line in enumerate(lines):
        beside = [*lines[max(0, number - 1) : number], *lines[number + 1 : number + 2]]
        if line.hearing is not None and line.words and _is_guessed(line, beside):
            guessed.add(line.id)
    return frozenset(guessed)


def word_probability(line: Line) -> float:
    """Mean probability of a line's words; 0 if it has none."""
    return fmean(word.probability for word in line.words) if line.words else 0.0


def _is_guessed(line: Line, beside: Sequence[Line]) -> bool:
    heard = line.hearing
    assert heard is not None
    if heard.compression_ratio > LOOPING or heard.mean_log_probability < GUESSED_LOG_PROBABILITY:
        return True
    sureness, evidence = word_probability(line), _evidence(line, beside)
    # over an audience's laughter single words may be sure of themselves (0.91)
    is_unsure = heard.mean_log_probability < UNCERTAIN_LOG_PROBABILITY
    if is_unsure and evidence >= MUCH_EVIDENCE:
        return True
    return (sureness < GUESSED_WORDS and evidence >= 1) or (
        sureness < DOUBTED_WORDS and evidence >= 2
    )


def _evidence(line: Line, beside: Sequence[Line]) -> int:
    """How many signs there are that the words of a line were not said."""
    heard = line.hearing
    assert heard is not None
    said = _letters(line.text)
    return sum(
        (
            heard.mean_log_probability < UNCERTAIN_LOG_PROBABILITY,
            heard.no_speech_probability > NO_SPEECH,
            heard.compression_ratio > REPETITIVE,
            heard.language_probability < SURE_OF_LANGUAGE,
            is_stock_phrase(line.text),
            any(_letters(other.text) == said for other in beside),
        )
    )


def is_stock_phrase(text: str) -> bool:
    """Whether a text is one that recognisers write where nobody speaks.

    >>> is_stock_phrase("Thanks for watching!"), is_stock_phrase("Thanks for watching the kids.")
    (True, False)
    """
    return STOCK_PHRASES.fullmatch(text.strip(" .,!?…。！？、").casefold()) is not None


def _letters(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if char.isalnum())
