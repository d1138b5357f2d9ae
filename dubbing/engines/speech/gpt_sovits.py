"""GPT-SoVITS through its own server: ``python api_v2.py`` in a clone of RVC-Boss/GPT-SoVITS.

The server is handed the path of the sample, so it must see the files of this machine. Weights of one's
own are named with ``--speech-model GPT.ckpt,SoVITS.pth`` (either or both, as the server finds them).
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode, urlsplit

from dubbing.arrays import Audio
from dubbing.delivery import Delivery
from dubbing.engines.speech import Sample, VoiceName
from dubbing.engines.speech.imitating import (
    LONGEST_MESSAGE,
    SEED,
    Imitating,
    at_most,
    decoded,
)
from dubbing.errors import EngineFailed, EngineUnavailable
from dubbing.json_text import parsed
from dubbing.language.plain_text import plain_text
from dubbing.settings import NO_OPTIONS, EngineOptions
from dubbing.web import MB, Limits, NotReached, WebError, ask

SERVER = "http://127.0.0.1:9880"
LIMITS = Limits(total_s=300.0, max_bytes=64 * MB)
WAITS_S = (0.5, 1.0, 2.0)
"""Before it is asked again, where it cannot be reached or has trouble of its own."""
SHORTEST_SAMPLE_S, LONGEST_SAMPLE_S = 3.0, 10.0
WHOLE = "cut0"
"""Its other ways of splitting put 0.3 s of silence between the pieces of a line."""
SPEAKS = {code: code for code in ("zh", "en", "ja", "ko")}
SETTERS = {".ckpt": "/set_gpt_weights", ".pth": "/set_sovits_weights"}


class GPTSoVITS(Imitating):
    """Version 2 of its HTTP interface; mood comes from the sample alone."""

    rate_hz = 32_000
    name = "gpt-sovits"
    takes_options: tuple[str, ...] = ("model", "server")
    default_server = SERVER
    package = "GPT-SoVITS"
    install = "git clone https://github.com/RVC-Boss/GPT-SoVITS, then python api_v2.py"
    licence = "MIT"
    codes = SPEAKS

    def __init__(self, threads: int = 2, options: EngineOptions = NO_OPTIONS) -> None:
        """Remember the server; nothing is asked yet.

        Raises:
            EngineUnavailable: if its address or the names of the weights cannot be meant.
        """
        super().__init__(threads, options)
        self._server = (options.server or SERVER).rstrip("/")
        if urlsplit(self._server).scheme not in ("http", "https"):
            raise EngineUnavailable(
                f"{self._server} is no address of a server.", hint=f"For instance {SERVER}"
            )
        self._to_load = _weights(options.model)

    def say(
        self, text: str, language: str, voice: VoiceName, delivery: Delivery, speed: float
    ) -> Audio:
        """Speak a text like a sample of 3 to 10 s (a longer one is cut).

        Raises:
            EngineFailed: if the sample is too short, or the server cannot be reached or fails.
        """
        del delivery
        code = self.code(language)
        with at_most(self.sample(voice), LONGEST_SAMPLE_S) as sample:
            self._check_length(sample)
            self._load_weights()
            answer = self._ask("POST", "/tts", self._request(text, code, sample, speed))
        return decoded(answer, self.rate_hz, self.name)

    def _request(self, text: str, code: str, sample: Sample, speed: float) -> dict[str, Any]:
        known = self.codes.get(sample.language)
        return {
            "text": text,
            "text_lang": code,
            "ref_audio_path": str(sample.sound.resolve()),
            "prompt_text": sample.text if known else "",
            "prompt_lang": known or code,
            "text_split_method": WHOLE,
            "speed_factor": speed,
            "seed": SEED,
            "media_type": "wav",
            "streaming_mode": False,
        }

    def _check_length(self, sample: Sample) -> None:
        import soundfile

        duration_s = soundfile.info(sample.sound).duration
        if duration_s < SHORTEST_SAMPLE_S:
            raise EngineFailed(
                f"The sample {sample.sound.name} lasts {duration_s:.1f} s; the speech engine "
                f"'gpt-sovits' needs at least {SHORTEST_SAMPLE_S:.0f} s."
            )

    def _load_weights(self) -> None:
        """Once; the server keeps them."""
        while self._to_load:
            setter, path = self._to_load[0]
            self._ask("GET", f"{setter}?{urlencode({'weights_path': path})}")
            self._to_load.pop(0)

    def _ask(self, method: str, target: str, body: dict[str, Any] | None = None) -> bytes:
        """The answer, asked for again where that can help."""
        try:
            answer = ask(
                method,
                f"{self._server}{target}",
                content=b"" if body is None else json.dumps(body).encode(),
                headers={"Content-Type": "application/json"},
                limits=LIMITS,
                waits_s=WAITS_S,
            )
        except NotReached as error:
            raise EngineFailed(
                f"The server of GPT-SoVITS at {self._server} {error}.",
                hint="Start it: python api_v2.py in its folder.",
            ) from error
        except WebError as error:
            raise EngineFailed(f"{self._server} {error}.") from error
        if not answer.is_good:
            raise _refused(self._server, answer.status, answer.content)
        return answer.content


def _weights(named: str | None) -> list[tuple[str, str]]:
    """Which address takes which file."""
    files = [part.strip() for part in (named or "").split(",") if part.strip()]
    wrong = [file for file in files if not file.endswith(tuple(SETTERS))]
    if wrong:
        raise EngineUnavailable(
            f"{wrong[0]} is no weight file of GPT-SoVITS.",
            hint="Name GPT.ckpt,SoVITS.pth, or one of both.",
        )
    return [(SETTERS[file[file.rindex(".") :]], file) for file in files]


def _refused(server: str, status: int, content: bytes) -> EngineFailed:
    """Its error in one sentence; it answers with a message and, beside it, an exception."""
    try:
        answer = parsed(content)
        told = [plain_text(str(answer[key])) for key in ("message", "Exception") if answer.get(key)]
    except (ValueError, AttributeError):
        told = []
    why = f": {', '.join(told)[:LONGEST_MESSAGE]}" if told else ""
    return EngineFailed(
        f"{server} answered with an error ({status}){why}.",
        hint="The server must see this machine's files and know the language.",
    )
