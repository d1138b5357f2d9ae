"""Hear who says what when: voice activity, words, sentences.

The sound is read in sections of a few minutes that end in a silence, so memory does not grow with
the film and an interruption loses one section at most.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import groupby

from dubbing.arrays import Audio
from dubbing.engines.asr import HeardSegment, HeardWord, Recognizer, Window
from dubbing.errors import NoSpeech
from dubbing.language.doubt import LOOPING, language_doubt, named_language_doubt
from dubbing.language.languages import language
from dubbing.language.line_building import build_lines
from dubbing.language.lost_speech import lost_note, lost_speech
from dubbing.media.sound_file import read_sound
from dubbing.pipeline import Run, stage
from dubbing.settings import TranscribeSettings
from dubbing.stages.window_languages import Tongue, most_spoken, window_languages
from dubbing.timeline import Hearing, Line, Media, Span, Timeline, Word

SECTION_MS = 240_000
LONGEST_WINDOW_MS = 28_000
JOIN_GAP_MS = 500
"""Windows closer than this are heard together, for context; longer silences make Whisper dream."""
WINDOW_MARGIN_MS = 150
NO_SPEECH_PROBABILITY = 0.6
WORST_LOG_PROBABILITY = -1.0
SHORTEST_PART_MS = 2_000
LONGEST_MS = 30_000
"""What Whisper listens to at once."""


@stage(
    reads=("media",),
    writes=("source_language", "source_language_probability", "lines"),
    version=2,
    engine_roles=("asr",),
)
def transcribe(timeline: Timeline, run: Run, settings: TranscribeSettings) -> Timeline:
    """Turn speech into lines with word times, each in the language that it is spoken in.

    Raises:
        NoSpeech: if nobody is heard to speak.
    """
    assert timeline.media is not None
    recognizer: Recognizer = run.engines.get("asr", settings.engine, settings.engine_options)
    windows = _find_speech(timeline.media, run, recognizer)
    if not windows:
        raise NoSpeech(
            f"Nobody speaks in {timeline.media.name}.",
            hint="Choose another sound track with --audio-track if the film has several.",
        )
    ear = _Ear(timeline.media, run, recognizer, settings.hotwords)
    tongues = _tongues(ear, settings.language, windows)
    main = most_spoken(windows, tongues)
    if settings.language is None:
        _tell_languages(run, main, windows, tongues)
    elif doubt := _doubt_of_named(ear, settings.language, windows):
        run.note(doubt)
    heard = _hear(run, ear, windows, tongues)
    lines = _lines(heard, windows, settings)
    if not lines:
        raise NoSpeech(
            f"No words could be made out in {timeline.media.name}.",
            hint="Music or noise may hide them. If you know its language, name it with --from.",
        )
    if note := lost_note(lost_speech(windows, [word for line in lines for word in line.words])):
        run.note(note)
    return replace(
        timeline,
        source_language=main.language,
        source_language_probability=round(main.probability, 4),
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


class _Ear:
    """Listens to one film."""

    def __init__(
        self, media: Media, run: Run, recognizer: Recognizer, hotwords: Sequence[str]
    ) -> None:
        self.media, self.run, self.recognizer = media, run, recognizer
        self.more = {"hotwords": tuple(hotwords)} if hotwords else {}

    def sound(self, start_ms: int, end_ms: int) -> Audio:
        return _speech_sound(self.media, self.run, start_ms, end_ms)

    def language_in(self, window: Window) -> tuple[str, float]:
        start_ms, end_ms = window
        return self.recognizer.detect_language(
            self.sound(start_ms, min(end_ms, start_ms + LONGEST_MS))
        )

    def fit_of(self, window: Window, language: str) -> float:
        start_ms, end_ms = window[0], min(window[1], window[0] + LONGEST_WINDOW_MS)
        audio = self.sound(start_ms, end_ms)
        (segments,) = self.recognizer.recognize(audio, [(0, end_ms - start_ms)], language)
        return min((segment.mean_log_probability for segment in segments), default=-math.inf)

    def heard(self, windows: Sequence[Window], language: str) -> list[tuple[HeardSegment, ...]]:
        """What is said in windows that lie close to each other; times on the film's clock."""
        first_ms = windows[0][0]
        audio = self.sound(first_ms, windows[-1][1])
        local = [(a - first_ms, b - first_ms) for a, b in windows]
        found = self.recognizer.recognize(audio, local, language, **self.more)
        return [tuple(_moved(segment, first_ms) for segment in segments) for segments in found]


