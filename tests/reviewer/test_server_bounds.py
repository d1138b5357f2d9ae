"""The server of the live review against requests that no page sends."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import httpx2
import pytest

from dubbing.reviewer import server
from dubbing.reviewer.channel import Channel
from dubbing.reviewer.server import COOKIE, LARGEST_BODY, free_port, review_app, serve

TOKEN = "t" * 32


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A served desk that nobody works at."""
    found = free_port(0)
    channel = Channel()
    bench = SimpleNamespace(timeline=SimpleNamespace(lines=(), media=None), patches={}, target="zh")
    media = SimpleNamespace(path=lambda _: None)
    desk: Any = SimpleNamespace(
        open=lambda: None, close=lambda: None, channel=channel, bench=bench, media=media
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "HEADER_TIMEOUT_S", 0.5)
        patch.setattr(server, "BODY_TIMEOUT_S", 0.5)
        app = review_app(desk, TOKEN, found, "Ana")
        threading.Thread(target=serve, args=(app, found, channel), daemon=True).start()
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", found)) == 0:
                    break
            time.sleep(0.05)
        yield found


@pytest.fixture
def page(port: int) -> Iterator[httpx2.Client]:
    cookies = {COOKIE.format(port=port): TOKEN}
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", cookies=cookies) as client:
        yield client


@pytest.mark.parametrize(
    "path",
    ["/%00", "/a%00b.js", "/" + "a" * 5000, "/" + "a/" * 3000, "/%ff", "/..%2f..%2fetc/passwd"],
)
def test_paths_that_no_file_has(page: httpx2.Client, path: str) -> None:
    assert page.get(path).status_code == 404


def test_a_body_in_pieces_is_not_held_whole(page: httpx2.Client) -> None:
    sent = 0

    def pieces() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(300):
            sent += 1 << 20
            yield bytes(1 << 20)

    with suppress(httpx2.HTTPError):  # the connection ends while the rest is sent
        assert page.post("/api/estimate", content=pieces()).status_code == 400
    assert sent < 100 * LARGEST_BODY
    assert page.get("/").status_code == 200


@pytest.mark.parametrize("length", ["x", "9" * 5000, "-1", "³"])
def test_a_length_that_is_none(port: int, length: str) -> None:
    head = (
        f"POST /api/estimate HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: {length}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(head.encode())
        assert connection.recv(100).split()[1] in (b"400", b"403", b"413")


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_half_a_request_is_not_waited_for(port: int, begun: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(begun)
        began_s = time.monotonic()
        assert connection.recv(100) in (b"", b"HTTP/1.1 400")
        assert time.monotonic() - began_s < 4


def test_half_a_body_is_not_waited_for(port: int) -> None:
    head = (
        f"POST /api/estimate HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Cookie: {COOKIE.format(port=port)}={TOKEN}\r\nContent-Length: 50\r\n\r\n{{"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(head.encode())
        assert connection.recv(100).split()[1] == b"400"
