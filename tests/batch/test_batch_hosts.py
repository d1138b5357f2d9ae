"""A manifest's addresses lead to public hosts, whatever they are called and wherever they redirect."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from dubbing.batch import hosts
from dubbing.batch.films import Identities
from dubbing.batch.hosts import HostNotAllowed, Permissions, check_host, is_public
from dubbing.batch.permissions import check_permitted
from dubbing.batch.tasks import Kind, Order
from dubbing.batch.transfer import fetch, put
from dubbing.errors import DubbingError, EngineFailed, UsageError
from tests.batch.made import asked, film, manifest, wanted
from tests.conftest import dub

pytest.importorskip("aiohttp", reason="aiohttp is not installed")
CONTENT = b"a film" * 1000


class Canary:
    """A web server on all of this machine's loopback addresses; it counts what it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.redirects_to = ""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(f"{self.command} {self.headers['host']}")
                goes_on = outer.redirects_to and "redirect" in self.path
                self.send_response(302 if goes_on else 200)
                if goes_on:
                    self.send_header("location", outer.redirects_to)
                elif "sized" in self.path:
                    self.send_header("content-length", str(len(CONTENT)))
                self.end_headers()
                if self.command != "HEAD" and not goes_on:
                    self.wfile.write(CONTENT)

            do_HEAD = do_POST = do_PUT = do_GET

            def log_message(self, *_: object) -> None:
                """Silence."""

        self.http = ThreadingHTTPServer(("0.0.0.0", 0), Handler)
        self.port = self.http.server_port
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def at(self, host: str, path: str = "film.mp4") -> str:
        return f"http://{host}:{self.port}/{path}"


@pytest.fixture
def canary() -> Iterator[Canary]:
    made = Canary()
    yield made
    made.http.shutdown()
    made.http.server_close()


HOSTS = ("127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.0.0.1", "0.0.0.0", "[::1]",
         "[::ffff:127.0.0.1]", "169.254.169.254", "[64:ff9b::7f00:1]", "[2002:7f00:1::]")  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
def test_no_way_of_writing_it_leads_to_a_private_host(
    canary: Canary, tmp_path: Path, host: str
) -> None:
    url = canary.at(host)
    words = "--allow-private-hosts|no address that is taken"
    with pytest.raises(UsageError, match=words):
        fetch(url, tmp_path)
    with pytest.raises(UsageError, match=words):
        put(film(tmp_path / "x.mp4"), url)
    with pytest.raises(UsageError, match=words):
        Identities({})(url)
    assert canary.asked == []


@pytest.mark.parametrize(
    "address",
    ["10.1.2.3", "172.16.0.1", "192.168.1.1", "100.100.100.200", "168.63.129.16", "224.0.0.1", "::",
     "fd00:ec2::254", "fe80::1%eth0", "ff02::1", "240.0.0.1", "192.0.2.1"],
)  # fmt: skip
def test_these_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:8.8.8.8"])
def test_these_are(address: str) -> None:
    assert is_public(address)


def test_other_stores_are_the_users_own_affair() -> None:
    check_host("s3://127.0.0.1/film.mp4")


def test_a_redirect_leads_no_further(
    canary: Canary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """127.0.0.1 plays a public host, and 127.0.0.2 a private one."""
    monkeypatch.setattr(hosts, "is_public", lambda address: address == "127.0.0.1")
    canary.redirects_to = canary.at("127.0.0.2")
    with pytest.raises(EngineFailed):
        fetch(canary.at("127.0.0.1", "redirect.mp4"), tmp_path)
    assert canary.asked
    assert not any("127.0.0.2" in request for request in canary.asked)
    canary.redirects_to = canary.at("127.0.0.1")
    assert fetch(canary.at("127.0.0.1", "redirect.mp4"), tmp_path).read_bytes() == CONTENT


def test_a_name_that_changes_its_mind_leads_no_further(
    canary: Canary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hosts, "check_host", lambda url: None)
    with pytest.raises(EngineFailed):
        fetch(canary.at("localhost"), tmp_path)
    assert canary.asked == []


def test_the_command_line_may_allow_it(canary: Canary, tmp_path: Path) -> None:
    url = canary.at("127.0.0.1", "sized.mp4")
    assert fetch(url, tmp_path, Permissions(private_hosts=True)).read_bytes() == CONTENT
    job = wanted(url, "zh", output="/out/a.mp4")
    with pytest.raises(HostNotAllowed):
        check_permitted(asked(job), Permissions())
    check_permitted(asked(job), Permissions(private_hosts=True))
    there = wanted("/films/a.mp4", "zh", output=url)
    with pytest.raises(HostNotAllowed):
        check_permitted(asked(there), Permissions())


@pytest.mark.parametrize("name", ["sized.mp4", "unsized.mp4"])
def test_no_more_is_fetched_than_allowed(canary: Canary, tmp_path: Path, name: str) -> None:
    """By what the server says, and by what comes."""
    url = canary.at("127.0.0.1", name.replace("unsized", "endless"))
    with pytest.raises(DubbingError, match="--max-input-gb"):
        fetch(url, tmp_path, Permissions(private_hosts=True, max_input_bytes=len(CONTENT) - 1))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    fetch(url, tmp_path, Permissions(private_hosts=True, max_input_bytes=len(CONTENT)))


def test_permissions_travel_with_the_order(tmp_path: Path) -> None:
    given = Permissions(("llm.example",), True, 5)
    order = Order("1" * 64, Kind.DUB, "a", str(tmp_path), "w", {}, {}, permissions=given)
    assert Order.loads(order.dumps()).permissions == given


def test_a_dry_run_asks_no_private_host(canary: Canary, tmp_path: Path) -> None:
    path = manifest(tmp_path, f"languages: [zh]\njobs: [{{input: '{canary.at('127.0.0.1')}'}}]\n")
    for flags in (["--dry-run"], ["--rehearse"]):
        result = dub("batch", path, *flags)
        assert result.returncode == 2
        assert "--allow-private-hosts" in result.stderr
    assert canary.asked == []
    assert not path.with_suffix(".batch").exists()