def _moved(segment: HeardSegment, by_ms: int) -> HeardSegment:
    return replace(
        segment,
        words=tuple(
            replace(word, start_ms=word.start_ms + by_ms, end_ms=word.end_ms + by_ms)
            for word in segment.words
        ),
    )


# -- languages -----------------------------------------------------------------------------------


def _tongues(ear: _Ear, named: str | None, windows: Sequence[Window]) -> list[Tongue]:
    """The language of each window: the one that the user named, or what is heard."""
    if named is not None:
        return [Tongue(named, 1.0)] * len(windows)
    film = _film_language(ear, windows)
    key = ear.run.part_key("languages", film.language, film.probability)
    known = ear.run.recall(key)
    if known is None:
        known = [asdict(tongue) for tongue in window_languages(windows, film, ear)]
        ear.run.remember(key, known)
    return [Tongue(**tongue) for tongue in known]


def _film_language(ear: _Ear, windows: Sequence[Window]) -> Tongue:
    """The language that most of up to three passages speak."""
    votes: dict[str, float] = {}
    places = _passages(windows)
    for start_ms in places:
        code, probability = ear.language_in((start_ms, start_ms + LONGEST_MS))
        votes[code] = votes.get(code, 0.0) + probability / len(places)
    best = max(votes, key=lambda one: votes[one])
    return Tongue(best, votes[best])


def _tell_languages(
    run: Run, main: Tongue, windows: Sequence[Window], tongues: Sequence[Tongue]
) -> None:
    """Note that the language may be another, and which others are spoken."""
    spoken_ms = sum(end - start for start, end in windows)
    doubt = language_doubt(main.language, main.probability, spoken_ms)
    if doubt:
        run.note(doubt)
    others: dict[str, int] = {}
    for (start_ms, end_ms), tongue in zip(windows, tongues, strict=True):
        if tongue.language != main.language:
            others[tongue.language] = others.get(tongue.language, 0) + end_ms - start_ms
    for code, length_ms in others.items():
        run.note(
            f"{length_ms / 1000:.0f} s are spoken in {language(code).name}; "
            f"use --from {main.language} if all is {language(main.language).name}."
        )


def _doubt_of_named(ear: _Ear, named: str, windows: Sequence[Window]) -> str:
    """What to say of a language that the longest window does not sound like."""
    start_ms, end_ms = max(windows, key=lambda window: window[1] - window[0])
    code, probability = ear.language_in((start_ms, end_ms))
    return named_language_doubt(named, code, probability, end_ms - start_ms)


