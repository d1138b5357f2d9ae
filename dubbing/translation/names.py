"""Names that occur again and again in a film, so that they get the same words every time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from dubbing.language.script import script_share

LEAST_TIMES = 2
NAME = re.compile(r"(?<![.!?…:\"“]\s)(?<!^)\b[A-ZÀ-Þ][a-zß-ÿ]+(?:\s+[A-ZÀ-Þ][a-zß-ÿ]+)*\b")
"""A capital that no sentence begins with."""
COMMON = frozenset(
    [
        "I",
        "I'm",
        "God",
        "English",
        "French",
        "Spanish",
        "Chinese",
        "Japanese",
        "German",
        "Italian",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
        "Mr",
        "Mrs",
        "Ms",
        "Dr",
        "Miss",
        "Sir",
        "Madam",
        "Christmas",
        "Internet",
        "Earth",
    ]
)
CAPITALISED_NOUNS = ("de",)


def recurring_names(texts: Iterable[str], language: str) -> tuple[str, ...]:
    """Names that occur at least twice, the most frequent first; none for German and for other scripts."""
    found: Counter[str] = Counter()
    texts = list(texts)
    if language in CAPITALISED_NOUNS:
        return ()
    for text in texts:
        found.update(name for name in NAME.findall(text) if name not in COMMON)
    whole = " \n ".join(texts)
    times = {name: len(re.findall(rf"\b{re.escape(name)}\b", whole)) for name in found}
    return tuple(sorted((n for n in times if times[n] >= LEAST_TIMES), key=lambda n: -times[n]))


def agreed_renderings(
    names: Sequence[str], rendered: Mapping[str, Sequence[str]], target: str
) -> dict[str, str]:
    """The one rendering of each name.

    Args:
        names: as :func:`recurring_names` gives them.
        rendered: for each name, how an engine translates it alone, best first.
        target: the language.

    Returns:
        for names that an engine renders in the target's script, without marks; others are left out.
    """
    agreed = {}
    for name in names:
        for text in rendered.get(name, ()):
            bare = text.strip(" .。!！?？,，、\"“”'「」")
            if bare and len(bare) <= 3 * len(name) and script_share(bare, target) == 1.0:
                agreed[name] = bare
                break
    return agreed
