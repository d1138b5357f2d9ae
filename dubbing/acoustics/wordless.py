"""Which texts only spell sounds: laughter, sighs, cries. What answers is left alone.

A recogniser writes a laugh down as "Ha ha ha" in the spelling of its language ("jajaja", "kkk", 哈哈,
ははは), a groan as "Ugh" and what it has no letters for as "[sighs]". Sounds that mean yes or no ("mhm",
"uh-huh", 嗯, うん) and all that is asked ("Huh?") are speech.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

LAUGHED: Literal["laughed"] = "laughed"
WORDLESS: Literal["wordless"] = "wordless"

LAUGHS = {
    "": r"(?:b?w?a|m[uw]a)?(?: ?h[aeou]+h*){2,}|(?:hi){2,}|(?: ?[ae]h){3,}|(?:[aeoi]h){2,}[aeoi]?",
    "es": r"(?: ?j[aeiou]){2,}j?",
    "de": r"(?: ?h[aeiou]+){2,}",
    "fr": r"(?: ?h[éèi]+){2,}|(?: ?ah){3,}",
    "it": r"(?: ?[aei]h){3,}|[aei]h[aei](?:h[aei]?)*",
    "pt": r"k{3,}|(?:rs){2,}|(?:hue){2,}",
    "ja": r"[あうアウ]?[はハ][はハッっー]+"
    r"|[うウ]?[ふフ][ふフッっー]+|(?:[へヘ][っッー]?){2,}|(?:[ひヒ][っッー]?){2,}|w{2,}",
    "zh": r"[哈呵嘻嘿][ ,哈呵嘻嘿]+",
    "hi": r"(?: ?(?:हा|हे|ही|हो|ह)+){2,}",
}
"""Laughter, in whole lines, by language; those of ``""`` in all languages."""
SOUNDS = {
    "": r"a{2,}h*|ah+|a+r+gh+|a+w{2,}|oh+|o{2,}h*|u+gh+|u+h+|h?m{2,}|hm+|hah+|he+h|e+w+|gr{2,}|br{2,}"
    r"|sh{2,}|ps+t+|pf{2,}t?|phew|tsk|ee+k|wa{2,}h*|e+r+m+|uhm+",
    "en": r"ha+|um+|er+|huh|ahem|whew|ow+|yikes|boo hoo|waah?",
    "es": r"u+y+|buf+|puf+",
    "fr": r"euh+|heu+|ouf|beuh",
    "de": r"ha+|äh+m?|öh+|hu+ch|uff|puh+|hach",
    "it": r"uff",
    "pt": r"hã+|ufa",
    "ja": r"[あア][ーァぁッっアあ]+|[おオ][ーォぉッっオお]+|[うウ][ーゥぅッっウう]+"
    r"|[わワ][ーァぁッっ]+|(?:き|キ)(?:ゃ|ャ)[ーァぁッっ]*"
    r"|う?わ[ーぁっ]*|[はハ][ぁァ]ー*|[ふフ][ぅゥー]+",
    "zh": r"[啊呃唉哦噢哟呀]+|[呜嗷]+|唔+|嘘+",
    "hi": r"आ+ह+|ओ+ह+|उ+ह+|ऊ+ह+|ह?म्म+|अ+ह+",
}
"""One wordless sound, by language."""
NAMES_OF_LAUGHTER = re.compile(
    r"laugh|giggl|chuckl|snicker|risa|risas|ríe|rire|rit|lach|kicher|rid[eoa]|risat|gargalh|笑|हँस|हंस",
)
IN_BRACKETS = re.compile(r"[(\[*（【♪<][^)\]*）】>]*[)\]*）】♪>][.!。！]?")
ASKS = re.compile(r"[?？]\s*$")
SPEECH = re.compile(r"he he|u+h hu+h|u+h u+h|a+h ha+h?|m+ h?m+|m+ hu+h")
""""He, he" stammers, "uh-huh", "ah hah" and "mm-hmm" agree, "uh-uh" and "mm-mm" do not."""


def kind_of(text: str, language: str) -> Literal["laughed", "wordless", ""]:
    """What a line consists of, if it holds no word; empty for speech."""
    shown = unicodedata.normalize("NFKC", text).strip().lower()
    if IN_BRACKETS.fullmatch(shown):
        return LAUGHED if NAMES_OF_LAUGHTER.search(shown) else WORDLESS
    plain = _letters(shown)
    if not plain or ASKS.search(shown) or SPEECH.fullmatch(plain):
        return ""
    if _matches(LAUGHS, language, plain):
        return LAUGHED
    parts = plain.split()
    return WORDLESS if all(_matches(SOUNDS, language, part) for part in parts) else ""


def _letters(text: str) -> str:
    """Letters and their marks, all else a single space."""
    kept = "".join(c if unicodedata.category(c)[0] in "LM" or c == "ー" else " " for c in text)
    return " ".join(kept.split())


def _matches(patterns: dict[str, str], language: str, text: str) -> bool:
    known = (patterns[""], patterns.get(language, ""))
    return any(pattern and re.fullmatch(pattern, text) for pattern in known)
