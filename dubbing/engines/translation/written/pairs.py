"""Pairs of texts laid on lines by what the line says, in their order: the second "Yes." gets its own."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from dubbing.engines.translation import Passage


@dataclass(frozen=True, slots=True)
class Pair:
    """A text and its translation; ``row`` is its place in the file.

    Several pairs may share a row: the whole of it and its parts. ``is_left`` says that the text stays
    as it is in the film.
    """

    source: str
    target: str
    row: int
    is_left: bool = False


@dataclass(frozen=True, slots=True)
class Paired:
    """What each line says, and what found nothing: rows of the file, numbers of lines."""

    texts: tuple[str, ...]
    lost: tuple[int, ...]
    without: tuple[int, ...]


def pair_up(pairs: Sequence[Pair], lines: Sequence[Passage]) -> Paired:
    """Give each line the first pair of its text that no line before has; the last one serves again."""
    exact, loose = _Queues(pairs, exact_key), _Queues(pairs, loose_key)
    used: set[Pair] = set()
    found = []
    for line in lines:
        pair = exact.next(line.text, used) or loose.next(line.text, used)
        found.append(pair)
        if pair is not None:
            used.add(pair)
    rows = {pair.row for pair in used}
    return Paired(
        tuple("" if pair is None else pair.target for pair in found),
        tuple(sorted({pair.row for pair in pairs if pair.row not in rows and pair.target})),
        tuple(
            n for n, pair in enumerate(found) if pair is None or not (pair.target or pair.is_left)
        ),
    )


class _Queues:
    """Pairs by their key, in order."""

    def __init__(self, pairs: Iterable[Pair], key: Callable[[str], str]) -> None:
        self._key = key
        self._waiting: dict[str, deque[Pair]] = defaultdict(deque)
        for pair in pairs:
            if key(pair.source):
                self._waiting[key(pair.source)].append(pair)

    def next(self, text: str, used: set[Pair]) -> Pair | None:
        """The first pair that is not used; else the last one."""
        waiting = self._waiting.get(self._key(text), deque())
        while len(waiting) > 1 and waiting[0] in used:
            waiting.popleft()
        return waiting[0] if waiting else None


def exact_key(text: str) -> str:
    """Return a text without difference of case and spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def loose_key(text: str) -> str:
    """Return the letters and figures of a text alone."""
    return re.sub(r"[\W_]", "", exact_key(text))
