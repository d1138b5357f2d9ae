"""Engines against real formats and real protocols: tiny checkpoints, a local server, files, a program."""

import json
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from dubbing.engines.translation import Length, Passage, Request, Scores, Style
from dubbing.engines.translation.apertium import Apertium
from dubbing.engines.translation.ctranslate2 import CTranslate2
from dubbing.engines.translation.directions import nllb_code
from dubbing.engines.translation.file import TranslationFile
from dubbing.engines.translation.hf import HuggingFace
from dubbing.engines.translation.openai import OpenAI
from dubbing.errors import EngineFailed, EngineUnavailable, UsageError, WeightsMissing
from dubbing.settings import EngineOptions

TEXTS = [Passage("Good morning."), Passage("I have a book.")]
PAIRS = [("Good morning.", "早上好"), ("I have a book.", "我有一本书")]
EN_ZH = Request("en", "zh", beam_size=2, n_best=2)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    from tests.translation import tiny

    folder = tmp_path_factory.mktemp("models")
    makers = {
        "marian": tiny.marian,
        "m2m100": tiny.m2m100,
        "nllb": tiny.nllb,
        "madlad": tiny.madlad,
    }
    return {name: make(folder / name) for name, make in makers.items()}


def hf(path: Path) -> HuggingFace:
    return HuggingFace(2, EngineOptions(model=str(path)))


# -- published models ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["marian", "m2m100", "nllb", "madlad"])
def test_models_of_the_hub(models: dict[str, Path], kind: str) -> None:
    engine = hf(models[kind])
    assert engine.supports("en", "zh")
    assert not engine.supports("en", "xx")
    assert not engine.supports("en", "en")
    found = engine.translate(TEXTS, EN_ZH)
    assert [len(hypotheses) for hypotheses in found] == [2, 2]
    assert all(a.score >= b.score for a, b in found)
    assert found == engine.translate(TEXTS, EN_ZH)
    assert isinstance(engine, Scores)
    assert all(score < 0 for score in engine.score(PAIRS, "en", "zh"))


def test_the_language_asked_for_changes_what_is_written(models: dict[str, Path]) -> None:
    for kind in ("m2m100", "nllb", "madlad"):
        engine = hf(models[kind])
        chinese = engine.translate(TEXTS, EN_ZH)
        spanish = engine.translate(TEXTS, Request("en", "es", 2, 2))
        assert chinese != spanish, kind


def test_a_marian_knows_its_one_pair(models: dict[str, Path], tmp_path: Path) -> None:
    from tests.translation import tiny

    assert not hf(models["marian"]).supports("zh", "en")
    many = tiny.marian(tmp_path / "many", "en", "zho", more=(">>cmn_Hans<<", ">>cmn_Hant<<"))
    assert hf(many).supports("en", "zh")
    assert hf(many).translate(TEXTS, EN_ZH) != hf(models["marian"]).translate(TEXTS, EN_ZH)


@pytest.mark.parametrize(
    ("language", "code"),
    [("zh", "zho_Hans"), ("en", "eng_Latn"), ("pt-br", "por_Latn"), ("ja", "jpn_Jpan"),
     ("hi", "hin_Deva"), ("ar", "arb_Arab"), ("ru", "rus_Cyrl"), ("ko", "kor_Hang")],
)  # fmt: skip
def test_codes_of_nllb(language: str, code: str) -> None:
    assert nllb_code(language) == code


@pytest.mark.parametrize("kind", ["marian", "nllb", "madlad"])
def test_converted_models_say_the_same(models: dict[str, Path], kind: str, tmp_path: Path) -> None:
    from ctranslate2.converters import TransformersConverter

    copied = [
        path.name
        for path in models[kind].iterdir()
        if path.suffix in (".json", ".spm", ".model") and "config" not in path.name.split("_")[0]
        and path.name not in ("config.json", "generation_config.json")
    ]  # fmt: skip
    converter = TransformersConverter(str(models[kind]), copy_files=copied)
    converter.convert(str(tmp_path / kind), force=True)
    engine = CTranslate2(2, EngineOptions(model=str(tmp_path / kind)))
    assert engine.supports("en", "zh")
    assert not engine.supports("en", "xx")
    assert all(1 <= len(hypotheses) <= 2 for hypotheses in engine.translate(TEXTS, EN_ZH))
    # on some processors CTranslate2 takes 8 bits, which weigh most in a network of random weights
    theirs = hf(models[kind]).score(PAIRS, "en", "zh")
    assert engine.score(PAIRS, "en", "zh") == pytest.approx(theirs, abs=0.4)


def test_missing_models_are_told(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing, match="needs a model"):
        HuggingFace()
    with pytest.raises(WeightsMissing, match="cannot be loaded"):
        hf(tmp_path).supports("en", "zh")
    with pytest.raises(WeightsMissing, match="needs the folder"):
        CTranslate2(2, EngineOptions(model=str(tmp_path)))


# -- a server ------------------------------------------------------------------------------------