def _passages(windows: Sequence[Window]) -> list[int]:
    """Where to listen for the language: the beginning and thirds, as far as they lie apart."""
    places = [windows[0][0]]
    for index in (len(windows) // 3, 2 * len(windows) // 3):
        if windows[index][0] - places[-1] >= LONGEST_WINDOW_MS:
            places.append(windows[index][0])
    return places


# -- words ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heard:
    """The words of one segment, and how they were heard."""

    words: tuple[Word, ...]
    hearing: Hearing


def _hear(
    run: Run, ear: _Ear, windows: Sequence[Window], tongues: Sequence[Tongue]
) -> tuple[Heard, ...]:
    """All that is said, remembered group by group."""
    heard: list[Heard] = []
    groups = list(_groups_of_one_language(windows, tongues))
    for number, (group, tongue) in enumerate(groups):
        key = run.part_key("heard", asdict(tongue), group)
        known = run.recall(key)
        if known is None:
            known = [asdict(item) for item in _hear_group(ear, group, tongue, windows)]
            run.remember(key, known)
        heard += [
            Heard(tuple(Word(**word) for word in item["words"]), Hearing(**item["hearing"]))
            for item in known
        ]
        run.progress(number + 1, len(groups), "words", "parts")
    return tuple(heard)


def _groups_of_one_language(
    windows: Sequence[Window], tongues: Sequence[Tongue]
) -> Iterator[tuple[tuple[Window, ...], Tongue]]:
    """Windows that are heard together: of one language, and within one section of sound."""
    until_ms = 0
    pairs = list(zip(windows, tongues, strict=True))
    for _, run_of_one in groupby(pairs, key=lambda pair: pair[1].language):
        members = list(run_of_one)
        listened = listening_windows([window for window, _ in members])
        listened = tuple((max(a, until_ms), b) for a, b in listened if b > until_ms)
        tongue = most_spoken(*zip(*members, strict=True))
        for group in _groups(listened):
            yield group, tongue
        until_ms = listened[-1][1] if listened else until_ms


def _hear_group(
    ear: _Ear, group: Sequence[Window], tongue: Tongue, speech: Sequence[Window]
) -> Iterator[Heard]:
    """What is said in a group; a window whose text goes round in circles is heard in parts."""
    for window, segments in zip(group, ear.heard(group, tongue.language), strict=True):
        parts = _parts(window, speech) if any(map(is_looping, segments)) else ()
        found = ear.heard(parts, tongue.language) if parts else [segments]
        yield from (
            Heard(tuple(map(_word, segment.words)), _hearing(segment, tongue))
            for segments in found
            for segment in segments
            if credible(segment) and segment.words
        )


def _parts(window: Window, speech: Sequence[Window]) -> tuple[Window, ...]:
    """The stretches of speech in a window, or its halves if it is one; none of a short one."""
    start_ms, end_ms = window
    inside = tuple(
        (max(a, start_ms), min(b, end_ms)) for a, b in speech if a < end_ms and b > start_ms
    )
    if len(inside) > 1:
        return inside
    middle_ms = (start_ms + end_ms) // 2
    is_long = end_ms - start_ms >= 2 * SHORTEST_PART_MS
    return ((start_ms, middle_ms), (middle_ms, end_ms)) if is_long else ()


def _hearing(segment: HeardSegment, tongue: Tongue) -> Hearing:
    return Hearing(
        tongue.language,
        round(tongue.probability, 3),
        round(segment.mean_log_probability, 3),
        round(segment.no_speech_probability, 3),
        round(segment.compression_ratio, 2),
    )


def _word(word: HeardWord) -> Word:
    return Word(word.text, word.start_ms, word.end_ms, round(word.probability, 3))


def _lines(
    heard: Sequence[Heard], windows: Sequence[Window], settings: TranscribeSettings
) -> tuple[Line, ...]:
    """Lines of one language each, with how the segment was heard that most of a line lies in."""
    lines: list[Line] = []
    for code, group in groupby(heard, key=lambda item: item.hearing.language):
        members = list(group)
        words = [word for item in members for word in item.words]
        lines += [
            replace(line, hearing=_heard_as(line, members))
            for line in build_lines(words, windows, code, settings)
        ]
    return tuple(sorted(lines, key=lambda line: line.span.start_ms))


def _heard_as(line: Line, heard: Sequence[Heard]) -> Hearing:
    def common_ms(item: Heard) -> int:
        span = Span(item.words[0].start_ms, max(item.words[-1].end_ms, item.words[0].start_ms + 1))
        return line.span.overlap_ms(span)

    return max(heard, key=common_ms).hearing


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
    return (
        segment.no_speech_probability <= NO_SPEECH_PROBABILITY
        or segment.mean_log_probability >= WORST_LOG_PROBABILITY
    )


def is_looping(segment: HeardSegment) -> bool:
    """Whether a segment says the same again and again."""
    return segment.compression_ratio > LOOPING
