"""A language model behind any server that speaks the OpenAI protocol: Ollama, vLLM, llama.cpp, cloud.

``--translator openai --translation-server http://localhost:11434/v1 --translation-model qwen3:8b``. The
key, where one is needed, comes from the environment (``DUBBING_API_KEY`` or ``OPENAI_API_KEY``) and goes
nowhere else. The model sees the scene, who speaks, the glossary and how long the line may be; it answers
in JSON.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from functools import cached_property
from typing import Any

from dubbing.engines.openai_server import DEFAULT_SERVER, Refused, Server, connected
from dubbing.engines.translation import (
    Hypothesis,
    Passage,
    Request,
    Style,
    scene_prompt,
)
from dubbing.engines.translation.chat_answer import completion, hypotheses
from dubbing.errors import EngineFailed, EngineUnavailable
from dubbing.settings import NO_OPTIONS, EngineOptions

TRIES = 6
"""Of one question, where that can help."""
ASKED_AGAIN = 2
"""How often an answer that is not JSON, or lacks a line, is asked for again."""
BAD_REQUEST, NOT_FOUND = 400, 404
FLAG = "--translation-server"


class OpenAI:
    """Chat completions with JSON answers, a batch of lines a call."""

    version = 2 + scene_prompt.version()
    weights = ()
    takes_options: tuple[str, ...] = ("model", "server", "requests_per_minute", "prices")
    style = Style.INSTRUCTIONS
    default_server = DEFAULT_SERVER

    def __init__(self, threads: int = 1, options: EngineOptions = NO_OPTIONS) -> None:
        """Remember the server; nothing is asked yet.

        Raises:
            EngineUnavailable: if no model is named.
        """
        del threads
        if not options.model:
            raise EngineUnavailable(
                "The engine 'openai' needs the name of a model.",
                hint="For instance --translation-model qwen3:8b --translation-server "
                "http://localhost:11434/v1",
            )
        self._options = options
        self._json_mode = True
        self._next_call_s = 0.0
        self.tokens_in = self.tokens_out = 0

    @cached_property
    def _server(self) -> Server:
        return connected(self._options.server)

    @property
    def cost(self) -> str:
        """What was used so far, in tokens and, where prices are known, in money."""
        used = f"{self.tokens_in} tokens in, {self.tokens_out} out"
        if self._options.prices is None:
            return used
        price_in, price_out = self._options.prices
        money = (self.tokens_in * price_in + self.tokens_out * price_out) / 1e6
        return f"{used}, about {money:.4f} at the prices given"

    def supports(self, source: str, target: str) -> bool:
        """Every pair; how well is the model's affair."""
        return source != target

    def translate(
        self, passages: Sequence[Passage], request: Request
    ) -> tuple[tuple[Hypothesis, ...], ...]:
        """Ask for all passages at once, and again for those that are missing in the answer.

        Raises:
            EngineFailed: if the server fails or answers nothing that can be used.
        """
        found: dict[int, tuple[Hypothesis, ...]] = {}
        for _ in range(1 + ASKED_AGAIN):
            missing = [n for n in range(len(passages)) if n not in found]
            if not missing:
                break
            answered = self._ask([passages[n] for n in missing], request)
            found |= {missing[k]: texts for k, texts in answered.items()}
        lacking = [n for n in range(len(passages)) if n not in found]
        if lacking:
            raise EngineFailed(
                f"The model {self._options.model} gave no usable answer for {len(lacking)} lines, "
                f"the first: {passages[lacking[0]].text!r}.",
                hint="Run again: what is translated is kept. If it stays so, try another model.",
            )
        return tuple(found[n] for n in range(len(passages)))

    def _ask(
        self, passages: Sequence[Passage], request: Request
    ) -> dict[int, tuple[Hypothesis, ...]]:
        messages = [
            {"role": "system", "content": scene_prompt.instruction(request, "json")},
            {"role": "user", "content": asked(passages, request.target)},
        ]
        return hypotheses(self._complete(messages), passages, request.n_best)

    def _complete(self, messages: list[dict[str, str]]) -> str:
        self._wait()
        body: dict[str, Any] = {
            "model": self._options.model,
            "messages": messages,
            "temperature": 0.3,
        }
        if self._json_mode:
            body["response_format"] = {"type": "json_object"}
        try:
            answer = self._server.post("/chat/completions", body, tries=TRIES, flag=FLAG)
        except Refused as error:
            if error.status == BAD_REQUEST and self._json_mode:
                self._json_mode = False  # some servers do not know the mode
                return self._complete(messages)
            if error.status == NOT_FOUND:
                raise self._unknown_model() from error
            raise
        told = completion(answer.content, self._server.base)
        self.tokens_in += told.tokens_in
        self.tokens_out += told.tokens_out
        return told.text

    def _unknown_model(self) -> EngineFailed:
        return EngineFailed(
            f"{self._server.base} has no model '{self._options.model}'.",
            hint=f"Check --translation-model and {FLAG}, whose address usually ends in /v1.",
        )

    def _wait(self) -> None:
        """Keep to the rate that the user allows."""
        if self._options.requests_per_minute is None:
            return
        now = time.monotonic()
        if now < self._next_call_s:
            time.sleep(self._next_call_s - now)
        self._next_call_s = max(now, self._next_call_s) + 60 / self._options.requests_per_minute


def asked(passages: Sequence[Passage], target: str) -> str:
    """The lines and all that is known about them, as JSON."""
    terms, examples = scene_prompt.shared(passages)
    return json.dumps(
        {
            "terms": [list(pair) for pair in terms],
            "approved_translations": [list(pair) for pair in examples],
            "lines": [
                {"n": number, **scene_prompt.scene(passage, target)}
                for number, passage in enumerate(passages, start=1)
            ],
        },
        ensure_ascii=False,
    )