class Server:
    """An OpenAI-compatible server that answers as it is told, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[dict] = []
        self.keys: list[str | None] = []
        self.answers: list[object] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                outer.asked.append({"path": self.path, **body})
                outer.keys.append(self.headers["authorization"])
                answer = outer.answers.pop(0) if outer.answers else good(body)
                status, content = answer if isinstance(answer, tuple) else (200, reply(answer))
                data = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(data)))
                self.send_header("retry-after-ms", "1")
                if 300 <= status < 400:
                    self.send_header("location", content["location"])
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                """Silence."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.http.server_port}/v1"

    def engine(self, **more: object) -> OpenAI:
        return OpenAI(1, EngineOptions(model="some-model", server=self.address, **more))


def reply(text: object) -> dict:
    message = {"role": "assistant", "content": text if isinstance(text, str) else json.dumps(text)}
    return {
        "id": "x", "object": "chat.completion", "created": 1, "model": "some-model",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
    }  # fmt: skip


def good(body: dict) -> dict:
    lines = json.loads(body["messages"][1]["content"])["lines"]
    said = [
        {"n": line["n"], "translations": [f"译{line['n']}", f"译文{line['n']}"]} for line in lines
    ]
    return {"lines": said}


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.http.shutdown()
    made.http.server_close()


def texts(found: tuple) -> list[list[str]]:
    return [[h.text for h in hypotheses] for hypotheses in found]


def test_a_server_sees_the_scene_and_answers_in_json(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DUBBING_API_KEY", "secret-key")
    engine = server.engine(prices=(1.0, 2.0))
    passage = Passage(
        "Beam me up.", (("Go.", "走。"),), (("Enterprise", "进取号"),), ("Spock: Logical.",),
        ("Spock: Fascinating.",), "Kirk", "familiar", 1000, 2500,
    )  # fmt: skip
    found = engine.translate([passage, TEXTS[1]], Request("en", "zh", n_best=2))
    assert texts(found) == [["译1", "译文1"], ["译2", "译文2"]]
    (asked,) = server.asked
    assert asked["path"] == "/v1/chat/completions"
    assert asked["model"] == "some-model"
    assert asked["response_format"] == {"type": "json_object"}
    assert server.keys == ["Bearer secret-key"]
    told = json.loads(asked["messages"][1]["content"])
    assert told["terms"] == [["Enterprise", "进取号"]]
    assert told["lines"][0] == {
        "n": 1, "speaker": "Kirk", "speaks_to": "Spock", "said_before": ["Spock: Logical."],
        "text": "Beam me up.", "said_after": ["Spock: Fascinating."], "seconds": 1.5,
        "fits": "about 7 characters", "register": "familiar", "address": "你",
    }  # fmt: skip
    assert engine.cost == "100 tokens in, 10 out, about 0.0001 at the prices given"


def test_shorter_lines_are_asked_for_in_words(server: Server) -> None:
    server.engine().translate(TEXTS, Request("en", "zh", length=Length.SHORTER))
    assert "shorter" in server.asked[0]["messages"][0]["content"]


def test_a_server_that_stumbles_loses_nothing(server: Server) -> None:
    server.answers = [
        (503, {"error": {"message": "busy"}}),
        "Of course! ```json\n"
        + json.dumps({"lines": [{"n": 1, "translations": ["早"]}]})
        + "\n```",
    ]
    assert texts(server.engine().translate(TEXTS, EN_ZH)) == [["早"], ["译1", "译文1"]]
    assert len(server.asked) == 3


def test_a_server_without_json_mode(server: Server) -> None:
    server.answers = [(400, {"error": {"message": "response_format is not supported"}})]
    assert texts(server.engine().translate(TEXTS[:1], EN_ZH)) == [["译1", "译文1"]]
    assert "response_format" not in server.asked[1]


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (["no idea"] * 3, "no usable answer for 2 lines"),
        ([(401, {"error": {"message": "bad key sk-123"}})], "refused the key"),
        ([(404, {"error": {"message": "no such model"}})], "no model 'some-model'"),
        ([(500, {"error": {"message": "oh"}})] * 6, r"error \(500: oh\)"),
    ],
)
def test_failures_say_what_to_do(server: Server, answers: list, words: str) -> None:
    server.answers = answers
    with pytest.raises(EngineFailed, match=words) as error:
        server.engine().translate(TEXTS, EN_ZH)
    assert "sk-123" not in str(error.value)


