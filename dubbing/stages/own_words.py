"""Finds when the original says the words of the dub, where it says the same. Not a stage itself.

The words of the dub are aligned with the original's own sound (:mod:`dubbing.acoustics.phone_times`).
That is believed where the sound is clear: it stands out of music and noise, nobody else talks over it,
and its vowels are found where it is loud. Elsewhere nothing is found here, and the lips tell the times.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dubbing.acoustics.phone_times import LANGUAGES, PhoneTimes, phone_times
from dubbing.arrays import Audio
from dubbing.language.phoneme_classes import SymbolKind, kind
from dubbing.memo_keys import Identity, memo_key
from dubbing.metrics.mouth import own_time
from dubbing.pipeline import Run
from dubbing.registry import package_id
from dubbing.soundtrack.dialogue import speech_in
from dubbing.soundtrack.voice_activity import voice_level
from dubbing.stages.line_asking import Asker
from dubbing.timeline import FRAME_MS, Line, Span, Timeline
from dubbing.timing.lipsync import VOICED_LEVEL
from dubbing.timing.same_words import borders_of, with_rests, words_of
from dubbing.timing.spoken import Spoken
from dubbing.timing.visemes import Sound, sounds

Floats = npt.NDArray[np.float64]
PACKAGE = "pocketsphinx"
LEAST_SAME = 0.85
"""Share of the symbols of what was heard that a text must have to be the same words."""
WORSE = 1.15
"""A text of other symbols is the same words if it costs at most so much more than what was heard: the
recogniser misheard them."""
MOST_TALKED_OVER = 0.1
LEAST_CLEAR = 0.75
"""Share of the frames of vowels in which the original must be heard."""


@dataclass(frozen=True, slots=True, eq=False)
class OwnWords:
    """A text that the original says: with its pauses, and when each of its sounds begins.

    ``borders_ms`` is float64 ``[T + 1]`` on the film's clock, for the ``T`` sounds of ``said.option``;
    ``clearness`` is the share of its vowels in which the original is heard.
    """

    said: Spoken
    borders_ms: Floats
    clearness: float


def own_words(
    asker: Asker, said: Spoken, timeline: Timeline, run: Run, number: int
) -> OwnWords | None:
    """When the original says what line ``number`` says; ``None`` if it does not, or is not clear."""
    line = timeline.lines[number]
    is_elsewhere = line.slot != line.span  # a person wants it at another time
    if is_elsewhere or timeline.target_language not in LANGUAGES or not timeline.is_in_target(line):
        return None
    ear = _Ear.of(timeline, run, number)
    times = None if ear is None else ear.times(said.option.symbols)
    if ear is None or times is None or not _is_same(asker, said, line, times, ear):
        return None
    clearness = ear.clearness(sounds(said.option.symbols), times.spans_ms)
    if clearness < LEAST_CLEAR:
        return None
    spans_ms = ear.begin_ms + times.spans_ms
    paused = _with_its_pauses(asker, said, spans_ms)
    found = sounds(paused.option.symbols)
    return OwnWords(paused, borders_of(found, spans_ms), round(clearness, 3))


def _is_same(asker: Asker, said: Spoken, line: Line, times: PhoneTimes, ear: _Ear) -> bool:
    """Whether a text is what was heard, or suits the sound about as well, so that it was misheard."""
    from rapidfuzz.distance import Levenshtein

    heard = asker.prompter.symbols_of(line.text)
    if Levenshtein.normalized_similarity(heard, said.symbols) >= LEAST_SAME:
        return True
    as_heard = ear.times(heard)
    return as_heard is not None and times.cost <= WORSE * as_heard.cost


def _with_its_pauses(asker: Asker, said: Spoken, spans_ms: Floats) -> Spoken:
    """The text with a pause wherever the original makes one."""
    symbols = said.option.symbols
    paused = with_rests(symbols, sounds(symbols), spans_ms)
    if paused == symbols:
        return said
    return asker.prompter.said_as(said.symbols.replace(symbols, paused, 1)) or said


@dataclass(frozen=True, slots=True, eq=False)
class _Ear:
    """The original's voice in the time of one line."""

    sound: Audio
    begin_ms: int
    """On the film's clock, of the first sample and of the first frame of ``level``."""
    level: Floats
    origin: tuple[str, int, int]
    run: Run

    @classmethod
    def of(cls, timeline: Timeline, run: Run, number: int) -> _Ear | None:
        """``None`` where the line does not stand out of all else."""
        line, spans = timeline.lines[number], [line.span for line in timeline.lines]
        others = spans[:number] + spans[number + 1 :]
        talked_over_ms = sum(line.span.overlap_ms(other) for other in others)
        assert timeline.media is not None
        source = timeline.dialogue or timeline.media.speech
        if source is None or talked_over_ms > MOST_TALKED_OVER * line.span.duration_ms:
            return None
        own = own_time(spans, number)
        begin_ms = max(0, own[0]) // FRAME_MS * FRAME_MS
        end_ms = min(own[1], timeline.media.duration_ms)
        window = Span(begin_ms, begin_ms + max(1, (end_ms - begin_ms) // FRAME_MS) * FRAME_MS)
        level = voice_level(timeline, run.workspace, line.span, own, window)
        if level is None:
            return None
        sound = speech_in(timeline, run.workspace, window)
        origin = (source.sha256, window.start_ms, window.end_ms)
        return cls(sound, begin_ms, np.nan_to_num(level), origin, run)

    def times(self, symbols: str) -> PhoneTimes | None:
        """When each sound of the symbols is made, from ``begin_ms`` on; ``None`` if they are not said."""
        words = words_of(sounds(symbols.strip()))
        identity: Identity = package_id(PACKAGE)
        key = memo_key("own words", 1, [identity], words, self.origin)
        known = self.run.recall(key)
        if known is None:
            found = phone_times(self.sound, words)
            known = [[], 0.0] if found is None else [found.spans_ms.tolist(), found.cost]
            self.run.remember(key, known)
        return PhoneTimes(np.array(known[0]), known[1]) if known[0] else None

    def clearness(self, found: tuple[Sound, ...], spans_ms: Floats) -> float:
        """Share of the frames of vowels in which the voice is heard; 1 if there is no vowel."""
        spoken = [sound for sound in found if not sound.is_pause]
        middles_ms = FRAME_MS * (np.arange(len(self.level)) + 0.5)
        vowels = np.zeros(len(self.level), dtype=bool)
        for sound, (begin_ms, end_ms) in zip(spoken, spans_ms, strict=True):
            if kind(sound.symbol) is SymbolKind.VOWEL:
                vowels |= (middles_ms >= begin_ms) & (middles_ms < end_ms)
        return float(np.mean(self.level[vowels] > VOICED_LEVEL)) if vowels.any() else 1.0
