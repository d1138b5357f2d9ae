"""Which sentence pairs an engine is shown for a sentence.

First what the user's memory says of sentences like it, then the memory that ships, both only if they are
like it: pairs about something else mislead.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from dubbing.translation.example_memory import ExampleMemory, shipped_memory

LEAST_LIKENESS = 0.35
"""Below, an example is about something else."""
LONGEST_LETTERS = 90
"""Long examples cost more tokens than they are worth."""
MOST_WORDS = 24
"""For a sentence longer than this no short sentence is like it."""
Pair = tuple[str, str]


class ExampleBook:
    """Examples of one direction."""

    def __init__(self, source: str, target: str, memory: Sequence[Pair] = ()) -> None:
        """Take the user's memory, which comes first."""
        self.source, self.target = source, target
        self._own = ExampleMemory(memory)

    @cached_property
    def _shipped(self) -> ExampleMemory | None:
        return shipped_memory(self.source, self.target)

    def like(self, sentence: str, n: int, *, shipped: bool = True) -> tuple[Pair, ...]:
        """Up to ``n`` pairs like the sentence, the most like last; not ``shipped``: the user's alone."""
        if n == 0 or len(sentence.split()) > MOST_WORDS:
            return ()
        own = self._own.like(sentence, n, least=LEAST_LIKENESS)
        memory = self._shipped if shipped else None
        others = memory.like(sentence, n, least=LEAST_LIKENESS) if memory else ()
        found = [*others, *own][-n:] if own else list(others)
        short = [e for e in found if len(e.source) <= LONGEST_LETTERS]
        return tuple((e.source, e.target) for e in short)

    def known(self, sentence: str) -> tuple[str, ...]:
        """What the user's memory says for this very sentence."""
        return self._own.known(sentence)
