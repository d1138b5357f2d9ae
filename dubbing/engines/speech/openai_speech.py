"""Any server that speaks as OpenAI's does: ``POST /v1/audio/speech``. It has voices by name.

``--speech-model MODEL`` or ``MODEL:voice1,voice2`` and ``--speech-server http://localhost:8880/v1``. The
key, where one is needed, comes from the environment (``DUBBING_API_KEY`` or ``OPENAI_API_KEY``). What
its voices are like nobody says, so each speaks a sentence and is measured.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from dubbing.acoustics.pitch import median_f0_hz
from dubbing.arrays import Audio
from dubbing.delivery import NEUTRAL, Delivery
from dubbing.engines.openai_server import DEFAULT_SERVER, KEY_REFUSED, Refused, Server, connected
from dubbing.engines.speech import VoiceName
from dubbing.engines.speech.imitating import as_audio, decoded
from dubbing.engines.translation.fixed_examples import example_sentences
from dubbing.errors import EngineFailed, EngineUnavailable
from dubbing.language.g2p import to_phonemes
from dubbing.models.speaker_encoder import RATE_HZ as ENCODER_HZ
from dubbing.models.speaker_encoder import SpeakerEncoder
from dubbing.models.voice_sex import load_voice_sex
from dubbing.settings import NO_OPTIONS, EngineOptions
from dubbing.web import CLIENT_ERROR, MB, SERVER_ERROR, Limits

NAME = "openai-speech"
TRIES = 4
"""Of one line, where that can help."""
FLAG = "--speech-server"
LIMITS = Limits(max_bytes=64 * MB)
VOICES = ("alloy", "ash", "ballad", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer",
          "verse", "marin", "cedar")  # fmt: skip
OLD_VOICES = ("alloy", "ash", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer")
OLD = "tts-1"
"""Models whose name begins so have fewer voices and take no instructions."""
SLOWEST, FASTEST = 0.25, 4.0
MANNERS = {
    "calm": "calmly",
    "happy": "happily",
    "sad": "sadly",
    "angry": "angrily",
    "fearful": "fearfully",
    "disgusted": "with disgust",
    "surprised": "with surprise",
}
SLIGHT, STRONG = 0.35, 0.7
LOUDER_DB, FASTER = 2.0, 1.08


@dataclass(frozen=True, slots=True, eq=False)
class ServerVoice:
    """A voice as it was measured on one sentence; ``embedding`` is GE2E, float32 ``[256]``."""

    name: str
    embedding: npt.NDArray[np.float32]
    f0_hz: float
    is_female: bool


class OpenAISpeech:
    """One request a line."""

    version = 1
    weights: tuple[str, ...] = ("ge2e",)
    takes_options: tuple[str, ...] = ("model", "server")
    rate_hz = 24_000
    licence = "as the owner of the server says"
    default_server = DEFAULT_SERVER
    imitates = False
    takes_speed = True

    def __init__(self, threads: int = 1, options: EngineOptions = NO_OPTIONS) -> None:
        """Remember the server; nothing is asked yet.

        Raises:
            EngineUnavailable: if no model is named.
        """
        if not options.model:
            raise EngineUnavailable(
                f"The speech engine '{NAME}' needs the name of a model.",
                hint="For instance --speech-model kokoro:af_heart,am_adam --speech-server "
                "http://localhost:8880/v1",
            )
        self._threads, self._address = threads, options.server
        model, _, names = options.model.rpartition(":")
        self._model = model or names
        usual = OLD_VOICES if self._model.startswith(OLD) else VOICES
        self._names = tuple(n.strip() for n in names.split(",") if n.strip()) if model else usual
        self._measured: dict[str, tuple[ServerVoice, ...]] = {}

    @cached_property
    def _server(self) -> Server:
        return connected(self._address)

    @cached_property
    def _encoder(self) -> SpeakerEncoder:
        return SpeakerEncoder(self._threads)

    def phonemes(self, text: str, language: str) -> str:
        """Kokoro's symbols, which tell how long a text is; the server itself reads letters."""
        return to_phonemes(text, language)

    def voices(self, language: str) -> tuple[ServerVoice, ...]:
        """The voices as they speak a language, measured at the first call; in the order given.

        Raises:
            EngineFailed: if the server fails, or does not know a voice.
        """
        if language not in self._measured:
            sentences = example_sentences(language)[:1]
            found = [self._measure(name, text) for text in sentences for name in self._names]
            self._measured[language] = tuple(voice for voice in found if voice is not None)
        return self._measured[language]

    def _measure(self, name: str, text: str) -> ServerVoice | None:
        """``None`` for a voice without pitch: nobody's voice is like a whisper."""
        spoken = self._spoken(text, name, NEUTRAL, 1.0)
        audio = as_audio(spoken.samples, spoken.rate_hz, ENCODER_HZ, NAME)
        f0_hz = median_f0_hz(audio)
        if f0_hz is None:
            return None
        vector = self._encoder.embed(audio)
        return ServerVoice(name, vector, f0_hz, load_voice_sex().is_womans(vector))

    def say(
        self, text: str, language: str, voice: VoiceName, delivery: Delivery, speed: float
    ) -> Audio:
        """Speak a text with a voice of the server, which finds the language out itself.

        Raises:
            EngineUnavailable: if there is no key for it.
            EngineFailed: if the server cannot be reached or fails.
        """
        del language
        if not isinstance(voice, str):
            raise EngineFailed(
                f"The speech engine '{NAME}' has voices of its own and cannot speak {voice}."
            )
        return self._spoken(text, voice, delivery, speed)

    def _spoken(self, text: str, voice: str, delivery: Delivery, speed: float) -> Audio:
        body: dict[str, Any] = {
            "model": self._model,
            "voice": voice,
            "input": text,
            "response_format": "wav",
        }
        if speed != 1.0:
            body["speed"] = round(min(FASTEST, max(SLOWEST, speed)), 3)
        if (told := instructions(delivery)) and not self._model.startswith(OLD):
            body["instructions"] = told
        try:
            answer = self._server.post("/audio/speech", body, tries=TRIES, flag=FLAG, limits=LIMITS)
        except Refused as error:
            raise self._explained(error, voice) from error
        return decoded(answer.content, self.rate_hz, NAME)

    def _explained(self, error: Refused, voice: str) -> EngineFailed:
        """A refusal of what was asked for is mostly one of the model's or the voice's name."""
        if error.status in KEY_REFUSED or not CLIENT_ERROR <= error.status < SERVER_ERROR:
            return error
        return EngineFailed(
            f"{error.message} It was asked for the model '{self._model}' and the voice '{voice}'.",
            hint="Check the names of the model and of its voices.",
        )


def instructions(delivery: Delivery) -> str:
    """A delivery in English words (``Speak angrily, loudly and fast.``); empty if it is neutral."""
    words = [
        _degree(delivery),
        _either(delivery.level_db, LOUDER_DB, "loudly", "softly"),
        _either(math.log(delivery.rate), math.log(FASTER), "fast", "slowly"),
    ]
    said = [word for word in words if word]
    if not said:
        return ""
    *first, last = said
    return f"Speak {', '.join(first)}{' and ' if first else ''}{last}."


def _degree(delivery: Delivery) -> str:
    manner = MANNERS.get(delivery.label, "")
    if not manner or SLIGHT <= delivery.intensity <= STRONG:
        return manner
    is_strong = delivery.intensity > STRONG
    if manner.startswith("with "):
        return manner.replace("with ", "with great " if is_strong else "with slight ")
    return f"{'very' if is_strong else 'slightly'} {manner}"


def _either(value: float, least: float, above: str, below: str) -> str:
    return above if value >= least else below if value <= -least else ""
