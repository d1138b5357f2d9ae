"""The mouth on screen decides when each phoneme sounds, within its bounds.

What is seen and heard becomes evidence for the solver, frame by frame:

- aligner: what the network reads from the lips; it leads
- voice: speech while the original speaks, silence while it is silent
- closure: m, b, p while the lips touch; no open vowel then
- rest: sound while the mouth moves, silence while it rests (onset, offset, inner pauses)

That the last two matter to viewers is known from studies of human dubbing (Brannon et al. 2023; Baumann
and Saboo). How much each counts was chosen on clips of one person and judged on those of another: the
network has to lead, since the rules alone are worse than a plain stretch (``dub train aligner
--evaluate`` shows it).

The sum is scaled by the lip strength and set against the log-normal prior of the natural lengths; bounds
stay hard. Where the face is hidden the evidence is zero and the natural lengths rule.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from dubbing.language.phoneme_classes import SymbolKind, kind
from dubbing.timing.bounds import Bending, problem
from dubbing.timing.isochrony import Fit, Option
from dubbing.timing.lip_alignment import Look
from dubbing.timing.lips import CLOSURE, CONFIDENCE, Lips, moves, stretches
from dubbing.timing.placing import place
from dubbing.timing.same_words import heard_evidence, offsets_of
from dubbing.timing.solver import Problem
from dubbing.timing.visemes import Sound, lengths_of, sounds, viseme

Floats = npt.NDArray[np.float64]
EARLIER_FRAMES, LATER_FRAMES = 8, 8
"""How far a line may begin before and after the recogniser's first word."""
ENDS_LATER_FRAMES = 40
LEAST_SHARE = 0.87
"""Of its natural length; however early the mouth stops, a line is not hurried beyond that."""
OPEN_AT_CLOSURE = 1 / 6
"""How much an open vowel over closed lips counts against a plan, beside m, b, p that meets them."""
VOICED_LEVEL, VOICED_SLOPE = 0.45, 12.0
"""Level of the original's voice (1 is its loud parts, 0 is 40 dB below) at which speech and silence are
equally likely, and the slope of the log odds there."""
MOST_LOG_ODDS = 4.0
PRIOR_WEIGHT = 2.0
"""How much more than elsewhere a sound minds being bent: what the lips ask for must be worth it."""
LEAST_LOG_P = -5.0
MOST_OFFSET = 0.4
OPEN = 0.6
"""Opening of a viseme above which it cannot be made with closed lips."""
WORTH_A_PAUSE_FRAMES = 9
"""A mouth that rests so long inside a line asks for a pause."""
LEAST_EDGE_FRAMES = 10
"""Such a rest lies so far inside the line at least."""
PAUSE_REACH_FRAMES = 24
"""A pause may be put so far from the rest; the rest of the way is bent."""


@dataclass(frozen=True, slots=True)
class Window:
    """The frames in which a line may lie.

    ``earlier`` before where it was meant to begin, its ``length``, ``later`` after its end.
    """

    earlier: int
    length: int
    later: int

    @property
    def n_frames(self) -> int:
        """All of it."""
        return self.earlier + self.length + self.later


@dataclass(frozen=True, slots=True, eq=False)
class Performance:
    """What the original shows and lets hear in the frames of a line's window.

    ``voice`` is the level of the original's voice, float64 ``[F]``: 1 for its loud parts, 0 for 40 dB
    below, NaN where it does not count; ``None`` if it is not known. ``borders`` are where the original
    makes the sounds of the line, float64 ``[T + 1]`` in frames of the window; ``None`` if it makes other
    sounds, or is not clear.
    """

    lips: Lips
    voice: Floats | None = None
    borders: Floats | None = None


@dataclass(frozen=True, slots=True)
class Balance:
    """How much each part of the evidence counts against natural lengths; 0 leaves it out.

    ``strength`` scales all of them: 0 is natural timing, 1 all that the bounds allow. ``lengths`` scales
    the offsets of the natural lengths, the network's or the original's; ``sound`` is for what the
    original's sound tells of its own words.
    """

    strength: float = 0.5
    aligner: float = 0.8
    voice: float = 1.0
    closure: float = 0.5
    rest: float = 0.5
    lengths: float = 1.0
    sound: float = 0.0


