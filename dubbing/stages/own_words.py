"""Finds when the original says the words of the dub, where it says the same. Not a stage itself.

The voice that will speak says the words once as it likes; it is known when each of its symbols sounds,
and its sound is laid upon the original's (:mod:`dubbing.acoustics.alignment`). Then it says them once
more, at the original's pace and with its pauses, and is laid upon it again, which finds the borders
closer. Where the original does not stand out of music and noise, or others talk over it, nothing is
found, and the lips tell the times.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from dubbing.acoustics.alignment import laid_upon
from dubbing.acoustics.extent import loud_extent_ms
from dubbing.arrays import Audio
from dubbing.engines.speech import TakesDurations, VoiceName
from dubbing.memo_keys import Identity, memo_key
from dubbing.metrics.mouth import own_time
from dubbing.pipeline import Run
from dubbing.registry import identity
from dubbing.soundtrack.dialogue import speech_in
from dubbing.soundtrack.voice_activity import voice_level
from dubbing.stages.line_asking import Asker
from dubbing.timeline import FRAME_MS, Line, Span, Timeline
from dubbing.timing.lipsync import VOICED_LEVEL
from dubbing.timing.same_words import rests_of, with_rests
from dubbing.timing.spoken import Spoken, whole_frames
from dubbing.voice.casting import PACER, speaking_voice

Floats = npt.NDArray[np.float64]
LEAST_LIKENESS = 0.25
"""Of the dub's voice to the original, laid upon each other: below it, these are other words."""
LEAST_SAME = 0.85
"""Share of the symbols of what was heard that a text must have to be the same words."""
MOST_TALKED_OVER = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class OwnWords:
    """A text that the original says: with its pauses, and when each sounding symbol begins and ends.

    ``edges_ms`` is float64 ``[n + 1]`` on the film's clock, for the ``n`` symbols of ``said.option``.
    """

    said: Spoken
    edges_ms: Floats
    likeness: float


def own_words(
    asker: Asker, said: Spoken, timeline: Timeline, run: Run, number: int
) -> OwnWords | None:
    """When the original says what line ``number`` says; ``None`` if it does not, or is not clear."""
    line = timeline.lines[number]
    is_elsewhere = line.slot != line.span  # a person wants it at another time
    if is_elsewhere or not timeline.is_in_target(line) or not _is_same(asker, said, line):
        return None
    ear = _Ear.of(timeline, run, number)
    if ear is None:
        return None
    found = ear.found(said, whole_frames(said.natural))
    if found is None:
        return None
    paused, frames = _at_its_pace(asker, said, found[0], ear)
    again = ear.found(paused, frames)
    if again is None or again[1] < LEAST_LIKENESS:
        return None
    return OwnWords(paused, _edges(paused, again[0]), round(again[1], 3))


def _is_same(asker: Asker, said: Spoken, line: Line) -> bool:
    """Whether a text sounds like what was heard, however it is spelt."""
    from rapidfuzz.distance import Levenshtein

    heard = asker.prompter.symbols_of(line.text)
    return Levenshtein.normalized_similarity(heard, said.symbols) >= LEAST_SAME


def _edges(said: Spoken, ends_ms: Floats) -> Floats:
    """Begin and end of the sounding symbols, from where each element ends."""
    return ends_ms[said.first - 1 : said.last]


def _at_its_pace(
    asker: Asker, said: Spoken, ends_ms: Floats, ear: _Ear
) -> tuple[Spoken, tuple[int, ...]]:
    """The text with the pauses of the original, and its lengths as they were found."""
    rests = rests_of(ear.quiet, ear.begin_ms, _edges(said, ends_ms))
    symbols, rests_ms = with_rests(said.symbols, ends_ms, rests)
    paused = asker.prompter.said_as(symbols) if symbols != said.symbols else said
    if paused is None:
        paused, rests_ms = said, {}
    frames = list(whole_frames(paused.natural))
    found_ms = np.diff(ends_ms)
    old = 0
    for place, symbol in enumerate(paused.symbols):
        is_new = len(paused.symbols) > len(said.symbols) and symbol != said.symbols[old : old + 1]
        is_inner = said.first <= old + 1 < said.last - 1
        if place in rests_ms:
            frames[place + 1] = max(1, round(rests_ms[place] / FRAME_MS))
        elif is_inner and not is_new:
            frames[place + 1] = max(1, round(found_ms[old] / FRAME_MS))
        old += not is_new
    return paused, tuple(frames)


@dataclass(frozen=True, slots=True, eq=False)
class _Ear:
    """The original in the time of one line, and the voice that it is compared with."""

    sound: Audio
    begin_ms: int
    """On the film's clock, of the first sample and of the first frame of ``quiet``."""
    quiet: npt.NDArray[np.bool_]
    origin: tuple[str, int, int]
    speech: TakesDurations
    engine: Identity
    voice: VoiceName
    run: Run

    @classmethod
    def of(cls, timeline: Timeline, run: Run, number: int) -> _Ear | None:
        """``None`` where the line cannot be heard clearly."""
        line, spans = timeline.lines[number], [line.span for line in timeline.lines]
        others = spans[:number] + spans[number + 1 :]
        talked_over_ms = sum(line.span.overlap_ms(other) for other in others)
        if talked_over_ms > MOST_TALKED_OVER * line.span.duration_ms:
            return None
        own = own_time(spans, number)
        begin_ms = max(0, own[0]) // FRAME_MS * FRAME_MS
        frames = Span(begin_ms, begin_ms + (own[1] - begin_ms) // FRAME_MS * FRAME_MS)
        level = voice_level(timeline, run.workspace, line.span, own, frames)
        cast, media = timeline.voice_of(line), timeline.media
        if level is None or cast is None or media is None or media.speech is None:
            return None
        source = timeline.dialogue or media.speech
        return cls(
            speech_in(timeline, run.workspace, frames),
            begin_ms,
            ~(np.nan_to_num(level) > VOICED_LEVEL),
            (source.sha256, frames.start_ms, frames.end_ms),
            run.engines.get("speech", PACER),
            identity("speech", PACER),
            cast.pacer or speaking_voice(cast, run.workspace),
            run,
        )

    def found(self, said: Spoken, frames: tuple[int, ...]) -> tuple[Floats, float] | None:
        """When each element ends on the film's clock, float64 ``[n + 2]`` ms, and the likeness."""
        symbols = said.symbols
        key = memo_key("own words", 1, [self.engine], str(self.voice), symbols, frames, self.origin)
        known = self.run.recall(key)
        if known is None:
            known = self._laid(symbols, frames)
            self.run.remember(key, known)
        return (np.array(known[0]), known[1]) if known[0] else None

    def _laid(self, symbols: str, frames: tuple[int, ...]) -> tuple[list[float], float]:
        extent = loud_extent_ms(self.sound)
        if extent is None:
            return [], 0.0
        begins, ends = (FRAME_MS * h for h in self.speech.heard(symbols, self.voice, frames))
        if ends - begins < FRAME_MS:
            return [], 0.0
        spoken = self.speech.speak(symbols, self.voice, frames).between(round(begins), round(ends))
        inside = [
            min(max(0.0, FRAME_MS * total - begins), ends - begins) for total in accumulate(frames)
        ]
        laid = laid_upon(self.sound.between(*extent), spoken, inside)
        at = self.begin_ms + extent[0] + laid.times_ms
        return [round(float(ms), 1) for ms in at], laid.likeness
