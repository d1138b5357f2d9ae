"""Whatever a server answers ends in a right translation or in one sentence: in time, in little memory."""

from __future__ import annotations

import gzip
import io
import json
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from dubbing.engines import openai_server
from dubbing.engines.speech import openai_speech
from dubbing.engines.speech.imitating import decoded
from dubbing.engines.speech.openai_speech import OpenAISpeech
from dubbing.engines.translation import Passage, Request
from dubbing.engines.translation.chat_answer import completion, hypotheses
from dubbing.engines.translation.openai import OpenAI
from dubbing.errors import EngineFailed, UnreadableMedia
from dubbing.media.sound_file import read_sound
from dubbing.settings import EngineOptions
from dubbing.web import MB, Limits, retry_after_s

TEXTS = ("Good morning.", "I have a book.", "Where is Anna?")
PASSAGES = [Passage(text, start_ms=0, end_ms=2000) for text in TEXTS]
EN_ES = Request("en", "es", n_best=2)
RIGHT = ["uno", "dos", "tres"]
Respond = Callable[[socket.socket], None]


def lines(*numbers: Any, says: Any = None) -> dict[str, Any]:
    """An answer with these numbers; a line says the word of its number unless told otherwise."""
    words = {1: "uno", 2: "dos", 3: "tres"}
    return {
        "lines": [
            {"n": n, "translations": [words.get(n, "?")] if says is None else says} for n in numbers
        ]
    }


def chat(content: Any, **more: Any) -> bytes:
    text = content if isinstance(content, str | None) else json.dumps(content)
    return json.dumps({"choices": [{"message": {"content": text}}], **more}).encode()


def http(body: bytes, status: str = "200 OK", *headers: str, length: int | None = None) -> bytes:
    n = len(body) if length is None else length
    head = [f"HTTP/1.1 {status}", f"Content-Length: {n}", *headers]
    return "\r\n".join([*head, "Connection: close", "", ""]).encode() + body


class Raw:
    """A server that answers with the bytes that it is told, one answer after the other."""

    def __init__(self, *answers: bytes | Respond) -> None:
        self.answers = list(answers)
        self.n_asked = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"

    def close(self) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            connection.recv(1 << 20)
            answer = self.answers[min(self.n_asked, len(self.answers) - 1)]
            self.n_asked += 1
            try:
                connection.sendall(answer) if isinstance(answer, bytes) else answer(connection)
                connection.shutdown(socket.SHUT_WR)
                connection.recv(1 << 20)
            except OSError:
                pass


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    for key in openai_server.KEYS:
        monkeypatch.delenv(key, raising=False)
    monkeypatch.setattr(openai_server, "FIRST_WAIT_S", 0.001)
    monkeypatch.setattr(openai_server, "LIMITS", Limits(total_s=1.0, max_bytes=4 * MB))


@pytest.fixture
def serve() -> Iterator[Callable[..., Raw]]:
    made: list[Raw] = []

    def start(*answers: bytes | Respond) -> Raw:
        made.append(Raw(*answers))
        return made[-1]

    yield start
    for server in made:
        server.close()


def translated(server: Raw) -> list[str]:
    engine = OpenAI(1, EngineOptions(model="m", server=server.address))
    return [found[0].text for found in engine.translate(PASSAGES, EN_ES)]


GOOD = chat(lines(1, 2, 3))


def drip(connection: socket.socket) -> None:
    for byte in http(GOOD):
        connection.sendall(bytes([byte]))
        time.sleep(0.05)


