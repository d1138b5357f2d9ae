"""What stands in a text and has no sound: markup, emoji, marks, letters of scripts nobody reads here.

A speech engine reads such things aloud by their names ("asterisk", "face with tears of joy"), or drops
them and what stands beside them. They are taken out before anything is written out in words.
"""

from __future__ import annotations

import html
import re
import unicodedata

TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>|<\d{1,2}:[\d:.]{4,12}>")
"""HTML and WebVTT; ``a < b`` is none."""
OVERRIDE = re.compile(r"\{\\[^{}]{0,200}\}")
"""Advanced SubStation Alpha: ``{\\an8}``."""
MARKDOWN = re.compile(r"\*{1,3}|_{2,3}|~~|`+|^[ \t]*#{1,6}[ \t]+|^[ \t]*>[ \t]", re.MULTILINE)
BRACKETS = re.compile(r"[\[\]{}<>|\\^]")
UNDERSCORE = re.compile(r"_+")
TILDE = re.compile(r"~(?!\d)")
LONELY_HASH = re.compile(r"#(?!\d)")
"""``#tag`` is said as ``tag``; ``#5`` keeps its sign, which is a word."""
SAID_SYMBOLS = frozenset("°©®™№℃℉§")
"""Symbols that have words of their own."""
NO_SOUND = frozenset({"So", "Sk", "Cf", "Cs", "Co", "Cn"})
"""Unicode categories: pictures, modifiers, invisible and private characters."""
JOINERS = frozenset("\u200c\u200d")
STRAY_JOINERS = re.compile(r"(?<![\u0900-\u097f])[\u200c\u200d]")
"""Joiners shape Devanagari; elsewhere they tie emoji together."""
ARROWS_AND_SHAPES = re.compile(
    r"[\u2190-\u21ff\u2300-\u23ff\u2500-\u27bf\u2b00-\u2bff\ufe0f\u20e3]"
)
FULL_WIDTH = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B),
              *range(0xFF41, 0xFF5B), ord("％"), ord("＄"), ord("＋"), ord("＆"), ord("＠"))}  # fmt: skip
MINUS_SIGNS = dict.fromkeys(map(ord, "\u2212\uff0d\ufe63"), "-")
SCRIPTS = {
    "zh": ("CJK", "LATIN", "GREEK"),
    "ja": ("CJK", "HIRAGANA", "KATAKANA", "LATIN", "GREEK", "KATAKANA-HIRAGANA", "HALFWIDTH"),
    "hi": ("DEVANAGARI", "LATIN"),
}
"""Scripts that are read in a language, by the first word of their characters' names; elsewhere Latin."""


def without_unspoken(text: str, language: str) -> str:
    """Take out of a text what has no sound.

    >>> without_unspoken("**He** said &quot;hi&quot; <i>twice</i> 😂", "en")
    'He said "hi" twice'
    """
    text = OVERRIDE.sub("", TAG.sub("", html.unescape(text)))
    text = MARKDOWN.sub("", text.translate(FULL_WIDTH | MINUS_SIGNS))
    text = ARROWS_AND_SHAPES.sub(" ", LONELY_HASH.sub("", TILDE.sub(" ", BRACKETS.sub(" ", text))))
    text = STRAY_JOINERS.sub("", UNDERSCORE.sub(" ", text))
    kept = (char if _has_sound(char, language) else " " for char in text)
    return re.sub(r"[ \t]{2,}", " ", "".join(kept)).strip()


def unsayable(text: str, language: str) -> str:
    """Return the letters of a text that nobody reads in a language, each once, in order.

    >>> unsayable("Привет, Anna", "es")
    'Привет'
    """
    letters = dict.fromkeys(char for char in text if _is_foreign(char, language))
    return "".join(letters)


def _has_sound(char: str, language: str) -> bool:
    if char.isspace() or char in JOINERS or char in SAID_SYMBOLS:
        return True
    return unicodedata.category(char) not in NO_SOUND and not _is_foreign(char, language)


def _is_foreign(char: str, language: str) -> bool:
    """Whether a letter belongs to a script that is not read in the language."""
    if char.isascii() or not char.isalpha():
        return False
    script = unicodedata.name(unicodedata.normalize("NFKC", char)[0], "").split(" ")[0]
    return script not in (*SCRIPTS.get(language, ("LATIN",)), "MODIFIER", "FEMININE", "MASCULINE")
