"""How far the addresses of a manifest may reach: the public internet, unless the command line says more.

A manifest may come from somebody else, and an address in it must not make this machine ask what only this
machine can reach: itself, its network, the metadata service of a cloud. Names are resolved and all their
addresses checked before anything is asked; what is then connected to is checked again for every
connection, so neither a redirect nor a name that changes its mind leads further.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from dubbing.errors import UsageError

GB = 1_000_000_000
WEB_PORTS = {"http": 80, "https": 443}
CONNECT_TIMEOUT_S, READ_TIMEOUT_S = 30.0, 60.0
MAX_FETCH_S = 6 * 3600.0
"""However slowly a server sends."""
METADATA = (ipaddress.ip_address("168.63.129.16"),)
"""Of Azure: a public address that answers machines in its network alone."""
NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Permissions:
    """What a manifest may do beyond what every manifest may; only the command line gives it."""

    servers: Sequence[str] = ()
    """Hosts that texts may be sent to."""
    private_hosts: bool = False
    """Whether films may be fetched from, and dubs put to, hosts that are not public."""
    max_input_bytes: int = 100 * GB
    """Of a film that is fetched."""

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Permissions:
        """As an order carries them."""
        return cls(**{**plain, "servers": tuple(plain["servers"])})


NONE_GIVEN = Permissions()
OWN_STORE = Permissions(private_hosts=True)
"""For the exchange that the command line itself names (``--storage``)."""


class HostNotAllowed(UsageError):
    """An address leads to a host that is not public."""


class _NotPublic(OSError):
    """A connection to an address that is not public."""


def check_host(url: str) -> None:
    """Refuse a web address any of whose hosts is not public; a host that is not known passes.

    Raises:
        HostNotAllowed: naming the flag that allows it.
    """
    parts = urlsplit(url)
    if parts.scheme.lower() not in WEB_PORTS:
        return  # stores of objects are reached through the user's own settings
    host = parts.hostname or ""
    if host == "localhost" or not all(map(is_public, _addresses(host))):
        raise HostNotAllowed(
            f"{host} is not a public host, and the manifest sends this machine there.",
            hint="If that is meant: --allow-private-hosts",
        )


def is_public(address: str) -> bool:
    """Whether anybody on the internet reaches the same host under an IP address."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast and ip not in METADATA


def _addresses(host: str) -> set[str]:
    """All that a name means, also the older ways of writing 127.0.0.1 (``2130706433``, ``0x7f.1``)."""
    try:
        return {str(info[4][0]) for info in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        return set()


def web_options(url: str, permissions: Permissions) -> dict[str, Any]:
    """Return what fsspec's file system for the web is told: whom it may connect to, and how long.

    Raises:
        HostNotAllowed: if the address itself leads to a host that it may not.
    """
    if urlsplit(url).scheme.lower() not in WEB_PORTS:
        return {}
    if permissions.private_hosts:
        return {"get_client": _client}
    check_host(url)
    return {"get_client": _public_client}


async def _client(**more: Any) -> Any:
    return _session(None, more)


async def _public_client(**more: Any) -> Any:
    return _session(_public_socket, more)


def _session(socket_factory: Any, more: dict[str, Any]) -> Any:
    import aiohttp

    timeout = aiohttp.ClientTimeout(
        total=MAX_FETCH_S, sock_connect=CONNECT_TIMEOUT_S, sock_read=READ_TIMEOUT_S
    )
    connector = aiohttp.TCPConnector(socket_factory=socket_factory)
    return aiohttp.ClientSession(connector=connector, timeout=timeout, **more)


def _public_socket(info: Any) -> socket.socket:
    """A socket for one address, which is the one that is connected to."""
    family, kind, protocol, _, address = info
    if not is_public(str(address[0])):
        raise _NotPublic(f"{address[0]} is not a public address")
    return socket.socket(family, kind, protocol)
