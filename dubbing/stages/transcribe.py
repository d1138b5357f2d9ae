"""Hear who says what when: voice activity, words, sentences.

The sound is read in sections of a few minutes that end in a silence, so memory does not grow with
the film and an interruption loses one section at most.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace

from dubbing.arrays import Audio
from dubbing.engines.asr import HeardSegment, HeardWord, Recognizer, Window
from dubbing.errors import NoSpeech
from dubbing.language.doubt import language_doubt
from dubbing.language.line_building import build_lines
from dubbing.media.sound_file import read_sound
from dubbing.pipeline import Run, stage
from dubbing.settings import TranscribeSettings
from dubbing.timeline import Media, Timeline, Word

SECTION_MS = 240_000
LONGEST_WINDOW_MS = 28_000
JOIN_GAP_MS = 500
"""Windows closer than this are heard together, for context; longer silences make Whisper dream."""
WINDOW_MARGIN_MS = 150
NO_SPEECH_PROBABILITY = 0.6
WORST_LOG_PROBABILITY = -1.0
MAX_COMPRESSION_RATIO = 2.4


@stage(
    reads=("media",),
    writes=("source_language", "source_language_probability", "lines"),
    version=1,
    engine_roles=("asr",),
)
def transcribe(timeline: Timeline, run: Run, settings: TranscribeSettings) -> Timeline:
    """Turn speech into lines with word times.

    Raises:
        NoSpeech: if nobody is heard to speak.
    """
    assert timeline.media is not None
    recognizer: Recognizer = run.engines.get("asr", settings.engine)
    windows = _find_speech(timeline.media, run, recognizer)
    if not windows:
        raise NoSpeech(
            f"Nobody speaks in {timeline.media.name}.",
            hint="Choose another sound track with --audio-track if the film has several.",
        )
    language, probability = _language(timeline.media, run, settings, recognizer, windows)
    if settings.language is None:
        _tell_doubt(run, language, probability, windows)
    words = _hear(timeline.media, run, recognizer, windows, language)
    lines = build_lines(words, windows, language, settings)
    if not lines:
        raise NoSpeech(
            f"No words could be made out in {timeline.media.name}.",
            hint="If you know its language, name it with --from.",
        )
    return replace(
        timeline,
        source_language=language,
        source_language_probability=round(probability, 4),
        lines=lines,
    )


def _find_speech(media: Media, run: Run, recognizer: Recognizer) -> tuple[Window, ...]:
    """Windows of speech over the whole film."""
    found: list[Window] = []
    for section, start_ms in _sections(media, run, recognizer):
        found += [(a + start_ms, b + start_ms) for a, b in section]
        run.progress(start_ms / 1000, media.duration_ms / 1000, "voice activity", "s")
    return tuple(found)


def _sections(
    media: Media, run: Run, recognizer: Recognizer
) -> Iterator[tuple[tuple[Window, ...], int]]:
    """Speech windows section by section; one that touches the section's end is left to the next."""
    start_ms = 0
    while start_ms < media.duration_ms:
        audio = _speech_sound(media, run, start_ms, start_ms + SECTION_MS)
        if audio.n_samples == 0:
            return
        windows = recognizer.speech_windows(audio)
        is_last = start_ms + SECTION_MS >= media.duration_ms
        cut_off = windows and not is_last and windows[-1][1] > audio.duration_ms - 500
        if cut_off and len(windows) > 1:
            yield windows[:-1], start_ms
            start_ms += windows[-1][0]
        else:
            yield windows, start_ms
            start_ms += SECTION_MS


def _speech_sound(media: Media, run: Run, start_ms: int, end_ms: int) -> Audio:
    assert media.speech is not None
    return read_sound(run.workspace.path(media.speech), start_ms, end_ms)


