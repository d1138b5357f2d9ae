"""Other speech engines through the program: real protocols, with a real voice behind the server."""

import io
import json
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import soundfile

from dubbing.engines.speech.kokoro import Kokoro
from dubbing.language.spoken_form import spoken_form
from dubbing.timeline import FRAME_MS, Timeline
from tests.conftest import Dubbed, dub, redub

pytestmark = pytest.mark.slow


class Server(ThreadingHTTPServer):
    """Says whatever it is asked to say, in Chinese, with Kokoro; remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.kokoro, self.lock, self.asked = Kokoro(), threading.Lock(), []

    def said(self, text: str, voice: str, speed: float) -> bytes:
        with self.lock:
            symbols = self.kokoro.phonemes(spoken_form(text, "zh"), "zh")
            natural = self.kokoro.durations(symbols, voice)
            frames = [max(1, round(float(n) / speed)) for n in natural]
            audio = self.kokoro.speak(symbols, voice, frames)
        content = io.BytesIO()
        soundfile.write(content, audio.samples.T, audio.rate_hz, format="WAV")
        return content.getvalue()


class Handler(BaseHTTPRequestHandler):
    """``/v1/audio/speech`` as OpenAI has it, and ``/tts`` of GPT-SoVITS."""

    server: Server

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, asked))
        if self.path == "/v1/audio/speech":
            content = self.server.said(asked["input"], asked["voice"], asked.get("speed", 1.0))
        else:
            reference = soundfile.info(asked["ref_audio_path"])
            assert 3 <= reference.duration <= 10
            content = self.server.said(asked["text"], "zm_yunxi", asked["speed_factor"])
        self.send_response(200)
        self.send_header("Content-Type", "audio/wav")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = Server()
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


def dubbed_with(portrait: Dubbed, folder: Path, *flags: str) -> tuple[Timeline, Dubbed]:
    shutil.copytree(portrait.workspace, folder / "portrait.dub")
    done = Dubbed(portrait.source, folder / "out.mp4", folder / "portrait.dub")
    return redub(portrait, done.workspace, *flags), done


def check_lines(timeline: Timeline, done: Dubbed) -> None:
    """Every line is in its time and says what it should, by the report's own measurements."""
    rates = [row["measured"]["error_rate"] for row in done.report["lines"]]
    # sound that was spoken without its mouth is bent to it, which costs some clarity
    assert sum(rates) / len(rates) <= 0.25, rates
    for line, row in zip(timeline.lines, done.report["lines"], strict=True):
        assert line.plan is not None
        assert line.plan.whole is not None
        assert row["plan"]["stretched"]
        assert row["measured"]["error_rate"] <= 0.5, row["measured"]["heard"]
        assert abs(row["measured"]["start_error_ms"]) <= 60
        assert abs(row["measured"]["end_error_ms"]) <= 120
        inner = range(line.plan.first, line.plan.last)
        shares = [line.plan.frames[i] / line.plan.natural[i] for i in inner]
        assert sum(line.plan.natural) > 0
        total = sum(line.plan.frames[i] for i in inner) / sum(line.plan.natural[i] for i in inner)
        assert 0.8 < total < 1.25
        assert len(shares) > 3


def test_a_servers_voice_is_timed_like_our_own(
    portrait_zh: Dubbed, server: Server, tmp_path: Path
) -> None:
    address = f"http://127.0.0.1:{server.server_port}/v1"
    timeline, done = dubbed_with(
        portrait_zh, tmp_path, "--speech", "openai-speech",
        "--speech-model", "kokoro:zf_xiaoxiao,zm_yunxi", "--speech-server", address,
    )  # fmt: skip
    check_lines(timeline, done)
    voice = timeline.speakers[0].voice
    assert voice is not None
    assert voice.engine == "openai-speech"
    assert voice.name in ("zf_xiaoxiao", "zm_yunxi")
    assert voice.sample is None
    assert any(line.plan and line.plan.lip_strength > 0 for line in timeline.lines)
    told = sum(FRAME_MS * line.plan.spoken_frames for line in timeline.lines if line.plan)
    assert told == sum(line.plan.span.duration_ms for line in timeline.lines if line.plan)
    before = len(server.asked)
    again = dub(
        done.source, "--to", "zh", "-o", done.output, "--workspace", done.workspace, "--quiet",
        "--speech", "openai-speech", "--speech-model", "kokoro:zf_xiaoxiao,zm_yunxi",
        "--speech-server", address,
    )  # fmt: skip
    assert again.returncode == 0, again.stderr
    assert len(server.asked) == before  # nothing is asked twice


@pytest.mark.parametrize("allowed", [True, False])
def test_only_who_allowed_it_is_imitated(
    portrait_zh: Dubbed, server: Server, tmp_path: Path, allowed: bool
) -> None:
    address, before = f"http://127.0.0.1:{server.server_port}", len(server.asked)
    consent = ("--consent", "Anna Example: for this test") if allowed else ()
    timeline, _ = dubbed_with(
        portrait_zh, tmp_path, "--speech", "gpt-sovits", "--speech-server", address,
        "--until", "timing", *consent,
    )  # fmt: skip
    assert all(line.plan and line.plan.whole for line in timeline.lines)
    voice = timeline.speakers[0].voice
    assert voice is not None
    assert voice.sample is not None
    asked = [request for path, request in server.asked[before:] if path == "/tts"]
    assert asked
    if allowed:
        assert voice.person == "Anna Example"
        assert voice.own == voice.sample
        assert voice.sample_language == "en"
        assert {request["prompt_lang"] for request in asked} == {"en"}
        heard = " ".join(line.text for line in timeline.lines)
        assert all(part.strip() in heard for part in voice.sample_text.split("."))
    else:
        assert voice.person == ""
        assert voice.own is None
        assert "consent" in voice.reason
        assert {request["prompt_lang"] for request in asked} == {"zh"}


def test_an_engine_that_is_not_installed_says_how_to_get_it_before_anything_is_made(
    samples: Path, tmp_path: Path
) -> None:
    result = dub(
        samples / "portrait.mp4", "--to", "zh", "-o", tmp_path / "out.mp4",
        "--workspace", tmp_path / "w", "--speech", "f5", "--until", "timing", "--quiet",
    )  # fmt: skip
    if result.returncode == 0:
        pytest.skip("f5-tts is installed here")
    assert result.returncode in (1, 2)
    assert "f5-tts" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "w").exists()
