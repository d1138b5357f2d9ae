"""Which stretches of a speaker's lines show their voice best."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dubbing.arrays import Audio, levels_db
from dubbing.timeline import Span

LEAST_MS, MOST_MS = 5_000, 30_000
"""A profile is made of so much speech in all."""
LONGEST_PIECE_MS = 10_000
CLIPPED = 0.985
MOST_CLIPPED = 1e-4
"""Share of samples at full scale from which a stretch counts as clipped."""
SHOUTED_DB = 6.0
"""So much louder than the speaker's median line is shouted."""
NOISE_PERCENTILE, VOICE_PERCENTILE = 10, 80
POOREST_SNR_DB = 10.0
SILENCE_DB = -120.0
LEAST_LIKENESS = 0.6
"""Cosine to the speaker's own centre under which a line is not surely theirs."""


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """A line of the speaker.

    Its id, where it is, how to get its sound (16 kHz mono; a film's lines are not held all at once), its
    likeness to the speaker's centre, and whether anybody else talks at the same time.
    """

    line: str
    span: Span
    load: Callable[[], Audio]
    likeness: float
    overlapped: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class _Measured:
    line: Stretch
    voice_db: float
    snr_db: float
    is_clipped: bool

    def faults(self, usual_db: float) -> int:
        return (
            self.is_clipped
            + (self.snr_db < POOREST_SNR_DB)
            + (self.voice_db > usual_db + SHOUTED_DB)
            + (self.line.likeness < LEAST_LIKENESS)
        )

    @property
    def purity(self) -> float:
        """Likeness, noise and length on one scale: 20 dB of noise or 5 s count as 0.1 of cosine."""
        seconds = min(self.line.span.duration_ms, LONGEST_PIECE_MS) / 1000
        return self.line.likeness + 0.1 * min(self.snr_db, 40.0) / 20 + 0.1 * seconds / 5


def choose_reference(lines: Sequence[Stretch]) -> tuple[Stretch, ...]:
    """The purest lines, in order of time: one voice, little noise, neither clipped nor shouted.

    Lines are taken from the purest on until there are 30 s. Where the pure ones are fewer than 5 s, the
    least impure follow, but never a line that somebody talks over.
    """
    alone = [_measured(line) for line in lines if not line.overlapped]
    if not alone:
        return ()
    usual_db = float(np.median([line.voice_db for line in alone]))
    rated = sorted(
        ((item.faults(usual_db), item) for item in alone),
        key=lambda rating: (rating[0], -rating[1].purity),
    )
    chosen: list[Stretch] = []
    total_ms = 0
    for faults, item in rated:
        if total_ms >= (LEAST_MS if faults else MOST_MS):
            break
        chosen.append(item.line)
        total_ms += min(item.line.span.duration_ms, LONGEST_PIECE_MS)
    return tuple(sorted(chosen, key=lambda line: line.span.start_ms))


def joined(chosen: Sequence[Stretch]) -> Audio:
    """The chosen lines one after another, each cut to 10 s, 30 s at most."""
    parts = [line.load().between(0, LONGEST_PIECE_MS).mono() for line in chosen]
    whole = np.concatenate([part.samples for part in parts], axis=1)
    return Audio(whole, parts[0].rate_hz).between(0, MOST_MS)


def snr_db(audio: Audio) -> float:
    """Level of the voice above that of the pauses; an estimate by percentiles of 20 ms levels."""
    noise, voice = _noise_and_voice_db(audio)
    return voice - noise


def clipped_share(samples: npt.NDArray[np.float32]) -> float:
    """Share of samples at full scale."""
    return float(np.mean(np.abs(samples) >= CLIPPED)) if samples.size else 0.0


def _measured(line: Stretch) -> _Measured:
    audio = line.load()
    noise, voice = _noise_and_voice_db(audio)
    return _Measured(line, voice, voice - noise, clipped_share(audio.samples) > MOST_CLIPPED)


def _noise_and_voice_db(audio: Audio) -> tuple[float, float]:
    levels = levels_db(audio, 20)
    if not len(levels):
        return SILENCE_DB, SILENCE_DB
    noise, voice = np.percentile(levels, [NOISE_PERCENTILE, VOICE_PERCENTILE])
    return float(noise), float(voice)
