"""Group sentence pairs that share a sentence, so that a held-out pair has no paraphrase outside.

Two pairs belong together if their sources or their targets are equal in a normal form that ignores
letter case, punctuation, contractions ("I've" is "I have"), traditional characters and the gender or
politeness of Chinese pronouns; and so do all pairs that are connected through others.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from dubbing.language.script import to_simplified

Pair = tuple[str, str]
HELD_OUT_OF = 50
"""One sentence in so many is held out."""
CONTRACTIONS = (
    (re.compile(r"\b(?:won't|wont)\b"), "will not"),
    (re.compile(r"\b(?:can't|cannot)\b"), "can not"),
    (re.compile(r"\bshan't\b"), "shall not"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"\blet's\b"), "let us"),
    (re.compile(r"\b(he|she|it|that|this|what|where|who|how|when|there|here)'s\b"), r"\1 is"),
    (re.compile(r"'m\b"), " am"),
    (re.compile(r"'re\b"), " are"),
    (re.compile(r"'ve\b"), " have"),
    (re.compile(r"'ll\b"), " will"),
    (re.compile(r"'d\b"), " would"),
)
SAME_CHARACTERS = str.maketrans({"您": "你", "妳": "你", "她": "他", "它": "他", "牠": "他"})
HAN = re.compile(r"[\u3400-\u9fff]")
WORD = re.compile(r"\w+")


@cache
def normal_form(sentence: str) -> str:
    """Return what two spellings of one sentence have in common; empty for punctuation alone."""
    text = unicodedata.normalize("NFKC", sentence).casefold().replace("’", "'")
    if HAN.search(text):
        return "".join(WORD.findall(to_simplified(text).translate(SAME_CHARACTERS)))
    for pattern, full in CONTRACTIONS:
        text = pattern.sub(full, text)
    return " ".join(WORD.findall(text))


def groups(pairs: Sequence[Pair]) -> list[int]:
    """Return the group of each pair, numbered by the group's first pair."""
    parent = list(range(len(pairs)))
    first: dict[tuple[int, str], int] = {}
    for number, pair in enumerate(pairs):
        for side, sentence in enumerate(pair):
            form = normal_form(sentence)
            if form:
                other = _root(parent, first.setdefault((side, form), number))
                own = _root(parent, number)
                parent[max(own, other)] = min(own, other)
    return [_root(parent, number) for number in range(len(pairs))]


def _root(parent: list[int], number: int) -> int:
    while parent[number] != number:
        parent[number] = parent[parent[number]]
        number = parent[number]
    return number


def is_drawn(sentence: str) -> bool:
    """Whether the draw holds this sentence out; the same on every machine."""
    return int(hashlib.sha256(sentence.encode()).hexdigest(), 16) % HELD_OUT_OF == 0


def held_out(pairs: Sequence[Pair]) -> list[bool]:
    """Return for each pair whether it is kept for measuring: every source of its group was drawn.

    A group with one source that was not drawn is trained on as a whole, so nothing that is held out
    has its source, its target or a paraphrase of either among what is trained on.
    """
    of = groups(pairs)
    kept: dict[int, bool] = {}
    for group, (source, _) in zip(of, pairs, strict=True):
        kept[group] = kept.get(group, True) and is_drawn(source)
    return [kept[group] for group in of]


def untouched(pairs: Iterable[Pair], known: Iterable[Pair]) -> list[Pair]:
    """Return the pairs of which neither side is among ``known``, in normal form."""
    sides: Mapping[int, set[str]] = {0: set(), 1: set()}
    for pair in known:
        for side, sentence in enumerate(pair):
            sides[side].add(normal_form(sentence))
    return [
        pair for pair in pairs if not any(normal_form(pair[side]) in sides[side] for side in (0, 1))
    ]
