"""Trials of the judge of synchrony: offsets that were planted, and sounds that were swapped.

A window is cut from the middle of each clip; the sound is taken from so much earlier or later that it
lies off by a known time, and what is heard at the borders is what was recorded there, never silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from dubbing.arrays import Audio
from dubbing.metrics.sync_inputs import RATE_HZ
from dubbing.metrics.sync_judge import Synchrony, SyncJudge
from dubbing.timeline import FRAME_MS
from dubbing.timing.lips import Lips, lips_from_mouth
from dubbing.training.sync_pairs import Pair, RecordedPair

PLANTED_MS = (-200, -80, -40, 0, 40, 80, 200)
NEAR_MS = 40.0
"""One picture at 25 a second."""
FPS = 25.0
SHORTEST_MS = 2000


def recorded(pair: Pair, rng: np.random.Generator) -> RecordedPair:
    """Return a pair as seen by a camera at 25 pictures a second, without noise."""
    scene = pair.scene(rng)
    times_ms = np.arange(scene.times_ms[0], scene.times_ms[-1], 1000 / FPS)
    columns = [np.interp(times_ms, scene.times_ms, column) for column in scene.mouth.T]
    lips = lips_from_mouth(np.stack(columns, axis=1), times_ms)
    return RecordedPair(pair.person, "", lips, pair.audio)


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a pair, whole frames of 25 ms."""

    pair: RecordedPair
    start_ms: int
    n_frames: int

    @property
    def lips(self) -> Lips:
        """The mouth."""
        return self.pair.lips.between(self.start_ms, self.n_frames)

    def sound(self, late_ms: int = 0) -> Audio:
        """Return the sound as if it came ``late_ms`` later than it did."""
        first = (self.start_ms - late_ms) * RATE_HZ // 1000
        last = first + self.n_frames * FRAME_MS * RATE_HZ // 1000
        return Audio(self.pair.audio.samples[:1, max(0, first) : last], RATE_HZ)


def middle(pair: RecordedPair, longest_ms: int | None = None) -> Window | None:
    """Return the middle of a pair with room to move the sound; ``None`` if it is under 2 s."""
    room = max(PLANTED_MS)
    begins_ms = max(0, pair.lips.start_ms)
    ends_ms = min(pair.audio.duration_ms, pair.lips.start_ms + len(pair.lips) * FRAME_MS)
    first = -(-(max(begins_ms, room)) // FRAME_MS)
    n_frames = min(ends_ms, pair.audio.duration_ms - room) // FRAME_MS - first
    if longest_ms is not None and n_frames > longest_ms // FRAME_MS:
        first += (n_frames - longest_ms // FRAME_MS) // 2
        n_frames = longest_ms // FRAME_MS
    if n_frames * FRAME_MS < SHORTEST_MS:
        return None
    return Window(pair, first * FRAME_MS, n_frames)


@dataclass(slots=True)
class Row:
    """What the trials of one kind of clips found."""

    windows: int = 0
    lasting_ms: list[int] = field(default_factory=list)
    as_recorded: list[Synchrony] = field(default_factory=list)
    errors_ms: dict[int, list[float]] = field(default_factory=dict)
    moved_ms: dict[int, list[float]] = field(default_factory=dict)
    """Found against planted, and against what was found with nothing planted."""
    swapped: list[tuple[Synchrony, Synchrony]] = field(default_factory=list)
    """The true pair and the swapped one."""

    def summary(self) -> dict[str, object]:
        """Return shares and medians."""
        errors = np.array([error for errors in self.errors_ms.values() for error in errors])
        moved = np.array([e for late, errors in self.moved_ms.items() if late for e in errors])
        return {
            "clips": self.windows,
            "median_s": _rounded(np.median(self.lasting_ms) / 1000, 2) if self.windows else None,
            "within_40_ms": _share(np.abs(errors) <= NEAR_MS),
            "within_40_ms_of_own_zero": _share(np.abs(moved) <= NEAR_MS),
            "by_planted_ms": {
                str(planted): _share(np.abs(np.array(found)) <= NEAR_MS)
                for planted, found in self.errors_ms.items()
            },
            "median_error_ms": _rounded(np.median(np.abs(errors)), 1) if len(errors) else None,
            "as_recorded_median_ms": _median(s.offset_ms for s in self.as_recorded),
            "distance": _median(s.distance for s in self.as_recorded),
            "confidence": _median(s.confidence for s in self.as_recorded),
            "swaps": len(self.swapped),
            "true_is_nearer": _share([t.distance < s.distance for t, s in self.swapped]),
            "true_is_surer": _share([t.confidence > s.confidence for t, s in self.swapped]),
            "distance_swapped": _median(s.distance for _, s in self.swapped),
            "confidence_swapped": _median(s.confidence for _, s in self.swapped),
        }


def tried(
    judge: SyncJudge,
    windows: Sequence[Window],
    others: Sequence[Window],
    rng: np.random.Generator,
) -> Row:
    """Plant every offset in every window, and give each mouth the sound of one of ``others``."""
    row = Row()
    for window in windows:
        found = {late: judge.judge(window.lips, window.sound(late)) for late in PLANTED_MS}
        zero = found[0]
        if zero is None:
            continue
        row.windows += 1
        row.lasting_ms.append(window.n_frames * FRAME_MS)
        row.as_recorded.append(zero)
        for late, opinion in found.items():
            if opinion is not None:
                row.errors_ms.setdefault(late, []).append(opinion.offset_ms - late)
                row.moved_ms.setdefault(late, []).append(opinion.offset_ms - zero.offset_ms - late)
        _swap(row, judge, window, others, rng)
    return row


def _swap(
    row: Row,
    judge: SyncJudge,
    window: Window,
    others: Sequence[Window],
    rng: np.random.Generator,
) -> None:
    strangers = [other for other in others if other.pair.person != window.pair.person]
    if not strangers:
        return
    stranger = strangers[rng.integers(len(strangers))]
    n_frames = min(window.n_frames, stranger.n_frames)
    lips = window.lips.between(window.start_ms, n_frames)
    true = judge.judge(lips, window.sound())
    swapped = judge.judge(lips, Window(stranger.pair, stranger.start_ms, n_frames).sound())
    if true is not None and swapped is not None:
        row.swapped.append((true, swapped))


def _share(hits: object) -> float | None:
    values = np.asarray(hits, dtype=np.float64)
    return _rounded(values.mean(), 3) if values.size else None


def _median(values: object) -> float | None:
    known = np.array(list(values))  # type: ignore[call-overload]
    return _rounded(np.median(known), 3) if known.size else None


def _rounded(value: object, digits: int) -> float:
    return round(float(value), digits)  # type: ignore[arg-type]
