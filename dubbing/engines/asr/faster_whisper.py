"""Whisper through CTranslate2 (faster-whisper), with its built-in Silero voice activity detector.

Each window is decoded greedily; one whose text looks like a hallucination is decoded again with beam
search, no phrase twice (Radford et al. 2022, section 4.5; without their samples, which differ from run to
run). Workers of one thread hear a window each: threads that share so small a model spend a third of their
time waiting for each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from dubbing.arrays import Audio, ms_to_samples
from dubbing.engines.asr import HeardSegment, HeardWord, Window
from dubbing.errors import WeightsMissing
from dubbing.language.languages import HEARD
from dubbing.settings import NO_OPTIONS, EngineOptions

RATE_HZ = 16_000
MAX_COMPRESSION_RATIO = 2.4
MIN_MEAN_LOG_PROBABILITY = -1.0
AGAIN_BEAM_SIZE = 5
FRAMES_PER_S = 100
MOST_WORKERS = 8
"""Each takes some 150 MB while it listens."""


class FasterWhisper:
    """Whisper base, int8, all its languages; any other Whisper by its size, folder or hub name."""

    version = 4
    weights: tuple[str, ...] = ("whisper-base",)
    languages = HEARD
    takes_options: tuple[str, ...] = ("model", "beam_size", "temperature")

    def __init__(
        self,
        threads: int = 2,
        folder: Path | None = None,
        options: EngineOptions = NO_OPTIONS,
    ) -> None:
        """Load the weights (about 1 s).

        Raises:
            WeightsMissing: if they are not on this machine, or are not a converted Whisper.
        """
        from dubbing.models.resolver import resolve

        self._workers = min(threads, MOST_WORKERS)
        self._beam_size = options.beam_size or 1
        self._temperature = options.temperature or 0.0
        if options.model:
            self._model = _named_model(options.model, self._workers)
        else:
            self._model = _whisper(str(folder or resolve(self.weights[0])), self._workers)

    def speech_windows(self, audio: Audio) -> tuple[Window, ...]:
        """Where somebody speaks; Silero's own padding is kept small, for onsets matter here."""
        from faster_whisper.vad import VadOptions, get_speech_timestamps

        options = VadOptions(
            min_silence_duration_ms=200, speech_pad_ms=30, min_speech_duration_ms=100
        )
        found = get_speech_timestamps(audio.mono().samples[0], options)
        return tuple((s["start"] * 1000 // RATE_HZ, s["end"] * 1000 // RATE_HZ) for s in found)

    def detect_language(self, audio: Audio) -> tuple[str, float]:
        """The language of up to 30 s of speech, and its probability.

        Whisper's usual 30 s are not filled up: a second of silence after the speech is enough to name
        its language, in a tenth of the time.
        """
        from faster_whisper.audio import pad_or_trim

        if not self._model.model.is_multilingual:
            return "en", 1.0
        samples = audio.mono().samples[0][: 30 * RATE_HZ]
        n_frames = len(samples) * FRAMES_PER_S // RATE_HZ + FRAMES_PER_S
        n_frames = min(n_frames + n_frames % 2, 30 * FRAMES_PER_S)
        features = pad_or_trim(self._model.feature_extractor(samples), n_frames)
        (found,) = self._model.model.detect_language(self._model.encode(features))
        token, probability = found[0]
        return token.removeprefix("<|").removesuffix("|>"), float(probability)

    def recognize(
        self,
        audio: Audio,
        windows: Sequence[Window],
        language: str,
        hotwords: Sequence[str] = (),
    ) -> tuple[tuple[HeardSegment, ...], ...]:
        """The words of each window; doubtful windows are heard twice."""
        samples = audio.mono().samples[0]
        end_ms = audio.n_samples * 1000 // RATE_HZ
        windows = [(max(0, start), min(end, end_ms)) for start, end in windows]
        with ThreadPoolExecutor(self._workers) as workers:
            told = (
                ", ".join(hotwords) + "." if hotwords else None
            )  # punctuation invites punctuation
            hear = partial(self._hear, samples, language, told)
            return tuple(workers.map(hear, windows))

    def _hear(
        self, samples: Any, language: str, hotwords: str | None, window: Window
    ) -> tuple[HeardSegment, ...]:
        from faster_whisper import BatchedInferencePipeline

        start_ms, end_ms = window
        segments, _ = BatchedInferencePipeline(self._model).transcribe(
            samples,
            language=language,
            beam_size=self._beam_size,
            temperature=self._temperature,
            hotwords=hotwords,
            word_timestamps=True,
            clip_timestamps=[{"start": start_ms / 1000, "end": end_ms / 1000}],
            batch_size=1,
        )
        found = tuple(_segment(segment, window) for segment in segments)
        return self._hear_again(samples, language, window) if _doubtful(found) else found

    def _hear_again(self, samples: Any, language: str, window: Window) -> tuple[HeardSegment, ...]:
        first, last = (ms_to_samples(ms, RATE_HZ) for ms in window)
        segments, _ = self._model.transcribe(
            samples[first:last],
            language=language,
            beam_size=max(AGAIN_BEAM_SIZE, self._beam_size),
            temperature=0.0,
            no_repeat_ngram_size=4,
            condition_on_previous_text=False,
            word_timestamps=True,
        )
        return tuple(_segment(segment, window, offset_ms=window[0]) for segment in segments)


def _named_model(name: str, workers: int) -> Any:
    """A Whisper by its size (``small``), its folder, or its name on the hub.

    Raises:
        WeightsMissing: if it is not there, or is not converted for CTranslate2.
    """
    folder = Path(name).expanduser()
    if folder.is_dir() and not (folder / "model.bin").is_file():
        raise WeightsMissing(
            f"{folder} holds no Whisper that is converted for CTranslate2 (no model.bin).",
            hint=f"Convert it: ct2-transformers-converter --model {folder} --output_dir converted "
            "--copy_files tokenizer.json preprocessor_config.json",
        )
    try:
        return _whisper(str(folder) if folder.is_dir() else name, workers)
    except (OSError, ValueError, RuntimeError) as error:
        raise WeightsMissing(
            f"The Whisper model {name} cannot be loaded: {str(error).splitlines()[0]}",
            hint="With --asr-model, name a size (tiny, base, small, medium, large-v3, turbo), the folder "
            "of a converted model or, with a network, one of the hub.",
        ) from error


def _whisper(name: str, workers: int) -> Any:
    from faster_whisper import WhisperModel

    return WhisperModel(name, compute_type="int8", cpu_threads=1, num_workers=workers)


def _segment(segment: Any, window: Window, offset_ms: int = 0) -> HeardSegment:
    words = tuple(_word(word, window, offset_ms) for word in segment.words or ())
    return HeardSegment(
        words=words,
        text=segment.text,
        mean_log_probability=float(segment.avg_logprob),
        no_speech_probability=float(segment.no_speech_prob),
        compression_ratio=float(segment.compression_ratio),
    )


def _word(word: Any, window: Window, offset_ms: int) -> HeardWord:
    """Times in whole milliseconds, kept inside the window and never empty."""
    start_ms = min(max(round(word.start * 1000) + offset_ms, window[0]), window[1] - 1)
    end_ms = min(max(round(word.end * 1000) + offset_ms, start_ms + 1), window[1])
    return HeardWord(word.word, start_ms, end_ms, float(word.probability))


def _doubtful(segments: Sequence[HeardSegment]) -> bool:
    return any(
        segment.compression_ratio > MAX_COMPRESSION_RATIO
        or segment.mean_log_probability < MIN_MEAN_LOG_PROBABILITY
        for segment in segments
    )
