"""What a recogniser understands of each line of a finished dub.

Neighbouring lines are heard together, for a recogniser costs the same for 3 s as for 30 s, and its words
are divided by their times. A line that is misheard there is heard again by itself, in a window that is
cut where its neighbours speak, and then without the film's music and noise, which tells a voice that is
unclear from one that is covered, and both from a recogniser that fails where people understand. What was
measured is remembered by the samples of the line's own window: it stays while they do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from dubbing.arrays import Audio
from dubbing.engines.asr import HeardWord, Recognizer
from dubbing.flags import Flag
from dubbing.language.heard_sounds import sound_error_rate, sounds
from dubbing.language.script import to_simplified
from dubbing.language.speech_text import character_error_rate
from dubbing.media.loudness import line_loudness_lufs
from dubbing.media.resample import resample
from dubbing.media.sound_file import read_sound
from dubbing.memo_keys import Identity, MemoKey, memo_key
from dubbing.review.finished import SPEECH_HZ, words_heard
from dubbing.soundtrack.render import voices_between
from dubbing.timeline import Line, Span, Timeline
from dubbing.timing.prompter import Remembers
from dubbing.workspace import Workspace

MARGIN_MS = 200
AT_ONCE = 64
"""Lines that are judged together: their groups are heard side by side."""
LONGEST_HEARD_MS = 27_000
COVERED_BELOW_DB = 3.0
"""From here on nothing is misheard because of the rest. Mean (and most) of the sounds that Whisper base
mishears of eight Spanish lines, 0.01 (0.05) alone: over chords and drums 0.02 (0.05) at 6 dB, 0.01 (0.05)
at 2 dB, 0.10 (0.28) at -2 dB; over the bed of a real debate 0.04 (0.11) at 6 dB, 0.03 (0.20) at 2 dB,
0.14 (0.31) at -2 dB, and 0.43 (3 of 8 lines lost) at -6 dB."""
ADDED_ERRORS = 0.15
"""A voice is covered only if the film makes so much more of it misheard than is misheard of it alone."""
FEWEST_SOUNDS = 8
"""A recogniser mishears a word or two alone ("媒体", "我爱你") however clear they are."""
VERSION = 2


@dataclass(frozen=True, slots=True)
class Understood:
    """How well a line is understood; rates are shares of the line, 0 (all is understood) to 1.

    ``error_rate`` counts characters and ``sound_errors`` sounds in the finished file; ``voice_errors``
    counts sounds in the voice alone, and ``above_bed_db`` is how much louder the voice is than all else;
    both are ``None`` where they were not needed. ``n_sounds`` is how many the line should have.
    """

    heard: str
    """As the recogniser writes it."""
    n_sounds: int
    error_rate: float
    sound_errors: float
    voice_errors: float | None = None
    above_bed_db: float | None = None

    def flags(self, bound: float) -> tuple[Flag, ...]:
        """What a listener would stop at, if more than ``bound`` of the sounds are misheard."""
        if self.sound_errors <= bound or self.voice_errors is None or self.n_sounds < FEWEST_SOUNDS:
            return ()
        if self.voice_errors > bound:
            return (Flag.UNCLEAR,)
        return (Flag.COVERED,) if self._is_covered(self.voice_errors) else ()

    def _is_covered(self, alone: float) -> bool:
        is_faint = self.above_bed_db is not None and self.above_bed_db < COVERED_BELOW_DB
        return is_faint and self.sound_errors - alone >= ADDED_ERRORS


class Listener:
    """Listens to the lines of one finished dub; what it measured is remembered by what sounded."""

    def __init__(
        self,
        timeline: Timeline,
        workspace: Workspace,
        recognizer: Recognizer,
        made_by: Identity,
        memo: Remembers,
    ) -> None:
        """Nothing is heard yet."""
        self.timeline, self.workspace, self.memo = timeline, workspace, memo
        self.recognizer, self.made_by = recognizer, made_by
        self.lines = [line for line in timeline.lines if line.take is not None]
        self.windows = own_windows(self.lines)

    def listen(self, speech: Path, bound: float) -> dict[str, Understood]:
        """Measure every line in ``speech`` (16 kHz, of the finished file).

        Args:
            speech: the finished sound.
            bound: lines with more sound errors are heard again without the film.
        """
        keys = {line.id: self._key(line, bound) for line in self.lines}
        recalled = {line.id: self.memo.recall(keys[line.id]) for line in self.lines}
        known = {name: Understood(**value) for name, value in recalled.items() if value}
        missing = [line for line in self.lines if line.id not in known]
        for first in range(0, len(missing), AT_ONCE):
            for name, found in self._measured(missing[first : first + AT_ONCE], speech, bound):
                self.memo.remember(keys[name], asdict(found))
                known[name] = found
        return known

    def _measured(
        self, lines: Sequence[Line], speech: Path, bound: float
    ) -> list[tuple[str, Understood]]:
        found = self._in_groups(lines, speech)
        misheard = [line for line in lines if found[line.id].sound_errors > bound]
        for line, again in self._by_itself(misheard, speech):
            found[line.id] = min(found[line.id], again, key=lambda one: one.sound_errors)
        for line in misheard:
            if found[line.id].sound_errors > bound:
                found[line.id] = self._without_film(line, found[line.id])
        return list(found.items())

    def _in_groups(self, lines: Sequence[Line], speech: Path) -> dict[str, Understood]:
        """Neighbours heard in one window; words divided by their times."""
        groups = self._groups(lines)
        windows = [(self._window(group[0])[0], self._window(group[-1])[1]) for group in groups]
        pieces = [read_sound(speech, *window) for window in windows]
        found: dict[str, Understood] = {}
        for group, (begins_ms, _), words in zip(groups, windows, self._heard(pieces), strict=True):
            for line, own in zip(group, divided(words, group, begins_ms), strict=True):
                found[line.id] = self._compared(line, own)
        return found

    def _groups(self, lines: Sequence[Line]) -> list[list[Line]]:
        """Lines that follow each other in the film and fit into one window of the recogniser."""
        places = {line.id: number for number, line in enumerate(self.lines)}
        groups: list[list[Line]] = []
        for line in lines:
            group = groups[-1] if groups else []
            follows = bool(group) and places[line.id] == places[group[-1].id] + 1
            if follows and self._window(line)[1] - self._window(group[0])[0] <= LONGEST_HEARD_MS:
                group.append(line)
            else:
                groups.append([line])
        return groups

    def _by_itself(self, lines: Sequence[Line], speech: Path) -> list[tuple[Line, Understood]]:
        pieces = [read_sound(speech, *self._window(line)) for line in lines]
        return [
            (line, self._compared(line, divided(words, [line], self._window(line)[0])[0]))
            for line, words in zip(lines, self._heard(pieces), strict=True)
        ]

    def _without_film(self, line: Line, understood: Understood) -> Understood:
        voice = self._voice(line)
        text = _text(self._heard([voice])[0])
        errors = sound_error_rate(line.spoken_text, text, self._code)
        return replace(
            understood,
            voice_errors=round(errors, 4),
            above_bed_db=self._above_bed_db(line, voice),
        )

    def _heard(self, pieces: Sequence[Audio]) -> tuple[tuple[HeardWord, ...], ...]:
        return words_heard(pieces, self.recognizer, self._code) if pieces else ()

    def _compared(self, line: Line, words: Sequence[HeardWord]) -> Understood:
        text = _text(words)
        return Understood(
            heard=to_simplified(text) if self._code == "zh" else text,
            n_sounds=len(sounds(line.spoken_text, self._code)),
            error_rate=round(min(1.0, character_error_rate(line.spoken_text, text, self._code)), 4),
            sound_errors=round(sound_error_rate(line.spoken_text, text, self._code), 4),
        )

    # -- what sounds -----------------------------------------------------------------------------

    def _voice(self, line: Line) -> Audio:
        """The line's voice as it is mixed, with nothing else."""
        spoken = _spoken(line)
        window = max(0, spoken.start_ms - MARGIN_MS), spoken.end_ms + MARGIN_MS
        voice = voices_between(self.timeline, [line], self.workspace, *window)
        return resample(voice.mono(), SPEECH_HZ)

    def _above_bed_db(self, line: Line, voice: Audio) -> float | None:
        """How much louder the voice is than the rest of the mix; ``None`` if one of them is silent."""
        spoken = _spoken(line)
        start_ms = max(0, spoken.start_ms - MARGIN_MS)
        mixed = read_sound(self._mix, start_ms, spoken.end_ms + MARGIN_MS)
        mixed = resample(mixed.mono(), SPEECH_HZ)
        n = min(mixed.n_samples, voice.n_samples)
        rest = Audio(mixed.samples[:, :n] - voice.samples[:, :n], SPEECH_HZ)
        inside = spoken.start_ms - start_ms, spoken.end_ms - start_ms
        levels = [line_loudness_lufs(sound.between(*inside)) for sound in (voice, rest)]
        if levels[0] is None or levels[1] is None:
            return None
        return round(levels[0] - levels[1], 1)

    # -- helpers ---------------------------------------------------------------------------------

    @property
    def _code(self) -> str:
        return self.timeline.target_language

    @property
    def _mix(self) -> Path:
        assert self.timeline.mix is not None
        return self.workspace.path(self.timeline.mix.sound)

    def _window(self, line: Line) -> tuple[int, int]:
        return self.windows[line.id]

    def _key(self, line: Line, bound: float) -> MemoKey:
        """Everything that a measurement depends on: the mix's samples stand for the file's."""
        samples = read_sound(self._mix, *self._window(line)).samples
        content = hashlib.sha256(np.ascontiguousarray(samples).tobytes()).hexdigest()
        offset_ms = _spoken(line).start_ms - self._window(line)[0]
        parts = (self._code, line.spoken_text, content, offset_ms, bound)
        return memo_key("understood", VERSION, [self.made_by], *parts)


