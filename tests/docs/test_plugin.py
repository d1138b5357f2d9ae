"""The engine of the documentation, installed from its page, translates."""

import json
import sys
import threading
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from dubbing import registry
from dubbing.engines.translation import Passage, Request, Style
from dubbing.errors import BadSettings, EngineFailed
from dubbing.registry import Engines, check_installed, engine_names, identity
from dubbing.servers import ANY_SERVER, ServerNotAllowed
from dubbing.settings import EngineOptions
from tests.conftest import ROOT
from tests.docs.pages import blocks, read

PAGE = ROOT / "docs/write-an-engine.md"
MOST_LINES = 55
WORDS = {"Good morning.": "Buenos días.", "The moon.": "La luna."}


class LibreTranslateServer(BaseHTTPRequestHandler):
    """Knows English into Spanish and two sentences."""

    def do_GET(self) -> None:
        self.answer(200, [{"code": "en", "name": "English", "targets": ["en", "es"]}])

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        assert (asked["source"], asked["target"], asked["format"]) == ("en", "es", "text")
        if set(asked["q"]) - set(WORDS):
            self.answer(500, {"error": "unknown sentence"})
        else:
            self.answer(200, {"translatedText": [WORDS[text] for text in asked["q"]]})

    def answer(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        """Be quiet."""


@pytest.fixture
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), LibreTranslateServer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Install as pip does: the module beside a ``.dist-info`` with its entry points."""
    code, project = blocks(read(PAGE), "python")[0], tomllib.loads(blocks(read(PAGE), "toml")[0])
    assert len(code.splitlines()) <= MOST_LINES
    (tmp_path / project["tool"]["hatch"]["build"]["targets"]["wheel"]["include"][0]).write_text(
        code
    )
    info = tmp_path / "dubbing_libretranslate-1.0.dist-info"
    info.mkdir()
    about = project["project"]
    (info / "METADATA").write_text(f"Name: {about['name']}\nVersion: {about['version']}\n")
    points = [
        f"[{group}]\n" + "\n".join(f"{name} = {value}" for name, value in of.items())
        for group, of in about["entry-points"].items()
    ]
    (info / "entry_points.txt").write_text("\n".join(points))
    monkeypatch.syspath_prepend(str(tmp_path))
    registry._entry_points.cache_clear()
    yield
    registry._entry_points.cache_clear()
    sys.modules.pop("dubbing_libretranslate", None)


def test_it_is_found_and_translates(plugin: None, address: str) -> None:
    assert "libretranslate" in engine_names("translation")
    options = EngineOptions(server=address)
    engine = Engines(servers=ANY_SERVER).get("translation", "libretranslate", options)
    assert engine.style is Style.SENTENCES
    assert engine.supports("en", "es")
    assert not engine.supports("en", "zh")
    found = engine.translate([Passage(text) for text in WORDS], Request("en", "es"))
    assert [hypotheses[0].text for hypotheses in found] == list(WORDS.values())


def test_a_failing_server_ends_in_a_sentence(plugin: None, address: str) -> None:
    engine = Engines(servers=ANY_SERVER).get(
        "translation", "libretranslate", EngineOptions(server=address)
    )
    with pytest.raises(EngineFailed, match="answered 500"):
        engine.translate([Passage("Who?")], Request("en", "es"))
    away = Engines(servers=ANY_SERVER).get(
        "translation", "libretranslate", EngineOptions(server="http://127.0.0.1:9")
    )
    with pytest.raises(EngineFailed, match="Is it running"):
        away.supports("en", "es")


def test_the_program_guards_it_like_its_own(plugin: None, address: str) -> None:
    with pytest.raises(ServerNotAllowed):
        Engines().get("translation", "libretranslate", EngineOptions(server="http://far.example"))
    with pytest.raises(BadSettings, match="takes no model"):
        check_installed("translation", "libretranslate", EngineOptions(model="large"))
    assert identity("translation", "libretranslate").startswith("libretranslate/1")
