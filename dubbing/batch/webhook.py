"""Tells a server that a batch is over, signed so that it knows who tells.

The body is JSON; the header ``X-Dubbing-Signature: t=UNIX_TIME,sha256=HEX`` is the HMAC-SHA256 (RFC 2104)
of ``UNIX_TIME.BODY`` with the secret that both know. A receiver computes it anew, compares in constant
time, and refuses what is older than a few minutes.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from dubbing.errors import EngineFailed, UsageError

HEADER = "X-Dubbing-Signature"
SECRET_VARIABLE = "DUBBING_WEBHOOK_SECRET"  # noqa: S105 - the name of a variable
ATTEMPTS = 5
TIMEOUT_S = 15.0
CLIENT_ERROR, SERVER_ERROR = 400, 500
TOO_MANY = 429


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
    opener = urllib.request.build_opener(_NoRedirect)
    problem = ""
    for attempt in range(ATTEMPTS):
        if attempt:
            rest(2.0 ** (attempt - 1))
        request = urllib.request.Request(url, data=body, method="POST")  # noqa: S310 - checked
        request.add_header("Content-Type", "application/json")
        request.add_header(HEADER, signature(body, secret, int(time.time())))
        try:
            with opener.open(request, timeout=TIMEOUT_S):
                return
        except urllib.error.HTTPError as error:
            problem = f"it answered {error.code}"
            error.close()
            if CLIENT_ERROR <= error.code < SERVER_ERROR and error.code != TOO_MANY:
                break
        except OSError as error:
            problem = str(error)
    raise EngineFailed(f"The webhook {url} was not told: {problem}.")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A signed message goes where it was addressed to, and nowhere else."""

    def redirect_request(self, *told: Any, **more: Any) -> None:
        """Follow nothing."""
        return
