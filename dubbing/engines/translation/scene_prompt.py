"""What large language models are told of a line: the scene, who speaks to whom, terms, time, wishes.

The wording stands in ``scene_prompt.yaml``. Engines differ in how a line is shown and an answer given: as
JSON for many lines at once, or as plain text for one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

from dubbing.engines.translation import Pair, Passage, Request
from dubbing.engines.translation.qwen_prompts import REGISTERS, name_of, one_line

MOST_EXAMPLES = 6
BY_CHARACTER = ("zh", "ja")
USUAL_RATE = 6.0
LONGEST_NAME = 80


@cache
def wording() -> Mapping[str, Any]:
    """The data file."""
    text = files("dubbing.engines.translation").joinpath("scene_prompt.yaml").read_text("utf-8")
    known: Mapping[str, Any] = yaml.safe_load(text)
    return known


def version() -> int:
    """Of the wording; counts in the version of every engine that uses it."""
    return int(wording()["version"])


def instruction(request: Request, answer: Literal["json", "lines"]) -> str:
    """The system prompt of a request."""
    words, is_one = wording(), request.n_best == 1
    text: str = words["task"].format(
        source=name_of(request.source),
        target=name_of(request.target),
        n=request.n_best,
        translations="translation" if is_one else "translations",
        lengths="" if is_one else words["lengths"],
        length=words["length"][request.length.value],
        script=words["script"] if request.was_copied else "",
        again=words["again"].format(space=" ") if request.was_faulty else "",
    )
    return f"{text}\n{words['answers'][answer]}"


def scene(passage: Passage, target: str) -> dict[str, Any]:
    """What is known of a line, by short names; what is not known is left out."""
    seconds = (passage.end_ms - passage.start_ms) / 1000
    known = {
        "speaker": passage.speaker,
        "speaks_to": addressee(passage),
        "said_before": list(passage.before),
        "text": passage.text,
        "said_after": list(passage.after),
        "seconds": round(seconds, 1),
        "fits": room(seconds, target),
        "register": passage.register,
        "address": REGISTERS.get((passage.register, target), ""),
    }
    always = ("speaker", "said_before", "text", "said_after", "seconds")
    return {name: value for name, value in known.items() if value or name in always}


def addressee(passage: Passage) -> str:
    """Who spoke last beside the speaker, else who answers; empty if nobody is near."""
    near = (*reversed(passage.before), *passage.after)
    names = (line.partition(": ")[0] for line in near if ": " in line)
    return next((name for name in names if name != passage.speaker), "")[:LONGEST_NAME]


def room(seconds: float, target: str) -> str:
    """How much can be said in a time, unhurried: ``about 12 syllables``; empty without a time."""
    if seconds <= 0:
        return ""
    count = max(1, round(seconds * wording()["rates"].get(target, USUAL_RATE)))
    return f"about {count} {'characters' if target in BY_CHARACTER else 'syllables'}"


def shared(passages: Sequence[Passage]) -> tuple[list[Pair], list[Pair]]:
    """Terms and examples of some lines, each once."""
    terms = _together(passage.terms for passage in passages)
    return terms, _together(passage.examples for passage in passages)[-MOST_EXAMPLES:]


def as_text(passage: Passage, target: str) -> str:
    """A line and all that is known about it, as a person would write it down; the line comes last."""
    known = scene(passage, target)
    terms, examples = shared([passage])
    who = " ".join((known["speaker"], f"to {known['speaks_to']}" if "speaks_to" in known else ""))
    how = known.get("address") or known.get("register", "")
    time = f"{known['seconds']:g} s, {known['fits']}" if "fits" in known else ""
    parts = (
        _listed("Glossary", (f"{told} = {said}" for told, said in terms)),
        _listed("Approved translations", (f"{told} = {said}" for told, said in examples)),
        _listed("Said before", passage.before),
        _listed("Said after", passage.after),
        f"Speaker: {one_line(who)}" if who.strip() else "",
        f"Register: {passage.register} ({how})" if passage.register else "",
        f"Time: {time}" if time else "",
        f"Translate this line:\n{one_line(passage.text)}",
    )
    return "\n".join(part for part in parts if part)


def _listed(title: str, rows: Iterable[str]) -> str:
    lines = [f"- {one_line(row)}" for row in rows]
    return "\n".join([f"{title}:", *lines]) if lines else ""


def _together(groups: Iterable[tuple[Pair, ...]]) -> list[Pair]:
    return list(dict.fromkeys(pair for group in groups for pair in group))
