"""A client for servers that speak OpenAI's protocol, for whatever they are asked."""

from __future__ import annotations

import os
from typing import Any

from dubbing.errors import EngineUnavailable

TIMEOUT_S = 120.0
KEYS = ("DUBBING_API_KEY", "OPENAI_API_KEY")
"""Where a key may stand in the environment; it goes nowhere but to the server."""


def connected(server: str | None, retries: int) -> Any:
    """A client that asks again by itself, with exponential backoff; ``Retry-After`` is obeyed.

    Raises:
        EngineUnavailable: if no server of one's own is named, and there is no key.
    """
    import openai

    key = next((os.environ[name] for name in KEYS if os.environ.get(name)), None)
    if key is None and server is None:
        raise EngineUnavailable(
            "There is no key for the server.", hint=f"Set {KEYS[0]} in the environment."
        )
    return openai.OpenAI(
        base_url=server, api_key=key or "none", timeout=TIMEOUT_S, max_retries=retries
    )
