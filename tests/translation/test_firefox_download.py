"""Firefox's models, downloaded from a local service that speaks Mozilla's protocol."""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import zstandard
from typer.testing import CliRunner

from dubbing.cli.main import app
from dubbing.cli.models import languages_of
from dubbing.engines.translation import Passage, Request
from dubbing.engines.translation.firefox import Firefox
from dubbing.errors import EngineFailed, UnknownLanguage, UsageError, WeightsMissing
from dubbing.models import firefox
from dubbing.models.firefox_service import RECORDS, Service, route
from dubbing.servers import ServerNotAllowed

pytest.importorskip("fxtranslate", reason="the engine of Firefox's models is not installed")
REAL = firefox.available(Path("/nowhere"))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DUBBING_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "models" / "firefox"


def said(text: str, source: str, target: str) -> str:
    ((best,),) = Firefox().translate([Passage(text)], Request(source, target))
    return best.text


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1000])


class Mozilla:
    """A local service that speaks Remote Settings; ``files`` by location."""

    def __init__(self) -> None:
        self.records: list[dict] = []
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.attachments = ""
        handler = type("Handler", (_Handler,), {"service": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/v1"
        self.attachments = f"http://127.0.0.1:{self.server.server_port}/files/"

    def offer(self, source: str, target: str, files: dict[str, bytes], **more) -> None:
        for kind, content in files.items():
            packed = zstandard.compress(content)
            location = f"main/translations-models-v2/{len(self.records)}.zst"
            self.files[location] = packed
            self.records.append({
                "name": f"{kind}.{source}{target}", "fileType": kind,
                "sourceLanguage": source, "targetLanguage": target,
                "version": "3.0", "architecture": "tiny",
                "decompressedSize": len(content),
                "decompressedHash": hashlib.sha256(content).hexdigest(),
                "attachment": {"location": location, "size": len(packed),
                               "hash": hashlib.sha256(packed).hexdigest()},
                **more,
            })  # fmt: skip


class _Handler(BaseHTTPRequestHandler):
    service: Mozilla

    def do_GET(self) -> None:
        mine = self.service
        mine.asked.append(self.path)
        answers = {
            "/v1/": {"capabilities": {"attachments": {"base_url": mine.attachments}}},
            f"/v1{RECORDS}": {"data": mine.records},
        }
        content = mine.files.get(self.path.removeprefix("/files/"))
        if self.path in answers:
            content = json.dumps(answers[self.path]).encode()
        self.send_response(404 if content is None else 200)
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def mozilla() -> Iterator[Mozilla]:
    service = Mozilla()
    thread = threading.Thread(target=service.server.serve_forever, daemon=True)
    thread.start()
    yield service
    service.server.shutdown()
    service.server.server_close()


def real_files(pair: tuple[str, str] = ("pt", "en")) -> dict[str, bytes]:
    known = REAL[pair]
    assert known.shortlist is not None
    return {
        "model": known.model.read_bytes(),
        "vocab": known.source_vocabulary.read_bytes(),
        "lex": known.shortlist.read_bytes(),
    }


def quiet(what: str, share: float) -> None:
    pass


def test_a_model_is_downloaded_verified_and_used(mozilla: Mozilla, home: Path) -> None:
    mozilla.offer("gl", "en", real_files())
    result = CliRunner().invoke(
        app, ["models", "get", "firefox", "gl-en", "--from", mozilla.address]
    )
    assert result.exit_code == 0, result.output
    assert "gl-en" in result.output
    assert "book" in said("Tenho um livro.", "gl", "en")
    assert sorted(path.name for path in (home / "gl-en").iterdir()) == [
        "lex.50.50.glen.s2t.bin", "metadata.json", "model.glen.intgemm.alphas.bin", "vocab.glen.spm",
    ]  # fmt: skip
    cut(home / "gl-en" / "vocab.glen.spm")
    result = CliRunner().invoke(app, ["models", "verify"])
    assert "firefox gl-en: DAMAGED" in result.output
    assert result.exit_code == 1


def test_a_pair_without_a_model_brings_two(mozilla: Mozilla, home: Path) -> None:
    mozilla.offer("gl", "en", real_files())
    mozilla.offer("en", "ca", real_files(("en", "pt")))
    offers = Service(mozilla.address).offers()
    assert [step.pair for step in route(offers, "gl", "ca")] == [("gl", "en"), ("en", "ca")]
    with pytest.raises(UnknownLanguage, match="gl to xh") as told:
        route(offers, "gl", "xh")
    assert "ca, en, gl" in told.value.hint


def test_without_leave_nothing_is_asked(mozilla: Mozilla) -> None:
    result = CliRunner().invoke(app, ["models", "get", "firefox", "en-zh"])
    assert isinstance(result.exception, UsageError)
    assert "firefox.settings.services.mozilla.com" in result.exception.message
    assert "--network" in result.exception.hint
    assert mozilla.asked == []


def test_the_best_finished_model_is_taken(mozilla: Mozilla) -> None:
    small = {"model": b"m", "vocab": b"v"}
    mozilla.offer("en", "zh", small, version="3.0", architecture="base-memory")
    mozilla.offer("en", "zh", small, version="3.2", architecture="base-memory")
    mozilla.offer("en", "zh", small, version="4.0a1", architecture="base-memory")
    mozilla.offer("en", "zh", small, version="3.9", architecture="tiny")
    mozilla.offer("en", "zh", {"model": b"m"}, version="3.5", architecture="base")
    mozilla.offer("zh-Hans", "en", {"model": b"m", "srcvocab": b"s", "trgvocab": b"t"})
    offers = Service(mozilla.address).offers()
    assert offers["en", "zh"].files["model"].version == (3, 2)
    assert set(offers["zh", "en"].files) == {"model", "srcvocab", "trgvocab"}


BAD_RECORDS = [
    {"attachment": None},
    {"attachment": {"location": "../../etc/passwd", "size": 1, "hash": "0" * 64}},
    {"attachment": {"location": "main/x.zst", "size": 10**12, "hash": "0" * 64}},
    {"attachment": {"location": "main/x.zst", "size": True, "hash": "0" * 64}},
    {"decompressedHash": None},
    {"decompressedSize": -1},
    {"sourceLanguage": "../x"},
    {"targetLanguage": ["zh"]},
    {"version": 3},
    {"fileType": "qualityModel"},
    {"fileType": {}},
]


@pytest.mark.parametrize("bad", BAD_RECORDS, ids=str)
def test_a_record_that_cannot_be_trusted_is_no_offer(mozilla: Mozilla, bad: dict) -> None:
    mozilla.offer("en", "zh", {"vocab": b"v"})
    mozilla.offer("en", "zh", {"model": b"m"}, **bad)
    assert Service(mozilla.address).offers() == {}


@pytest.mark.parametrize("records", [None, {}, "x", 3])
def test_what_is_no_list_of_records_is_told(mozilla: Mozilla, records: object) -> None:
    mozilla.records = records  # type: ignore[assignment]
    with pytest.raises(EngineFailed, match="no Remote Settings"):
        Service(mozilla.address).offers()


def other_content(mozilla: Mozilla) -> None:
    location = mozilla.records[0]["attachment"]["location"]
    mozilla.files[location] = mozilla.files[location][:-1] + b"x"


def bomb(mozilla: Mozilla) -> None:
    """Says that it is small, and unpacks to 200 MB."""
    record = mozilla.records[0]
    packed = zstandard.compress(bytes(200_000_000))
    mozilla.files[record["attachment"]["location"]] = packed
    record["attachment"].update(size=len(packed), hash=hashlib.sha256(packed).hexdigest())


def longer(mozilla: Mozilla) -> None:
    location = mozilla.records[0]["attachment"]["location"]
    mozilla.files[location] += b"x" * 1000


def gone(mozilla: Mozilla) -> None:
    mozilla.files.clear()


def junk(mozilla: Mozilla) -> None:
    """Right hashes of what is no model."""
    mozilla.records.clear()
    mozilla.offer("gl", "en", {**real_files(), "vocab": b"junk" * 100})


@pytest.mark.parametrize("harm", [other_content, bomb, longer, gone, junk])
def test_a_file_that_is_not_what_its_record_says_leaves_nothing_behind(
    mozilla: Mozilla, home: Path, harm: Callable[[Mozilla], None]
) -> None:
    mozilla.offer("gl", "en", real_files())
    harm(mozilla)
    service = Service(mozilla.address)
    with pytest.raises((EngineFailed, WeightsMissing)):
        service.fetch(service.offers()["gl", "en"], home, quiet)
    assert list(home.iterdir()) == []


def test_files_come_from_no_host_that_was_not_named(mozilla: Mozilla, home: Path) -> None:
    mozilla.offer("gl", "en", real_files())
    mozilla.attachments = mozilla.attachments.replace("127.0.0.1", "localhost")
    service = Service(mozilla.address)
    with pytest.raises(ServerNotAllowed, match="localhost") as told:
        service.fetch(service.offers()["gl", "en"], home, quiet)
    assert "--allow-server localhost" in told.value.hint
    allowed = Service(mozilla.address, ("localhost",))
    assert allowed.fetch(allowed.offers()["gl", "en"], home, quiet).name == "gl-en"


@pytest.mark.parametrize(
    ("pair", "languages"),
    [("en-zh", ("en", "zh")), ("en-pt-br", ("en", "pt-br")), ("pt-BR-en", ("pt-br", "en"))],
)
def test_pairs_as_people_write_them(pair: str, languages: tuple[str, str]) -> None:
    assert languages_of(pair) == languages


@pytest.mark.parametrize("pair", ["en", "en-en", "../x", "en-1", ""])
def test_what_is_no_pair_is_refused(pair: str) -> None:
    with pytest.raises(UsageError, match="no pair"):
        languages_of(pair)
