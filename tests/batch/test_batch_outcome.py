"""What a batch tells: status, reports, metrics, webhooks, estimates."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from dubbing.batch.drive import Driver
from dubbing.batch.estimate import estimate, shipped_speeds, speeds_of
from dubbing.batch.failures import Failure
from dubbing.batch.metrics_file import metrics_text, write_metrics
from dubbing.batch.report import report_document, trouble, write_report
from dubbing.batch.status import find_tasks, rows, status
from dubbing.batch.store import Store
from dubbing.batch.tables import duration, table_of
from dubbing.batch.tasks import Order, Receipt
from dubbing.batch.webhook import HEADER, send, signature
from dubbing.errors import EngineFailed, UsageError
from dubbing.pipeline import load_stages
from dubbing.settings import load_recipe
from tests.batch.made import HASTY, Scripted, done, film, planned, season, store_of, wanted

GOOD = {"lines": 10, "flagged": 0, "median_error_rate": 0.02, "median_dnsmos": 3.4,
        "worst_start_error_ms": 4.0}  # fmt: skip
POOR = {**GOOD, "flagged": 6, "median_error_rate": 0.4, "median_dnsmos": 2.0}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    path = season(tmp_path)
    film(tmp_path / "films/<b>.mp4", number=9)
    made = store_of(path, tmp_path / "b")

    def script(order: Order) -> Receipt | Failure:
        if "<b>" in order.film:
            return Failure("NoSpeech", "Nobody speaks in <b>.", may_pass=False)
        return done(order, summary=POOR if order.payload["target"] == "es" else GOOD)

    Driver(made, Scripted(script), HASTY).run()
    return made


def test_status_tells_all(store: Store) -> None:
    now = status(store)
    assert now.failed
    assert now.is_over
    assert dict(now.jobs) == {"done": 4, "failed": 2}
    told = {(row.film, row.target): row for row in rows(store)}
    assert told["films/ep0.mp4", "zh"].seconds == 2.0
    assert "Nobody speaks" in told["films/<b>.mp4", "zh"].error
    assert table_of(store).row_count == 6
    assert table_of(store, most=2).row_count == 2
    assert len(find_tasks(store, "films/ep0.mp4", None)) == 3
    assert len(find_tasks(store, "films/ep0.mp4", "es")) == 1


def test_the_worst_dubs_come_first(store: Store) -> None:
    dubs = report_document(store)["dubs"]
    assert [dub["state"] for dub in dubs[:2]] == ["failed", "failed"]
    assert [dub["language"] for dub in dubs[2:]] == ["es", "es", "zh", "zh"]
    assert dubs[2]["figures"]["flagged"] == 6
    data, page = write_report(store)
    assert json.loads(data.read_text())["schema"] == "dubbing.BatchReport/1"
    html = page.read_text()
    assert "&lt;b&gt;" in html
    assert "<b>" not in html


def test_trouble_grows_with_each_fault() -> None:
    assert trouble("done", {}) == 0
    assert trouble("done", GOOD) < 0.1 < trouble("done", POOR) < 4
    assert trouble("done", POOR) < trouble("waiting", {}) < trouble("failed", {})
    assert trouble("done", {**GOOD, "median_dnsmos": None, "median_error_rate": None}) < 0.1


def test_metrics_are_what_prometheus_reads(store: Store, tmp_path: Path) -> None:
    store.base.execute("UPDATE batch SET title = ?", ('A "b"\n\\',))
    text = metrics_text(store)
    sample = re.compile(r'[a-z_]+(\{([a-z]+="(\\.|[^"\\\n])*",?)+\})? -?[0-9.]+')
    for line in text.splitlines():
        assert line.startswith(("# HELP ", "# TYPE ")) or sample.fullmatch(line), line
    assert 'kind="dub",state="done"} 4' in text
    write_metrics(store, tmp_path / "m.prom")
    assert (tmp_path / "m.prom").read_text().startswith("# HELP")


class Receiver(BaseHTTPRequestHandler):
    answers: list[int]
    got: list[tuple[str, bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.got.append((self.headers[HEADER], body))
        self.send_response(self.answers.pop(0))
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *told: object) -> None:
        """Say nothing."""


@pytest.fixture
def hook() -> Iterator[tuple[str, type[Receiver]]]:
    kind = type("Own", (Receiver,), {"answers": [], "got": []})
    server = HTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook", kind
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_webhook_is_signed_and_tried_again(hook: tuple[str, type[Receiver]]) -> None:
    url, kind = hook
    kind.answers += [503, 429, 204]
    rests: list[float] = []
    send(url, "secret", {"jobs": {"done": 4}}, rest=rests.append)
    assert rests == [1.0, 2.0]
    told, body = kind.got[-1]
    time_s, _, given = told.removeprefix("t=").partition(",sha256=")
    expected = hmac.new(b"secret", f"{time_s}.".encode() + body, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(given, expected)
    assert signature(body, "secret", int(time_s)) == told
    assert json.loads(body) == {"jobs": {"done": 4}}


@pytest.mark.parametrize("answer", [404, 302])
def test_a_webhook_that_refuses_is_not_asked_again(
    hook: tuple[str, type[Receiver]], answer: int
) -> None:
    url, kind = hook
    kind.answers += [answer] * 5
    with pytest.raises(EngineFailed, match=str(answer)):
        send(url, "secret", {}, rest=lambda s: None)
    assert len(kind.got) == 1


def test_only_http_and_only_signed() -> None:
    for url in ("file:///etc/passwd", "ftp://x/y", "https://", "x"):
        with pytest.raises(UsageError):
            send(url, "secret", {})
    with pytest.raises(UsageError, match="secret"):
        send("https://example.org/hook", "", {})
    with pytest.raises(EngineFailed):
        send("http://127.0.0.1:9/closed", "secret", {}, rest=lambda s: None)


def test_estimates_come_from_what_was_measured(store: Store) -> None:
    plan = planned(wanted("a", "zh"), wanted("a", "es"), wanted("b", "zh"))
    names = {stage.name for stage in load_stages(load_recipe("dub"))}
    shipped = speeds_of(None)
    assert {"transcribe", "translate", "synthesize"} <= set(shipped.by_stage) <= names | {"x"}
    lengths = plan.by_source({"a": 100.0, "b": None})
    one, two = (estimate(plan, lengths, shipped, n, "dub") for n in (1, 2))
    by_kind = {(t.kind, t.target): t for t in one.tasks if t.film == "a"}
    shared = by_kind["analysis", ""].seconds
    assert shared is not None
    assert shared > 0
    assert one.unknown_films == 1
    total = sum(t.seconds or 0.0 for t in one.tasks)
    assert one.seconds == pytest.approx(total + shipped.loading_s)
    assert two.seconds == one.seconds  # one film's tasks run one after another
    assert two.memory_mb == 2 * shipped_speeds()["memory_mb"]
    assert one.disk_mb > 0
    store.base.execute("INSERT INTO speeds VALUES ('translate', 300.0, 10.0, 3)")
    own = speeds_of(store)
    assert own.by_stage["translate"] == 30.0
    assert "as they ran" in own.origin


def test_durations_are_readable() -> None:
    assert [duration(s) for s in (5, 75, 3700)] == ["0:05 min", "1:15 min", "1:01:40 h"]
