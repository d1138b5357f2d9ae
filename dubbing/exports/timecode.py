"""Frames and their names: SMPTE timecode (ST 12-1), drop-frame and not.

At 29.97 and 59.94 frames a second a count of 30 or 60 falls behind the clock by 3.6 s an hour.
Drop-frame timecode skips the names (never the frames) 00 and 01, at 59.94 also 02 and 03, at the start
of every minute but each tenth.
"""

from __future__ import annotations

import re
from fractions import Fraction

USUAL = tuple(
    Fraction(n, d)
    for n, d in (
        (24000, 1001), (24, 1), (25, 1), (30000, 1001), (30, 1), (48000, 1001), (48, 1), (50, 1),
        (60000, 1001), (60, 1), (100, 1), (120000, 1001), (120, 1),
    )
)  # fmt: skip
TOLERANCE = Fraction(1, 5000)
"""Containers with clocks of a millisecond round rates by less than this; 24 and 23.976 differ by five
times as much."""
FINEST = 1001
DROPPED_AT_30 = 2
TIMECODE = re.compile(r"(\d{2}):(\d{2}):(\d{2})([:;.,])(\d{2,3})")
DAY_HOURS = 24


def exact_rate(fps: float) -> Fraction:
    """The rate that a measured number of frames a second stands for.

    Raises:
        ValueError: if it is not above zero.
    """
    if not fps > 0:
        raise ValueError(f"{fps} frames a second is no rate")
    measured = Fraction(fps)
    nearest = min(USUAL, key=lambda usual: abs(usual - measured))
    is_near = abs(nearest - measured) <= nearest * TOLERANCE
    return nearest if is_near else max(measured.limit_denominator(FINEST), Fraction(1, FINEST))


def can_drop(rate: Fraction) -> bool:
    """Whether the rate has a drop-frame timecode: multiples of 29.97."""
    return rate.denominator == FINEST and rate.numerator % 30000 == 0


def nominal(rate: Fraction) -> int:
    """Frames that timecode counts to a second."""
    return max(1, round(rate))


def timecode(frame: int, rate: Fraction, *, drop: bool) -> str:
    """The name of a frame, ``01:00:00;02``; days are not counted.

    Raises:
        ValueError: if the rate has no drop-frame timecode, or the frame lies before the first.
    """
    if frame < 0:
        raise ValueError("timecode begins with frame 0")
    count = nominal(rate)
    if drop:
        frame = _with_skipped_names(frame, rate)
    seconds, frames = divmod(frame, count)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    mark = ";" if drop else ":"
    return f"{hours % DAY_HOURS:02d}:{minutes:02d}:{seconds:02d}{mark}{frames:02d}"


def frame_of(name: str, rate: Fraction) -> int:
    """The frame that a timecode names; ``;``, ``.`` or ``,`` before the frames means drop-frame.

    Raises:
        ValueError: if it is not a timecode, or names a frame that does not exist.
    """
    match = TIMECODE.fullmatch(name.strip())
    if match is None:
        raise ValueError(f"'{name}' is no timecode")
    hours, minutes, seconds, frames = (int(match[n]) for n in (1, 2, 3, 5))
    drop, count = match[4] != ":", nominal(rate)
    if minutes > 59 or seconds > 59 or frames >= count:
        raise ValueError(f"'{name}' does not exist at {count} frames a second")
    total_minutes = 60 * hours + minutes
    frame = (60 * total_minutes + seconds) * count + frames
    if not drop:
        return frame
    dropped = _dropped(rate)
    if seconds == 0 and frames < dropped and minutes % 10:
        raise ValueError(f"'{name}' is a name that drop-frame timecode skips")
    return frame - dropped * (total_minutes - total_minutes // 10)


def _with_skipped_names(frame: int, rate: Fraction) -> int:
    """The number that the frame would have if the skipped names were frames."""
    dropped = _dropped(rate)
    minute = 60 * nominal(rate) - dropped
    ten_minutes = 10 * minute + dropped
    tens, rest = divmod(frame, ten_minutes)
    in_tens = 0 if rest < minute + dropped else 1 + (rest - minute - dropped) // minute
    return frame + dropped * (9 * tens + in_tens)


def _dropped(rate: Fraction) -> int:
    """Names skipped a minute."""
    if not can_drop(rate):
        raise ValueError(f"{float(rate):.3f} frames a second have no drop-frame timecode")
    return DROPPED_AT_30 * rate.numerator // 30000
