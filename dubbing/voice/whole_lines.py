"""Lines of engines that take no durations, timed phoneme by phoneme after all.

The engine says a line as it likes. Kokoro says the same words, so that it is known when each of its
phonemes sounds; laid upon each other (:mod:`dubbing.acoustics.alignment`) the one tells the times of the
other. From there on such a line is planned as any other, by its slot and by the mouth; instead of being
spoken with the planned lengths it is stretched to them, phoneme by phoneme, within narrow bounds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate
from typing import Any

from dubbing.acoustics.alignment import found_in
from dubbing.acoustics.extent import loud_extent_ms
from dubbing.acoustics.stretch import stretched
from dubbing.arrays import Audio
from dubbing.delivery import Delivery
from dubbing.engines.speech import SpeaksWhole, TakesDurations, VoiceName
from dubbing.errors import EngineFailed
from dubbing.language.spoken_form import spoken_form
from dubbing.media.sound_file import keep_sound, read_sound
from dubbing.memo_keys import Identity, memo_key
from dubbing.settings import TimingSettings
from dubbing.timeline import FRAME_MS, Artifact, DurationPlan
from dubbing.timing.bounds import is_silent
from dubbing.timing.isochrony import Limits, Slot
from dubbing.timing.prompter import Remembers
from dubbing.timing.spoken import Heard, Spoken, spoken, whole_frames
from dubbing.workspace import Workspace

FASTEST, SLOWEST = 0.85, 1.2
"""No phoneme is stretched beyond these shares of its length: it would be heard."""
LEAST_SPEED, MOST_SPEED = 0.8, 1.3
"""Engines garble words when they are asked for more."""
ROOM = 0.95
"""A line that is asked for anew shall come out this much shorter than must be: speeds are not exact."""
NOTED_SPEED = 0.03
BRIEFEST_FRAMES = 0.4
"""No phoneme is found shorter than 10 ms."""


@dataclass(frozen=True, slots=True)
class WholeLine:
    """A line as an engine said it: its sound, and when each of Kokoro's symbols sounds in it.

    ``natural`` has one length for the silence before, for each symbol, and for the silence after, in
    units of 25 ms; they sum to the length of the sound.
    """

    sound: Artifact
    symbols: str
    natural: tuple[float, ...]
    speed: float


@dataclass(frozen=True, slots=True)
class Speakers:
    """Who speaks the line, and who says when; both are loaded when they are needed."""

    identity: Identity
    speech: Callable[[], SpeaksWhole]
    voice: VoiceName
    pacer_identity: Identity
    pacer: Callable[[], TakesDurations]
    pacer_voice: VoiceName


class WholeLinePrompter:
    """Asks an engine for whole lines of one voice, in the time of one slot."""

    def __init__(
        self,
        speakers: Speakers,
        language: str,
        delivery: Delivery,
        slot: Slot,
        workspace: Workspace,
        memo: Remembers,
    ) -> None:
        """Remember whom to ask; nothing is said yet."""
        self.speakers, self.language, self.delivery = speakers, language, delivery
        self.slot, self.workspace, self.memo = slot, workspace, memo
        self.lines: dict[str, WholeLine] = {}
        """What was said of each text in the end."""

    @property
    def usual_speed(self) -> float:
        """What the mood asks for, where the engine takes a speed."""
        return self.delivery.rate if self.speakers.speech().takes_speed else 1.0

    def said(self, text: str) -> Spoken | None:
        """How a text was said, a second time with another speed if it did not fit; ``None`` if mute."""
        if all(is_silent(symbol) for symbol in self._symbols(text)):
            return None
        line = self._line(text, self.usual_speed)
        found = self._as_spoken(line)
        if found is not None and self.speakers.speech().takes_speed:
            wanted = wanted_speed(found.option.natural_frames, self.slot)
            if abs(wanted - 1) > NOTED_SPEED:
                line = self._line(text, self.usual_speed * wanted)
                found = self._as_spoken(line)
        self.lines[text] = line
        return found

    def symbols_of(self, text: str) -> str:
        """What is spoken for a text; empty if there is no sound in it."""
        return self._symbols(text)

    def said_as(self, symbols: str) -> Spoken | None:
        """Nothing: no pause can be put into what has been said."""
        del symbols
        return None

    def heard(self, symbols: str, frames: Sequence[int]) -> Heard:
        """Where sound begins and ends: the sounding symbols were found where they sound."""
        sounding = [i for i, symbol in enumerate(symbols) if not is_silent(symbol)]
        first, last = sounding[0] + 1, sounding[-1] + 2
        return float(sum(frames[:first])), float(sum(frames[:last]))

    def _as_spoken(self, line: WholeLine) -> Spoken | None:
        whole = whole_frames(line.natural)
        return spoken(line.symbols, line.natural, self.heard(line.symbols, whole))

    def _symbols(self, text: str) -> str:
        return self.speakers.speech().phonemes(spoken_form(text, self.language), self.language)

    def _line(self, text: str, speed: float) -> WholeLine:
        """A line as it was said, once for each speed."""
        mood = [self.delivery.label, self.delivery.intensity, self.delivery.rate]
        makers = [self.speakers.identity, self.speakers.pacer_identity]
        voices = [str(self.speakers.voice), str(self.speakers.pacer_voice)]
        key = memo_key("whole line", 2, makers, voices, self.language, text, mood, round(speed, 3))
        known = self.memo.recall(key)
        if known is None or not self.workspace.holds(Artifact(**known["sound"])):
            known = self._newly_said(text, speed)
            self.memo.remember(key, known)
        return WholeLine(
            Artifact(**known["sound"]),
            known["symbols"],
            tuple(known["natural"]),
            round(speed, 3),
        )

    def _newly_said(self, text: str, speed: float) -> dict[str, Any]:
        audio = self.speakers.speech().say(
            text, self.language, self.speakers.voice, self.delivery, speed
        )
        symbols = self._symbols(text)
        natural = self._timed(audio, symbols)
        return {
            "sound": asdict(keep_sound(self.workspace, audio, subtype="PCM_24")),
            "symbols": symbols,
            "natural": natural,
        }

    def _timed(self, audio: Audio, symbols: str) -> list[float]:
        """Length of each symbol in a sound, by the same words in Kokoro's voice."""
        extent = loud_extent_ms(audio)
        if extent is None:
            raise EngineFailed("A line came back silent.", hint="Run again, or change its text.")
        pacer, voice = self.speakers.pacer(), self.speakers.pacer_voice
        frames = whole_frames([float(n) for n in pacer.durations(symbols, voice)])
        begins, ends = (FRAME_MS * heard for heard in pacer.heard(symbols, voice, frames))
        known = pacer.speak(symbols, voice, frames).between(round(begins), round(ends))
        borders = [FRAME_MS * total - begins for total in accumulate(frames)]
        inside = [min(max(0.0, border), ends - begins) for border in borders]
        at = found_in(audio.between(*extent), known, inside) + extent[0]
        return lengths(at.tolist(), symbols, extent, audio.duration_ms)


