"""From hypotheses to candidates: cleaned, checked, each text once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from dubbing.engines.translation import Hypothesis
from dubbing.flags import Flag, without
from dubbing.language.script import to_simplified
from dubbing.settings import ChoiceWeights, Term
from dubbing.timeline import Candidate
from dubbing.translation.checks import translation_flags
from dubbing.translation.choice import Contender
from dubbing.translation.register import in_register, wrong_register

MEMORY = "memory"
AS_HEARD = "as heard"
"""Nobody: the line says what the original says."""
PERSON = "person"
"""Who wrote a file of translations."""
REVIEWER = "reviewer"
"""Who says so: a candidate of theirs is spoken, fit or not."""
FAR_BEHIND = 0.8
"""In log-probability a token: no second opinion makes up for more."""
NAME_BONUS = 0.3
"""What it is worth to call somebody as the rest of the film does."""


def candidates(
    source_text: str,
    hypotheses: Iterable[Hypothesis],
    languages: tuple[str, str],
    *,
    origin: str = "engine",
    terms: Sequence[Term] = (),
    register: str = "",
    whole: str = "",
) -> list[Candidate]:
    """Candidates of one line.

    Args:
        source_text: the line.
        hypotheses: what an engine or a memory says.
        languages: of the film and of the dub.
        origin: who says so.
        terms: those of the glossary that the line has.
        register: how people shall be addressed.
        whole: name of the passage that they are a part of.
    """
    source, target = languages
    found: dict[str, Candidate] = {}
    for hypothesis in hypotheses:
        text = to_simplified(hypothesis.text) if target == "zh" else hypothesis.text
        text = in_register(text.strip(), target, register)
        flags = translation_flags(source_text, text, source, target, terms)
        if wrong_register(text, target, register):
            flags = (*flags, f"not {register}")
        found.setdefault(text, Candidate(text, hypothesis.score, flags, origin, whole=whole))
    return list(found.values())


def merged(*groups: Iterable[Candidate]) -> list[Candidate]:
    """All of them, each text once (and once in each whole); the first one found stays."""
    found: dict[tuple[str, str], Candidate] = {}
    for group in groups:
        for candidate in group:
            found.setdefault((candidate.text, candidate.whole), candidate)
    return list(found.values())


def in_the_running(offered: Sequence[Candidate]) -> list[Candidate]:
    """Those worth a second opinion, whatever an earlier one was: near the best by the engine's word."""
    faultless = [c for c in offered if not _without_doubt(c)] or list(offered)
    best = max((c.score for c in faultless), default=0.0)
    return [c for c in faultless if c.score >= best - FAR_BEHIND]


def with_reverse(candidate: Candidate, reverse: float | None, bound: float | None) -> Candidate:
    """The candidate with its reverse score, and flagged where that is under what a good one has.

    A candidate that is judged again beside later ones is flagged once, and keeps the score that it has.

    Args:
        candidate: a translation.
        reverse: mean log-probability of the source given it; ``None`` if it was not asked for now.
        bound: the least of a good translation, for the engine that scored; ``None`` if that is unknown.
    """
    reverse = candidate.reverse if reverse is None else reverse
    flags = _without_doubt(candidate)
    is_low = reverse is not None and bound is not None and reverse < bound
    if is_low and candidate.origin != MEMORY:
        flags = (*flags, Flag.MEANING_DOUBTFUL.value)
    return replace(candidate, reverse=reverse, flags=flags)


def _without_doubt(candidate: Candidate) -> tuple[str, ...]:
    """The candidate's flags but the one that a second opinion gives."""
    return without(candidate.flags, (Flag.MEANING_DOUBTFUL,))


def valued(
    offered: Sequence[Candidate], weights: ChoiceWeights, names: Mapping[str, str], source_text: str
) -> list[Candidate]:
    """The same with ``total``: what each is worth apart from its fit."""
    best = max((c.score for c in offered), default=0.0)
    known = [c.reverse for c in offered if c.reverse is not None]
    best_reverse = max(known, default=0.0)
    expected = [said for name, said in names.items() if name in source_text]

    def worth(candidate: Candidate) -> float:
        reverse = candidate.reverse if candidate.reverse is not None else min(known, default=0.0)
        named = sum(said in candidate.text for said in expected)
        return round(
            weights.forward * (candidate.score - best)
            + weights.reverse * (reverse - best_reverse)
            + weights.memory * (candidate.origin == MEMORY)
            + NAME_BONUS * named
            - weights.fault * len(candidate.flags),
            4,
        )

    return [replace(candidate, total=worth(candidate)) for candidate in offered]


def contenders(offered: Sequence[Candidate]) -> list[Contender]:
    """What the choice wants to know of each."""
    return [
        Contender(
            c.total,
            None if c.natural_ms is None else float(c.natural_ms),
            c.whole.rpartition("/")[0],
            opens=not c.whole or c.whole.endswith("/0"),
        )
        for c in offered
    ]
