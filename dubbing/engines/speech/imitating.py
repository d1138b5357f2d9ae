"""What the engines share that speak like a sample of somebody (zero-shot cloning).

Their packages are not installed with this program: each is imported when its engine first speaks, and
what it prints, returns or raises is brought into our own forms here.
"""

from __future__ import annotations

import importlib
import io
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from dubbing.arrays import Audio, levels_db
from dubbing.engines.speech import Sample, VoiceName
from dubbing.errors import (
    DubbingError,
    EngineFailed,
    EngineUnavailable,
    UnknownLanguage,
    WeightsMissing,
)
from dubbing.language.g2p import to_phonemes
from dubbing.language.sentences import CLAUSE_MARKS, SENTENCE_MARKS
from dubbing.models.voices import VoiceCard, voice_cards
from dubbing.settings import NO_OPTIONS, EngineOptions

SEED = 1
"""These networks throw dice: with the same ones, a line sounds the same in every run."""
FAINTEST = 1e-4
"""A peak below this is an engine that failed without saying so."""
MAX_ANSWER_S, MAX_RATE_HZ, MAX_CHANNELS = 120, 96_000, 2
"""Of the sound of one line, as a server may answer it."""
LONGEST_MESSAGE = 200
STEP_MS = 20
PAUSE_STEPS = 8
QUIET_DB = 25.0
"""Below the level of loud speech; a pause is at least 160 ms of that."""
SHORTEST_PART_S = 3.0
BORDER_WITHIN_S = 0.5
"""How far a pause may lie from where a mark of the text is expected, in seconds of speech."""


class Imitating:
    """Base of an engine that is handed a :class:`Sample` instead of the name of a voice.

    Its stock voices are Kokoro's: a speaker who did not consent is given a sample that a stock voice
    has spoken, so these are the voices that they can sound like.
    """

    version = 1
    weights: tuple[str, ...] = ("kokoro-voices",)
    takes_options: tuple[str, ...] = ("model",)
    rate_hz = 24_000
    imitates = True
    takes_speed = True
    licence: str
    name: str
    package: str
    install: str
    """A command, in words for the user."""
    codes: Mapping[str, str]
    """Languages that it speaks: our code to its own."""

    def __init__(self, threads: int = 2, options: EngineOptions = NO_OPTIONS) -> None:
        """Remember what to use; nothing is imported or loaded yet."""
        self._threads, self._options = threads, options

    def phonemes(self, text: str, language: str) -> str:
        """Kokoro's symbols, which tell how long a text is; the engine itself reads letters."""
        return to_phonemes(text, language)

    def voices(self, language: str) -> tuple[VoiceCard, ...]:
        """Kokoro's voices of a language that the engine speaks, the most intelligible first."""
        return voice_cards(language) if language in self.codes else ()

    def code(self, language: str) -> str:
        """What the engine calls a language.

        Raises:
            UnknownLanguage: if it does not speak it.
        """
        if language not in self.codes:
            raise UnknownLanguage(
                f"The speech engine '{self.name}' does not speak '{language}'.",
                hint=f"It speaks {', '.join(sorted(self.codes))}.",
            )
        return self.codes[language]

    def sample(self, voice: VoiceName) -> Sample:
        """Whom to imitate.

        Raises:
            EngineFailed: if ``voice`` is not a sample, or its sound is gone.
        """
        if not isinstance(voice, Sample):
            raise EngineFailed(
                f"The speech engine '{self.name}' cannot speak with the voice '{voice}'.",
                hint="It imitates a sample of somebody and has no voices of its own.",
            )
        if not voice.sound.is_file():
            raise EngineFailed(f"The sample {voice.sound.name} of a voice is gone.")
        return voice

    def folder(self) -> Path | None:
        """The folder of weights that the user names; ``None`` if none is named.

        Raises:
            WeightsMissing: if there is no such folder.
        """
        if not self._options.model:
            return None
        folder = Path(self._options.model).expanduser()
        if not folder.is_dir():
            raise WeightsMissing(
                f"There is no folder {folder} with the weights of the speech engine '{self.name}'."
            )
        return folder

    def device(self) -> str:
        """Where torch shall compute; on a CPU with as many threads as allowed."""
        import torch

        torch.set_num_threads(self._threads)
        return "cuda" if torch.cuda.is_available() else "cpu"

    def imported(self, module: str) -> Any:
        """A module of the engine's package.

        Raises:
            EngineUnavailable: if it is not installed, or breaks while it is imported.
        """
        try:
            return importlib.import_module(module)
        except ModuleNotFoundError as error:
            wanted = error.name or module
            if not f"{module}.".startswith(f"{wanted}."):
                raise self._broken(f"it needs the module '{wanted}'") from error
            raise EngineUnavailable(
                f"The speech engine '{self.name}' needs the package '{self.package}'.",
                hint=f"Install it: {self.install}",
            ) from error
        except Exception as error:
            raise self._broken(message_of(error)) from error

    def _broken(self, why: str) -> EngineUnavailable:
        return EngineUnavailable(
            f"The package '{self.package}' of the speech engine '{self.name}' cannot be loaded: {why}",
            hint=f"Install it again: {self.install}",
        )

    @contextmanager
    def loading(self) -> Iterator[None]:
        """Around the loading of weights.

        Raises:
            WeightsMissing: whatever the package raises.
        """
        what = f"The weights of the speech engine '{self.name}' cannot be loaded"
        with _in_our_words(WeightsMissing, what):
            yield

    @contextmanager
    def speaking(self) -> Iterator[None]:
        """Around the speaking of a line.

        Raises:
            EngineFailed: whatever the package raises.
        """
        import torch

        torch.manual_seed(SEED)
        with _in_our_words(EngineFailed, f"The speech engine '{self.name}' failed"):
            yield

    def sound(self, samples: Any, rate_hz: int) -> Audio:
        """What the package returned, as :func:`as_audio` at the engine's own rate."""
        return as_audio(samples, rate_hz, self.rate_hz, self.name)


