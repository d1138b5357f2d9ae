"""What stands in a text and has no sound: markup, emoji, marks, letters of scripts nobody reads here.

A speech engine reads such things aloud by their names ("asterisk", "face with tears of joy"), or drops
them and what stands beside them. They are taken out before anything is written out in words.
"""

from __future__ import annotations

import html
import re
import unicodedata

from dubbing.language.chinese_readings import has_reading
from dubbing.language.faces import without_faces
from dubbing.language.letters import GREEK_WORD, is_strange_latin, is_unnamed_greek, with_repeats

TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>|<\d{1,2}:[\d:.]{4,12}>")
"""HTML and WebVTT; ``a < b`` is none."""
OVERRIDE = re.compile(r"\{\\[^{}]{0,200}\}")
"""Advanced SubStation Alpha: ``{\\an8}``."""
TIMES = re.compile(r"(?<=\d)\s?[*xX]\s?(?=\d)")
"""``3*4`` and ``4x4``."""
CARET = re.compile(r"(?<=[\w)])\^(-?\d{1,4})")
POWERS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
FOOTNOTE = re.compile(r"(?<=[^\W\d_]{3})[¹²³⁴-⁹]+")
MARKDOWN = re.compile(r"\*{1,3}|_{2,3}|~~|`+|^[ \t]*#{1,6}[ \t]+|^[ \t]*>[ \t]", re.MULTILINE)
BRACKETS = re.compile(r"[\[\]{}|\\^]|<(?!\s?[$€£]?\d)|>(?!\s?[$€£]?\d)")
"""``<5`` is *less than five*."""
UNDERSCORE = re.compile(r"_+")
TILDE = re.compile(r"~(?!\s?\d)")
LONELY_HASH = re.compile(r"#(?!\d)")
"""``#tag`` is said as ``tag``; ``#5`` keeps its sign, which is a word."""
SAID_SYMBOLS = frozenset("π°©№℃℉§$€£¥₹₽₩₿¢")
"""Symbols that have words of their own."""
NO_SOUND = frozenset({"So", "Sk", "Cs", "Co", "Cn", "Cc"})
"""Unicode categories: pictures, modifiers, control and private characters."""
INVISIBLE = frozenset({"Cf", "Mn", "Me"})
"""Soft hyphens, zero-width spaces, marks of direction: no border of a word. Marks that NFC has not joined
to a letter are heaped for effect; Devanagari's are its vowels."""
BULLETS = re.compile(r"^[ \t]*[•·▪‣◦∙*-][ \t]+", re.MULTILINE)
SILENT = re.compile(r"[•▪‣◦∙′¦¬¤†‡]")
JOINERS = frozenset("\u200c\u200d")
STRAY_JOINERS = re.compile(r"(?<![\u0900-\u097f])[\u200c\u200d]")
"""Joiners shape Devanagari; elsewhere they tie emoji together."""
ARROWS_AND_SHAPES = re.compile(
    r"[\u2190-\u21ff\u2300-\u23ff\u2500-\u27bf\u2b00-\u2bff\ufe0f\u20e3]"
)
CJK = ("zh", "ja")
"""Compatibility forms are their punctuation; elsewhere they are stray."""
COMPATIBLE = re.compile(r"[\uff61-\uff9f]+|[\u3300-\u33ff\u3200-\u325f\ufb00-\ufb06]")
KEPT = re.compile(r"[^⁰¹²³⁴-⁹⁻…℃℉½¼¾⅐-⅞№ºª´¨¯¸″′]+")
"""All but what is said in words of its own, which compatibility forms would take apart."""
FULL_WIDTH = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B),
              *range(0xFF41, 0xFF5B), *map(ord, "％＄＋＆＠＃＊＝＜＞～"))}  # fmt: skip