def _language(
    media: Media,
    run: Run,
    settings: TranscribeSettings,
    recognizer: Recognizer,
    windows: Sequence[Window],
) -> tuple[str, float]:
    """The language the user named, or the one that most of up to three passages speak."""
    if settings.language is not None:
        return settings.language, 1.0
    votes: dict[str, float] = {}
    places = _passages(windows)
    for start_ms in places:
        audio = _speech_sound(media, run, start_ms, start_ms + 30_000)
        language, probability = recognizer.detect_language(audio)
        votes[language] = votes.get(language, 0.0) + probability / len(places)
    best = max(votes, key=lambda code: votes[code])
    return best, votes[best]


def _tell_doubt(run: Run, language: str, probability: float, windows: Sequence[Window]) -> None:
    doubt = language_doubt(language, probability, sum(end - start for start, end in windows))
    if doubt:
        run.note(doubt)


def _passages(windows: Sequence[Window]) -> list[int]:
    """Where to listen for the language: the beginning and thirds, as far as they lie apart."""
    places = [windows[0][0]]
    for index in (len(windows) // 3, 2 * len(windows) // 3):
        if windows[index][0] - places[-1] >= LONGEST_WINDOW_MS:
            places.append(windows[index][0])
    return places


def _hear(
    media: Media,
    run: Run,
    recognizer: Recognizer,
    windows: Sequence[Window],
    language: str,
) -> tuple[Word, ...]:
    """The words of all windows, remembered group by group."""
    words: list[Word] = []
    groups = list(_groups(listening_windows(windows)))
    for number, group in enumerate(groups):
        key = run.part_key("words", language, group)
        heard = run.recall(key)
        if heard is None:
            heard = [asdict(word) for word in _hear_group(media, run, recognizer, group, language)]
            run.remember(key, heard)
        words += [Word(**word) for word in heard]
        run.progress(number + 1, len(groups), "words", "parts")
    return tuple(words)


def _hear_group(
    media: Media, run: Run, recognizer: Recognizer, group: Sequence[Window], language: str
) -> list[Word]:
    start_ms = group[0][0]
    audio = _speech_sound(media, run, start_ms, group[-1][1])
    local = [(a - start_ms, b - start_ms) for a, b in group]
    segments = recognizer.recognize(audio, local, language)
    trusted = [segment for found in segments for segment in found if credible(segment)]
    return [_shift(word, start_ms) for segment in trusted for word in segment.words]


def _shift(word: HeardWord, by_ms: int) -> Word:
    return Word(word.text, word.start_ms + by_ms, word.end_ms + by_ms, round(word.probability, 3))


def listening_windows(windows: Sequence[Window]) -> tuple[Window, ...]:
    """Join neighbouring windows as long as Whisper's 30 s allow; cut what is longer by itself."""
    joined: list[Window] = []
    for start_ms, end_ms in windows:
        begins, ends = max(0, start_ms - WINDOW_MARGIN_MS), end_ms + WINDOW_MARGIN_MS
        if (
            joined
            and begins - joined[-1][1] <= JOIN_GAP_MS
            and ends - joined[-1][0] <= LONGEST_WINDOW_MS
        ):
            joined[-1] = (joined[-1][0], ends)
            continue
        begins = max(begins, joined[-1][1]) if joined else begins
        while ends - begins > LONGEST_WINDOW_MS:
            joined.append((begins, begins + LONGEST_WINDOW_MS))
            begins += LONGEST_WINDOW_MS
        joined.append((begins, ends))
    return tuple(joined)


def _groups(windows: Sequence[Window]) -> Iterator[tuple[Window, ...]]:
    """Windows that fit into one section of sound together."""
    group: list[Window] = []
    for window in windows:
        if group and window[1] - group[0][0] > SECTION_MS:
            yield tuple(group)
            group = []
        group.append(window)
    if group:
        yield tuple(group)


def credible(segment: HeardSegment) -> bool:
    """Whether a segment is speech rather than Whisper's dream of it (Radford et al. 2022, 4.5)."""
    dreamt = (
        segment.no_speech_probability > NO_SPEECH_PROBABILITY
        and segment.mean_log_probability < WORST_LOG_PROBABILITY
    )
    return not dreamt and segment.compression_ratio <= MAX_COMPRESSION_RATIO
