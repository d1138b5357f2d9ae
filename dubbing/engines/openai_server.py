"""A client for servers that speak OpenAI's protocol, for whatever they are asked."""

from __future__ import annotations

import os
from typing import Any

from dubbing.errors import EngineUnavailable, UsageError
from dubbing.servers import is_loopback, split_address

TIMEOUT_S = 120.0
KEYS = ("DUBBING_API_KEY", "OPENAI_API_KEY")
"""Where a key may stand in the environment; it goes nowhere but to the server."""
DEFAULT_SERVER = "https://api.openai.com/v1"
REDIRECTS = range(300, 400)


def connected(server: str | None, retries: int) -> Any:
    """A client that asks again by itself, with exponential backoff; ``Retry-After`` is obeyed.

    Redirects are not followed: neither text nor key goes where the user did not send it.

    Raises:
        EngineUnavailable: if no server of one's own is named, and there is no key.
        UsageError: if the address is none, or the key would travel unencrypted.
    """
    import openai

    key = next((os.environ[name] for name in KEYS if os.environ.get(name)), None)
    if key is None and server is None:
        raise EngineUnavailable(
            "There is no key for the server.", hint=f"Set {KEYS[0]} in the environment."
        )
    # the client takes the variable where no server is named
    _check_secrecy(server or os.environ.get("OPENAI_BASE_URL") or DEFAULT_SERVER, key)
    return openai.OpenAI(
        base_url=server,
        api_key=key or "none",
        timeout=TIMEOUT_S,
        max_retries=retries,
        http_client=openai.DefaultHttpxClient(follow_redirects=False),
    )


def _check_secrecy(server: str, key: str | None) -> None:
    """Refuse to send a key through a network that can read it."""
    parts = split_address(server)
    if key is None or parts.scheme == "https" or is_loopback(parts.hostname or ""):
        return
    raise UsageError(
        f"The key would go to {parts.hostname} unencrypted.",
        hint=f"Use https://, or unset {' and '.join(KEYS)} for a server that needs none.",
    )
