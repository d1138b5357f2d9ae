"""What the dub says, line by line, according to a recogniser.

A transcript of several lines is divided among them where that makes the least errors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard of one line: the share of wrong characters, and the words."""

    error_rate: float
    text: str


def compare(references: Sequence[str], hypothesis: str) -> tuple[Heard, ...]:
    """Divide ``hypothesis`` among ``references`` and count the errors of each.

    The whole hypothesis is aligned to the joined references with the least edits (Levenshtein);
    every character of it belongs to the line whose characters it is aligned to, an insertion to the
    line before it. Error rate = (substitutions + deletions + insertions) / characters of the line,
    at most 1. All texts are compared as they are: bring them to one form first.
    """
    from rapidfuzz.distance import Levenshtein

    joined = "".join(references)
    owner = [number for number, text in enumerate(references) for _ in text]
    errors = [0] * len(references)
    heard: list[list[str]] = [[] for _ in references]
    for block in Levenshtein.opcodes(joined, hypothesis):
        tag, a, b, c, d = (
            block.tag,
            block.src_start,
            block.src_end,
            block.dest_start,
            block.dest_end,
        )
        if tag == "insert":
            line = owner[max(0, a - 1)] if owner else 0
            errors[line] += d - c
            heard[line].append(hypothesis[c:d])
            continue
        for offset in range(b - a):
            line = owner[a + offset]
            errors[line] += tag != "equal"
            heard[line].append(hypothesis[c + offset : c + offset + 1] if d > c else "")
    return tuple(
        Heard(round(min(1.0, wrong / max(1, len(text))), 4), "".join(words))
        for wrong, text, words in zip(errors, references, heard, strict=True)
    )
