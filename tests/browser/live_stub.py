"""The smallest server that speaks the review page's protocol, and tells what it was asked."""

from __future__ import annotations

import json
import queue
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

from tests.browser.review_project import PAGE, project_script

POLICY = (
    "default-src 'self'; media-src 'self' blob:; img-src 'self' data:; "
    "style-src 'self'; script-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".mp4": "video/mp4",
    ".m4a": "audio/mp4",
    ".wav": "audio/wav",
}


class Stub:
    """One live review: its project, what it was told, and who listens."""

    def __init__(self, project: dict[str, Any], media: Path) -> None:
        """Serve the media that lie in a folder."""
        self.project = project
        self.media = media
        self.revision = project.setdefault("revision", 0)
        self.asked: list[tuple[str, str, Any]] = []
        self.decisions: dict[str, Any] = {}
        self.changed: dict[str, int] = {}
        self.status = 0
        """The answer to every decision, if not 0: as a server in trouble gives it."""
        self.listeners: list[queue.Queue[dict[str, Any] | None]] = []
        self.url = ""

    def decide_elsewhere(self, line: str, decision: dict[str, Any] | None) -> None:
        """Keep a decision whose news is still under way."""
        self.revision += 1
        self.changed[line] = self.revision
        self.decisions[line] = decision

    def tell(self, **event: Any) -> None:
        """Send an event to every page."""
        for listener in self.listeners:
            listener.put(event)

    def hang_up(self) -> None:
        """Close every page's stream of events."""
        for listener in self.listeners:
            listener.put(None)
        self.listeners.clear()

    def wait_for(self, method: str, path: str, count: int = 1) -> list[Any]:
        """Bodies of what was asked, as soon as it was asked so often."""
        until = time.monotonic() + 5
        while time.monotonic() < until:
            bodies = [b for m, p, b in list(self.asked) if (m, p) == (method, path)]
            if len(bodies) >= count:
                return bodies
            time.sleep(0.02)
        raise AssertionError(f"{method} {path} was not asked {count} times: {self.asked}")

    def put(self, line: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """The answer to a decision."""
        if self.status:
            return self.status, {"error": "a reason"}
        if body["revision"] < self.changed.get(line, 0):
            return 409, {"revision": self.revision, "decision": self.decisions.get(line)}
        self.decide_elsewhere(line, body["decision"])
        return 200, {"revision": self.revision, "decision": body["decision"]}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    stub: ClassVar[Stub]

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def _answer(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Content-Type", kind)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _body(self) -> Any:
        length = int(self.headers.get("Content-Length") or 0)
        return json.loads(self.rfile.read(length)) if length else None

    def _asked(self) -> Any:
        body = self._body()
        self.stub.asked.append((self.command, self.path, body))
        return body

    def do_PUT(self) -> None:
        body = self._asked()
        line = self.path.split("/")[3]
        status, answer = self.stub.put(line, body)
        self._answer(status, json.dumps(answer).encode())

    def do_POST(self) -> None:
        body = self._asked()
        status, answer = {
            "/api/estimate": lambda: (200, {"natural_ms": 100 * len(body["text"])}),
            "/api/render": lambda: (202, {}),
        }[self.path]()
        self._answer(status, json.dumps(answer).encode() if status != 204 else b"")

    def do_DELETE(self) -> None:
        self._asked()
        self._answer(200, b"{}")

    def do_GET(self) -> None:
        path = self.path.split("?")[0]
        if path == "/api/events":
            self._events()
        elif path == "/project.js":
            self._answer(200, project_script(self.stub.project).encode(), KINDS[".js"])
        elif path.startswith("/media/"):
            self._file(self.stub.media / path[1:])
        else:
            self._file(PAGE / (path[1:] or "index.html"))

    def _file(self, path: Path) -> None:
        if not path.is_file():
            self._answer(404, b"{}")
            return
        content = path.read_bytes()
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range") or "")
        if wanted is None:
            self._answer(200, content, KINDS[path.suffix])
            return
        first = int(wanted[1])
        last = min(int(wanted[2] or len(content) - 1), len(content) - 1)
        self.send_response(206)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Type", KINDS[path.suffix])
        self.send_header("Content-Range", f"bytes {first}-{last}/{len(content)}")
        self.send_header("Content-Length", str(last + 1 - first))
        self.end_headers()
        self.wfile.write(content[first : last + 1])

    def _events(self) -> None:
        listener: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self.stub.listeners.append(listener)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"retry: 200\n\n")
        self.wfile.flush()
        while (event := listener.get()) is not None:
            self.wfile.write(f"data: {json.dumps(event)}\n\n".encode())
            self.wfile.flush()
        self.close_connection = True


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A page that closed in the middle of an answer is no error."""


@contextmanager
def serving(project: dict[str, Any], media: Path) -> Iterator[Stub]:
    """Serve the project live."""
    stub = Stub({**project, "live": True}, media)
    handler = type("Handler", (_Handler,), {"stub": stub})
    server = _Server(("127.0.0.1", 0), handler)
    stub.url = f"http://127.0.0.1:{server.server_address[1]}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield stub
    finally:
        stub.hang_up()
        server.shutdown()
        thread.join()
        server.server_close()
