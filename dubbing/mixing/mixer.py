"""The dub over music and effects, in a stream: memory does not grow with the film.

Where lines are dubbed, the original's dialogue is taken out of it; where it was not separated, the
channels that dialogue is in are ducked. What is left of it under a watermarked take gets the same mark,
which it would hide otherwise. Outside these intervals its samples come through unchanged, bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from dubbing.arrays import Audio, Samples
from dubbing.mixing.ducking import Interval, duck_gain
from dubbing.mixing.limiter import limit
from dubbing.watermark.marker import MARGIN_MS as MARK_MARGIN_MS
from dubbing.watermark.marker import with_mark

BLOCK_S = 10
MARGIN_MS = MARK_MARGIN_MS
"""Blocks overlap by this much on both sides, so that the mark and the limiter see what is coming."""


@dataclass(frozen=True, slots=True)
class PlacedTake:
    """A take on the film's clock: first sample (may be before 0), length, gain, and its maker."""

    first: int
    n_samples: int
    gain: float
    load: Callable[[], Samples]
    """Gives the mono sound, float32 ``[n_samples]``, at the film's rate."""
    is_marked: bool = False
    """Whether it carries the watermark, so that what sounds under it gets it too."""


@dataclass(frozen=True, slots=True)
class MixPlan:
    """Everything the mixer needs beside the original's samples; intervals are in samples.

    ``voice`` are the channels that dialogue is in, each with the gain of the dub there.
    ``dialogue(first, last)`` gives the original's dialogue in its channels; without it they are
    turned down to ``floor``. ``programme_gain`` is for everything. ``origin`` is the film's sample at
    the plan's zero: the watermark lies on the film's clock.
    """

    takes: tuple[PlacedTake, ...]
    ducked: tuple[Interval, ...]
    floor: float
    ramp: int
    ceiling_dbtp: float
    voice: tuple[tuple[int, float], ...]
    dialogue: Callable[[int, int], Audio] | None = None
    programme_gain: float = 1.0
    origin: int = 0


def mix(
    read: Callable[[int, int], Audio], n_samples: int, rate_hz: int, plan: MixPlan
) -> Iterator[Audio]:
    """Blocks of the finished sound; ``read(first, last)`` gives samples of the original."""
    block = BLOCK_S * rate_hz
    margin = MARGIN_MS * rate_hz // 1000
    for first in range(0, n_samples, block):
        last = min(first + block, n_samples)
        begin, end = max(0, first - margin), min(n_samples, last + margin)
        original = read(begin, end)
        if _is_untouched(begin, end, plan):
            mixed = original.samples
        else:
            layered = _layered(original, begin, plan) * np.float32(plan.programme_gain)
            where = None if plan.programme_gain != 1.0 else _busy(begin, end, plan)
            mixed = limit(layered, rate_hz, plan.ceiling_dbtp, where)
        yield Audio(mixed[:, first - begin : last - begin], rate_hz)


def shifted(plan: MixPlan, first: int) -> MixPlan:
    """The same plan on a clock whose zero is the sample ``first``."""
    found = plan.dialogue

    def dialogue(begin: int, end: int) -> Audio:
        assert found is not None
        return found(first + begin, first + end)

    return replace(
        plan,
        takes=tuple(replace(take, first=take.first - first) for take in plan.takes),
        ducked=tuple((a - first, b - first) for a, b in plan.ducked),
        origin=plan.origin + first,
        dialogue=None if found is None else dialogue,
    )


def _is_untouched(begin: int, end: int, plan: MixPlan) -> bool:
    ducked = any(a - plan.ramp < end and b + plan.ramp > begin for a, b in plan.ducked)
    is_quiet = not ducked and not _sounding(plan.takes, begin, end)
    return is_quiet and plan.programme_gain == 1.0


def _busy(begin: int, end: int, plan: MixPlan) -> npt.NDArray[np.bool_]:
    """Where the mix is another than the original, bool ``[end - begin]``."""
    busy = np.zeros(end - begin, dtype=bool)
    ducked = [(a - plan.ramp, b + plan.ramp) for a, b in plan.ducked]
    for first, last in [*ducked, *((t.first, t.first + t.n_samples) for t in plan.takes)]:
        busy[max(0, first - begin) : max(0, last - begin)] = True
    return busy


def _sounding(takes: Sequence[PlacedTake], begin: int, end: int) -> list[PlacedTake]:
    return [t for t in takes if t.first < end and t.first + t.n_samples > begin]


def _layered(original: Audio, begin: int, plan: MixPlan) -> Samples:
    n = original.n_samples
    takes = _sounding(plan.takes, begin, begin + n)
    mixed = background(original.samples, begin, plan)
    spans = [
        (t.first + plan.origin, t.first + t.n_samples + plan.origin) for t in takes if t.is_marked
    ]
    mixed = with_mark(mixed, original.rate_hz, begin + plan.origin, spans)
    for take in takes:
        sound = take.load() * np.float32(take.gain)
        start = take.first - begin
        into = slice(max(0, start), min(n, start + len(sound)))
        part = sound[into.start - start : into.stop - start]
        for channel, gain in plan.voice:
            mixed[channel, into] += np.float32(gain) * part
    return mixed


def background(original: Samples, begin: int, plan: MixPlan) -> Samples:
    """What is left of the original (whose first sample is ``begin``) under the dub."""
    n = original.shape[1]
    floor = plan.floor if plan.dialogue is None else 0.0
    gain = duck_gain(plan.ducked, begin, n, floor=floor, ramp=plan.ramp)
    if (gain == 1).all():
        return original
    left, spoken_in = original.copy(), [channel for channel, _ in plan.voice]
    if plan.dialogue is None:
        left[spoken_in] *= gain
    else:
        left[spoken_in] -= (1 - gain) * plan.dialogue(begin, begin + n).samples
    return left