def lengths(
    ends_ms: Sequence[float], symbols: str, extent: tuple[int, int], duration_ms: int
) -> list[float]:
    """Lengths in frames from where each element ends; the sounding ones fill the extent exactly."""
    sounding = [i for i, symbol in enumerate(symbols) if not is_silent(symbol)]
    first, last = sounding[0] + 1, sounding[-1] + 1
    borders = list(ends_ms)
    borders[:first] = [extent[0] * (n + 1) / first for n in range(first)]
    borders[last] = float(extent[1])
    after = len(borders) - last - 1
    rest = (duration_ms - extent[1]) / after
    borders[last + 1 :] = [extent[1] + rest * (n + 1) for n in range(after)]
    briefest = min(BRIEFEST_FRAMES * FRAME_MS, (extent[1] - extent[0]) / (2 * (last - first + 1)))
    for n in range(first, last):  # none vanishes, neither before nor behind
        borders[n] = max(borders[n], borders[n - 1] + briefest)
    for n in range(last - 1, first - 1, -1):
        borders[n] = min(borders[n], borders[n + 1] - briefest)
    pairs = zip(borders, [0.0, *borders[:-1]], strict=True)
    return [round((end - start) / FRAME_MS, 4) for end, start in pairs]


def limits_for(settings: TimingSettings, *, is_whole: bool) -> Limits:
    """Return how far lines may bend: those that an engine said as a whole are stretched less."""
    limits = Limits.of(settings)
    if not is_whole:
        return limits
    return Limits(
        max(FASTEST, limits.fastest),
        min(SLOWEST, limits.slowest),
        max(FASTEST, limits.comfortable_fast),
        min(SLOWEST, limits.comfortable_slow),
        max_rate=1.0,
    )


def wanted_speed(heard_frames: float, slot: Slot) -> float:
    """The speed nearest to 1 at which a line can be stretched into its slot."""
    if heard_frames * FASTEST > slot.most:
        return min(MOST_SPEED, heard_frames * FASTEST / (ROOM * slot.most))
    if heard_frames * SLOWEST < slot.wanted:
        return max(LEAST_SPEED, heard_frames * SLOWEST * ROOM / slot.wanted)
    return 1.0


def as_planned(plan: DurationPlan, workspace: Workspace) -> Audio:
    """The sound of a line that was said as a whole, stretched to its plan."""
    assert plan.whole is not None
    return stretched_to(plan.frames, plan.natural, plan.whole, workspace)


def stretched_to(
    frames: Sequence[int], natural: Sequence[float], sound: Artifact, workspace: Workspace
) -> Audio:
    """A sound whose parts last as ``natural`` says, with the lengths of ``frames``."""
    at = [0.0, *(FRAME_MS * total for total in accumulate(natural))]
    to = [0.0, *(float(FRAME_MS * total) for total in accumulate(frames))]
    return stretched(read_sound(workspace.path(sound)), at, to)