def own_windows(lines: Sequence[Line]) -> dict[str, tuple[int, int]]:
    """When each line is listened to: a margin around its speech, as far as no neighbour speaks in it.

    A neighbour that speaks at the same time cannot be cut off; it shares the window.
    """
    spans = [_spoken(line) for line in lines]
    windows = {}
    for line, own in zip(lines, spans, strict=True):
        before = [s.end_ms for s in spans if s.end_ms <= own.start_ms]
        after = [s.start_ms for s in spans if s.start_ms >= own.end_ms]
        windows[line.id] = (
            max(0, own.start_ms - MARGIN_MS, *before),
            min(own.end_ms + MARGIN_MS, *after) if after else own.end_ms + MARGIN_MS,
        )
    return windows


def divided(
    words: Sequence[HeardWord], lines: Sequence[Line], begins_ms: int
) -> list[list[HeardWord]]:
    """Give each word to the line that speaks at its middle, or nearest to it; far ones to none.

    Args:
        words: as they were heard in a piece.
        lines: those that may have said them.
        begins_ms: when the piece begins.
    """
    own: list[list[HeardWord]] = [[] for _ in lines]
    for word in words:
        middle_ms = begins_ms + (word.start_ms + word.end_ms) / 2
        distances = [
            max(0.0, _spoken(line).start_ms - middle_ms, middle_ms - _spoken(line).end_ms)
            for line in lines
        ]
        nearest = min(range(len(lines)), key=lambda n: distances[n])
        if distances[nearest] <= MARGIN_MS:
            own[nearest].append(word)
    return own


def _spoken(line: Line) -> Span:
    assert line.take is not None
    return line.take.speech


def _text(words: Sequence[HeardWord]) -> str:
    return "".join(word.text for word in words).strip()