BALANCE = Balance()
"""What dubs use, but for the strength, which is a setting."""
OWN_WORDS = Balance(aligner=0.2, voice=0.2, closure=0.1, rest=0.0, lengths=1.0, sound=2.0)
"""Where the original's sound tells when it says the very words of the dub: it leads by far."""


@dataclass(frozen=True, slots=True)
class Followed:
    """A line timed by the lips: it begins ``shift`` frames later than it was meant to."""

    shift: int
    fit: Fit


def window(fit: Fit, earliest: int, latest: int) -> Window:
    """Where a fitted line may lie.

    Args:
        fit: how it was fitted without looking.
        earliest: frames before its beginning that are free.
        latest: frames from its beginning until it must have ended.
    """
    length = sum(fit.frames)
    later = max(0, min(ENDS_LATER_FRAMES, latest - length))
    return Window(max(0, min(EARLIER_FRAMES, earliest)), length, later)


def follow_lips(
    option: Option,
    fit: Fit,
    where: Window,
    original: Performance,
    *,
    bending: Bending,
    look: Look,
    balance: Balance = BALANCE,
) -> Followed | None:
    """Time a line that has been fitted again, by its mouth.

    Args:
        option: what is said, with natural lengths.
        fit: how it was fitted without looking.
        where: the frames that ``original`` covers.
        original: the mouth and the voice, ``where.n_frames`` long.
        bending: limits of the rung on which it was fitted.
        look: the aligner.
        balance: how much each part of the evidence counts.

    Returns:
        ``None`` if nothing is seen or heard, or no plan fits; then the fit stays as it is.
    """
    lips, strength, borders = original.lips, balance.strength, original.borders
    is_seen = bool(lips.values[:, CONFIDENCE].any())
    if strength <= 0 or not (is_seen or borders is not None):
        return None
    found = sounds(option.symbols)
    begins = np.cumsum([float(where.earlier), *lengths_of(found, fit.frames)])
    evidence = voice_evidence(found, original, balance)
    offsets = np.zeros(len(found))
    if is_seen:
        log_p, offsets = look(found, lengths_of(found, option.natural), begins, lips)
        evidence = evidence + picture_evidence(found, log_p, lips, balance)
    if borders is not None:
        evidence = evidence + balance.sound * heard_evidence(borders, where.n_frames)
        offsets = offsets_of(found, borders, option.natural)
    evidence = strength * evidence
    lean = strength * balance.lengths * offsets
    bent = _leaning(problem(option.symbols, option.natural, bending), found, lean)
    placed = place(
        bent,
        _by_symbol(evidence, found, len(option.symbols)),
        most_before=where.earlier + LATER_FRAMES,
        most_after=where.later + max(0, where.length - math.ceil(LEAST_SHARE * bent.natural.sum())),
    )
    if placed is None:
        return None
    timed = replace(fit, frames=placed.frames, cost=placed.cost)
    return Followed(placed.before - where.earlier, timed)


