"""The live review through a real server: guarded, quick, and true to what a render gives."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
import uvicorn

from dubbing.media.probe import probe
from dubbing.media.sound_file import read_sound
from dubbing.reviewer.bench import Bench
from dubbing.reviewer.channel import Channel
from dubbing.reviewer.desk import Desk
from dubbing.reviewer.live_media import LiveMedia
from dubbing.reviewer.server import free_port, media_folder, review_app
from tests.conftest import Dubbed

pytestmark = pytest.mark.slow
TOKEN = "t" * 32
AT = "2026-01-01T10:00:00Z"


@dataclass
class Live:
    """A server in a thread, and everything that it said to one page."""

    done: Dubbed
    client: httpx2.Client
    bench: Bench
    port: int
    events: list[dict[str, Any]] = field(default_factory=list)

    def line(self, number: int) -> str:
        return self.bench.timeline.lines[number - 1].id

    def decide(self, number: int, revision: int | None = None, **decision: Any) -> httpx2.Response:
        """Put a decision; without a revision as somebody who has seen all."""
        told = {"at": AT, **decision} if decision else None
        if revision is None:
            revision = self.bench.decisions().revision
        path = f"/api/lines/{self.line(number)}/decision"
        return self.client.put(path, json={"decision": told, "revision": revision})

    def wait(self, timeout_s: float = 60.0, **wanted: Any) -> dict[str, Any]:
        """The first event with these values, from now or before; it is then forgotten."""
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            for place, event in enumerate(self.events):
                if all(event.get(key) == value for key, value in wanted.items()):
                    return self.events.pop(place)
            time.sleep(0.02)
        raise AssertionError(f"{wanted} did not come; {[e['type'] for e in self.events]}")


def listen(live: Live) -> None:
    cookies = {f"dubbing-review-{live.port}": TOKEN}
    with (
        suppress(httpx2.TransportError),  # the server ends
        httpx2.Client(base_url=str(live.client.base_url), cookies=cookies, timeout=None) as client,
        client.stream("GET", "/api/events") as stream,
    ):
        for row in stream.iter_lines():
            if row.startswith("data: "):
                live.events.append(json.loads(row.removeprefix("data: ")))


@pytest.fixture(scope="module")
def live(two_speakers_zh: Dubbed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    from tests.conftest import copied

    done = copied(two_speakers_zh, tmp_path_factory.mktemp("live"))
    bench = Bench(done.workspace, "zh")
    media = LiveMedia(probe(done.source), media_folder(done.workspace, "zh"), "360p",
                      lambda what, share: None)  # fmt: skip
    media.refresh(bench.timeline, bench.workspace)
    port = free_port(0)
    channel = Channel()
    app = review_app(Desk(bench, channel, media), TOKEN, port, "Ana")
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error",
                                           timeout_graceful_shutdown=1))  # fmt: skip
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    client = httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=30)
    for _ in range(100):
        try:
            client.get(f"/?token={TOKEN}")
            break
        except httpx2.TransportError:
            time.sleep(0.1)
    found = Live(done, client, bench, port)
    page = threading.Thread(target=listen, args=(found,), daemon=True)
    page.start()
    time.sleep(0.5)
    yield found
    client.close()
    channel.close()
    server.should_exit = True
    thread.join(timeout=30)
    page.join(timeout=30)


def test_nothing_is_served_without_the_token_or_to_other_pages(live: Live) -> None:
    base = str(live.client.base_url)
    with httpx2.Client(base_url=base) as stranger:
        for path in ("/", "/project.js", "/api/review.json", "/media/dub.m4a", "/?token=wrong"):
            assert stranger.get(path).status_code == 403
    assert live.client.get("/", headers={"Host": "evil.example"}).status_code == 421
    other = live.client.post("/api/render", headers={"Origin": "http://evil.example"})
    assert other.status_code == 403
    page = live.client.get("/")
    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["content-security-policy"]


@pytest.mark.parametrize(
    "path",
    ["/..%2f..%2fserver.py", "/media/..%2f..%2f..%2fjobs%2fzh.json", "/%2e%2e/server.py",
     "/media/patch/..%2f..%2f..%2fjobs%2fzh.json", "/vendor/../../server.py", "//etc/passwd"],
)  # fmt: skip
def test_nothing_outside_is_served(live: Live, path: str) -> None:
    answer = live.client.get(path)
    assert answer.status_code == 404
    assert "source" not in answer.text


def test_media_can_be_asked_for_in_parts(live: Live) -> None:
    script = live.client.get("/project.js").text
    project = json.loads(script.removeprefix("window.PROJECT = ").rstrip().removesuffix(";"))
    assert project["live"] is True
    part = live.client.get(f"/{project['media']['dub']}", headers={"Range": "bytes=10-19"})
    assert part.status_code == 206
    assert len(part.content) == 10


def test_wrong_decisions_are_refused_in_one_sentence(live: Live) -> None:
    assert live.decide(1, text="").status_code == 400
    assert live.decide(1, start_ms=5000, end_ms=100).status_code == 400
    answer = live.decide(1, voice="nobody")
    assert answer.status_code == 400
    assert "There is no voice nobody" in answer.json()["error"]
    unknown = live.client.put("/api/lines/L0/decision", json={"decision": None, "revision": 0})
    assert unknown.status_code == 400
    big = live.client.put("/api/lines/L0/decision", content=b"x" * 2_000_000)
    assert big.status_code == 413


def test_a_page_of_another_dub_decides_nothing_here(live: Live) -> None:
    path = f"/api/lines/{live.line(3)}/decision"
    body = {"decision": {"note": "x"}, "revision": live.bench.decisions().revision}
    for other in ({"film": "another"}, {"language": "es"}):
        assert live.client.put(path, json={**body, **other}).status_code == 410
    assert live.line(3) not in live.bench.decisions().lines


def test_a_session_of_before_a_restart_has_ended(live: Live) -> None:
    path = f"/api/lines/{live.line(3)}/decision"
    cookies = {f"dubbing-review-{live.port}": "the token of before"}
    with httpx2.Client(base_url=str(live.client.base_url), cookies=cookies) as old:
        answer = old.put(path, json={"decision": {"note": "x"}, "revision": 0})
    assert answer.status_code == 403
    assert live.line(3) not in live.bench.decisions().lines


def test_an_edited_line_is_heard_soon_and_a_render_holds_the_same(live: Live) -> None:
    began = time.monotonic()
    assert live.decide(6, text="坐火车大约要三个小时。").status_code == 200
    told = live.wait(type="line")
    seconds = time.monotonic() - began
    assert told["line"]["says"] == "坐火车大约要三个小时。"
    assert told["line"]["check"] is None
    patch = told["patch"]
    assert patch["start_ms"] < told["line"]["dub_start_ms"] < patch["end_ms"]
    sound = live.client.get(patch["url"])
    assert sound.status_code == 200
    assert seconds < 60, "far from quick, even on a busy machine"
    live.wait(type="job", state="done")
    path = next(iter(live.bench.patches.values())).path
    heard = read_sound(path).samples.copy()
    check_render(live, patch, heard)


def check_render(live: Live, patch: dict[str, Any], heard: np.ndarray) -> None:
    """What was heard on the bench is what the film holds."""
    assert live.client.post("/api/render").status_code == 202
    live.wait(120, type="film")
    mix = live.bench.timeline.mix
    assert mix is not None
    path = live.bench.workspace.path(mix.sound)
    film = read_sound(path, patch["start_ms"], patch["end_ms"]).samples
    n = min(film.shape[1], heard.shape[1])
    assert np.abs(film[:, :n] - heard[:, :n]).max() < 1e-4  # the patch has 16 bits
    assert not live.bench.patches
    assert live.done.report["lines"][5]["says"] == "坐火车大约要三个小时。"


def test_two_tabs_and_a_crash(live: Live) -> None:
    first = live.decide(2, note="first tab").json()["revision"]
    late = live.decide(2, revision=first - 1, note="second tab")
    assert late.status_code == 409
    assert late.json()["decision"]["note"] == "first tab"
    other = live.decide(4, revision=first - 1, note="another line")
    assert other.status_code == 200
    again = Bench(live.done.workspace, "zh")  # as after a kill
    kept = again.decisions().lines
    assert kept[live.line(2)].note == "first tab"
    assert kept[live.line(6)].text == "坐火车大约要三个小时。"
    assert not again.waiting()
    review = live.client.get("/api/review.json").json()
    assert review["decisions"][live.line(2)]["note"] == "first tab"


def test_an_accepted_line_is_locked_as_it_is(live: Live) -> None:
    before = live.bench.timeline.lines[0].take
    live.events.clear()
    assert live.decide(1, verdict="accepted").status_code == 200
    told = live.wait(type="line")
    assert told["line"]["locked"] is True
    assert live.bench.timeline.lines[0].take == before


def test_the_time_of_a_text_is_told_by_its_voice(live: Live) -> None:
    answer = live.client.post("/api/estimate", json={"line": live.line(1), "text": "你好，世界！"})
    assert 400 < answer.json()["natural_ms"] < 2500
    missing = live.client.post("/api/estimate", json={"line": "L0", "text": "x"})
    assert missing.status_code == 400


def test_a_file_from_the_page_folder(live: Live, tmp_path: Path) -> None:
    del tmp_path
    script = live.client.get("/vendor/wavesurfer.min.js")
    assert script.status_code == 200
    assert "javascript" in script.headers["content-type"]