def drip_header(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
    for _ in range(200):
        connection.sendall(b"a")
        time.sleep(0.05)


def endless(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 3000000000\r\n\r\n")
    for _ in range(200):
        connection.sendall(bytes(1 << 20))


def chunked(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    connection.sendall(f"{len(GOOD):x}\r\n".encode() + GOOD + b"\r\n0\r\n\r\n")


def bomb() -> bytes:
    """268 MB of zeros in 260 kB."""
    packer = zlib.compressobj(9, wbits=31)
    block = bytes(1 << 20)
    return b"".join([*(packer.compress(block) for _ in range(256)), packer.flush()])


TWICE = gzip.compress(gzip.compress(GOOD))


@pytest.mark.parametrize(
    "answer",
    [
        http(GOOD),
        chunked,
        http(gzip.compress(GOOD), "200 OK", "Content-Encoding: gzip"),
        http(GOOD, "200 OK", "Content-Type: text/html"),
        http(b"\xef\xbb\xbf" + GOOD),
        http(GOOD + b"tail", length=len(GOOD)),
        http(chat(f"```json\n{json.dumps(lines(1, 2, 3))}\n```")),
        http(chat("<think>{1}? {2}?</think>" + json.dumps(lines(1, 2, 3)))),
        http(chat(lines(1, 2, 3)["lines"])),
        http(chat(lines(3, 1, 2))),
        http(chat({"lines": [{"n": str(n), "translations": RIGHT[n - 1]} for n in (1, 2, 3)]})),
        http(chat({"lines": [{"n": n, "translations": [RIGHT[n]]} for n in range(3)]})),
        http(chat(lines(1, 2, 3), usage={"prompt_tokens": "many", "completion_tokens": -5})),
        http(chat(lines(1, 2, 3), usage=[1], id=None, model=7)),
        http(json.dumps({"choices": [{"message": {"content": [
            {"type": "text", "text": json.dumps(lines(1, 2, 3))}]}}]}).encode()),
    ],
)  # fmt: skip
def test_a_right_answer_is_understood_in_every_form(
    serve: Callable[..., Raw], answer: bytes | Respond
) -> None:
    server = serve(answer)
    assert translated(server) == RIGHT
    assert server.n_asked == 1


@pytest.mark.parametrize(
    "first",
    [
        http(GOOD, length=len(GOOD) + 9),
        lambda connection: None,
        http(b"", "503 Busy", "Retry-After: 0"),
        http(b"", "429 Slow down", "Retry-After: nan"),
        http(b"", "429 Slow down", "Retry-After: -1"),
        http(b"", "500 Oh", "Retry-After: Thu, 99 Foo 2026"),
        http(gzip.compress(GOOD)[:-20], "200 OK", "Content-Encoding: gzip"),
        http(chat(lines(1, 2))),
        http(chat(lines(1, 2, 3, 4))),
        http(chat(lines(1, 2, 2, 3))),
        http(chat(lines(0, 1))),
        http(chat(lines(-1, 1, 2, 3))),
        http(chat(lines(1, 2, 3, says=None) | {"lines": [{"n": 10**4000, "translations": ["x"]}]})),
        http(chat('{"lines": [{"n": NaN, "translations": ["x"]}]}')),
        http(chat('{"lines": [{"n": Infinity, "translations": ["x"]}]}')),
        http(chat(json.dumps(lines(1, 2, 3))[:-9])),
        http(chat("I cannot help with that.")),
        http(chat(None)),
        http(chat("[" * 100_000)),
        http(chat('{"lines": ' + "9" * 5000 + "}")),
        http(chat(lines(1, 2, 3, says={"a": 1}))),
        http(chat(lines(1, 2, 3, says=[["a"], {"b": 2}, None, 7, True]))),
        http(chat(lines(1, 2, 3, says=["", "  ", "\x00\x1b"]))),
        http(chat(lines(1, 2, 3, says=["half \ud83d"]))),
        http(chat(lines(1, 2, 3, says=["bla " * 100_000]))),
        http(chat({"lines": [1, None, "x", []]})),
        http(chat({"lines": {"1": "uno"}})),
        http(b'{"choices": []}'),
        http(b'{"choices": [null]}'),
        http(b'{"choices": [{"message": {"content": {"a": 1}}}]}'),
    ],
)
def test_what_may_be_better_next_time_is_asked_again(
    serve: Callable[..., Raw], first: bytes | Respond
) -> None:
    server = serve(first, http(GOOD))
    if first == http(chat(lines(1, 2))):
        server.answers[1] = http(chat({"lines": [{"n": 1, "translations": ["tres"]}]}))
    if first == http(chat(lines(1, 2, 2, 3))):
        server.answers[1] = http(chat({"lines": [{"n": 1, "translations": ["dos"]}]}))
    assert translated(server) == RIGHT
    assert server.n_asked == 2


@pytest.mark.parametrize(
    ("answer", "words", "most_asked"),
    [
        (lambda connection: time.sleep(2), "did not answer within", 1),
        (drip, "did not answer within", 1),
        (drip_header, "did not answer within", 1),
        (endless, "more than 4 MB", 1),
        (http(bomb(), "200 OK", "Content-Encoding: gzip"), "more than 4 MB", 1),
        (http(TWICE, "200 OK", "Content-Encoding: gzip, gzip"), "was not asked for", 1),
        (http(GOOD, "200 OK", "Content-Encoding: zstd"), "was not asked for", 1),
        (http(b"junk", "200 OK", "Content-Encoding: gzip"), "damaged", 1),
        (lambda connection: connection.sendall(b"garbage\r\n\r\n"), "cannot be reached", 6),
        (lambda connection: connection.sendall(b""), "cannot be reached", 6),
        (http(b"", "302 Found", "Location: http://127.0.0.1:9/"), "not followed", 1),
        (http(b"", "304 Not Modified"), "not followed", 1),
        (http(b'{"error": {"message": "no\\u001b[31m"}}', "400 Bad"), r"\(400: no\[31m\)", 2),
        (http(b"", "403 No"), "refused the key", 1),
        (http(b"", "404 Gone"), "no model 'm'", 1),
        (http(b"", "413 Big"), r"\(413\)", 1),
        (http(b"", "429 No", "Retry-After: 86400"), "left alone for 24 h", 1),
        (http(b"", "429 No", "Retry-After: 1e308"), "left alone for years", 1),
        (http(b"", "429 No", "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT"), "for years", 1),
        (http(b"", "500 Oh"), r"\(500\)", 6),
        (http(b"", "501 Never"), r"\(501\)", 1),
        (http(b""), "no chat completion", 1),
        (http(b"<html>Log in</html>"), "no chat completion", 1),
        (http(b"\xff\xfe\x00garbage"), "no chat completion", 1),
        (http(GOOD.decode().encode("utf-16")), "no chat completion", 1),
        (http(GOOD[:-30]), "no chat completion", 1),
        (http(b"[]"), "no chat completion", 1),
        (http(b"null"), "no chat completion", 1),
        (http(b"{}"), "no chat completion", 1),
        (http(b'"hola"'), "no chat completion", 1),
        (http(b'{"choices": "hola"}'), "no chat completion", 1),
        (http(b'{"error": {"message": "overloaded"}}'), "no chat completion: overloaded", 1),
        (http(b"data: " + GOOD + b"\n\n", "200 OK", "Content-Type: text/event-stream"),
         "no chat completion", 1),
        (http(chat(lines(0, 1))), "no usable answer for 3 lines", 3),
        (http(chat(lines(1, 1, 1))), "no usable answer for 3 lines", 3),
        (http(chat("no idea")), "no usable answer for 3 lines", 3),
    ],
)  # fmt: skip
def test_everything_else_ends_in_one_sentence(
    serve: Callable[..., Raw], answer: bytes | Respond, words: str, most_asked: int
) -> None:
    server = serve(answer)
    began_s = time.monotonic()
    with pytest.raises(EngineFailed, match=words) as error:
        translated(server)
    assert time.monotonic() - began_s < 5.0
    assert server.n_asked <= most_asked
    assert len(str(error.value)) < 400
    assert "\x1b" not in str(error.value)


def test_what_is_spoken_holds_no_control_characters() -> None:
    entry = {"n": 1, "translations": ["a\x00b\x1b[31m\u202ec\n d"]}
    (found,) = hypotheses(json.dumps([entry]), PASSAGES[:1], 2)[0]
    assert found.text == "ab[31mc d"


def test_a_single_line_may_be_numbered_from_0() -> None:
    assert hypotheses('[{"n": 0, "translations": ["x"]}]', PASSAGES[:1], 2)[0][0].text == "x"
    assert hypotheses('[{"n": 2, "translations": ["x"]}]', PASSAGES[:1], 2) == {}


def test_tokens_are_counted_where_they_are_numbers() -> None:
    told = completion(chat("x", usage={"prompt_tokens": 7, "completion_tokens": True}), "server")
    assert (told.tokens_in, told.tokens_out) == (7, 0)


def test_the_wait_that_a_server_wants() -> None:
    assert retry_after_s({"retry-after": "3"}) == 3
    assert retry_after_s({"retry-after-ms": "250"}) == 0.25
    assert retry_after_s({"retry-after": "Thu, 01 Jan 1970 00:00:00 GMT"}) == 0
    for odd in ("", "x", "-3", "nan", "Thu, 99 Foo 2026", "٣٣٣٣٣٣٣٣x"):
        assert retry_after_s({"retry-after": odd}) is None


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (http(b"<html>"), "no sound"),
        (http(b""), "no sound"),
        (endless, "more than 4 MB"),
        (http(b"", "302 Found", "Location: http://127.0.0.1:9/"), "not followed"),
        (http(b"fLaC\x00\x00\x00\x22\x10\x00\x10\x00\x00\x00\x00\x00\x00\x00"
              b"\x03\xe8\x00\xff\xff\xff\xff\xff" + bytes(16)), "no sound"),
    ],
)  # fmt: skip
def test_a_speech_server_is_read_with_the_same_care(
    serve: Callable[..., Raw], monkeypatch: pytest.MonkeyPatch, answer: bytes, words: str
) -> None:
    monkeypatch.setattr(openai_speech, "LIMITS", openai_server.LIMITS)
    engine = OpenAISpeech(1, EngineOptions(model="m:v", server=serve(answer).address))
    with pytest.raises(EngineFailed, match=words):
        engine._measure("v", "Hello.")


def packed_silence(seconds: int, claimed: int | None = None) -> bytes:
    """A FLAC of silence, whose header may claim another number of samples."""
    buffer = io.BytesIO()
    with soundfile.SoundFile(buffer, "w", 8_000, 1, "PCM_16", format="FLAC") as file:
        for _ in range(seconds):
            file.write(np.zeros(8_000, np.int16))
    content = bytearray(buffer.getvalue())
    if claimed is not None:  # the lower 36 of the 64 bits from byte 18 (STREAMINFO)
        word = int.from_bytes(content[18:26], "big")
        content[18:26] = (word >> 36 << 36 | claimed).to_bytes(8, "big")
    return bytes(content)


@pytest.mark.parametrize(
    "content", [packed_silence(1, 2**36 - 1), packed_silence(130), b"", b"RIFF"]
)
def test_sound_of_a_server_takes_no_more_memory_than_a_line(content: bytes) -> None:
    tracemalloc.start()
    with pytest.raises(EngineFailed, match=r"no sound|more than 120 s"):
        decoded(content, 24_000, "engine")
    assert tracemalloc.get_traced_memory()[1] < 100 * MB
    tracemalloc.stop()


def test_sound_of_a_workspace_that_claims_to_be_endless(tmp_path: Path) -> None:
    path = tmp_path / "take.flac"
    path.write_bytes(packed_silence(1, 2**36 - 1))
    with pytest.raises(UnreadableMedia, match="claims to last"):
        read_sound(path)
