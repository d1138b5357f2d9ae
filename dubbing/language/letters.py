"""Letters that most readers know, and engines do not: *ẵ* of Vietnamese, *ș* of Romanian, *α*.

What espeak-ng has no rule for it spells ("letter one e b five"); OpenJTalk and the Chinese converter drop
it. Accents on Latin letters beyond those of European languages go; a Greek letter has a name.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib.resources import files

RARE_LATIN = re.compile("[\u0131\u0138\u0149\u017f\u0180-\u02af\u1e00-\u1eff]")
"""Latin and phonetic letters beyond Latin-1 and Latin Extended-A, and four within them."""
PAIRS = (
    "ıi ĸk ƀb ƁB ƃb ƂB ƈc ƇC ɖd ƉD ƊD ɗd ƌd ƋD ɛe ƐE əe ƏE ǝe ƎE ƒf ƑF ƓG ƙk "
    "ƘK ƚl ƝN ɲn ƟO ɔo ƆO ƥp ƤP ƫt ƭt ƬT ƮT ƲV ʋv ƴy ƳY ƶz ƵZ ȡd ȴl ȵn ȶt ɓb ẞß"
)
ALIKE = {ord(pair[0]): pair[1] for pair in PAIRS.split()}
"""Letters with hooks and strokes, which Unicode does not take apart."""
GREEK = "\u0370-\u03e1\u03f0-\u03ff\u1f00-\u1fff"
GREEK_WORD = re.compile(rf"[{GREEK}]{{2,}}")
GREEK_LETTER = re.compile(rf"(?<![{GREEK}])[{GREEK}](?![{GREEK}])")
WITHOUT_SPACES = ("zh", "ja")
HAN_AGAIN = re.compile(r"([\u3400-\u9fff])々")
KANA_AGAIN = re.compile(r"([ぁ-ゖァ-ヶ])([ゝゞヽヾ])")
VOICED_AGAIN = "ゞヾ"
VOICED_MARK = "\u3099"


def without_accents(text: str) -> str:
    """Return a text with its letters taken apart, and without the accents.

    >>> without_accents("Émile Łódź")
    'Emile Łodz'
    """
    parts = unicodedata.normalize("NFKD", text)
    return "".join(part for part in parts if not unicodedata.combining(part))


def plain_latin(text: str) -> str:
    """Return a text with rare Latin letters as those that they are written over.

    >>> plain_latin("Đà Nẵng, Timișoara, Beyoncé")
    'Đà Nang, Timisoara, Beyoncé'
    """
    return RARE_LATIN.sub(lambda match: _plain(match[0]), text)


def is_strange_latin(char: str) -> bool:
    """Whether a Latin letter is none that :func:`plain_latin` could make plain."""
    return RARE_LATIN.fullmatch(char) is not None and RARE_LATIN.search(_plain(char)) is not None


def greek_in_words(text: str, language: str) -> str:
    """Return a text with the names of Greek letters that stand by themselves.

    >>> greek_in_words("α rays, Δt", "en")
    'alpha rays, delta t'
    """
    names = _greek(language)
    space = "" if language in WITHOUT_SPACES else " "

    def named(match: re.Match[str]) -> str:
        name = names.get(_folded(match[0]))
        before, after = text[: match.start()][-1:], text[match.end() :][:1]
        if name is None:
            return match[0]
        return f"{space * before.isalnum()}{name}{space * after.isalnum()}"

    return GREEK_LETTER.sub(named, text)


def with_repeats(text: str, language: str) -> str:
    """Return a text with the marks of repetition that its engine does not know written out.

    >>> with_repeats("いすゞとこゝろ", "ja"), with_repeats("人々", "zh")
    ('いすずとこころ', '人人')
    """
    if language == "zh":
        return HAN_AGAIN.sub(r"\1\1", text)
    return KANA_AGAIN.sub(_again, text) if language == "ja" else text


def _again(match: re.Match[str]) -> str:
    kana, mark = match.groups()
    plain = unicodedata.normalize("NFD", kana)[0]
    voiced = unicodedata.normalize("NFC", plain + VOICED_MARK)
    return kana + (voiced if mark in VOICED_AGAIN and len(voiced) == 1 else plain)


def is_unnamed_greek(char: str, language: str) -> bool:
    """Whether a Greek letter has no name in a language, even by itself."""
    return re.fullmatch(f"[{GREEK}]", char) is not None and _folded(char) not in _greek(language)


def _plain(char: str) -> str:
    return without_accents(char).translate(ALIKE)


def _folded(char: str) -> str:
    """The small letter without accents; of two forms the usual one."""
    return without_accents(char.casefold())


@cache
def _greek(language: str) -> dict[str, str]:
    import yaml

    text = files("dubbing.language").joinpath("greek_letters.yaml").read_text(encoding="utf-8")
    told = yaml.safe_load(text)
    return dict(zip(told["letters"], told.get(language, ()), strict=False))