def unmet_rests(
    followed: Followed, symbols: str, where: Window, original: Performance
) -> list[int]:
    """Rests of the mouth within the line that no pause of the plan meets.

    A mouth that is still while the original's voice goes on does not rest.

    Returns:
        Their middles in frames of the plan, the longest rest first.
    """
    lips, voice = original.lips, original.voice
    begin = where.earlier + followed.shift
    silent = np.zeros(len(lips), dtype=bool)
    place_of = begin
    for symbol, length in zip(symbols, followed.fit.frames, strict=True):
        if kind(symbol) is SymbolKind.PAUSE:
            silent[max(0, place_of) : max(0, place_of + length)] = True
        place_of += length
    resting = ~moves(lips) & lips.seen
    if voice is not None:
        resting &= ~(voice > VOICED_LEVEL)
    inner = [
        (a, b)
        for a, b in stretches(resting)
        if a > begin + LEAST_EDGE_FRAMES and b < place_of - LEAST_EDGE_FRAMES
    ]
    unmet = [(a, b) for a, b in inner if b - a >= WORTH_A_PAUSE_FRAMES and not silent[a:b].any()]
    return [(a + b) // 2 - begin for a, b in sorted(unmet, key=lambda ab: ab[0] - ab[1])]


def with_pause(symbols: str, frames: Sequence[int], at_frame: int, most: int) -> list[str]:
    """The symbols with a comma at a word border near ``at_frame``, in up to ``most`` ways.

    The nearest comes first. A longer space will not do: engines fill it with the sounds around it.
    """
    ends = np.cumsum(frames)
    borders = [
        i
        for i in range(1, len(symbols) - 1)
        if kind(symbols[i]) is SymbolKind.SPACE and kind(symbols[i - 1]) is not SymbolKind.PAUSE
    ]
    near = [i for i in borders if abs(ends[i] - at_frame) <= PAUSE_REACH_FRAMES]
    near.sort(key=lambda i: abs(int(ends[i]) - at_frame))
    return [symbols[:i] + "," + symbols[i:] for i in near[:most]]


def picture_evidence(
    found: Sequence[Sound], log_p: Floats, lips: Lips, balance: Balance = BALANCE
) -> Floats:
    """How well each frame suits each sound, and the silences around: float64 ``[T + 2, F]``."""
    seen = lips.values[:, CONFIDENCE].astype(np.float64)
    closed = lips.values[:, CLOSURE].astype(np.float64)
    moving = np.where(moves(lips), 1.0, -1.0)
    closes = np.array([False, *(sound.closes for sound in found), False])
    wide = np.array([False, *(_is_open(sound) for sound in found), False])
    closure = closes[:, None] * (2 * closed - 1) - OPEN_AT_CLOSURE * wide[:, None] * closed
    evidence = balance.aligner * np.maximum(log_p, LEAST_LOG_P)
    evidence += balance.closure * closure
    evidence += balance.rest * _speech_sign(found)[:, None] * moving
    return np.asarray(evidence * seen, dtype=np.float64)


def voice_evidence(found: Sequence[Sound], original: Performance, balance: Balance) -> Floats:
    """How well speech and silence suit the original's voice, float64 ``[T + 2, F]``."""
    if original.voice is None:
        return np.zeros((len(found) + 2, len(original.lips)))
    odds = VOICED_SLOPE * (original.voice - VOICED_LEVEL)
    odds = np.nan_to_num(np.clip(odds, -MOST_LOG_ODDS, MOST_LOG_ODDS))
    return np.asarray(balance.voice * _speech_sign(found)[:, None] * odds, dtype=np.float64)


def _speech_sign(found: Sequence[Sound]) -> Floats:
    """Half for speech, minus half for the silences around and the pauses: float64 ``[T + 2]``."""
    silent = np.array([True, *(sound.is_pause for sound in found), True])
    return np.where(silent, -0.5, 0.5)


def _is_open(sound: Sound) -> bool:
    shape = viseme(sound.symbol)
    return not sound.is_pause and max(shape.start.opening, shape.end.opening) > OPEN


def _leaning(bent: Problem, found: Sequence[Sound], offsets: Floats) -> Problem:
    """Natural lengths leaned towards what the network reads from the lips; bounds untouched."""
    lean = np.ones(len(bent.natural))
    for sound, offset in zip(found, offsets, strict=True):
        lean[sound.first : sound.last] = np.exp(np.clip(offset, -MOST_OFFSET, MOST_OFFSET))
    return replace(bent, natural=bent.natural * lean, stiffness=bent.stiffness * PRIOR_WEIGHT)


def _by_symbol(evidence: Floats, found: Sequence[Sound], n_symbols: int) -> Floats:
    """Every symbol has the evidence of its sound: float64 ``[n + 2, F]``."""
    owner = np.zeros(n_symbols, dtype=np.int64)
    for number, sound in enumerate(found):
        owner[sound.first : sound.last] = number + 1
    return np.concatenate([evidence[:1], evidence[owner], evidence[-1:]])
