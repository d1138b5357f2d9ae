"""What a language model behind a server answered: read with care, since anybody may have written it.

A line that cannot be read for certain is left out, and is asked for again; a wrong line is never taken
for another one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dubbing.engines.translation import Hypothesis, Passage
from dubbing.errors import EngineFailed
from dubbing.json_text import parsed
from dubbing.language.plain_text import plain_text

MAX_TOKENS = 1_000_000_000
MAX_GROWTH, USUAL_GROWTH = 12, 80
"""A translation has at most so many characters more than its source: a factor, and a constant."""
END_OF_THOUGHTS = "</think>"
"""Models that reason write before their answer, and there may be braces in it."""
LONGEST_MESSAGE = 200


@dataclass(frozen=True, slots=True)
class Completion:
    """What the model wrote, and what it cost; tokens are 0 where the server does not count them."""

    text: str
    tokens_in: int
    tokens_out: int


def completion(content: bytes, where: str) -> Completion:
    """The text in a chat completion; empty where the model wrote none.

    Raises:
        EngineFailed: naming the server, if it is not a chat completion.
    """
    try:
        answer = parsed(content)
    except ValueError:
        answer = None
    choices = answer.get("choices") if isinstance(answer, dict) else None
    if not isinstance(answer, dict) or not isinstance(choices, list):
        raise EngineFailed(
            f"{where} answered with something that is no chat completion{_reason(answer)}.",
            hint="Check --translation-server: its address usually ends in /v1.",
        )
    usage = answer.get("usage")
    counts = usage if isinstance(usage, dict) else {}
    return Completion(
        _text(choices[0] if choices else None),
        _count(counts.get("prompt_tokens")),
        _count(counts.get("completion_tokens")),
    )


def hypotheses(
    text: str, passages: Sequence[Passage], n_best: int
) -> dict[int, tuple[Hypothesis, ...]]:
    """Translations by the position of their passage, from 0; nothing for what cannot be read.

    Models put JSON into code fences or talk before it: the outermost braces count. A number that no
    passage has makes the whole answer doubtful, since the others may then be off by as much.
    """
    entries = _entries(text)
    numbers = [_number(entry.get("n")) for entry in entries]
    known = [n for n in numbers if n is not None]
    first = 0 if _counts_from_0(known, len(passages)) else 1
    if any(not 0 <= n - first < len(passages) for n in known):
        return {}
    once = {n for n, times in Counter(known).items() if times == 1}
    found = {}
    for number, entry in zip(numbers, entries, strict=True):
        if number is None or number not in once:
            continue
        usable = _usable(entry.get("translations"), passages[number - first].text)[:n_best]
        if usable:
            found[number - first] = tuple(Hypothesis(said, 0.0) for said in usable)
    return found


def _counts_from_0(numbers: Sequence[int], n_passages: int) -> bool:
    """Whether the answer is whole and its lines are numbered from 0, against the instruction."""
    return sorted(numbers) == list(range(n_passages))


def _entries(text: str) -> list[dict[str, Any]]:
    """Everything in the answer that describes a line."""
    text = text.rpartition(END_OF_THOUGHTS)[2]
    for opening, closing in ("{}", "[]"):
        begin, end = text.find(opening), text.rfind(closing)
        try:
            answer = parsed(text[begin : end + 1])
        except ValueError:
            continue
        lines = answer.get("lines") if isinstance(answer, dict) else answer
        if isinstance(lines, list):
            return [entry for entry in lines if isinstance(entry, dict)]
    return []


def _number(value: object) -> int | None:
    """A whole number, also one in quotes; not ``true``, not 1.0, nothing with thousands of digits."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,9}", value):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _usable(value: object, source: str) -> list[str]:
    """Texts that can be spoken, each once; one text alone may stand for a list of one."""
    texts = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    longest = MAX_GROWTH * len(source) + USUAL_GROWTH
    said = [
        plain_text(text)
        for text in texts
        if isinstance(text, str) and len(text) <= longest and not _is_broken(text)
    ]
    return list(dict.fromkeys(text for text in said if text))


def _is_broken(text: str) -> bool:
    """Whether it holds half a character: what was meant is not known."""
    return any("\ud800" <= char <= "\udfff" for char in text)


def _text(choice: object) -> str:
    """The text of a choice, which some servers send in parts."""
    message = choice.get("message") if isinstance(choice, dict) else None
    content = message.get("content") if isinstance(message, dict) else None
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        return "".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else ""


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        return 0
    return value if 0 <= value <= MAX_TOKENS else 0


def _reason(answer: object) -> str:
    """What a server says that sends errors with the status of success."""
    error = answer.get("error") if isinstance(answer, dict) else None
    told = error.get("message") if isinstance(error, dict) else error
    return f": {plain_text(told)[:LONGEST_MESSAGE]}" if isinstance(told, str) and told else ""
