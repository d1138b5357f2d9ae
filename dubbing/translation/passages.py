"""Sentences that run over several lines, and parts of long ones: what is translated as one."""

from __future__ import annotations

from collections.abc import Sequence

from dubbing.engines.translation import Hypothesis
from dubbing.language.sentences import clause_break, ends_sentence
from dubbing.timeline import Line

LONGEST_GAP_MS = 2_000
"""A speaker who is silent for longer begins anew."""
MOST_LINES = 3
LONGEST_LETTERS = 220
MOST_WORDS, LEAST_WORDS = 20, 5
"""A sentence with more words is long; a part of it has at least so many."""


def runs(lines: Sequence[Line], language: str) -> tuple[tuple[int, ...], ...]:
    """Numbers of lines that belong together: one sentence of one speaker, in several lines."""
    groups: list[list[int]] = []
    for number, line in enumerate(lines):
        before = lines[groups[-1][-1]] if groups else None
        goes_on = (
            before is not None
            and before.speaker == line.speaker
            and not ends_sentence(before.text.strip(), language)
            and line.span.start_ms - before.span.end_ms <= LONGEST_GAP_MS
            and len(groups[-1]) < MOST_LINES
            and sum(len(lines[i].text) for i in groups[-1]) + len(line.text) <= LONGEST_LETTERS
        )
        if goes_on:
            groups[-1].append(number)
        else:
            groups.append([number])
    return tuple(tuple(group) for group in groups)


def clauses_of(text: str, language: str) -> tuple[str, ...]:
    """A long sentence cut at its clause borders into parts of a usual length; none if it is not long."""
    words = text.split()
    if len(words) <= MOST_WORDS:
        return ()
    parts: list[list[str]] = [[]]
    for word in words:
        parts[-1].append(word)
        if clause_break(word, language) and len(parts[-1]) >= LEAST_WORDS:
            parts.append([])
    if len(parts[-1]) < LEAST_WORDS and len(parts) > 1:
        last = parts.pop()
        parts[-1] += last
    return tuple(" ".join(part) for part in parts) if len(parts) > 1 else ()


def joined_clauses(found: Sequence[Sequence[Hypothesis]], target: str) -> Hypothesis:
    """The best translation of each part, one after the other."""
    best = [hypotheses[0] for hypotheses in found]
    between = "" if target in ("zh", "ja") else " "
    n_letters = max(1, sum(len(h.text) for h in best))
    score = sum(h.score * len(h.text) for h in best) / n_letters
    return Hypothesis(between.join(h.text for h in best), round(score, 4))