def test_a_server_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dubbing.engines.translation.openai.TRIES", 1)
    engine = OpenAI(1, EngineOptions(model="m", server="http://127.0.0.1:9/v1"))
    with pytest.raises(EngineFailed, match="cannot be reached"):
        engine.translate(TEXTS, EN_ZH)
    with pytest.raises(EngineUnavailable, match="name of a model"):
        OpenAI()
    for name in ("DUBBING_API_KEY", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(EngineUnavailable, match="no key"):
        OpenAI(1, EngineOptions(model="m")).translate(TEXTS, EN_ZH)


@pytest.mark.parametrize("status", [301, 307, 308])
def test_a_redirect_carries_neither_text_nor_key(
    server: Server, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setenv("DUBBING_API_KEY", "secret-key")
    other = Server()
    try:
        server.answers = [(status, {"location": f"{other.address}/chat/completions"})]
        with pytest.raises(EngineFailed, match="not followed"):
            server.engine().translate(TEXTS, EN_ZH)
        assert other.asked == other.keys == []
    finally:
        other.http.shutdown()
        other.http.server_close()


def test_a_key_does_not_travel_unencrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    options = EngineOptions(model="m", server="http://translator.example/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "secret-key")
    with pytest.raises(UsageError, match="unencrypted"):
        OpenAI(1, options).translate(TEXTS, EN_ZH)
    with pytest.raises(UsageError, match="not the address of a server"):
        OpenAI(1, EngineOptions(model="m", server="file:///etc/passwd")).translate(TEXTS, EN_ZH)


def test_the_rate_is_kept(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("dubbing.engines.translation.openai.time.sleep", waited.append)
    engine = server.engine(requests_per_minute=60)
    for _ in range(3):
        engine.translate(TEXTS, EN_ZH)
    assert len(waited) == 2
    assert waited[0] == pytest.approx(1.0, abs=0.2)


# -- a person's work, and programs ---------------------------------------------------------------


CUES = """1
00:00:01.000 --> 00:00:02.000
早上好，

2
00:00:02.050 --> 00:00:02.800
朋友。

3
00:00:03.100 --> 00:00:05.000
<i>我有</i>一本书，你呢？
"""


@pytest.mark.parametrize("suffix", [".srt", ".vtt"])
def test_subtitles_go_to_the_lines_that_they_overlap(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"film{suffix}"
    cues = CUES.replace(".", ",") if suffix == ".srt" else "WEBVTT\n\n" + CUES
    path.write_text(cues.replace("，,", "，"), "utf-8")
    engine = TranslationFile(1, EngineOptions(model=str(path)))
    times = ((900, 2900), (3000, 4000), (4200, 4800), (9000, 9900))
    lines = [Passage(f"line {begin}", start_ms=begin, end_ms=end) for begin, end in times]
    assert texts(engine.translate(lines, EN_ZH)) == [
        ["早上好，朋友。"],
        ["我有一本书，"],
        ["你呢？"],
        [""],
    ]
    assert engine.style is Style.HUMAN


def test_tables_and_xliff_go_by_the_text(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("source,target\nGood morning.,早上好。\n", "utf-8")
    (tmp_path / "a.tsv").write_text("source\ttarget\nGood morning.\t早上好。\n", "utf-8")
    (tmp_path / "a.xlf").write_text(
        '<xliff version="1.2" xmlns="urn:oasis:names:tc:xliff:document:1.2"><file><body>'
        '<trans-unit id="1"><source>Good  morning.</source><target>早上好。</target></trans-unit>'
        "</body></file></xliff>", "utf-8")  # fmt: skip
    (tmp_path / "b.xliff").write_text(
        '<xliff version="2.0" xmlns="urn:oasis:names:tc:xliff:document:2.0"><file id="f"><unit id="1">'
        "<segment><source>good morning.</source><target>早上好。</target></segment>"
        "</unit></file></xliff>", "utf-8")  # fmt: skip
    for name in ("a.csv", "a.tsv", "a.xlf", "b.xliff"):
        engine = TranslationFile(1, EngineOptions(model=str(tmp_path / name)))
        assert texts(engine.translate(TEXTS, EN_ZH)) == [["早上好。"], [""]], name


def test_a_changed_file_is_another_engine(tmp_path: Path) -> None:
    from dubbing.registry import identity

    path = tmp_path / "a.csv"
    path.write_text("source,target\na,b\n")
    before = identity("translation", "file", EngineOptions(model=str(path)))
    path.write_text("source,target\na,c\n")
    assert identity("translation", "file", EngineOptions(model=str(path))) != before


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.doc", "x", "no kind that is known"),
        ("a.csv", "one,two\n1,2\n", "no column 'target'"),
        ("a.xlf", "<xliff", "not XLIFF"),
    ],
)
def test_bad_files_are_refused(tmp_path: Path, name: str, content: str, words: str) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(UsageError, match=words):
        TranslationFile(1, EngineOptions(model=str(tmp_path / name))).translate(TEXTS, EN_ZH)
    with pytest.raises(UsageError, match="no file"):
        TranslationFile(1, EngineOptions(model=str(tmp_path / "none.srt")))


def test_apertium_if_it_is_installed() -> None:
    if shutil.which("apertium") is None:
        with pytest.raises(EngineUnavailable, match="not installed"):
            Apertium()
        pytest.skip("Apertium is not installed")
    engine = Apertium()
    if not engine.supports("en", "es"):
        pytest.skip("apertium-eng-spa is not installed")
    (found,) = engine.translate([Passage("I have a book.")], Request("en", "es"))
    assert "libro" in found[0].text
    assert not engine.supports("en", "zh")
