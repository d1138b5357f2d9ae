"""Requests to the server of the live review: as its page sends them, and as nobody should."""

from __future__ import annotations

import json
import random
import socket
import threading
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.odd.mutations import TEXTS, damaged, damaged_json

GOLDEN = Path(__file__).parent.parent / "golden/timeline_v1.json"
TOKEN, PORT = "t" * 32, 8765
"""The port that the server believes it has; it listens on any that is free."""
LINE = "Lc8512f2d9c"
ANSWER_S = 5.0
LISTENED_S = 0.3
"""To a stream of news, which never ends."""
REFUSED, SERVER_ERROR = 400, 500
PATHS = (
    "/../../etc/passwd", "/..%2f..%2fetc/passwd", "/%00", "/media/../../x", "/media/patch/..%2f..%2fx", "//etc/passwd",
    "/%ff%fe", "/?token=" + "x" * 5000, "*", "http://127.0.0.1:1/", "/a" * 4000, "/api/lines/%2e%2e/decision",
    "/api/lines//decision", "/api/jobs/%0d%0aX: y", "/\ud800", "",
)  # fmt: skip
METHODS = (
    "GET",
    "PUT",
    "POST",
    "DELETE",
    "HEAD",
    "OPTIONS",
    "PATCH",
    "TRACE",
    "CONNECT",
    "get",
    "",
)
HEADERS = (
    "Content-Length: -1", "Content-Length: 99999999999999999999", "Content-Length: 3\r\nContent-Length: 4",
    "Transfer-Encoding: chunked", "Transfer-Encoding: gzip, chunked", "Content-Type: multipart/form-data; boundary=x",
    "Content-Type: text/plain; charset=utf-99", "Content-Encoding: gzip", "Range: bytes=0-,5-9,-1",
    "Range: bytes=99999999999-", "If-Modified-Since: never", "Origin: null", "Origin: http://evil.example",
    "Host: evil.example", "Cookie: " + "a=b; " * 3000, "X-Large: " + "x" * 100_000, "Expect: 100-continue",
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13",
    "Connection: keep-alive, close", "Accept: \xff", ": no name", "No colon",
)  # fmt: skip


def request(
    method: str, path: str, body: str | bytes = b"", headers: tuple[str, ...] = ()
) -> bytes:
    """An HTTP request of somebody who holds the token."""
    content = body if isinstance(body, bytes) else body.encode("utf-8", errors="surrogatepass")
    rows = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{PORT}",
            f"Cookie: dubbing-review-{PORT}={TOKEN}"]  # fmt: skip
    rows += [f"Content-Length: {len(content)}", "Content-Type: application/json"] if body else []
    head = "\r\n".join([*rows, *headers]) + "\r\n\r\n"
    return head.encode("utf-8", errors="surrogatepass") + content


DECISION = json.dumps({
    "decision": {
        "verdict": "accepted", "text": "好。", "note": "n", "at": "2026-01-01", "start_ms": 100,
        "end_ms": 2000, "emotion": {"label": "calm", "intensity": 0.5}, "flags_accepted": ["fast"],
    },
    "revision": 0, "film": "", "language": "zh",
})  # fmt: skip
SEEDS = {
    "decide": ("PUT", f"/api/lines/{LINE}/decision", DECISION),
    "forget": ("PUT", f"/api/lines/{LINE}/decision", '{"decision": null, "revision": 0}'),
    "estimate": ("POST", "/api/estimate", json.dumps({"line": LINE, "text": "好。"})),
    "render": ("POST", "/api/render", ""),
    "cancel": ("DELETE", f"/api/jobs/{LINE}", ""),
    "index": ("GET", "/", ""),
    "project": ("GET", "/project.js", ""),
    "media": ("GET", "/media/dub.m4a", ""),
    "patch": ("GET", "/media/patch/x.wav", ""),
    "events": ("GET", "/api/events", ""),
    "download": ("GET", "/api/review.json", ""),
}


