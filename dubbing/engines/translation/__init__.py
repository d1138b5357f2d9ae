"""Text to text in another language.

To add an engine: write a class with these members in a file of this folder, name it in
``pyproject.toml`` under ``dubbing.translation``, and add it to
``tests/contracts/test_translation.py``. What an engine can do beyond :class:`Translator` is a further
small protocol, asked by ``isinstance``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

Pair = tuple[str, str]
"""A text and its translation."""


class Length(StrEnum):
    """How long a translation is wanted."""

    USUAL = "usual"
    SHORTER = "shorter"
    LONGER = "longer"


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One translation; ``score`` is the mean log-probability a token (0 is best).

    An engine that cannot tell gives all of its hypotheses 0.
    """

    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Passage:
    """What is translated: a sentence, or several of one speaker, and what helps to get it right.

    examples: pairs like it, the most like last; terms: words that must be said so; before, after: what
    is said around it, with the speaker's name; register: ``formal``, ``familiar`` or nothing.
    """

    text: str
    examples: tuple[Pair, ...] = ()
    terms: tuple[Pair, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    speaker: str = ""
    register: str = ""
    start_ms: int = 0
    end_ms: int = 0


@dataclass(frozen=True, slots=True)
class Request:
    """From which language to which, and how hard to search.

    ``was_copied`` says that the first try left the source as it was: this one shall not, and keep to
    the script of the target. ``was_faulty`` says that the checks found a fault in every hypothesis of
    the first try: an engine that ``tries_harder`` is asked again and searches more widely.
    """

    source: str
    target: str
    beam_size: int = 3
    n_best: int = 3
    was_copied: bool = False
    was_faulty: bool = False
    length: Length = Length.USUAL


class Style(StrEnum):
    """What a translator makes use of."""

    SENTENCES = "sentences"
    """The text alone."""
    EXAMPLES = "examples"
    """Pairs like the text, in which terms are said already; also asked for other lengths."""
    DIALOGUE = "dialogue"
    """Like examples, with the register; a sentence over several lines is asked for as a whole alone."""
    INSTRUCTIONS = "instructions"
    """Pairs, terms, register, what is said around it; also asked for other lengths."""
    HUMAN = "human"
    """Nothing: a person has done the work, and it is not judged."""
    VERBATIM = "verbatim"
    """Nothing: the words stay as they were heard, so there is no choice to make and no fault to find."""

    @property
    def varies_length(self) -> bool:
        """Whether it can be asked for shorter and longer translations."""
        return self in (Style.EXAMPLES, Style.DIALOGUE, Style.INSTRUCTIONS)


class Translator(Protocol):
    """Translates passages. Made by ``Class(threads=…, options=…)``, which loads nothing large yet."""

    version: int
    weights: tuple[str, ...]
    style: Style

    def supports(self, source: str, target: str) -> bool:
        """Whether it knows this pair of languages."""

    def translate(
        self, passages: Sequence[Passage], request: Request
    ) -> tuple[tuple[Hypothesis, ...], ...]:
        """For each passage up to ``n_best`` hypotheses, best first, at least one."""


@runtime_checkable
class Scores(Protocol):
    """An engine that tells how probable a translation is, whoever made it.

    It may have ``doubtful_below``, the score of a source given its translation under which the meaning is
    in doubt: a number, or one for each language of the source with that of all others under ``""``.
    """

    def score(self, pairs: Sequence[Pair], source: str, target: str) -> tuple[float, ...]:
        """Mean log-probability a token of each second text as the translation of the first."""


@runtime_checkable
class ScoresPieces(Protocol):
    """An engine that has a cheaper way to score which part of a translation goes with which line."""

    def score_pieces(self, pairs: Sequence[Pair], source: str, target: str) -> tuple[float, ...]:
        """Mean log-probability a token of each second text as the translation of the first."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a person's file says of a film: a text for each line, empty where there is none.

    without: numbers of lines that it does not know; note: what else a user should know, in one sentence.
    """

    texts: tuple[str, ...]
    without: tuple[int, ...] = ()
    note: str = ""


@runtime_checkable
class Lays(Protocol):
    """An engine that has a person's text of the whole film, and lays it on the lines."""

    def lay(self, lines: Sequence[Passage], target: str, *, songs: bool = False) -> Written:
        """What is said in each line; ``lines`` are all of the film, in the order of time.

        ``songs`` is whether lyrics are said.

        Raises:
            UsageError: if the file says nothing of any line.
        """


@dataclass(frozen=True, slots=True)
class SpokenBy:
    """Who speaks at a time of the film, as a person wrote it beside the words."""

    name: str
    start_ms: int
    end_ms: int


@runtime_checkable
class LeavesPairs(Protocol):
    """An engine that leaves some pairs of languages to another."""

    def of_pair(self, source: str, target: str) -> Translator:
        """The engine that translates this pair: itself or another."""
