"""Which servers a film's text may be sent to, and a key with it.

An address that stands in a manifest or in a workspace is a stranger's: it counts for nothing until the
command line names its host. What the user's own command line and profile name is sent to as it is.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from typing import Any
from urllib.parse import SplitResult, urlsplit

from dubbing.errors import UsageError

ANY_SERVER = ("*",)
"""For a command whose settings are all the user's own."""
PORTS = {"http": 80, "https": 443}


class ServerNotAllowed(UsageError):
    """A text would go to a server that this command line does not name."""


def address_of(kind: Any, options: Any) -> str | None:
    """Return where an engine sends texts to; ``None`` if they stay in this process.

    An engine class that talks to a server names it, ``default_server``, for when none is set.
    """
    own: str | None = getattr(options, "server", None)
    return own or getattr(kind, "default_server", None)


def check_server(kind: Any, options: Any, allowed: Collection[str]) -> None:
    """Refuse an engine that sends texts elsewhere than to ``allowed`` (hosts, or ``ANY_SERVER``).

    The default server of an engine on this machine needs no permission.

    Raises:
        ServerNotAllowed: naming the host and the flag that allows it.
    """
    address = address_of(kind, options)
    if address is None or set(allowed) >= set(ANY_SERVER):
        return
    parts = split_address(address)
    is_own = getattr(options, "server", None) is None and is_loopback(parts.hostname or "")
    if is_own or any(_is_named(parts, name) for name in allowed):
        return
    place = parts.netloc.rpartition("@")[2] or address
    raise ServerNotAllowed(
        f"The film's text would go to {place}, which this command line does not name.",
        hint=f"If you trust it: --allow-server {place}",
    )


def check_host(address: str, allowed: Collection[str], what: str) -> None:
    """Refuse an address on a host that is not among ``allowed``.

    Args:
        address: what a server says.
        allowed: hosts or addresses that the user named.
        what: begins the message: "A file would come from".

    Raises:
        ServerNotAllowed: naming the host and the flag that allows it.
        UsageError: if it is no address.
    """
    parts = split_address(address)
    if not any(_is_named(parts, name) for name in allowed):
        raise ServerNotAllowed(
            f"{what} {parts.netloc}, which this command line does not name.",
            hint=f"If you trust it: --allow-server {parts.netloc}",
        )


def split_address(address: str) -> SplitResult:
    """Return the parts of a server's address.

    Raises:
        UsageError: if it is none, or holds a login.
    """
    try:
        parts = urlsplit(address)
        is_good = parts.scheme in PORTS and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        is_good = False
    if not is_good or "@" in parts.netloc:
        raise UsageError(
            f"'{address}' is not the address of a server.", hint="It begins with https://HOST."
        )
    return parts


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_named(parts: SplitResult, name: str) -> bool:
    """Whether ``name`` (``HOST``, ``HOST:PORT`` or an address) means the server."""
    try:
        named = urlsplit(name if "//" in name else f"//{name}")
        port = named.port or PORTS.get(named.scheme)
    except ValueError:
        return False
    is_same_port = port is None or port == (parts.port or PORTS[parts.scheme])
    is_same_scheme = named.scheme in ("", parts.scheme)
    return is_same_port and is_same_scheme and named.hostname == parts.hostname
