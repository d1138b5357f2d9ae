"""Text as it is said: numbers, money, dates, times, units, acronyms.

Four steps: what has no sound is taken out (:mod:`dubbing.language.unspoken`); interjections, stammers,
abbreviations and fractions become words (:mod:`dubbing.language.spoken_words`); figures and signs are
written out, so that a sentence of mere words comes back as it is; and whatever digits are left are
spelled. Chinese and Japanese figures go through WeText's finite-state grammars (WeTextProcessing), those
of the other languages through rules over num2words. A speech engine that meets a digit reads it in the
wrong language or not at all.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from dubbing.language.east_asian import before_grammar
from dubbing.language.letters import greek_in_words
from dubbing.language.phone_numbers import spell_phone_numbers
from dubbing.language.spoken_names import names_in_words, names_of
from dubbing.language.spoken_numbers import plain_digits, spell_numbers
from dubbing.language.spoken_rules import spoken_by_rules
from dubbing.language.spoken_rules_table import rules
from dubbing.language.spoken_words import in_words
from dubbing.language.unspoken import without_unspoken

GRAMMARS = ("zh", "ja")
ADDRESS = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|https?://[^\s\u3000-\u9fff，。！？、）]+|www\.[^\s\u3000-\u9fff，。！？、）]+|"
    r"(?<![\w.@-])(?:[A-Za-z0-9-]+\.)+(?:com|org|net|edu|gov|io|fr|es|it|br|cn|jp|in|uk|de|tv|ai|app|dev)"
    r"(?:/[\w./?=&%#-]*)?(?![\w@]|\.\w)"
)
HANDLE = re.compile(r"(?<![\w.])@(?=[\w])")
LONG_NUMBER = re.compile(r"\d{16,}")
NAME_WITH_NUMBER = re.compile(r"(?<=[A-Za-z])(?<!\d[hH])-(?=\d)")
"""COVID-19 and F-16 have no minus in them; 10h-12h is a range."""
SPACE_BEFORE_MARK = re.compile(r" (?=[,;)]|\.(?![\w.]))")
SIGNS = re.compile(r"[\d$€£¥₹%&@=+°℃℉§]")
CLAUSE = re.compile(r"[^。！？；，、\n]+[。！？；，、\n]*|[。！？；，、\n]+")
ACRONYM = re.compile(r"(?<!\w)[A-Z]{2,5}(?!\w)")
ONSET = r"(?:[BCDFGPTV][LR]|[CPST]H|S[CPT]|QU|GN|PS|PN|[B-DF-HJ-NP-TV-XZ])"
SPEAKABLE = re.compile(rf"{ONSET}?[AEIOUY]+(?:[LMNRSX]?{ONSET}[AEIOUY]+)*[B-DF-HJ-NP-TV-XZ]{{0,2}}")
"""Syllables that a word may have: ONU, UNESCO, TRANS, but neither FBI nor IBGE."""
LOUD = re.compile(r"[^\W\d_]{4,}")
ACRONYM_LANGUAGES = ("es", "fr", "it", "pt-br")
"""Those whose rules in espeak-ng read FBI as if it were a word."""


def spoken_form(text: str, language: str) -> str:
    """Write out everything that is not read letter by letter; no digit is left.

    >>> spoken_form("It costs $3.50 & that's all.", "en")
    "It costs three dollars fifty and that's all."
    """
    text = plain_digits(without_unspoken(names_in_words(text, language), language))
    text = ADDRESS.sub(lambda match: _spelled_address(match[0], language), text)
    text = HANDLE.sub(f"{rules(language).at} ", text)
    text = in_words(text, language)
    text = NAME_WITH_NUMBER.sub(" ", spell_phone_numbers(text, language))
    text = _spelled_acronyms(text, language) if language in ACRONYM_LANGUAGES else text
    text = LONG_NUMBER.sub(lambda match: " ".join(match[0]), text)
    text = _by_grammar(text, language) if language in GRAMMARS else spoken_by_rules(text, language)
    text = greek_in_words(spell_numbers(text, language), language)
    text = re.sub(r"\s+", " ", text)
    return SPACE_BEFORE_MARK.sub("", text).strip()


def _spelled_acronyms(text: str, language: str) -> str:
    """Letters apart where they are no word; not where all is shouted."""
    if text.isupper() and " " in text.strip() and LOUD.search(text):
        return text
    spelled = names_of(language).spelled
    return ACRONYM.sub(
        lambda match: (
            match[0]
            if SPEAKABLE.fullmatch(match[0]) and match[0] not in spelled
            else " ".join(match[0])
        ),
        text,
    )


def _by_grammar(text: str, language: str) -> str:
    """WeText's reading of the clauses that hold a figure or a sign; all else stays as it is."""
    clauses = CLAUSE.findall(before_grammar(text, language))
    return "".join(_normalized(part, language) if SIGNS.search(part) else part for part in clauses)


def _normalized(text: str, language: str) -> str:
    """WeText's reading; the rules' where its grammar stumbles (it asserts on some odd tokens)."""
    body = text.strip()
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    if not body:
        return text
    try:
        normalized: str = _grammar(language).normalize(body)
    except (AssertionError, IndexError, KeyError):
        normalized = spell_numbers(body, language)
    normalized = normalized.replace("\\", "")  # it escapes quotation marks
    return before + (normalized.replace("〇", "ゼロ") if language == "ja" else normalized) + after


def _spelled_address(address: str, language: str) -> str:
    words = rules(language)
    bare = re.sub(r"^https?://", "", address).rstrip("/.,;!?")
    tail = address[len(address.rstrip(".,;!?")) :]
    spoken = bare.replace("@", f" {words.at} ").replace(".", f" {words.dot} ")
    spoken = spoken.replace("/", f" {words.slash} ")
    spoken = re.sub(
        r"\bwww\b", "w w w" if language in ("es", "fr", "it", "pt-br") else "www", spoken
    )
    return re.sub(r"[-_~?=&#%+:]", " ", spoken) + tail


@cache
def _grammar(language: str) -> Any:
    from wetext import Normalizer

    return Normalizer(lang=language, operator="tn")
