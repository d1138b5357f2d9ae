"""Any GGUF model with a chat template, by llama.cpp: ``--translator llama --translation-model FILE``.

The model sees the scene like one behind a server (``scene_prompt``), one line at a time, several lines
side by side. A grammar holds it to as many lines of plain text as are asked for, and after a copy to the
script of the target, so that small models answer in form as well. The file is a stranger's: its header is
checked here, and llama.cpp reads it in a process of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from dubbing.engines.translation import (
    Hypothesis,
    Length,
    Pair,
    Passage,
    Request,
    Style,
    scene_prompt,
)
from dubbing.engines.translation.llama_model import Model
from dubbing.engines.translation.qwen_prompts import name_of, one_line
from dubbing.errors import EngineFailed, EngineUnavailable, UnknownLanguage, WeightsMissing
from dubbing.language.languages import language
from dubbing.language.plain_text import plain_text
from dubbing.language.script import SCRIPTS
from dubbing.models.gguf_header import Header, read_header
from dubbing.settings import NO_OPTIONS, EngineOptions

SEED = 7
USUAL_HEAT, WIDER_HEAT = 0.0, 0.7
"""Another length or wording is drawn; the usual translation is the likeliest."""
TOKENS_PER_LETTER, SPARE_TOKENS, MOST_TOKENS = 1.5, 24, 700
END_OF_THOUGHTS = "</think>"
NUMBER = re.compile(r"^\s*(?:\d{1,2}[.):]|[-*•])\s+")
QUOTES = (('"', '"'), ("“", "”"), ("「", "」"), ("«", "»"))
LINE = r"[^\n\r]+"
BESIDE_LETTERS = r"0-9 .,!?;:…—–·“”‘’()%\u3000-\u303f\uff01-\uff20\u0964\u0965"
"""What may stand in a line beside letters of the target's own script."""
LOWEST = -30.0
"""A log-probability that is not lower, so that a mean stays a number."""


class Llama:
    """Every pair of languages; how well is the model's affair."""

    version = 1 + scene_prompt.version()
    weights: tuple[str, ...] = ()
    module = package = "xllamacpp"
    install = "pip install 'dubbing[llama]'"
    takes_options: tuple[str, ...] = ("model",)
    style = Style.INSTRUCTIONS
    tries_harder = True

    def __init__(self, threads: int = 2, options: EngineOptions = NO_OPTIONS) -> None:
        """Read the header of ``options.model``; the model is loaded at its first line.

        Raises:
            EngineUnavailable: if no file is named.
            WeightsMissing: if it is no model for conversations, or damaged.
        """
        self._header, self._threads = _header(options), threads

    @staticmethod
    def check(options: EngineOptions, target: str) -> None:
        """Refuse a file that cannot work, at once."""
        del target
        _header(options)

    @cached_property
    def _model(self) -> Model:
        return Model(self._header, self._threads)

    @cached_property
    def _control(self) -> re.Pattern[str]:
        """Matches what would steer the model if it stood in a line."""
        tokens = sorted(self._header.control_tokens, key=len, reverse=True)
        return re.compile("|".join(map(re.escape, tokens)) or "(?!)")

    def supports(self, source: str, target: str) -> bool:
        """Every pair of languages that have a name."""
        try:
            return language(source).code != language(target).code
        except UnknownLanguage:
            return False

    def translate(
        self, passages: Sequence[Passage], request: Request
    ) -> tuple[tuple[Hypothesis, ...], ...]:
        """Up to ``n_best`` hypotheses of each passage; the model does not say how sure it is.

        Raises:
            EngineFailed: if llama.cpp fails, or writes nothing for a line.
        """
        answers = self._model.ask([self._body(passage, request) for passage in passages])
        return tuple(
            self._hypotheses(answer, passage, request)
            for answer, passage in zip(answers, passages, strict=True)
        )

    def score(self, pairs: Sequence[Pair], source: str, target: str) -> tuple[float, ...]:
        """Mean log-probability a token of each second text as the translation of the first.

        The model is held to the text, and says how likely each of its own tokens was.
        """
        task = (
            f"Translate from {name_of(source)} to {name_of(target)}. Output only the translation."
        )
        bodies = [
            {
                **self._conversation(task, one_line(told)),
                "grammar": f"root ::= {_literal(self._plain(said))}",
                "max_tokens": MOST_TOKENS,
                "temperature": 0.0,
                "logprobs": True,
                "top_logprobs": 1,
            }
            for told, said in pairs
        ]
        return tuple(_mean(_choice(answer)) for answer in self._model.ask(bodies))

    # -- asking ----------------------------------------------------------------------------------

    def _body(self, passage: Passage, request: Request) -> dict[str, Any]:
        is_usual = request.length is Length.USUAL and not request.was_faulty
        n = request.n_best
        return {
            **self._conversation(
                scene_prompt.instruction(request, "lines"),
                scene_prompt.as_text(passage, request.target),
            ),
            "grammar": _lines(n, request),
            "max_tokens": min(MOST_TOKENS, n * _tokens(passage.text)),
            "temperature": USUAL_HEAT if is_usual else WIDER_HEAT,
            "seed": SEED,
        }

    def _conversation(self, system: str, user: str) -> dict[str, Any]:
        return {
            "messages": [
                {"role": "system", "content": system},
                {"role": "user", "content": self._plain(user)},
            ],
            "chat_template_kwargs": {"enable_thinking": False},
            "cache_prompt": True,
        }

    def _plain(self, text: str) -> str:
        return self._control.sub(" ", text)

    def _hypotheses(
        self, answer: dict[str, Any], passage: Passage, request: Request
    ) -> tuple[Hypothesis, ...]:
        content = _choice(answer).get("message", {}).get("content")
        written = content if isinstance(content, str) else ""
        lines = written.rpartition(END_OF_THOUGHTS)[2].splitlines()
        texts = dict.fromkeys(filter(None, (_spoken(line, passage.text) for line in lines)))
        if not texts:
            raise EngineFailed(
                f"{self._header.path.name} wrote nothing for {passage.text!r}{_told(answer)}.",
                hint="Run again: what is translated is kept. If it stays so, try another model.",
            )
        return tuple(Hypothesis(text, 0.0) for text in list(texts)[: request.n_best])


