"""In which language a text is written, told by its script and its function words, where that is plain.

A short line of names and exclamations looks alike in many languages: of such a line nothing is said.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

BY_SCRIPT = {
    "ja": re.compile(r"[\u3041-\u3096\u30a1-\u30fa]"),
    "zh": re.compile(r"[\u3400-\u9fff]"),
    "hi": re.compile(r"[\u0904-\u0939]"),
    "ko": re.compile(r"[\uac00-\ud7a3]"),
    "ru": re.compile(r"[\u0400-\u04ff]"),
}
"""Kana come before characters: a text with both is Japanese."""
LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
LEAST_KANA_SHARE = 0.15
WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
LEAST_WORDS, LEAST_LETTERS = 4, 3
LEAST_KNOWN, LEAST_LEAD = 3, 2.5
"""So many function words of a language, and so many times those of the expected one, are plain."""
LATIN_WORDS_IN_OTHERS = 5
"""In a language of another script, fewer Latin words may be names."""
MANY_CHARACTERS = 14
"""A Japanese text of so many characters has kana."""


def language_of(text: str) -> str:
    """Return our code of a text's language; empty where it is not plain."""
    code = _script_language(text)
    if code:
        return code
    known = _known_words(text)
    (best, most), (_, second) = sorted(known.items(), key=lambda item: -item[1])[:2]
    return best if most >= LEAST_KNOWN and most >= 1.5 * second else ""


def is_other_language(text: str, target: str) -> bool:
    """Whether a text is plainly not in the language that it should be in.

    >>> is_other_language("What do you want me to do with it?", "es")
    True
    >>> is_other_language("OK, Tom Hanks!", "es")
    False
    """
    found = _script_language(text)
    if target in BY_SCRIPT:
        return _is_other_script(text, found, target)
    if found:
        return len(BY_SCRIPT[found].findall(text)) >= LEAST_LETTERS
    known = _known_words(text)
    if target not in known or len(WORD.findall(text)) < LEAST_WORDS:
        return False
    most = max(count for code, count in known.items() if code != target)
    return most >= LEAST_KNOWN and most >= LEAST_LEAD * known[target]


def _is_other_script(text: str, found: str, target: str) -> bool:
    if found == target:
        return False
    if {found, target} == {"zh", "ja"}:
        n_letters = sum(map(str.isalpha, text))
        return n_letters >= (MANY_CHARACTERS if found == "zh" else LEAST_LETTERS)
    if found:
        return len(BY_SCRIPT[found].findall(text)) >= LEAST_LETTERS
    words = [word for word in WORD.findall(text) if LATIN.match(word)]
    return len(words) >= LATIN_WORDS_IN_OTHERS and not BY_SCRIPT[target].search(text)


def evidence(text: str) -> dict[str, int]:
    """Return how much in a text tells each language in Latin letters: small words twice, marks once."""
    known = _known_words(text)
    return {code: 2 * count + len(_marks()[code].findall(text)) for code, count in known.items()}


def _script_language(text: str) -> str:
    """The language whose script most letters are; empty for Latin and for scripts of no one language."""
    counts = {code: len(pattern.findall(text)) for code, pattern in BY_SCRIPT.items()}
    dense = counts["ja"] + counts["zh"]
    others = {"zh": dense, **{code: counts[code] for code in ("hi", "ko", "ru")}}
    code, most = max(others.items(), key=lambda item: item[1])
    if not most or most < len(LATIN.findall(text)) / 2:
        return ""
    return "ja" if code == "zh" and counts["ja"] >= LEAST_KANA_SHARE * dense else code


def _known_words(text: str) -> dict[str, int]:
    words = [word.replace("’", "'") for word in WORD.findall(text.lower())]
    return {code: sum(word in known for word in words) for code, known in _function_words().items()}


@cache
def _marks() -> dict[str, re.Pattern[str]]:
    import yaml

    text = files("dubbing.language").joinpath("language_marks.yaml").read_text("utf-8")
    return {code: re.compile(pattern) for code, pattern in yaml.safe_load(text).items()}


@cache
def _function_words() -> dict[str, frozenset[str]]:
    import yaml

    text = files("dubbing.language").joinpath("function_words.yaml").read_text("utf-8")
    return {code: frozenset(words) for code, words in yaml.safe_load(text).items()}