SQUARED = {
    ord(sign): plain
    for sign, plain in zip("㎡㎥㎢㎠㎤㎟", ("m²", "m³", "km²", "cm²", "cm³", "mm²"), strict=True)
}
MICRO = {0xB5: "μ"}
"""The sign has a code of its own, for old encodings."""
MINUS_SIGNS = dict.fromkeys(map(ord, "\u2010\u2011\u2212\uff0d\ufe63"), "-")
JAPANESE_MARKS = "々〆"
"""Chinese has no syllable for them; the first is written out where it repeats something."""
HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
SCRIPTS = {
    "zh": ("CJK", "LATIN", "IDEOGRAPHIC"),
    "ja": (
        "CJK",
        "HIRAGANA",
        "KATAKANA",
        "LATIN",
        "KATAKANA-HIRAGANA",
        "IDEOGRAPHIC",
        "HALFWIDTH",
        "VERTICAL",
    ),
    "hi": ("DEVANAGARI", "LATIN"),
}
"""Scripts that are read in a language, by the first word of their characters' names; elsewhere Latin."""


def without_unspoken(text: str, language: str) -> str:
    """Take out of a text what has no sound.

    >>> without_unspoken("**He** said &quot;hi&quot; <i>twice</i> 😂", "en")
    'He said "hi" twice'
    """
    text = unicodedata.normalize("NFC", OVERRIDE.sub("", TAG.sub("", html.unescape(text))))
    text = _compatible(text.translate(FULL_WIDTH | MINUS_SIGNS | SQUARED | MICRO), language)
    text = with_repeats(GREEK_WORD.sub(" ", text), language)
    text = BULLETS.sub("", without_faces(text, language))
    text = CARET.sub(lambda match: match[1].translate(POWERS), TIMES.sub("×", text))
    text = MARKDOWN.sub("", FOOTNOTE.sub("", text))
    text = ARROWS_AND_SHAPES.sub(" ", LONELY_HASH.sub("", TILDE.sub(" ", BRACKETS.sub(" ", text))))
    text = STRAY_JOINERS.sub("", UNDERSCORE.sub(" ", text))
    text = "".join(_heard(char, language) for char in text)
    return re.sub(r"[ \t]{2,}", " ", text).strip()


def unsayable(text: str, language: str) -> str:
    """Return the letters of a text that nobody reads in a language, each once, in order.

    In Chinese these are also characters without a Mandarin syllable.

    >>> unsayable("Привет, Anna", "es")
    'Привет'
    """
    text = with_repeats(text, language)
    greek = set("".join(GREEK_WORD.findall(text)))
    letters = dict.fromkeys(
        char
        for char in text
        if char in greek or _is_foreign(char, language) or _has_no_reading(char, language)
    )
    return "".join(letters)


def _has_no_reading(char: str, language: str) -> bool:
    """Whether a Chinese character is one that no voice can read."""
    if language != "zh":
        return False
    return char in JAPANESE_MARKS or (HAN.fullmatch(char) is not None and not has_reading(char))


def _compatible(text: str, language: str) -> str:
    """Half-width katakana, squared units and, elsewhere, ligatures as plain letters."""
    if language in CJK:
        return COMPATIBLE.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    return KEPT.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)


def _heard(char: str, language: str) -> str:
    """The character; a space instead of one without a sound, nothing instead of an invisible one."""
    if char.isspace() or char in JOINERS or char in SAID_SYMBOLS:
        return char
    category = unicodedata.category(char)
    if category in INVISIBLE:
        return char if "\u0900" <= char <= "\u097f" else ""
    if category in NO_SOUND or SILENT.match(char) or _is_foreign(char, language):
        return " "
    return char


def _is_foreign(char: str, language: str) -> bool:
    """Whether a letter belongs to a script that is not read in the language."""
    if char.isascii() or not char.isalpha() or char in SAID_SYMBOLS:
        return False
    if is_strange_latin(char):
        return True
    script = unicodedata.name(unicodedata.normalize("NFKC", char)[0], "").split(" ")[0]
    if script == "GREEK":
        return is_unnamed_greek(char, language)
    return script not in (*SCRIPTS.get(language, ("LATIN",)), "MODIFIER", "FEMININE", "MASCULINE")
