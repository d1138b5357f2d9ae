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
from dubbing.language.languages import HEARD

RATE_HZ = 16_000
MAX_COMPRESSION_RATIO = 2.4
MIN_MEAN_LOG_PROBABILITY = -1.0
MOST_WORKERS = 8
"""Each takes some 150 MB while it listens."""


class FasterWhisper:
    """Whisper base, int8, all its languages."""

    version = 3
    weights: tuple[str, ...] = ("whisper-base",)
    languages = HEARD
    takes_options: tuple[str, ...] = ()

    def __init__(self, threads: int = 2, folder: Path | None = None) -> None:
        """Load the weights (about 1 s).

        Raises:
            WeightsMissing: if they are not on this machine.
        """
        from faster_whisper import WhisperModel

        from dubbing.models.resolver import resolve

        self._workers = min(threads, MOST_WORKERS)
        self._model = WhisperModel(
            str(folder or resolve(self.weights[0])),
            compute_type="int8",
            cpu_threads=1,
            num_workers=self._workers,
        )

    def speech_windows(self, audio: Audio) -> tuple[Window, ...]:
        """Where somebody speaks; Silero's own padding is kept small, for onsets matter here."""
        from faster_whisper.vad import VadOptions, get_speech_timestamps

        options = VadOptions(
            min_silence_duration_ms=200, speech_pad_ms=30, min_speech_duration_ms=100
        )
        found = get_speech_timestamps(audio.mono().samples[0], options)
        return tuple((s["start"] * 1000 // RATE_HZ, s["end"] * 1000 // RATE_HZ) for s in found)

    def detect_language(self, audio: Audio) -> tuple[str, float]:
        """The language of up to 30 s of speech, and its probability."""
        samples = audio.mono().samples[0][: 30 * RATE_HZ]
        language, probability, _ = self._model.detect_language(samples)
        return language, float(probability)

    def recognize(
        self, audio: Audio, windows: Sequence[Window], language: str
    ) -> tuple[tuple[HeardSegment, ...], ...]:
        """The words of each window; doubtful windows are heard twice."""
        samples = audio.mono().samples[0]
        end_ms = audio.n_samples * 1000 // RATE_HZ
        windows = [(max(0, start), min(end, end_ms)) for start, end in windows]
        with ThreadPoolExecutor(self._workers) as workers:
            return tuple(workers.map(partial(self._hear, samples, language), windows))

    def _hear(self, samples: Any, language: str, window: Window) -> tuple[HeardSegment, ...]:
        from faster_whisper import BatchedInferencePipeline

        start_ms, end_ms = window
        segments, _ = BatchedInferencePipeline(self._model).transcribe(
            samples,
            language=language,
            beam_size=1,
            temperature=0.0,
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
            beam_size=5,
            temperature=0.0,
            no_repeat_ngram_size=4,
            condition_on_previous_text=False,
            word_timestamps=True,
        )
        return tuple(_segment(segment, window, offset_ms=window[0]) for segment in segments)


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