def _header(options: EngineOptions) -> Header:
    if not options.model:
        raise EngineUnavailable(
            "The engine 'llama' needs a model.",
            hint="Name a GGUF file: --translation-model qwen3-8b-q4_k_m.gguf",
        )
    header = read_header(Path(options.model).expanduser())
    if not header.chat_template:
        kind = header.architecture or "of no kind"
        raise WeightsMissing(
            f"{header.path} ({kind}) has no chat template: it is no model that follows instructions.",
            hint="Choose a file whose name says 'instruct', 'chat' or 'it'.",
        )
    return header


def _lines(n: int, request: Request) -> str:
    """A grammar: up to ``n`` lines, after a copy in the target's own script alone."""
    own = SCRIPTS.get(request.target)
    line = f"[{own.strip('[]')}{BESIDE_LETTERS}]+" if own and request.was_copied else LINE
    more = f' ("\\n" {line}){{0,{n - 1}}}' if n > 1 else ""
    return f"root ::= {line}{more}"


def _literal(text: str) -> str:
    escaped = one_line(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _tokens(text: str) -> int:
    return int(len(text) * TOKENS_PER_LETTER) + SPARE_TOKENS


def _spoken(line: str, source: str) -> str:
    """A line of an answer without the number or quotes that a model puts around it."""
    text = plain_text(line)
    if not NUMBER.match(source):
        text = NUMBER.sub("", text)
    for opening, closing in QUOTES:
        is_quoted = len(text) > 1 and text[0] == opening and text[-1] == closing
        if is_quoted and opening not in source and opening not in text[1:-1]:
            text = text[1:-1]
    return text.strip()


def _choice(answer: dict[str, Any]) -> dict[str, Any]:
    choices = answer.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else {}


def _mean(choice: dict[str, Any]) -> float:
    rows = (choice.get("logprobs") or {}).get("content") or []
    if not rows:
        raise EngineFailed(
            "llama.cpp did not say how likely a text is.", hint="Set 'reverse: false' in a profile."
        )
    known = [min(0.0, max(LOWEST, float(row["logprob"] or 0.0))) for row in rows]
    return round(sum(known) / len(known), 4)


def _told(answer: dict[str, Any]) -> str:
    error = answer.get("error")
    message = error.get("message") if isinstance(error, dict) else None
    return f": {plain_text(message)[:200].rstrip('.')}" if isinstance(message, str) else ""
