"""Whether a sentence denies something: the fault in a translation that does the most harm."""

from __future__ import annotations

import re

MARKS = {
    "en": r"\b(?:not|never|no|none|nobody|nothing|nowhere|neither|nor|cannot|without|hardly|unless)\b"
    r"|n['’]t\b",
    "zh": r"[不没無无未勿莫]|别(?!人|的|墅|处|致|名)|非(?!常|洲|凡)|否认|休想|禁止|避免|从来没",
    "es": r"\b(?:no|nunca|jamás|nada|nadie|ningun[oa]?|ningún|ni|sin|tampoco|apenas)\b",
    "fr": r"\b(?:ne|pas|jamais|rien|aucune?|sans|ni|non|nul)\b|\bn['’]",
    "it": r"\b(?:non|mai|niente|nulla|nessun[oa]?|senza|né|neanche|nemmeno)\b",
    "pt-br": r"\b(?:não|nunca|jamais|nada|ninguém|nenhuma?|sem|nem|tampouco)\b",
    "ja": r"な[いくかけ]|ません|ませ|ずに?|まい|無[いし]|ぬ[。、]|なし|じゃん",
    "hi": r"नहीं|बिना|(?<![\u0900-\u097f])(?:मत|न|ना)(?![\u0900-\u097f])",
}
NO_DENIAL = {
    "en": r"\b(?:no one knows|why not|isn['’]t it|aren['’]t you|don['’]t you|won['’]t you|didn['’]t you|"
    r"not only|can['’]t help|no matter|no wonder|nothing but|no longer than|no doubt|not to mention|"
    r"no problem|no\.|too \w+ (?:\w+ )*to|stop|stay|keep|hurry|until|wonder|barely|scarcely|otherwise|"
    r"fail\w*|refus\w+|den(?:y|ied|ies)|ceas\w+|forbid\w*|prevent\w*|avoid\w*|lack\w*|miss(?:ed|ing)?|"
    r"differ\w*|various|afraid|dead|empty|closed|broke|alone|out of|few|little|only|silent|"
    r"dis[a-z]{4,}|un[a-z]{4,}|im(?:possible|patient|polite)|in(?:correct|capable|visible)|"
    r"ir[a-z]{6,}|[a-z]{3,}less)\b|\bor (?:you|else|we|I)\b",
    "zh": r"不过|不错|不仅|不但|不只|不好意思|差不多|对不起|了不起|不久|不得不|不管|不论|不断|不由|不如|"
    r"是不是|能不能|会不会|要不要|好不好|行不行|对不对|可不可以|有没有|不得了|无论|无数|受不了|"
    r"不愧|忍不住|不禁|不客气|说不定|不一会儿|没关系|无疑|毫无疑问|没问题|没事|不同|特别|否则|才|不知(?!道)"
    r"|(.)不\1|[了过]没|没有?[？?]|尽管|只|广袤无垠|无数",
    "ja": r"なければならな|なければいけな|なくてはならな|なくては|ないと|じゃないか|"
    r"かもしれない|すみません|じゃない[？?]|ではないか|ませんか|ないか|みません|くださいませ|いらっしゃいませ|しかない|違いない",
    "fr": r"n['’]est-ce pas|pourquoi pas|pas mal|ne [^ ]+ que\b|sans doute",
    "es": r"¿no\?|por qué no|nada más|sin embargo|no obstante",
    "it": r"perché no|vero, no",
    "pt-br": r"por que não|nada mal",
}
"""Sayings that carry a mark and deny nothing, or that other languages say without."""
TAG = re.compile(
    r",\s*(?:\w+n['’]t \w+|isn['’]t it|right|no|are you|is it|do you|did you|¿?verdad|hein|non|né)\s*\?"
)


def denies(text: str, language: str) -> bool:
    """Whether ``text`` carries a mark of negation that means it; ``False`` for unknown languages."""
    if language not in MARKS:
        return False
    plain = TAG.sub("?", text.casefold())
    plain = re.sub(NO_DENIAL.get(language, r"(?!)"), " ", plain)
    return re.search(MARKS[language], plain) is not None


def says_the_opposite(source_text: str, text: str, source: str, target: str) -> bool:
    """Whether one of the two denies what the other does not; ``False`` where that cannot be told.

    Sentences with two marks or with a saying of ``NO_DENIAL`` are not judged.
    """
    if source not in MARKS or target not in MARKS:
        return False
    if _is_unclear(source_text, source) or _is_unclear(text, target):
        return False
    return denies(source_text, source) != denies(text, target)


def _is_unclear(text: str, language: str) -> bool:
    plain = text.casefold()
    if TAG.search(plain) or re.search(NO_DENIAL.get(language, r"(?!)"), plain):
        return True
    twice = 1 if language != "fr" else 2  # ne … pas
    return len(re.findall(MARKS[language], plain)) > twice
