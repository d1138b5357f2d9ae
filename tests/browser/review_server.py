"""The real server of a live review in a process of its own, over a bench that speaks nothing.

It can be killed and started again as a user's can: ``python -m tests.browser.review_server``.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dubbing.review.decision import LineDecision
from dubbing.review.decisions_file import Decisions, read_decisions
from dubbing.reviewer.channel import Channel
from dubbing.reviewer.desk import Desk
from dubbing.reviewer.document import ProjectDocument
from dubbing.reviewer.server import review_app, serve
from dubbing.timeline import Candidate, Line, Media, Span, Speaker, Timeline, Translation
from dubbing.workspace import Workspace

PATIENCE_S = 60
SAYINGS = ("一", "二", "三", "四")


def made_up_timeline(film: str) -> Timeline:
    """Four lines of one speaker."""
    lines = tuple(
        Line(f"L{n}", Span(n * 2000, n * 2000 + 1600), f"line {n}", (), "S1",
             translation=Translation(text, (Candidate(text, 0.0), Candidate(f"{text}吧", -1.0)), "x"))
        for n, text in enumerate(SAYINGS, start=1)
    )  # fmt: skip
    media = Media("film.mp4", film, 12_000, False, 0)
    return Timeline("zh", media, "en", speakers=(Speaker("S1", "Anna"),), lines=lines)


class SilentBench:
    """Keeps decisions and makes nothing."""

    def __init__(self, root: Path, film: str) -> None:
        self.root, self.target = root, "zh"
        self.timeline = made_up_timeline(film)
        self.workspace = Workspace(root)
        self.patches: dict[str, Any] = {}

    def decisions(self) -> Decisions:
        return read_decisions(self.root, self.target)

    def waiting(self) -> list[Line]:
        return []

    def document(self) -> ProjectDocument:
        return ProjectDocument(self.timeline, self.workspace, self.decisions())

    def line_documents(self, wanted: object) -> list[dict[str, Any]]:
        return []

    def natural_ms(self, line: str, text: str) -> None:
        return None

    def warm(self) -> None:
        """There is nothing to load."""

    def redub(self, line: str) -> list[Any]:
        return []


class NoMedia:
    """A film without picture and sound."""

    frame_ms = 40.0

    def document(self) -> dict[str, Any]:
        return {"picture": None, "original": None, "dub": None, "bed": None, "peaks": None}


def main(root: str, film: str, port: str, token: str) -> None:
    """Serve until killed."""
    channel = Channel()
    desk = Desk(SilentBench(Path(root), film), channel, NoMedia())  # type: ignore[arg-type]
    serve(review_app(desk, token, int(port), "Ana"), int(port), channel)


@dataclass
class Review:
    """A live review whose server can be killed and started again."""

    root: Path
    port: int = 0
    film: str = "f00d"
    token: str = ""
    starts: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self, port: int | None = None) -> str:
        """Start a server with a new token; returns the address that is printed."""
        self.starts += 1
        self.port = port or self.port or _free_port()
        self.token = f"token-{self.starts}"
        self.process = subprocess.Popen([
            sys.executable, "-m", "tests.browser.review_server", str(self.root), self.film,
            str(self.port), self.token,
        ])  # fmt: skip
        self._wait()
        return f"http://127.0.0.1:{self.port}/?token={self.token}"

    def kill(self) -> None:
        """As ``kill -9`` does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def decided(self, number: int) -> LineDecision | None:
        """What is on the disk of a line."""
        return read_decisions(self.root, "zh").lines.get(f"L{number}")

    def wait_for(self, number: int, **wanted: Any) -> LineDecision:
        """What is on the disk of a line as soon as it is so."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            found = self.decided(number)
            if found and all(getattr(found, name) == value for name, value in wanted.items()):
                return found
            time.sleep(0.05)
        raise AssertionError(f"{wanted} did not come: {self.decided(number)}")

    def _wait(self) -> None:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise AssertionError("the server did not start")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


if __name__ == "__main__":
    main(*sys.argv[1:])