def requests(folder: Path) -> dict[str, bytes]:
    """The requests of the page."""
    del folder
    return {f"{name}.http": request(*parts) for name, parts in SEEDS.items()}


def damaged_request(name: str, content: bytes, rng: random.Random) -> bytes:
    """Another body, path, method or header, or other bytes anywhere."""
    method, path, seed = SEEDS[name.removesuffix(".http")]
    body: str | bytes = seed
    headers: list[str] = []
    if rng.random() < 0.15:
        return damaged(content, rng)
    for _ in range(rng.randint(1, 2)):
        match rng.randrange(6):
            case 0:
                path = rng.choice((*PATHS, path + rng.choice(TEXTS).replace("\n", "")))
            case 1:
                method = rng.choice(METHODS)
            case 2:
                headers.append(rng.choice(HEADERS))
            case _ if seed:
                body = damaged_json(seed, rng)
            case _:
                body = rng.choice(("{}", "[" * 3000, "x" * 1_500_000, "null", "\0", '"\\ud800"'))
    return request(method, path, body, tuple(headers))


def send_request(path: Path) -> None:
    """Serve a dub, send the bytes, and see that the server answers, and goes on answering."""
    port = served(path.parent)
    content = path.read_bytes()
    answer = answer_of(port, content)
    status = int((answer.split(b" ", 2)[1:2] or [b"400"])[0])
    assert 100 <= status < SERVER_ERROR, answer[:300]
    assert TOKEN.encode() in content or status >= REFUSED, answer[:300]
    answer = answer_of(port, request("GET", "/"))
    assert answer.startswith(b"HTTP/1.1 200"), answer[:300]


def answer_of(port: int, content: bytes) -> bytes:
    """What comes back, until the server hangs up or has nothing more to say."""
    with socket.create_connection(("127.0.0.1", port), timeout=ANSWER_S) as connection:
        answer = b""
        try:
            connection.sendall(content)
            answer = connection.recv(65_536)
            connection.settimeout(LISTENED_S)
            while b"\r\n\r\n" not in answer and (more := connection.recv(65_536)):
                answer += more
        except (TimeoutError, ConnectionError):
            pass
        return answer


def served(root: Path) -> int:
    """The port of a server whose bench makes nothing; it ends with its process."""
    from dubbing.reviewer import server
    from dubbing.reviewer.channel import Channel
    from dubbing.reviewer.desk import Desk

    server.HEADER_TIMEOUT_S = server.BODY_TIMEOUT_S = 1.0
    channel = Channel()
    media: Any = SimpleNamespace(
        path=lambda _: None,
        type_of=lambda _: "",
        document=lambda: {"peaks": {}},
        frame_ms=40.0,
        refresh=lambda *_: None,
    )
    desk = Desk(_bench(root), channel, media)
    app = server.review_app(desk, TOKEN, PORT, "Ana")
    port = server.free_port(0)
    threading.Thread(target=server.serve, args=(app, port, channel), daemon=True).start()
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return port
        time.sleep(0.02)
    raise AssertionError("the server does not start")


def _bench(root: Path) -> Any:
    """A bench of the golden dub on which nothing is made."""
    from dubbing.reviewer.bench import Bench
    from dubbing.workspace import Workspace, read_timeline

    class IdleBench(Bench):
        def __init__(self) -> None:
            self.root, self.target = root / "film.dub", "zh"
            self.root.mkdir()
            self.workspace = Workspace(self.root)
            self.timeline = read_timeline(GOLDEN)
            self.patches = {}

        def warm(self) -> None:
            """Nothing is loaded."""

        def redub(self, line_id: str) -> Any:
            return []

        def render(self, listener: Any = None) -> None:
            """Nothing is made."""

        def natural_ms(self, line_id: str, text: str) -> int | None:
            return len(text)

    return IdleBench()