@contextmanager
def _in_our_words(kind: type[DubbingError], what: str) -> Iterator[None]:
    """Packages raise anything, and print; standard output belongs to our own user."""
    try:
        with redirect_stdout(io.StringIO()):
            yield
    except DubbingError:
        raise
    except Exception as error:
        raise kind(f"{what}: {message_of(error)}") from error


def message_of(error: Exception) -> str:
    """The first line of what a package says, or the name of its error."""
    lines = str(error).strip().splitlines()
    return lines[0][:LONGEST_MESSAGE] if lines else type(error).__name__


def as_audio(samples: Any, rate_hz: int, wanted_hz: int, engine: str) -> Audio:
    """Mono sound of an array or tensor ``[n]`` or ``[channels, n]``, at ``wanted_hz``.

    Raises:
        EngineFailed: if nothing can be heard in it.
    """
    import soxr

    if hasattr(samples, "detach"):
        samples = samples.detach().float().cpu().numpy()
    array = _floats(np.atleast_1d(np.asarray(samples)))
    mono = array.reshape(-1, array.shape[-1]).mean(axis=0) if array.size else array
    if not FAINTEST < float(np.abs(mono).max(initial=0.0)) < np.inf:  # false for NaN, too
        raise EngineFailed(f"The speech engine '{engine}' made no sound.", hint="Run again.")
    if rate_hz != wanted_hz:
        mono = soxr.resample(mono, rate_hz, wanted_hz, quality="HQ")
    over = max(1.0, float(np.abs(mono).max()))
    return Audio((mono / over).astype(np.float32)[np.newaxis], wanted_hz)


def _floats(array: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    scale = -float(np.iinfo(array.dtype).min) if np.issubdtype(array.dtype, np.signedinteger) else 1
    return (array / scale).astype(np.float32) if array.dtype != object else np.zeros(0, np.float32)


def decoded(content: bytes, wanted_hz: int, engine: str) -> Audio:
    """Mono sound, at ``wanted_hz``, of a WAV file (or another that libsndfile reads).

    Raises:
        EngineFailed: if it is not sound, or nothing can be heard in it.
    """
    import soundfile

    try:
        with soundfile.SoundFile(io.BytesIO(content)) as file:
            rate_hz, most = file.samplerate, MAX_ANSWER_S * file.samplerate
            is_odd = rate_hz > MAX_RATE_HZ or file.channels > MAX_CHANNELS
            # a header may claim any length: memory is taken for what may be an answer at most
            samples = None if is_odd else file.read(most + 1, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError, ValueError) as error:
        raise EngineFailed(
            f"The server of the speech engine '{engine}' answered with something that is no sound.",
            hint="Check the server's address.",
        ) from error
    if samples is None or len(samples) > most:
        raise EngineFailed(
            f"The server of the speech engine '{engine}' answered with more than {MAX_ANSWER_S} s of "
            "sound, or with none that is speech."
        )
    return as_audio(samples.T, rate_hz, wanted_hz, engine)


@contextmanager
def at_most(sample: Sample, longest_s: float) -> Iterator[Sample]:
    """The sample, or only its beginning in a file of its own if it lasts longer than ``longest_s``.

    The words are cut with the sound: a network that is told words which it does not hear speaks them
    in the next line. The text is empty where it cannot be told where to cut it.
    """
    import soundfile

    samples, rate_hz = soundfile.read(sample.sound, dtype="float32", always_2d=True)
    audio = Audio(np.ascontiguousarray(samples.T), rate_hz)
    if audio.duration_ms <= longest_s * 1000:
        yield sample
        return
    end_ms, text = _beginning(audio, sample.text, longest_s)
    with tempfile.TemporaryDirectory() as folder:
        part = Path(folder) / sample.sound.name
        soundfile.write(part, audio.between(0, end_ms).samples.T, rate_hz)
        yield replace(sample, sound=part, text=text)


def _beginning(audio: Audio, text: str, longest_s: float) -> tuple[int, str]:
    """Where to cut: the last pause in time at which a clause of the text ends, and the text to it."""
    levels = levels_db(audio, STEP_MS)
    quiet = levels < np.percentile(levels, 90) - QUIET_DB
    heard = np.cumsum(~quiet)
    in_time = [
        pause for pause in _pauses(quiet) if SHORTEST_PART_S <= pause * STEP_MS / 1000 <= longest_s
    ]
    for pause in reversed(in_time):
        share = float(heard[pause] / heard[-1])
        off, end = min(((abs(at - share), end) for at, end in _borders(text)), default=(1.0, 0))
        if off * float(heard[-1]) * STEP_MS / 1000 <= BORDER_WITHIN_S:
            return pause * STEP_MS, text[:end]
    return (in_time[-1] * STEP_MS if in_time else int(longest_s * 1000)), ""


def _pauses(quiet: npt.NDArray[np.bool_]) -> list[int]:
    """The middles of silences, in steps."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(np.int8)))
    runs = edges.reshape(-1, 2)
    return [int(a + b) // 2 for a, b in runs if b - a >= PAUSE_STEPS]


def _borders(text: str) -> list[tuple[float, int]]:
    """Where clauses end: share of the text's letters until there, and the position after the mark."""
    letters = np.cumsum([character.isalnum() for character in text])
    marks = SENTENCE_MARKS + CLAUSE_MARKS
    return [
        (float(letters[n] / max(1, letters[-1])), n + 1)
        for n, character in enumerate(text)
        if character in marks
    ]
