"""A client for servers that speak OpenAI's protocol, for whatever they are asked."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from dubbing.errors import EngineFailed, EngineUnavailable, UsageError
from dubbing.json_text import parsed
from dubbing.language.plain_text import plain_text
from dubbing.servers import is_loopback, split_address
from dubbing.web import (
    MAX_RETRY_AFTER_S,
    Answer,
    Limits,
    NotReached,
    TooLate,
    WebError,
    ask,
    retry_after_s,
)

LIMITS = Limits()
FIRST_WAIT_S = 0.5
"""Before the second try; then twice as long each time."""
KEYS = ("DUBBING_API_KEY", "OPENAI_API_KEY")
"""Where a key may stand in the environment; it goes nowhere but to the server."""
DEFAULT_SERVER = "https://api.openai.com/v1"
KEY_REFUSED = (401, 403)
LONGEST_MESSAGE = 200
AGAIN = "Run again: what is finished is kept."


class Refused(EngineFailed):
    """A server answered with an error; ``status`` is that of HTTP."""

    status = 0


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server is, with the key that it gets."""

    base: str
    key: str | None

    def post(
        self,
        path: str,
        body: Mapping[str, Any],
        *,
        tries: int,
        flag: str,
        limits: Limits | None = None,
        rest: Callable[[float], None] = time.sleep,
    ) -> Answer:
        """A good answer to a question, which is asked again where that can help.

        Args:
            path: after the server's address.
            body: sent as JSON.
            tries: how often it is asked at most.
            flag: names the server on the command line.
            limits: of one try; :data:`LIMITS` if not given.
            rest: waits between two tries.

        Raises:
            Refused: if the server answered with an error.
            EngineFailed: if there is no answer, or one that may not be read.
        """
        headers = {"Content-Type": "application/json", "Accept": "*/*"}
        if self.key is not None:
            headers["Authorization"] = f"Bearer {self.key}"
        waits_s = tuple(FIRST_WAIT_S * 2.0**n for n in range(tries - 1))
        try:
            answer = ask(
                "POST",
                f"{self.base}{path}",
                content=json.dumps(body).encode(),
                headers=headers,
                limits=limits or LIMITS,
                waits_s=waits_s,
                rest=rest,
            )
        except WebError as error:
            self._no_answer(error, flag)
        if not answer.is_good:
            raise self._refusal(answer, flag)
        return answer

    def _no_answer(self, error: WebError, flag: str) -> NoReturn:
        if isinstance(error, NotReached):
            raise EngineFailed(f"{self.base} {error}.", hint=f"Is it running? {AGAIN}") from error
        hint = AGAIN if isinstance(error, TooLate) else f"Check {flag}."
        raise EngineFailed(f"{self.base} {error}.", hint=hint) from error

    def _refusal(self, answer: Answer, flag: str) -> Refused:
        """What went wrong, in one sentence; never the key, which some messages repeat."""
        told, hint = self._sentence(answer, flag)
        error = Refused(f"{self.base} {told}.", hint=hint)
        error.status = answer.status
        return error

    def _sentence(self, answer: Answer, flag: str) -> tuple[str, str]:
        if answer.is_redirect:
            return (
                "sends its callers to another address, which is not followed",
                f"Name that address itself with {flag}.",
            )
        if answer.status in KEY_REFUSED:
            return "refused the key", f"Check {KEYS[0]}."
        failed = f"answered with an error ({answer.status}{self._message(answer.content)})"
        wait_s = retry_after_s(answer.headers)
        if wait_s is not None and wait_s > MAX_RETRY_AFTER_S:
            return f"{failed} and wants to be left alone for {_long(wait_s)}", AGAIN
        return failed, AGAIN

    def _message(self, content: bytes) -> str:
        """What a server says of an error, in OpenAI's form or FastAPI's; the key is left out."""
        try:
            told = parsed(content)
        except ValueError:
            return ""
        told = told.get("error", told) if isinstance(told, dict) else told
        if isinstance(told, dict):
            told = told.get("message", told.get("detail"))
        text = plain_text(told) if isinstance(told, str) else ""
        if self.key is not None:
            text = text.replace(self.key, "…")
        return f": {text[:LONGEST_MESSAGE]}" if text else ""


def connected(server: str | None) -> Server:
    """A server to ask; nothing is sent yet.

    Raises:
        EngineUnavailable: if no server of one's own is named, and there is no key.
        UsageError: if the address is none, or the key would travel unencrypted.
    """
    key = next((os.environ[name] for name in KEYS if os.environ.get(name)), None)
    if key is None and server is None:
        raise EngineUnavailable(
            "There is no key for the server.", hint=f"Set {KEYS[0]} in the environment."
        )
    base = server or os.environ.get("OPENAI_BASE_URL") or DEFAULT_SERVER
    _check_secrecy(base, key)
    return Server(base.rstrip("/"), key)


def _check_secrecy(server: str, key: str | None) -> None:
    """Refuse to send a key through a network that can read it, or one that is none."""
    parts = split_address(server)
    if key is None:
        return
    if not (key.isascii() and key.isprintable()):
        raise UsageError(
            "The key holds characters that no key has.", hint=f"Check {' and '.join(KEYS)}."
        )
    if parts.scheme == "https" or is_loopback(parts.hostname or ""):
        return
    raise UsageError(
        f"The key would go to {parts.hostname} unencrypted.",
        hint=f"Use https://, or unset {' and '.join(KEYS)} for a server that needs none.",
    )


def _long(seconds: float) -> str:
    hours = seconds / 3600
    return f"{seconds:.0f} s" if hours < 1 else f"{hours:.0f} h" if hours < 1000 else "years"
