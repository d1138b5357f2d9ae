"""Tells a server that a batch is over, signed so that it knows who tells.

The body is JSON; the header ``X-Dubbing-Signature: t=UNIX_TIME,sha256=HEX`` is the HMAC-SHA256 (RFC 2104)
of ``UNIX_TIME.BODY`` with the secret that both know. A receiver computes it again, compares in constant
time, and refuses what is older than a few minutes.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from dubbing.errors import EngineFailed, UsageError
from dubbing.web import MB, Limits, WebError, ask

HEADER = "X-Dubbing-Signature"
SECRET_VARIABLE = "DUBBING_WEBHOOK_SECRET"  # noqa: S105 - the name of a variable
WAITS_S = (1.0, 2.0, 4.0, 8.0)
"""Before it is told again; a receiver refuses what was signed some minutes ago."""
LIMITS = Limits(total_s=15.0, max_bytes=MB)


def check_webhook(url: str, secret: str) -> None:
    """Refuse what can never be told.

    Raises:
        UsageError: for other schemes than http and https, or without a secret.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"'{url}' is no address of a webhook.", hint="It begins with https://.")
    if not secret:
        raise UsageError(
            "A webhook is signed, and there is no secret to sign it with.",
            hint=f"Set {SECRET_VARIABLE}.",
        )


def signature(body: bytes, secret: str, time_s: int) -> str:
    """What the header holds."""
    signed = f"{time_s}.".encode() + body
    return f"t={time_s},sha256={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


def send(
    url: str,
    secret: str,
    content: Mapping[str, Any],
    *,
    rest: Callable[[float], None] = time.sleep,
) -> None:
    """Post a message; tries again, each time after twice as long, while the server is not there.

    Raises:
        UsageError: see :func:`check_webhook`.
        EngineFailed: if the server refused it, or was never there.
    """
    check_webhook(url, secret)
    body = json.dumps(content, ensure_ascii=False).encode()
    signed = {
        "Content-Type": "application/json",
        HEADER: signature(body, secret, int(time.time())),
    }
    try:
        answer = ask(
            "POST", url, content=body, headers=signed, limits=LIMITS, waits_s=WAITS_S, rest=rest
        )
    except WebError as error:
        raise EngineFailed(f"The webhook was not told: {url} {error}.") from error
    if not answer.is_good:
        raise EngineFailed(f"The webhook was not told: {url} answered {answer.status}.")
